"""Solves an allocation problem under a policy and proposes a plan; everything it does is the same in every run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import highspy

from madang.allocation import ties
from madang.allocation.conflicts import contradiction
from madang.allocation.fairness import fair
from madang.allocation.lines import Room, with_fixed
from madang.allocation.parts import Award, Request, asked_award
from madang.allocation.plan import KEPT, REDUCED, REFUSED, WHOLE, Grant, Plan, Proof, Solver
from madang.allocation.policies import (
    DEFAULT_WORK,
    Fair,
    Policy,
    Portfolio,
    Rank,
    Scaled,
    Tiers,
    refuse_what_needs_a_portfolio,
)
from madang.allocation.portfolio import Progress, Report, chosen, value
from madang.allocation.problem import Problem, problem_hash
from madang.allocation.ranking import VERSION, candidates, queue, ranked
from madang.allocation.scaling import scaled
from madang.errors import Refused

__all__ = ["Progress", "Report", "installed", "solve"]


@dataclass
class _Answer:
    """What a policy gives beside the fixed awards."""

    awards: Mapping[str, Award]
    queue: Sequence[Request]
    bound: int | None = None
    proof: Proof | None = None
    marginal: tuple[str, ...] = ()
    factors: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)


def solve(
    problem: Problem,
    policy: Policy,
    *,
    seed: int = 0,
    work_limit: int | None = None,
    commitment: str | None = None,
    progress: Report | None = None,
    start: Mapping[str, Award] | None = None,
) -> Plan:
    """The plan that `policy` gives.

    `seed`: the revealed seed of the lottery (docs/allocation.md); `commitment`: what was published of it before.
    `work_limit`: at most so many nodes of the solver's search tree (`portfolio` and `fair` only); a plan that ended on
    it says so by its gap. `progress` is called now and then with the best plan and bound so far. `start`:
    awards from which the search for a portfolio begins in a question "what if", so that what comes out differs only
    where that is worth more.
    ``Refused("allocation_problem_invalid")`` when the fixed awards alone break a limit, when a rule asks for more than
    the policy can keep, or when no plan keeps every rule.
    """
    began = time.perf_counter()
    refuse_what_needs_a_portfolio(problem, policy)
    order = ties.order(problem, policy.ties, seed)
    room, fixed = with_fixed(problem)
    limit = None
    if isinstance(policy, Portfolio | Fair):
        limit = DEFAULT_WORK if work_limit is None else work_limit
    try:
        answer = _answer(problem, policy, order, room, (limit or 0, seed), progress, start or {})
    except Refused as broken:
        raise Refused(broken.code, **{**broken.facts, "named": ", ".join(contradiction(problem, policy))}) from None
    grants = {**fixed, **answer.awards}
    outcomes = {request.id: _outcome(request, grants.get(request.id)) for request in problem.requests}
    refused = [r for r in answer.queue if outcomes[r.id] == REFUSED]
    return Plan(
        problem=problem,
        problem_hash=problem_hash(problem),
        requests_hash=problem.requests_hash,
        policy=policy,
        seed=seed,
        work_limit=limit,
        solver=installed(policy),
        grants=tuple(Grant(name, *grants[name]) for name in sorted(grants)),
        outcomes=outcomes,
        reserve=tuple(r.id for r in refused),
        objective=objective(problem, policy, grants),
        bound=answer.bound,
        proof=answer.proof,
        marginal=answer.marginal,
        factors=answer.factors,
        shares=answer.shares,
        commitment=commitment,
        wall_ms=round((time.perf_counter() - began) * 1000),
    )


def _answer(
    problem: Problem,
    policy: Policy,
    order: Sequence[Request],
    room: Room,
    given: tuple[int, int],
    progress: Report | None,
    start: Mapping[str, Award],
) -> _Answer:
    work, seed = given
    open_ones = candidates(problem, order)
    if isinstance(policy, Rank | Tiers):
        line = queue(problem, policy, order, seed)
        return _Answer(ranked(problem, policy, line, room), line)
    if isinstance(policy, Scaled):
        found = scaled(problem, policy, open_ones, room)
        return _Answer(found.awards, open_ones, factors=found.factors)
    kept = objective(problem, policy, {r.id: r.fixed for r in problem.requests if r.fixed is not None})
    if isinstance(policy, Fair):
        level = fair(problem, policy, open_ones, room, work, progress)
        best = level.chosen
        bound = kept + best.bound if level.proven else None
        return _Answer(best.awards, open_ones, bound, None, best.marginal, shares=level.shares)
    best = chosen(problem, policy, open_ones, room, work, _beside(kept, progress), start)
    proof = replace(best.proof, proven=best.proof.proven + kept) if best.proof else None
    return _Answer(best.awards, open_ones, kept + best.bound, proof, best.marginal)


def objective(problem: Problem, policy: Policy, grants: Mapping[str, Award]) -> int:
    """What awards are worth, in the policy's own measure for a portfolio, else points x weighted units x months."""
    measure = value(problem, policy if isinstance(policy, Portfolio) else Portfolio())
    total = 0
    for name, award in grants.items():
        request = problem.request[name]
        total += measure.once(request)
        for (pool, _), units in problem.drawn(request, award).items():
            total += units * problem.weight(pool) * measure.each(request, pool)
    return total


def _beside(kept: int, progress: Report | None) -> Report | None:
    """Progress in the plan's measure, the fixed awards counted in."""
    if progress is None:
        return None
    return lambda seen: progress(Progress(seen.incumbent + kept, seen.bound + kept))


def installed(policy: Policy) -> Solver:
    """The solver, and its version on this machine, that `solve` uses for a policy."""
    if isinstance(policy, Portfolio | Fair):
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        return Solver("madang.selection/HiGHS", highs.version())
    return Solver(f"madang.{policy.name}", VERSION)


def _outcome(request: Request, award: Award | None) -> str:
    if request.fixed is not None:
        return KEPT
    if award is None:
        return REFUSED
    return WHOLE if award.quantities == asked_award(request, award.option) else REDUCED
