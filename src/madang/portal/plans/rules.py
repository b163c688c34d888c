"""How a plan moves through its states, and how an intake's applications become an allocation problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from madang.allocation.parts import (
    MINIMUM_CRITERION,
    MINIMUM_SCORE,
    Alternative,
    Award,
    Item,
    MonthCapacity,
    Pool,
    Product,
    Request,
    Rule,
)
from madang.allocation.policies import Policy, Portfolio, Rank
from madang.allocation.problem import Problem
from madang.catalogues import translation
from madang.errors import Refused
from madang.portal.formats import decimal
from madang.reading import canonical
from madang.values import Month, months_from


class PlanState(StrEnum):
    """`solving` is being worked on; `failed` ended without a plan, `cancelled` was stopped; `checked` is adoptable."""

    SOLVING = "solving"
    CHECKED = "checked"
    FAULTY = "faulty"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"


class PolicyChoice(StrEnum):
    """The policies as the portal offers them."""

    RANK_SKIP = "rank_skip"
    RANK_STOP = "rank_stop"
    PORTFOLIO = "portfolio"


# At most so many plans are proposed at once: as many as can be compared.
MOST_AT_ONCE = 6
POLICIES: Mapping[PolicyChoice, Policy] = {
    PolicyChoice.RANK_SKIP: Rank("skip"),
    PolicyChoice.RANK_STOP: Rank("stop"),
    PolicyChoice.PORTFOLIO: Portfolio(),
}

# How ids of requests and organisations begin; the rest is a keyed digest that only this centre can make.
REQUEST_MARK, ORGANISATION_MARK = "R-", "O-"


@dataclass(frozen=True)
class Offered:
    """A product as problems see it; `by_hour` products are asked for in hours, so many in all."""

    code: str
    pool: str
    units: int
    by_hour: bool


@dataclass(frozen=True)
class Wish:
    """One line of an application: `quantity` of a product, or so many hours of it in all, at least `least`."""

    product: str
    quantity: int
    least: int
    first_month: str
    months: int


@dataclass(frozen=True)
class Candidate:
    """One application: score and its standard error in thousandths, wishes, and the quantities of a standing award.

    `kept` is what a standing award still holds of its hours month by month, where some of them were freed.
    """

    id: str
    organisation: str
    track: str
    score: int
    criteria: Mapping[str, int]
    wishes: tuple[Wish, ...]
    attributes: Mapping[str, str]
    given: tuple[int, ...] | None = None
    error: int = 0
    kept: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class TrackRule:
    """A track's minimums: of the total in thousandths, of criteria in points, with the titles to name them by."""

    code: str
    title: Mapping[str, str]
    minimum_total: int
    criteria: tuple[tuple[str, Mapping[str, str], int], ...]


@dataclass(frozen=True)
class Stock:
    """A pool with its months: physical, funded, and promised to awards outside this problem."""

    code: str
    unit: str
    months: dict[str, tuple[int, int, int]]


def in_units(offered: Offered, quantity: int, months: int) -> int:
    """How many of a product a quantity takes in each month of a problem: itself, or the hours a month that give it."""
    return -(-quantity // months) if offered.by_hour else quantity


def from_units(offered: Offered, planned: int, asked: int, months: int) -> int:
    """The quantity that a planned number gives: itself, or so many hours in all, never more than was asked for."""
    return min(asked, planned * months) if offered.by_hour else planned


def pool_units(offered: Offered, quantity: int, months: int) -> int:
    """Units of the pool that a quantity holds in each of its months; unit-hours where it is sold by the hour."""
    return in_units(offered, quantity, months) * offered.units


def problem_of(
    candidates: Sequence[Candidate], products: Iterable[Offered], stocks: Iterable[Stock], tracks: Iterable[TrackRule]
) -> Problem:
    """The problem. Refused "nobody_to_award" without candidates; a month without capacity has none to give."""
    if not candidates:
        raise Refused("nobody_to_award")
    offered = {product.code: product for product in products}
    asked = _asked_months(candidates, offered)
    return Problem(
        pools=tuple(_pool(stock, asked.get(stock.code, set())) for stock in stocks),
        products=tuple(Product(product.code, product.pool, product.units) for product in offered.values()),
        requests=tuple(_request(candidate, offered) for candidate in candidates),
        rules=tuple(rule for track in tracks for rule in _rules(track)),
    )


def _asked_months(candidates: Sequence[Candidate], offered: Mapping[str, Offered]) -> dict[str, set[Month]]:
    found: dict[str, set[Month]] = {}
    for candidate in candidates:
        for wish in candidate.wishes:
            months = months_from(Month.parse(wish.first_month), wish.months)
            found.setdefault(offered[wish.product].pool, set()).update(months)
    return found


def _pool(stock: Stock, asked: set[Month]) -> Pool:
    months = {Month.parse(text): MonthCapacity(*figures) for text, figures in stock.months.items()}
    return Pool(stock.code, stock.unit, {month: MonthCapacity(0, 0) for month in sorted(asked)} | months)


def _request(candidate: Candidate, offered: Mapping[str, Offered]) -> Request:
    given, products = candidate.given, [offered[wish.product] for wish in candidate.wishes]
    if candidate.kept:
        items = tuple(
            _whole(wish, product) if product.by_hour else _item(wish, product)
            for wish, product in zip(candidate.wishes, products, strict=True)
        )
    else:
        items = tuple(map(_item, candidate.wishes, products))
    return Request(
        id=candidate.id,
        organisation=candidate.organisation,
        score=candidate.score,
        error=candidate.error,
        criteria=dict(sorted(candidate.criteria.items())),
        options=(Alternative(items),),
        attributes={"track": candidate.track, **candidate.attributes},
        fixed=None if given is None else _standing(candidate, given, products),
    )


def _standing(candidate: Candidate, given: Sequence[int], products: Sequence[Offered]) -> Award:
    wished = zip(candidate.wishes, given, products, strict=True)
    units = [in_units(product, quantity, wish.months) for wish, quantity, product in wished]
    if not candidate.kept:
        return Award(tuple(units))
    sums = (
        sum(kept) if product.by_hour else each
        for kept, each, product in zip(candidate.kept, units, products, strict=True)
    )
    return Award(tuple(sums), spread=candidate.kept)


def _whole(wish: Wish, product: Offered) -> Item:
    """Hours of a standing award for its whole window, since it no longer holds the same in every month."""
    asked = in_units(product, wish.quantity, wish.months) * wish.months
    return Item(wish.product, asked, 0, Month.parse(wish.first_month), wish.months, total=True)


def _item(wish: Wish, product: Offered) -> Item:
    return Item(
        product=wish.product,
        asked=in_units(product, wish.quantity, wish.months),
        least=in_units(product, wish.least, wish.months),
        first=Month.parse(wish.first_month),
        months=wish.months,
    )


def _rules(track: TrackRule) -> Iterable[Rule]:
    where = {"where": {"track": track.code}}
    if track.minimum_total:
        sentence = {
            language: _minimum_total(language).format(
                track=track.title[language], points=decimal(track.minimum_total, 1000, 0)
            )
            for language in ("en", "ko")
        }
        params = {"score": track.minimum_total, **where}
        yield Rule(f"minimum-{track.code}", MINIMUM_SCORE, sentence, params)
    for code, title, points in track.criteria:
        sentence = {
            language: _minimum_points(language).format(
                track=track.title[language], criterion=title[language], points=points
            )
            for language in ("en", "ko")
        }
        params = {"criterion": code, "score": points * 1000, **where}
        yield Rule(f"minimum-{track.code}-{code}", MINIMUM_CRITERION, sentence, params)


def _minimum_total(language: str) -> str:
    return translation(language).gettext("In {track}, an application needs at least {points} points in all.")


def _minimum_points(language: str) -> str:
    return translation(language).gettext("In {track}, an application needs at least {points} points for {criterion}.")


def for_everybody(document: dict[str, Any]) -> dict[str, Any]:
    """A plan's document without those attributes of applicants that neither a rule nor the policy goes by.

    From kind and region, line by line, small cells of the public figures could be read off. What decides stays, so that
    anyone can still check and replay it; `problem_hash` is that of the problem as it is shown. The track always stays.
    """
    problem = document["problem"]
    kept = {"track", *gone_by(document["policy"], *(rule["params"] for rule in problem["rules"]))}
    requests = [
        {**request, "attributes": {name: value for name, value in request["attributes"].items() if name in kept}}
        for request in problem["requests"]
    ]
    shown = {**problem, "requests": requests}
    return {**document, "problem": shown, "problem_hash": sha256(canonical(shown)).hexdigest()}


def gone_by(*documents: Any) -> set[str]:
    """Every word that stands in rules and policies as a name or a value; names of attributes are among them."""
    found: set[str] = set()
    for one in documents:
        if isinstance(one, str):
            found.add(one)
        elif isinstance(one, Mapping):
            found |= gone_by(*one.keys(), *one.values())
        elif isinstance(one, list):
            found |= gone_by(*one)
    return found


def check_adoptable(state: str) -> None:
    """Only a plan that was solved and checked without a fault can be adopted."""
    if state == PlanState.FAULTY:
        raise Refused("plan_faulty")
    if state != PlanState.CHECKED:
        raise Refused("plan_not_checked")


def may_cancel(state: str) -> bool:
    """Whether a solve can still be stopped."""
    return state == PlanState.SOLVING
