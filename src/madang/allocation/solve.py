"""Solves an allocation problem under a policy and proposes a plan; everything it does is the same in every run."""

from __future__ import annotations

import time
from collections.abc import Mapping

import highspy

from madang.allocation import ties
from madang.allocation.lines import Room, unmet
from madang.allocation.plan import KEPT, REDUCED, REFUSED, WHOLE, Grant, Plan, Solver
from madang.allocation.policies import DEFAULT_WORK, Policy, Portfolio, Rank
from madang.allocation.portfolio import Progress, Report, chosen
from madang.allocation.problem import INVALID, Problem, Request, problem_hash
from madang.allocation.ranking import VERSION, ranked
from madang.allocation.settling import Quantities
from madang.errors import Refused

__all__ = ["Progress", "Report", "installed", "solve"]


def solve(
    problem: Problem,
    policy: Policy,
    *,
    seed: int = 0,
    work_limit: int | None = None,
    progress: Report | None = None,
) -> Plan:
    """The plan that `policy` gives.

    `seed`: the revealed seed of the lottery that breaks the last ties (docs/allocation.md). `work_limit`: at most so
    many nodes of the solver's search tree (`portfolio` only); a plan that ended on it says so by its gap. `progress` is
    called now and then with the best plan and bound so far.
    ``Refused("allocation_problem_invalid")`` when the fixed awards alone break a limit.
    """
    began = time.perf_counter()
    order = ties.order(problem, policy.ties, seed)
    room = Room(problem)
    fixed = _fixed(problem, room)
    bound: int | None = None
    if isinstance(policy, Rank):
        awards, limit = ranked(problem, policy, order, room), None
    else:
        limit = DEFAULT_WORK if work_limit is None else work_limit
        kept = sum(_value(problem, problem.request[name], held) for name, held in fixed.items())
        awards, more = chosen(problem, policy, order, room, limit, _beside(kept, progress))
        bound = kept + more
    grants = {**fixed, **awards}
    outcomes = {request.id: _outcome(request, grants.get(request.id)) for request in problem.requests}
    return Plan(
        problem=problem,
        problem_hash=problem_hash(problem),
        policy=policy,
        seed=seed,
        work_limit=limit,
        solver=installed(policy),
        grants=tuple(Grant(name, grants[name]) for name in sorted(grants)),
        outcomes=outcomes,
        reserve=tuple(r.id for r in order if outcomes[r.id] == REFUSED and unmet(problem, r) is None),
        objective=sum(_value(problem, problem.request[name], held) for name, held in grants.items()),
        bound=bound,
        wall_ms=round((time.perf_counter() - began) * 1000),
    )


def _beside(kept: int, progress: Report | None) -> Report | None:
    """Progress in the plan's measure, the fixed awards counted in."""
    if progress is None:
        return None
    return lambda seen: progress(Progress(seen.incumbent + kept, seen.bound + kept, seen.nodes))


def installed(policy: Policy) -> Solver:
    """The solver, and its version on this machine, that `solve` uses for a policy."""
    if isinstance(policy, Portfolio):
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        return Solver("HiGHS", highs.version())
    return Solver("madang.rank", VERSION)


def _fixed(problem: Problem, room: Room) -> Mapping[str, Quantities]:
    """The accepted awards, taken from the room before anything else."""
    held = {}
    for request in problem.requests:
        if request.fixed is None:
            continue
        short = room.lacking(request, request.fixed)
        if short:
            line = room.lines[min(short)]
            where = f"requests[id={request.id}].fixed"
            over = "fixed_exceed_capacity" if not line.rule else "fixed_exceed_rule"
            raise Refused(INVALID, file=None, field=where, rule=over, pool=line.pool, named=line.rule)
        room.take(request, request.fixed)
        held[request.id] = request.fixed
    return held


def _value(problem: Problem, request: Request, quantities: Quantities) -> int:
    return request.score * ties.amount(problem, request, quantities)


def _outcome(request: Request, quantities: Quantities | None) -> str:
    if request.fixed is not None:
        return KEPT
    if quantities is None:
        return REFUSED
    return WHOLE if quantities == tuple(item.asked for item in request.items) else REDUCED
