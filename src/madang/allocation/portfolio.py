"""The policy `portfolio`: the best set of awards, its bound proven in whole numbers, the rest settled by order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from madang.allocation.columns import Columns, Value, columns
from madang.allocation.lines import Room
from madang.allocation.parts import INVALID, Award, Request
from madang.allocation.plan import Price, Proof
from madang.allocation.policies import COMPUTE, Portfolio
from madang.allocation.problem import Problem
from madang.allocation.selection import MARGINAL, Choices, Option, Prices, Selection, best
from madang.allocation.settling import Held, Settling
from madang.errors import Refused


@dataclass(frozen=True)
class Progress:
    """How far a solve has come; objective and bound in the plan's own measure."""

    incumbent: int
    bound: int


Report = Callable[[Progress], None]
LITTLE, COARSE = 100, 20_000  # nodes; millionths of the bound


@dataclass(frozen=True)
class Chosen:
    """Awards beside the fixed ones, what they are worth, what none can exceed, the proof, and who is marginal."""

    awards: Mapping[str, Award]
    objective: int
    bound: int
    proof: Proof | None
    marginal: tuple[str, ...]


def value(problem: Problem, policy: Portfolio) -> Value:
    """What the policy says that awards are worth: from the points alone, whole numbers."""
    worth = {
        request.id: max(0, problem.points[request.id] - policy.above) ** policy.power for request in problem.requests
    }
    if policy.measure == COMPUTE:
        return Value(lambda request, _pool: worth[request.id], lambda _request: 0)
    return Value(lambda _request, _pool: 0, lambda request: worth[request.id])


def chosen(
    problem: Problem,
    policy: Portfolio,
    candidates: Sequence[Request],
    room: Room,
    work: int,
    report: Report | None = None,
    start: Mapping[str, Award] | None = None,
) -> Chosen:
    """The awards to candidates, who stand in the published order; `room` holds the fixed awards.

    `start`: awards known before, from which the search begins where they fit.
    """
    made = columns(problem, candidates, room, value(problem, policy))
    known = [made.held(n, start[r.id]) if r.id in start else None for n, r in enumerate(candidates)] if start else None
    return settled(made, search(made.choices, gap=policy.gap, work=work, report=report, start=known))


def search(
    choices: Choices,
    *,
    gap: int,
    work: int,
    report: Report | None = None,
    start: Sequence[Held | None] | None = None,
) -> Selection:
    """The best selection that the work allows, with its bound and proof.

    Without any work (0) nothing is searched for: settling begins with nothing, and the bound is what all could be worth
    together. With little work (below `LITTLE`) the search may end within `COARSE` of the bound: a quick look.
    ``Refused("allocation_problem_invalid", rule="rules_cannot_hold_together")`` where no selection keeps every row.
    """
    if work == 0 and min(choices.limits, default=0) >= 0:
        return _unsearched(choices)
    told = None if report is None else lambda incumbent, bound: report(Progress(incumbent, bound))
    try:
        near = max(gap, COARSE) if 0 < work < LITTLE else gap
        return best(choices, gap_millionths=near, work=work, report=told, start=start)
    except Refused as refused:
        found = "rules_cannot_hold_together" if refused.code == "allocation_limits_contradict" else "nothing_was_found"
        raise Refused(INVALID, file=None, field="rules", rule=found, work=work) from None


def _unsearched(choices: Choices) -> Selection:
    prices = Prices((0,) * len(choices.limits), 1)
    bound = Bounds(choices, prices).proven
    count = len(choices.requests)
    return Selection((None,) * count, 0, bound, bound, prices, (MARGINAL,) * count)


def settled(made: Columns, found: Selection) -> Chosen:
    """The search's selection, improved and its marginal requests settled by the published order, as awards."""
    settling = Settling(made.choices, found.chosen, [verdict != MARGINAL for verdict in found.verdicts])
    held = settling.settle()
    awards = {}
    for place, one in enumerate(held):
        award = made.award(place, one) if one is not None else None
        if award is not None:
            awards[made.requests[place].id] = award
    bounds = Bounds(made.choices, found.prices)
    prices = tuple(Price(row_name(made, row), price) for row, price in enumerate(found.prices.multipliers) if price)
    objective = settling.objective()
    marginal = [made.requests[n].id for n, one in enumerate(held) if not bounds.decides(n, one is not None, objective)]
    proof = Proof(bounds.proven, found.prices.denominator, prices)
    return Chosen(awards, objective, min(found.bound, bounds.proven), proof, tuple(sorted(marginal)))


class Bounds:
    """What prices prove of choices (docs/allocation.md), in whole numbers over the prices' denominator."""

    def __init__(self, choices: Choices, prices: Prices) -> None:
        self.prices = prices
        self.values = [[self._value(option) for option in options] for options in choices.requests]
        self.best = [max([0, *values]) for values in self.values]
        rows = sum(price * limit for price, limit in zip(prices.multipliers, choices.limits, strict=True) if price)
        self.total = rows + sum(self.best)

    def _left(self, worth: int, uses: Mapping[int, int]) -> int:
        return self.prices.denominator * worth - sum(self.prices.multipliers[row] * n for row, n in uses.items())

    def _value(self, option: Option) -> int:
        parts = sum(part.more * max(0, self._left(part.worth, part.uses)) for part in option.parts)
        return self._left(option.worth, option.uses) + parts

    @property
    def proven(self) -> int:
        """No selection is worth more."""
        return self.total // self.prices.denominator

    def decides(self, place: int, served: bool, objective: int) -> bool:
        """Whether every selection worth at least `objective` serves this request too, or none does."""
        if not served and not self.values[place]:
            return True
        other = self.total - self.best[place] + (0 if served else max(self.values[place]))
        return other // self.prices.denominator < objective


def row_name(made: Columns, row: int) -> tuple[str, ...]:
    """How a row of the choices is named in a proof (docs/allocation.md)."""
    if row >= len(made.room.lines):
        return made.names[row - len(made.room.lines)]
    line = made.room.lines[row]
    return line.kind, line.pool, str(line.month) if line.month else "", line.rule, line.holder
