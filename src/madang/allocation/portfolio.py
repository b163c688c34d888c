"""The policy `portfolio`: the best set of awards, its bound proven in whole numbers, the rest settled by order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from madang.allocation.columns import Columns, Value, columns
from madang.allocation.lines import Room
from madang.allocation.plain import modelled
from madang.allocation.plan import Price, Proof
from madang.allocation.policies import COMPUTE, Portfolio
from madang.allocation.problem import Award, Problem, Request
from madang.allocation.selection.choices import Choices, Option
from madang.allocation.settling import Held, Settling


@dataclass(frozen=True)
class Progress:
    """How far a solve has come; objective and bound in the plan's own measure."""

    incumbent: int
    bound: int


Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Chosen:
    """Awards beside the fixed ones, what they are worth, what none can exceed, the proof, and who is marginal."""

    awards: Mapping[str, Award]
    objective: int
    bound: int
    proof: Proof | None
    marginal: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What the search gives for choices: the selection, its bound, its exact proof, and verdicts where they are proven
    ("in", "out"), else "marginal"."""

    held: tuple[Held | None, ...]
    bound: int
    proven: int
    prices: tuple[int, ...]
    denominator: int
    verdicts: tuple[str, ...]


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
) -> Chosen:
    """The awards to candidates, who stand in the published order; `room` holds the fixed awards."""
    made = columns(problem, candidates, room, value(problem, policy))
    found = search(made.choices, gap=policy.gap, work=work, report=report)
    return settled(made, found)


def settled(made: Columns, found: Found) -> Chosen:
    """The search's selection, improved and its marginal requests settled by the published order, as awards."""
    decided = [verdict != "marginal" for verdict in found.verdicts]
    settling = Settling(made.choices, found.held, decided)
    held = settling.settle()
    awards = {}
    for place, one in enumerate(held):
        award = made.award(place, one) if one is not None else None
        if award is not None:
            awards[made.requests[place].id] = award
    prices = tuple(Price(row_name(made, row), price) for row, price in enumerate(found.prices) if price)
    marginal = tuple(sorted(made.requests[n].id for n, done in enumerate(decided) if not done))
    proof = Proof(found.proven, found.denominator, prices)
    return Chosen(awards, settling.objective(), found.bound, proof, marginal)


def row_name(made: Columns, row: int) -> tuple[str, ...]:
    """How a row of the choices is named in a proof (docs/allocation.md)."""
    if row >= len(made.room.lines):
        return made.names[row - len(made.room.lines)]
    line = made.room.lines[row]
    return line.kind, line.pool, str(line.month) if line.month else "", line.rule, line.holder


def search(choices: Choices, *, gap: int, work: int, report: Report | None = None) -> Found:
    """The best selection that the work allows, with its bound and proof."""
    answer = modelled(choices, gap_millionths=gap, nodes=work)
    most = sum(max((_most(o) for o in options), default=0) for options in choices.requests)
    verdicts = ("marginal",) * len(choices.requests)
    return Found(answer.held, min(most, answer.bound), most, (0,) * len(choices.limits), 1, verdicts)


def _most(option: Option) -> int:
    return max(0, option.worth + sum(max(0, part.worth) * part.more for part in option.parts))
