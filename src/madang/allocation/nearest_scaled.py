"""What more points would have changed under the policy `scaled`, with everybody's cuts as they were made.

Solving all again for every point of every request would take hours, and one request more moves each cut by little; so
the cuts (factors) are held, and the sentences say so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from madang.allocation import ties
from madang.allocation.lines import with_fixed
from madang.allocation.plan import Plan
from madang.allocation.policies import LEAST, Scaled
from madang.allocation.problem import Problem, Request
from madang.allocation.ranking import candidates, lines_of
from madang.allocation.scaling import MILLION, kept, series_name

Facts = dict[str, object]


def scaled_changes(problem: Problem, policy: Scaled, plan: Plan) -> dict[str, Facts]:
    """By request, the fewest more points with which it would get something, or more of something, with cuts as made.

    `{"change": "held", "points": d}`; requests that no number of points would help are left out.
    """
    room, _ = with_fixed(problem)
    order = sorted(problem.requests, key=ties.place(problem, policy.ties, plan.seed))
    open_ones = candidates(problem, order)
    ranked = sorted(problem.points[r.id] for r in open_ones)
    found: dict[str, Facts] = {}
    for request in open_ones:
        names = {series_name(room.lines[line]) for line in lines_of(room, request, 0, 0)}
        factor = min((plan.factors[name] for name in names if name in plan.factors), default=MILLION)
        own = problem.points[request.id]
        now = _quantities(problem, policy, request, own, ranked, factor)

        def otherwise(more: int, request: Request = request, factor: int = factor, now: tuple[int, ...] = now) -> bool:
            points = problem.points[request.id] + more
            return _quantities(problem, policy, request, points, ranked, factor) != now

        points = _first(otherwise, max(ranked[-1], policy.high) - own + 1)
        granted = request.id in plan.grant
        if points is not None and granted == any(now):
            found[request.id] = {"change": "held", "points": points, "granted": granted}
    return found


def _quantities(
    problem: Problem, policy: Scaled, request: Request, points: int, ranked: list[int], factor: int
) -> tuple[int, ...]:
    """What a request with these points is given under a factor in millionths."""
    asked, others = ties.asked(problem, request), len(ranked) - 1
    below = min(bisect_left(ranked, points), others)
    part = kept(policy, points, asked, below, others) * factor / (asked * MILLION)
    quantities = tuple(int(item.asked * part) for item in request.items)
    if any(q < item.least for q, item in zip(quantities, request.items, strict=True)) and policy.below != LEAST:
        return (0,) * len(quantities)
    return tuple(max(q, item.least) for q, item in zip(quantities, request.items, strict=True))


def _first(holds: Callable[[int], bool], most: int) -> int | None:
    """The smallest number from 1 to `most` at which it holds; where it holds it holds above."""
    if most < 1 or not holds(most):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
