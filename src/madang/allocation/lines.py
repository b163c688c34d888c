"""Everything that is limited (a pool in a month, a track's budget, an organisation's share) and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from madang.allocation.problem import (
    MINIMUM_CRITERION,
    MINIMUM_SCORE,
    ORGANISATION_SHARE,
    TRACK_BUDGET,
    Item,
    Problem,
    Request,
    Rule,
)
from madang.values import Month, months_from

POOL = "pool"
BUDGET = "budget"
SHARE = "share"


@dataclass(frozen=True)
class Line:
    """One limit: at most `limit` units of `pool` in `month`, or over the pool's window where `month` is None.

    `rule` names the rule it comes from ("" for the pool itself), `holder` the track or organisation it is for.
    """

    kind: str
    pool: str
    month: Month | None
    rule: str
    holder: str
    limit: int


def unmet(problem: Problem, request: Request) -> Rule | None:
    """The first rule with a minimum that a request does not reach, or None."""
    for rule in problem.rules:
        if rule.kind not in (MINIMUM_SCORE, MINIMUM_CRITERION):
            continue
        if any(request.attributes.get(name) != value for name, value in rule.where().items()):
            continue
        points = request.score if rule.kind == MINIMUM_SCORE else request.criteria.get(rule.text("criterion"), 0)
        if points < rule.number("score"):
            return rule
    return None


def lines(problem: Problem) -> list[Line]:
    """Every limit of a problem: pools by month, then budgets and shares in the order of the rules."""
    found = [
        Line(POOL, pool.code, month, "", "", capacity.available)
        for pool in problem.pools
        for month, capacity in sorted(pool.months.items())
    ]
    for rule in problem.rules:
        if rule.kind == TRACK_BUDGET:
            pool = problem.pool[rule.text("pool")]
            limit, track = rule.number("units"), rule.text("track")
            found.extend(Line(BUDGET, pool.code, month, rule.name, track, limit) for month in sorted(pool.months))
        elif rule.kind == ORGANISATION_SHARE:
            pool = problem.pool[rule.text("pool")]
            limit = pool.available * rule.number("thousandths") // 1000
            holders = sorted({request.organisation for request in problem.requests})
            found.extend(Line(SHARE, pool.code, None, rule.name, holder, limit) for holder in holders)
    return found


class Room:
    """What is left of every line while awards are handed out and taken back; whole numbers throughout.

    `uses[id][i]` lists what one of a request's item i takes: (index of the line, units), in the order of the lines.
    """

    def __init__(self, problem: Problem) -> None:
        self.lines = lines(problem)
        self.left = [line.limit for line in self.lines]
        index = {(line.kind, line.pool, line.month, line.rule, line.holder): i for i, line in enumerate(self.lines)}
        self.uses = {
            request.id: [
                [(index[key], units) for key, units in _uses(problem, request, item)] for item in request.items
            ]
            for request in problem.requests
        }

    def need(self, request: Request, quantities: Sequence[int]) -> dict[int, int]:
        """Index of each line that an award of `quantities` draws on → units."""
        total: dict[int, int] = {}
        for uses, quantity in zip(self.uses[request.id], quantities, strict=True):
            if quantity:
                for line, units in uses:
                    total[line] = total.get(line, 0) + units * quantity
        return total

    def lacking(self, request: Request, quantities: Sequence[int]) -> dict[int, int]:
        """Index of each line that is too short for `quantities` → by how many units; empty when they fit."""
        need = self.need(request, quantities)
        return {line: units - self.left[line] for line, units in need.items() if units > self.left[line]}

    def take(self, request: Request, quantities: Sequence[int]) -> None:
        for line, units in self.need(request, quantities).items():
            self.left[line] -= units

    def give_back(self, request: Request, quantities: Sequence[int]) -> None:
        for line, units in self.need(request, quantities).items():
            self.left[line] += units


_Place = tuple[str, str, Month | None, str, str]


def _uses(problem: Problem, request: Request, item: Item) -> Iterator[tuple[_Place, int]]:
    product = problem.product[item.product]
    months = months_from(item.first, item.months)
    for month in months:
        yield (POOL, product.pool, month, "", ""), product.units
    for rule in problem.rules:
        if rule.params.get("pool") != product.pool:
            continue
        if rule.kind == TRACK_BUDGET and request.attributes.get("track") == rule.text("track"):
            for month in months:
                yield (BUDGET, product.pool, month, rule.name, rule.text("track")), product.units
        elif rule.kind == ORGANISATION_SHARE:
            yield (SHARE, product.pool, None, rule.name, request.organisation), product.units * item.months
