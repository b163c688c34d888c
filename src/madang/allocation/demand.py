"""How demand meets capacity month by month, asked for and given."""

from __future__ import annotations

from dataclasses import dataclass

from madang.allocation.parts import Award, Request, asked_award
from madang.allocation.plan import Plan
from madang.allocation.scaling import even
from madang.values import Month


@dataclass(frozen=True)
class MonthUse:
    """One pool in one month, in its units: what stands there, is funded, held, asked for and given by the plan."""

    pool: str
    month: Month
    physical: int
    funded: int
    held: int
    asked: int
    given: int


def by_month(plan: Plan) -> list[MonthUse]:
    """Every pool and month in order. Asked for: first alternatives at their first start, totals spread evenly."""
    asked: dict[tuple[str, Month], int] = {}
    given: dict[tuple[str, Month], int] = {}
    for request in plan.problem.requests:
        for key, units in plan.problem.drawn(request, _first(request)).items():
            asked[key] = asked.get(key, 0) + units
        grant = plan.grant.get(request.id)
        for key, units in plan.problem.drawn(request, grant.award).items() if grant else ():
            given[key] = given.get(key, 0) + units
    return [
        MonthUse(
            pool.code,
            month,
            capacity.physical,
            capacity.funded,
            capacity.held,
            asked.get((pool.code, month), 0),
            given.get((pool.code, month), 0),
        )
        for pool in plan.problem.pools
        for month, capacity in sorted(pool.months.items())
    ]


def _first(request: Request) -> Award:
    spread = tuple(
        tuple(even(item.asked, item.months, month) for month in range(item.months)) if item.total else ()
        for item in request.items
    )
    return Award(asked_award(request), spread=spread if any(spread) else ())
