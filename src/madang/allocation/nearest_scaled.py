"""What more points would have changed under the policy `scaled`, with everybody's cuts as they were made.

Solving all again for every point of every request would take hours, and one request more moves each cut by little; so
the cuts (factors) are held, and the sentences say so.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from madang.allocation import ties
from madang.allocation.fewest import fewest
from madang.allocation.lines import with_fixed
from madang.allocation.parts import Request
from madang.allocation.plan import Plan
from madang.allocation.policies import Scaled
from madang.allocation.problem import Problem
from madang.allocation.ranking import candidates, lines_of
from madang.allocation.scaling import MILLION, kept, quantities, series_name

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
        now = _quantities(problem, policy, request, ranked, factor)

        def otherwise(more: int, request: Request = request, factor: int = factor, now: tuple[int, ...] = now) -> bool:
            return _quantities(problem, policy, replace(request, score=request.score + more), ranked, factor) != now

        points = fewest(otherwise, max(ranked[-1], policy.high) - request.score - problem.preferred(request) + 1)
        granted = request.id in plan.grant
        if points is not None and granted == any(now):
            found[request.id] = {"change": "held", "points": points, "granted": granted}
    return found


def _quantities(problem: Problem, policy: Scaled, request: Request, ranked: list[int], factor: int) -> tuple[int, ...]:
    """What a request with its points is given under a factor in millionths."""
    points = problem.points_of(request)
    asked, others = ties.asked(problem, request), len(ranked) - 1
    below = bisect_left(ranked, points) - (problem.points[request.id] < points)  # as it stands, it is not one of them
    part = kept(policy, points, asked, below, others) / asked
    return quantities(request, part, factor, policy.below)
