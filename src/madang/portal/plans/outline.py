"""What pages show of a plan, worked out once by the process that solves it, so that no page reads the whole plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from madang.allocation.compare import Share, Totals, totals
from madang.allocation.demand import by_month
from madang.allocation.plan import REFUSED, Plan
from madang.allocation.policies import COMPUTE, Portfolio
from madang.allocation.ties import amount, asked
from madang.portal.policies.rules import rule_json


class MonthUse(NamedTuple):
    """What is asked for and what a plan gives of a pool in one month, fixed awards included, beside what it could."""

    pool: str
    month: str
    available: int
    given: int
    asked: int


class Row(NamedTuple):
    """One request of a plan: (product, given, asked) for each of its items, and weighted units × months.

    `score` is the reviewers', `points` with preferences; `reserve` the place on the reserve list, 0 off it.
    """

    request: str
    score: int
    points: int
    outcome: str
    marginal: bool
    reserve: int
    amount: int
    given: int
    parts: Sequence[Sequence[Any]]

    @property
    def granted(self) -> bool:
        return self.outcome != REFUSED


@dataclass(frozen=True)
class Outline:
    """A plan as pages show it. `rows` best points first; `worth` is the sum of score × weighted units × months of all
    awards, in thousandths of a point, a yardstick that is the same for every policy; `measure` says what `objective`
    counts. `attributes`: attribute → value → (requests, granted, asked, given). `barren`: the names of rules that leave
    nobody anything, in a plan that gives nothing."""

    granted: int
    objective: int
    worth: int
    measure: str
    bound: int | None
    gap: int | None
    proven: bool
    solver: str
    wall_ms: int | None
    marginal: int
    given: Mapping[str, int]
    available: Mapping[str, int]
    attributes: Mapping[str, Mapping[str, Sequence[int]]]
    rules: Sequence[Mapping[str, Any]]
    use: Sequence[MonthUse]
    rows: Sequence[Row]
    shares: Mapping[str, int] = field(default_factory=dict)
    barren: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Outline:
        use, rows = [MonthUse(*one) for one in stored["use"]], [Row(*one) for one in stored["rows"]]
        return cls(**{**stored, "use": use, "rows": rows})

    @property
    def totals(self) -> Totals:
        """The figures as the library's comparison has them."""
        shares = {name: {value: Share(*one) for value, one in known.items()} for name, known in self.attributes.items()}
        return Totals(self.granted, self.objective, self.bound, self.given, self.available, shares)

    @property
    def selected(self) -> int:
        """How many requests get something, those with an accepted award among them."""
        return sum(row.granted for row in self.rows)


def outline(plan: Plan, barren: Sequence[str] = ()) -> Outline:
    """The outline of a plan."""
    figures = totals(plan)
    return Outline(
        granted=figures.granted,
        objective=plan.objective,
        worth=worth(plan),
        measure=_measure(plan),
        bound=plan.bound,
        gap=plan.gap,
        proven=plan.proven,
        solver=f"{plan.solver.name} {plan.solver.version}",
        wall_ms=plan.wall_ms,
        marginal=len(plan.marginal),
        given=figures.given,
        available=figures.available,
        attributes={
            name: {value: (s.requests, s.granted, s.asked, s.given) for value, s in known.items()}
            for name, known in figures.attributes.items()
        },
        rules=[rule_json(rule) for rule in plan.problem.rules],
        use=use_by_month(plan),
        rows=rows(plan),
        shares=dict(plan.shares),
        barren=list(barren),
    )


def worth(plan: Plan) -> int:
    """Thousandths of a reviewers' point × weighted units × months of all awards, whatever the policy maximises."""
    requests = plan.problem.request
    return sum(
        requests[grant.request].score * amount(plan.problem, requests[grant.request], grant.award)
        for grant in plan.grants
    )


def _measure(plan: Plan) -> str:
    """Names the measure of an objective: only plans with the same can be compared by it."""
    policy = plan.policy
    if not isinstance(policy, Portfolio):
        return COMPUTE
    return f"{policy.measure}-{policy.above}-{policy.power}"


def use_by_month(plan: Plan) -> list[MonthUse]:
    """Every pool and month of a plan's problem, in order."""
    return [
        MonthUse(one.pool, str(one.month), max(0, one.funded - one.held), one.given, one.asked)
        for one in by_month(plan)
    ]


def rows(plan: Plan) -> list[Row]:
    """Every request, best points first."""
    problem, marginal = plan.problem, set(plan.marginal)
    reserve = {name: place for place, name in enumerate(plan.reserve, start=1)}
    found = []
    for request in problem.requests:
        held = plan.grant.get(request.id)
        items = request.options[held.option].items if held else request.items
        quantities = held.quantities if held else (0,) * len(items)
        found.append(
            Row(
                request=request.id,
                score=request.score,
                points=problem.points[request.id],
                outcome=plan.outcomes[request.id],
                marginal=request.id in marginal,
                reserve=reserve.get(request.id, 0),
                amount=asked(problem, request),
                given=amount(problem, request, held.award) if held else 0,
                parts=[[i.product, q, i.asked] for i, q in zip(items, quantities, strict=True)],
            )
        )
    return sorted(found, key=lambda row: (-row.points, row.request))


class Difference(NamedTuple):
    """One request in several plans: what becomes of it in each (None where a plan does not have it)."""

    request: str
    score: int
    rows: tuple[Row | None, ...]

    @property
    def differs(self) -> bool:
        return len({(row.outcome, row.given, str(row.parts)) if row else None for row in self.rows}) > 1

    @property
    def change(self) -> int:
        """What the last plan gives more than the first, in weighted units × months."""
        first, last = self.rows[0], self.rows[-1]
        return (last.given if last else 0) - (first.given if first else 0)


def side_by_side(plans: Sequence[Outline]) -> list[Difference]:
    """Every request of several plans: those that fare differently first, best score first within each half."""
    by_name = [{row.request: row for row in plan.rows} for plan in plans]
    scores: dict[str, int] = {}
    for known in by_name:
        for name, row in known.items():
            scores.setdefault(name, row.score)
    found = [Difference(name, score, tuple(known.get(name) for known in by_name)) for name, score in scores.items()]
    return sorted(found, key=lambda one: (not one.differs, -one.score, one.request))
