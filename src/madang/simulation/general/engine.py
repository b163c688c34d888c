"""Hands a trace to the engine that knows nodes and rules: turns cluster, policy and jobs into columns of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np

from madang.errors import Refused
from madang.simulation import compiled
from madang.simulation.cluster import Cluster
from madang.simulation.general import events, limits, machine, priorities, queue_pass, reclaiming, reservation, turns
from madang.simulation.general.layout import Layout, changes_of, count_all, horizon, layout_of, nodes_of
from madang.simulation.outcome import Outcome, ints
from madang.simulation.policy import Limit, Policy
from madang.simulation.progress import Progress, followed
from madang.simulation.step_functions import Steps
from madang.simulation.trace import Ints, Trace

ORDERS = {
    "submission": limits.BY_SUBMISSION,
    "shortest": limits.BY_LENGTH,
    "multifactor": limits.BY_PRIORITY,
    "madang": limits.BY_TURNS,
}
BORROWING = {"none": limits.STRICT, "borrow": limits.BORROW, "reclaim": limits.RECLAIM}
MOST_USE = 1 << 61
KERNELS = (machine, reservation, limits, priorities, queue_pass, reclaiming, turns, events)
TABLES = (machine.Jobs, machine.Nodes, limits.Accounts, limits.Classes)


def run(
    trace: Trace, cluster: Cluster, policy: Policy, *, fast: bool, seed: int, progress: Progress | None = None
) -> Outcome:
    """The schedule; `fast` compiles the kernels, `seed` draws failures. Every job fits the cluster."""
    layout = layout_of(trace, cluster)
    ways = _ways(policy, fast)
    jobs = _jobs(trace, policy, layout)
    _check_use(jobs, layout, ways)
    accounts, classes = _accounts(trace, policy), _classes(trace, policy)
    marks: Any = np.zeros(machine.WHOLE + 1, dtype=np.int64)
    marks[machine.SHADOW], marks[machine.HEAD] = -1, machine.NEVER
    nodes = nodes_of(layout)
    changes: Any = changes_of(layout, cluster, horizon(trace, layout), seed)
    count_all(nodes, layout.shape, marks)
    tables: tuple[Any, ...] = (jobs, nodes, accounts, classes)
    given: list[Any]
    if fast:
        play: Any = compiled.compiled(*KERNELS, tables=TABLES).play_general
        given = [compiled.table_of(each) for each in tables]
    else:
        play, given = events.play_general, [type(each)(*(column.tolist() for column in each)) for each in tables]
        marks, changes = marks.tolist(), changes.tolist()
    stopped, samples = followed(
        lambda: play(*given, layout.shape, ways, marks, changes), lambda: int(marks[machine.COME]), len(trace), progress
    )
    done = machine.Jobs(*given[0])
    exhausted = list(limits.Accounts(*given[2]).exhausted)
    return _outcome(trace, done, exhausted, layout, stopped, samples, "compiled" if fast else "plain")


def _outcome(
    trace: Trace,
    jobs: machine.Jobs,
    exhausted: list[int],
    layout: Layout,
    stopped: list[int],
    samples: list[int],
    engine: str,
) -> Outcome:
    attempts = ints(stopped).reshape(-1, 3)
    sampled = ints(samples).reshape(-1, 3)
    return Outcome(
        start=ints(jobs.start),
        end=ints(jobs.end),
        engine=engine,
        capacity=Steps(sampled[:, 0], sampled[:, 2]),
        restarts=ints(jobs.restarts),
        attempts=(attempts[:, 0], attempts[:, 1], attempts[:, 2]),
        fragmented=Steps(sampled[:, 0], sampled[:, 1]) if layout.shape.placed else None,
        exhausted={trace.accounts[at]: int(when) for at, when in enumerate(exhausted) if when >= 0},
    )


def _ways(policy: Policy, fast: bool) -> limits.Ways:
    turns, many = policy.order == "madang", policy.multifactor
    return limits.Ways(
        order=ORDERS[policy.order],
        backfill=int(policy.backfill == "easy"),
        borrowing=BORROWING[policy.shares.borrowing] if policy.shares else 0,
        preempting=int(policy.preemption is not None),
        exempt=policy.preemption.exempt_seconds if policy.preemption else 0,
        half_life=policy.fair_share.half_life if turns else many.half_life,
        entry=policy.fair_share.entry_seconds if turns else 0,
        age=many.age,
        fair_share=many.fair_share,
        most_age=many.most_age,
        recalculate=many.recalculate,
        damping=many.damping,
        fair_tree=int(many.fair_tree),
        factors=_factors(fast),
    )


@cache
def _factors(fast: bool) -> machine.Column:
    return ints(priorities.fading()) if fast else priorities.fading()


def _jobs(trace: Trace, policy: Policy, layout: Layout) -> machine.Jobs:
    many, one = policy.multifactor, priorities.ONE
    blank = np.zeros(len(trace), dtype=np.int64)
    unit = trace.gpus if layout.shape.by_gpus else trace.processors
    per_gpu = (policy.fair_share if policy.order == "madang" else many).cores_per_gpu
    size = unit * one // max(layout.units, 1)
    levels = policy.preemption.levels if policy.preemption else {}
    standing = ints([many.qos_levels.get(name, 0) for name in trace.qoses])
    return machine.Jobs(
        submit=trace.submit,
        run=np.minimum(trace.run, trace.estimate),
        limit=trace.estimate,
        cores=trace.processors,
        memory=trace.memory_mb if layout.memory else blank,
        gpus=trace.gpus,
        column=layout.column,
        account=trace.account,
        share_class=trace.share_class,
        level=ints([levels.get(name, 0) for name in trace.qoses])[trace.qos],
        unit=unit,
        charge=trace.processors + per_gpu * trace.gpus,
        size=many.size * (one - size if many.small_first else size),
        standing=many.qos * (standing * one // max(int(standing.max(initial=0)), 1))[trace.qos],
        **layout.parts,
        start=blank - 1,
        end=blank - 1,
        state=blank.copy(),
        restarts=blank.copy(),
        hold=blank - 1,
        before=blank - 1,
        after=blank - 1,
    )


def _accounts(trace: Trace, policy: Policy) -> limits.Accounts:
    names, never = trace.accounts, machine.NEVER
    bounds = [policy.limits.get(name, Limit()) for name in names]
    share_class = np.zeros(len(names), dtype=np.int64)
    share_class[trace.account[::-1]] = trace.share_class[::-1]  # that of its first job

    def blank(value: int = 0) -> Ints:
        return np.full(len(names), value, dtype=np.int64)

    def most(values: Iterable[int | None]) -> Ints:
        return ints([never if value is None else value for value in values])

    return limits.Accounts(
        budget=_named(names, policy.budgets, never),
        spent=blank(),
        promised=blank(),
        most_gpus=most(limit.gpus for limit in bounds),
        most_cores=most(limit.processors for limit in bounds),
        most_jobs=most(limit.jobs for limit in bounds),
        gpus=blank(),
        cores=blank(),
        jobs=blank(),
        exhausted=blank(-1),
        use=blank(),
        use_at=blank(),
        now_used=blank(),
        shares=_named(names, policy.multifactor.shares, 1),
        share_class=share_class,
        factor=blank(),
        first=blank(-1),
        last=blank(-1),
        shut=blank(),
    )


def _classes(trace: Trace, policy: Policy) -> limits.Classes:
    names = trace.classes
    return limits.Classes(
        part=_named(names, policy.shares.parts if policy.shares else {}, 0),
        held=np.zeros(len(names), dtype=np.int64),
        weight=np.maximum(_named(names, policy.fair_share.weights, 1), 1),
        shares=_named(names, policy.multifactor.class_shares, 1),
    )


def _named(names: Iterable[str], given: Mapping[str, int], otherwise: int) -> Ints:
    return ints([given.get(name, otherwise) for name in names])


def _check_use(jobs: machine.Jobs, layout: Layout, ways: limits.Ways) -> None:
    """Use in fair share must stay within 64 bits: what all nodes can be charged while it has not faded."""
    seconds = 2 * ways.half_life + int(np.max(jobs.limit, initial=0))
    if layout.charge(jobs) * seconds << 16 > MOST_USE:
        raise Refused("trace_too_long", jobs=len(jobs.submit), seconds=seconds)
