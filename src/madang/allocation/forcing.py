"""What a portfolio would be worth with a request forced in, or out, and how many points that request is short of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from madang.allocation import ties
from madang.allocation.columns import Columns, columns
from madang.allocation.lines import with_fixed
from madang.allocation.plan import Plan
from madang.allocation.policies import COMPUTE, Portfolio
from madang.allocation.portfolio import search, value
from madang.allocation.problem import Award, Problem, Request
from madang.allocation.ranking import candidates
from madang.allocation.selection.choices import Choices
from madang.allocation.settling import Held, worth

Facts = dict[str, object]
Seen = Callable[[int, int], None]
WORK = 500  # nodes of each solve: the answer is then a change that is enough, if not always the smallest


def forced(
    problem: Problem, policy: Portfolio, plan: Plan, progress: Seen | None = None
) -> Iterator[tuple[str, list[Facts]]]:
    """For each request that was decided on: the points with which the portfolio without it, or with it, is better.

    One solve a request, the others free to change: who was refused is forced in, who was granted is left out. The
    points found are enough to alter the answer, beside this plan and whatever else is chosen.
    """
    order = ties.order(problem, policy.ties, plan.seed, digest=plan.problem_hash)
    room, _ = with_fixed(problem)
    made = columns(problem, candidates(problem, order), room, value(problem, policy))
    for place, request in enumerate(made.requests):
        fact = _granted(made, policy, plan, place) if request.id in plan.grant else _refused(made, policy, plan, place)
        yield request.id, [fact] if fact else []
        if progress:
            progress(place + 1, len(made.requests))


def _start(made: Columns, plan: Plan) -> list[Held | None]:
    """The newly granted awards as a selection: each solve begins with it."""
    grants = (plan.grant.get(request.id) for request in made.requests)
    return [made.held(place, grant.award) if grant else None for place, grant in enumerate(grants)]


def _now(made: Columns, plan: Plan) -> int:
    """What the newly granted awards are worth."""
    return _worth(made.choices, _start(made, plan))


def _gained(made: Columns, policy: Portfolio, request: Request, award: Award, points: int) -> int:
    """What `points` more (or less) change in what an award of this request is worth."""
    own = made.problem.points[request.id]
    each = int(max(0, own + points - policy.above) ** policy.power - max(0, own - policy.above) ** policy.power)
    return each * (ties.amount(made.problem, request, award) if policy.measure == COMPUTE else 1)


def _refused(made: Columns, policy: Portfolio, plan: Plan, place: int) -> Facts | None:
    """The fewest points more with which a portfolio with this request beats the plan; None where none is possible."""
    request, options = made.requests[place], made.choices.requests[place]
    most = 1 + sum(
        max((abs(o.worth) + sum(abs(p.worth) * p.more for p in o.parts) for o in one), default=0)
        for one in made.choices.requests
    )
    wanted = tuple(replace(option, worth=option.worth + most) for option in options)
    found = search(_with(made.choices, place, wanted), gap=policy.gap, work=WORK, start=_start(made, plan))
    held = found.chosen[place]
    award = made.award(place, held) if held is not None else None
    if award is None:
        return None
    short = _now(made, plan) - _worth(made.choices, found.chosen)
    points = _least(lambda d: _gained(made, policy, request, award, d) > short)
    return {"change": "score", "points": points} if points is not None else None


def _granted(made: Columns, policy: Portfolio, plan: Plan, place: int) -> Facts | None:
    """The fewest points less with which a portfolio without this request beats the plan; None where none does."""
    request = made.requests[place]
    start = [None if n == place else held for n, held in enumerate(_start(made, plan))]
    found = search(_with(made.choices, place, ()), gap=policy.gap, work=WORK, start=start)
    ahead = _now(made, plan) - _worth(made.choices, found.chosen)
    award = plan.grant[request.id].award
    points = _least(lambda d: -_gained(made, policy, request, award, -d) > ahead, made.problem.points[request.id])
    return {"change": "score", "points": -points} if points is not None else None


def _with(choices: Choices, place: int, options: tuple[object, ...]) -> Choices:
    requests = tuple(options if n == place else one for n, one in enumerate(choices.requests))
    return Choices(requests, choices.limits)  # type: ignore[arg-type]


def _worth(choices: Choices, held: Sequence[Held | None]) -> int:
    """What a selection is worth at its true worth."""
    return sum(
        worth(options[one[0]], one[1]) for options, one in zip(choices.requests, held, strict=True) if one is not None
    )


def _least(holds: Callable[[int], bool], most: int = 10**9) -> int | None:
    """The smallest number from 1 to `most` at which it holds; where it holds it holds above."""
    if most < 1 or not holds(most):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
