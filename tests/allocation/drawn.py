"""Draws small allocation problems for the property tests, and builds one by hand for the plain ones."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from madang.allocation.policies import Portfolio, Rank
from madang.allocation.problem import Alternative, Award, Item, MonthCapacity, Pool, Problem, Product, Request, Rule
from madang.allocation.solve import solve
from madang.values import Month

APRIL = Month(2026, 4)
SENTENCE = {"en": "A rule.", "ko": "기준입니다."}
POLICIES = (Rank(), Rank(overflow="stop"), Portfolio())


def pool(code: str = "h200", units: int = 32, months: int = 3, held: int = 0) -> Pool:
    capacity = MonthCapacity(physical=units, funded=units, held=held)
    return Pool(code, "gpu", {APRIL.plus(offset): capacity for offset in range(months)})


def item(asked: int = 1, least: int | None = None, product: str = "h200x8", first: int = 0, months: int = 3) -> Item:
    return Item(product, asked, asked if least is None else least, APRIL.plus(first), months)


def request(name: str, score: int = 80_000, *items: Item, organisation: str | None = None, **more: object) -> Request:
    fields: dict[str, object] = {"criteria": {"impact": 30_000}, **more}
    options = fields.pop("options", None) or (Alternative(items or (item(),), fields.pop("later", 0)),)
    fixed = fields.pop("fixed", None)
    fields["fixed"] = Award(fixed) if isinstance(fixed, tuple) and not isinstance(fixed, Award) else fixed
    return Request(name, organisation or f"org-{name}", score, options=options, **fields)


def problem(*requests: Request, pools: tuple[Pool, ...] | None = None, rules: tuple[Rule, ...] = ()) -> Problem:
    pools = pools or (pool(),)
    return Problem(pools, tuple(Product(f"{p.code}x8", p.code, 8) for p in pools), requests, rules)


def rule(kind: str, name: str = "rule", **params: object) -> Rule:
    return Rule(name, kind, SENTENCE, params)


@st.composite
def capacities(draw: st.DrawFn) -> MonthCapacity:
    physical = draw(st.integers(0, 24))
    return MonthCapacity(physical, draw(st.integers(0, physical)), draw(st.integers(0, 4)))


@st.composite
def items(draw: st.DrawFn, products: tuple[str, ...], months: int, most: int) -> Item:
    asked = draw(st.integers(1, most))
    first = draw(st.integers(0, months - 1))
    return Item(
        product=draw(st.sampled_from(products)),
        asked=asked,
        least=draw(st.integers(0, asked)),
        first=APRIL.plus(first),
        months=draw(st.integers(1, months - first)),
    )


@st.composite
def requests(draw: st.DrawFn, name: str, products: tuple[str, ...], months: int, most: int) -> Request:
    return Request(
        id=name,
        organisation=draw(st.sampled_from(("o1", "o2", "o3"))),
        score=draw(st.sampled_from((0, 60_000, 70_000, 70_500, 90_000))),
        criteria={"impact": draw(st.integers(0, 3)) * 10_000, "need": draw(st.integers(0, 1)) * 5_000},
        options=(Alternative(tuple(draw(st.lists(items(products, months, most), min_size=1, max_size=2)))),),
        attributes={"track": draw(st.sampled_from(("a", "b")))},
    )


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    chosen = [
        rule("minimum_score", "line", score=draw(st.sampled_from((60_000, 70_200)))),
        rule("minimum_criterion", "impact", criterion="impact", score=10_000, where={"track": "a"}),
        rule("budget", "budget", where={"track": "a"}, pool="p1", units=draw(st.integers(0, 20))),
        rule("share_at_most", "share", holder="organisation", pool="p1", thousandths=draw(st.integers(0, 1000))),
    ]
    return tuple(one for one in chosen if draw(st.booleans()))


@st.composite
def problems(draw: st.DrawFn, most_requests: int = 7, most_asked: int = 4, ruled: bool = True) -> Problem:
    """Up to two pools over up to three months; no fixed awards."""
    months = draw(st.integers(1, 3))
    codes = ("p1", "p2")[: draw(st.integers(1, 2))]
    pools = tuple(Pool(code, "gpu", {APRIL.plus(m): draw(capacities()) for m in range(months)}) for code in codes)
    products = tuple(Product(f"{code}x{units}", code, units) for code in codes for units in (1, 4))
    names = tuple(product.code for product in products)
    count = draw(st.integers(0, most_requests))
    drawn = tuple(draw(requests(f"r{index}", names, months, most_asked)) for index in range(count))
    return Problem(pools, products, drawn, draw(rules()) if ruled else ())


@st.composite
def problems_with_fixed(draw: st.DrawFn) -> Problem:
    """A problem some of whose requests were granted in an earlier plan and accepted."""
    earlier = draw(problems())
    plan = solve(earlier, draw(st.sampled_from(POLICIES)))
    kept = {grant.request: grant.award for grant in plan.grants if draw(st.booleans())}
    return replace(earlier, requests=tuple(replace(r, fixed=kept.get(r.id)) for r in earlier.requests))
