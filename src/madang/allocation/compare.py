"""Two to six plans side by side: what each gives in all, and the requests that fare differently on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madang.allocation import ties
from madang.allocation.parts import Award, Request
from madang.allocation.plan import REFUSED, Plan
from madang.errors import Refused

MOST = 6


@dataclass(frozen=True)
class Share:
    """The requests that carry one value of an attribute: how many, how many granted, weighted
    unit-months asked (by the first alternatives) and given."""

    requests: int
    granted: int
    asked: int
    given: int


@dataclass(frozen=True)
class Totals:
    """One plan in figures. `given`: pool → unit-months, fixed awards included; `available`: the same of what could be
    given; `attributes`: attribute → value → share."""

    granted: int
    objective: int
    bound: int | None
    given: Mapping[str, int]
    available: Mapping[str, int]
    attributes: Mapping[str, Mapping[str, Share]]


@dataclass(frozen=True)
class Row:
    """One request in every plan: its outcome and quantities (None where a plan's problem does not have it)."""

    request: str
    outcomes: tuple[str | None, ...]
    quantities: tuple[tuple[int, ...] | None, ...]
    awards: tuple[Award | None, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether it fares differently: another outcome, amount, alternative or start."""
        return any(len(set(each)) > 1 for each in (self.quantities, self.outcomes, self.awards))


@dataclass(frozen=True)
class Comparison:
    """`totals` in the order of the plans; `rows` with those that differ first, best score first within each half."""

    totals: tuple[Totals, ...]
    rows: tuple[Row, ...]

    @property
    def differing(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.differs)


def compare(plans: Sequence[Plan]) -> Comparison:
    """Their problems may differ (a rule moved, say).

    ``Refused("allocation_comparison_invalid", given, most)`` unless there are 2 to 6 plans.
    """
    if not 2 <= len(plans) <= MOST:
        raise Refused("allocation_comparison_invalid", given=len(plans), most=MOST)
    scores: dict[str, int] = {}
    for plan in plans:
        for request in plan.problem.requests:
            scores.setdefault(request.id, plan.problem.points[request.id])
    rows = (
        Row(
            name,
            tuple(plan.outcomes.get(name) for plan in plans),
            tuple(_quantities(plan, name) for plan in plans),
            tuple(grant.award if (grant := plan.grant.get(name)) else None for plan in plans),
        )
        for name in scores
    )
    ordered = sorted(rows, key=lambda row: (not row.differs, -scores[row.request], row.request))
    return Comparison(tuple(totals(plan) for plan in plans), tuple(ordered))


def _quantities(plan: Plan, name: str) -> tuple[int, ...] | None:
    request = plan.problem.request.get(name)
    if request is None:
        return None
    held = plan.grant.get(name)
    return held.quantities if held else (0,) * len(request.items)


def totals(plan: Plan) -> Totals:
    """One plan in figures, amounts in the pools' units × months."""
    given = {pool.code: 0 for pool in plan.problem.pools}
    for grant in plan.grants:
        drawn = plan.problem.drawn(plan.problem.request[grant.request], grant.award)
        for (pool, _), units in drawn.items():
            given[pool] += units
    return Totals(
        granted=len(plan.grants),
        objective=plan.objective,
        bound=plan.bound,
        given=given,
        available={pool.code: pool.available for pool in plan.problem.pools},
        attributes=_by_attribute(plan),
    )


def _by_attribute(plan: Plan) -> dict[str, dict[str, Share]]:
    members: dict[str, dict[str, list[Request]]] = {}
    amounts = {request.id: _amounts(plan, request) for request in plan.problem.requests}
    for request in plan.problem.requests:
        for name, value in request.attributes.items():
            members.setdefault(name, {}).setdefault(value, []).append(request)
    return {
        name: {value: _share(plan, members[name][value], amounts) for value in sorted(members[name])}
        for name in sorted(members)
    }


def _amounts(plan: Plan, request: Request) -> tuple[int, int]:
    """What a request asks for and what it is given, in weighted pool units x months."""
    granted = plan.outcomes[request.id] != REFUSED
    given = ties.amount(plan.problem, request, plan.grant[request.id].award) if granted else 0
    return ties.asked(plan.problem, request), given


def _share(plan: Plan, requests: Sequence[Request], amounts: Mapping[str, tuple[int, int]]) -> Share:
    granted = [request for request in requests if plan.outcomes[request.id] != REFUSED]
    return Share(
        requests=len(requests),
        granted=len(granted),
        asked=sum(amounts[request.id][0] for request in requests),
        given=sum(amounts[request.id][1] for request in requests),
    )
