"""Draws small allocation problems for the property tests, and builds one by hand for the plain ones."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from madang.allocation.parts import TOGETHER as SOLVED_TOGETHER
from madang.allocation.parts import (
    Alternative,
    Award,
    Item,
    MonthCapacity,
    Pool,
    Product,
    Reference,
    Request,
    Rule,
)
from madang.allocation.policies import Bracket, Fair, Portfolio, Rank, Scaled, Tiers
from madang.allocation.problem import Problem
from madang.allocation.solve import solve
from madang.values import Month

APRIL = Month(2026, 4)
SENTENCE = {"en": "A rule.", "ko": "기준입니다."}
POLICIES = (Rank(), Rank(overflow="stop"), Portfolio())
LISTS = (
    *POLICIES[:2],
    Tiers(70_500, 60_000),
    Tiers(90_000, 70_000, overflow="stop"),
)
SCALED = (
    Scaled(),
    Scaled(below="least", floor=200, slope=900, turn=20, decay=700, free=6),
    Scaled(function="linear", low=55_000, high=85_000),
    Scaled(function="brackets", below="least", brackets=(Bracket(8, 1000), Bracket(30, 600), Bracket(None, 250))),
)
TOGETHER = (
    Portfolio(),
    Portfolio(measure="awards"),
    Portfolio(above=60_000, power=2),
    Fair("track"),
    Fair("organisation", aim="nash"),
)
EVERY = (*LISTS, *SCALED, *TOGETHER)


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
def alternatives(draw: st.DrawFn, products: tuple[str, ...], months: int, most: int) -> Alternative:
    """Up to two items, some of them totals, that may start later as far as the months allow."""
    found = []
    for part in draw(st.lists(items(products, months, most), min_size=1, max_size=2)):
        total = draw(st.booleans())
        found.append(replace(part, total=total, asked=part.asked * (part.months if total else 1)))
    room = min(months - APRIL.until(part.first) - part.months for part in found)
    return Alternative(tuple(found), draw(st.integers(0, room)))


@st.composite
def richer_rules(draw: st.DrawFn, together: bool) -> tuple[Rule, ...]:
    """Rules of every kind; those about all awards together only where asked for."""
    chosen = [
        *draw(rules()),
        rule("budget", "window", pool="p1", units=draw(st.integers(0, 40)), each="window"),
        rule("budget", "everything", units=draw(st.integers(0, 60)), where={"organisation": "o1"}),
        rule("share_at_most", "tracks", holder="track", thousandths=draw(st.integers(300, 1000))),
        rule("reserve", "kept", pool="p1", thousandths=draw(st.integers(0, 400))),
        rule("preference", "bonus", points=draw(st.integers(-3_000, 3_000)), where={"track": "b"}),
    ]
    if together:
        chosen += [
            rule("share_at_least", "outside", where={"track": "b"}, thousandths=draw(st.integers(0, 600))),
            rule("success_band", "band", attribute="track", thousandths=draw(st.integers(0, 500))),
            rule("no_envy", "envy"),
        ]
    return tuple(one for one in chosen if draw(st.booleans()))


@st.composite
def rich_problems(draw: st.DrawFn, most_requests: int = 6, together: bool = False) -> Problem:
    """Problems that use everything the format has, some with accepted awards."""
    plain = draw(problems(most_requests=most_requests, ruled=False))
    months = len(plain.months)
    names = tuple(product.code for product in plain.products)
    codes = [pool.code for pool in plain.pools]
    reference = Reference("H100", {code: draw(st.sampled_from((250, 1000, 3000))) for code in codes})
    asked = tuple(
        replace(
            one,
            options=tuple(draw(st.lists(alternatives(names, months, 4), min_size=1, max_size=2))),
            error=draw(st.sampled_from((0, 2_000))),
        )
        for one in plain.requests
    )
    ruled = tuple(r for r in draw(richer_rules(together)) if r.params.get("pool", codes[0]) in codes)
    found = replace(plain, requests=asked, rules=ruled, reference=draw(st.sampled_from((None, reference))))
    if draw(st.booleans()):
        plan = solve(replace(found, rules=tuple(r for r in ruled if r.kind not in SOLVED_TOGETHER)), Rank())
        kept = {grant.request: grant.award for grant in plan.grants[:1]}
        found = replace(found, requests=tuple(replace(r, fixed=kept.get(r.id)) for r in found.requests))
    return found


@st.composite
def problems_with_fixed(draw: st.DrawFn) -> Problem:
    """A problem some of whose requests were granted in an earlier plan and accepted."""
    earlier = draw(problems())
    plan = solve(earlier, draw(st.sampled_from(POLICIES)))
    kept = {grant.request: grant.award for grant in plan.grants if draw(st.booleans())}
    return replace(earlier, requests=tuple(replace(r, fixed=kept.get(r.id)) for r in earlier.requests))
