"""What a committee asks of a plan: what each rule costs, and what noise in the scores would change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from madang.allocation.nearest import solved_without
from madang.allocation.parts import Award, Request
from madang.allocation.plan import REFUSED, Plan
from madang.allocation.problem import Problem
from madang.allocation.solve import objective, solve

Seen = Callable[[int, int], None]
WORDS, WORD = 12, 65_536  # a normal draw: twelve words of sixteen bits, whose sum has the variance of one word squared


@dataclass(frozen=True)
class Change:
    """One request that fares differently: what it gets with the rule and without it (None: nothing)."""

    request: str
    before: Award | None
    after: Award | None


@dataclass(frozen=True)
class Cost:
    """What one rule costs: the plan's worth with it and without it, in one measure, and who fares differently.

    `without` is None where nothing is left to solve without the rule (it says what the problem needs).
    """

    rule: str
    objective: int
    without: int | None
    changes: tuple[Change, ...]


def costs(problem: Problem, plan: Plan, progress: Seen | None = None) -> list[Cost]:
    """Each rule of the problem taken away by itself and all solved again, with the lots as they were drawn.

    Both worths are points x weighted units x months by the rules as they are (or the portfolio's own measure), so that
    a preference taken away does not change the measure.
    """
    found = []
    for done, rule in enumerate(problem.rules, start=1):
        again = solved_without(problem, plan, rule.name)
        if again is None:
            found.append(Cost(rule.name, plan.objective, None, ()))
        else:
            worth = objective(problem, plan.policy, {grant.request: grant.award for grant in again.grants})
            found.append(Cost(rule.name, plan.objective, worth, _changes(plan, again)))
        if progress:
            progress(done, len(problem.rules))
    return found


def _changes(plan: Plan, again: Plan) -> tuple[Change, ...]:
    found = []
    for request in plan.problem.requests:
        before, after = plan.grant.get(request.id), again.grant.get(request.id)
        pair = before.award if before else None, after.award if after else None
        if pair[0] != pair[1]:
            found.append(Change(request.id, *pair))
    return tuple(found)


def sensitivity(plan: Plan, *, draws: int, seed: int, progress: Seen | None = None) -> dict[str, int]:
    """How often (of `draws`) each request is given something when scores are redrawn within their standard errors.

    Each draw adds to every score its standard error times a number that is all but normal (the sum of twelve uniform
    ones), taken from SHA-256 of "problem hash, seed, number of the draw, request id", line feeds between them: the same
    on every machine. A score does not fall below zero. Lots stay as they were drawn.
    """
    granted = dict.fromkeys((request.id for request in plan.problem.requests), 0)
    for draw in range(draws):
        requests = tuple(replace(r, score=redrawn(plan.problem_hash, seed, draw, r)) for r in plan.problem.requests)
        problem = replace(plan.problem, requests=requests)
        again = solve(problem, plan.policy, seed=plan.seed, work_limit=plan.work_limit)
        for name, outcome in again.outcomes.items():
            granted[name] += outcome != REFUSED
        if progress:
            progress(draw + 1, draws)
    return granted


def redrawn(digest: str, seed: int, draw: int, request: Request) -> int:
    """A request's score in one draw, in thousandths of a point."""
    if not request.error:
        return request.score
    found = hashlib.sha256(f"{digest}\n{seed}\n{draw}\n{request.id}".encode()).digest()
    words = [int.from_bytes(found[2 * n : 2 * n + 2]) for n in range(WORDS)]
    centred = 2 * sum(words) - WORDS * (WORD - 1)  # twice the distance from the middle
    return max(0, request.score + (request.error * centred + WORD) // (2 * WORD))
