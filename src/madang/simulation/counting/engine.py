"""Hands a trace to the engines that only count: first-come, shortest-first, EASY and conservative backfill."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from madang.simulation import compiled
from madang.simulation.cluster import Cluster
from madang.simulation.counting import conservative, deep_queues, shallow_queues, short_queues
from madang.simulation.outcome import Outcome, ints
from madang.simulation.policy import Policy
from madang.simulation.progress import Progress, followed
from madang.simulation.step_functions import steady
from madang.simulation.trace import Ints, Trace

DEEP = 500  # waiting jobs from which the plain engine is slower than loading the compiled one


def suits(trace: Trace, cluster: Cluster, policy: Policy) -> bool:
    """Whether nothing but one kind of resource and the order of the queue decides."""
    steady_cluster = not cluster.maintenance and cluster.failures is None
    always = all(part.opens == 0 and part.closes is None for part in cluster.partitions)
    one_kind = not (trace.gpus.any() and trace.processors.any())
    one_type = not trace.gpus.any() or len({part.gpu_type for part in cluster.partitions if part.gpus}) == 1
    memory = trace.memory_mb.any() and any(part.memory_mb for part in cluster.partitions)
    ordered = policy.order in ("submission", "shortest") and policy.plain
    return not cluster.placed and steady_cluster and always and one_kind and one_type and not memory and ordered


def run(
    trace: Trace,
    cluster: Cluster,
    policy: Policy,
    *,
    pyss: bool,
    fast: bool,
    progress: Progress | None,
    watched: bool = False,
) -> Outcome:
    """The schedule; `fast` compiles the kernels, and `watched` does so once the queue turns out to be deep."""
    needed = trace.gpus if trace.gpus.any() else trace.processors
    capacity = cluster.gpus if trace.gpus.any() else cluster.processors
    ran = np.minimum(trace.run, trace.estimate)
    estimate = np.maximum(trace.run, trace.estimate) if pyss else trace.estimate
    columns = (trace.submit, ran, estimate, needed)
    if policy.backfill == "conservative":
        start = _conservative(columns, capacity, pyss, fast, progress)
    else:
        ranked, backfill = _ranks(trace.submit, trace.estimate, policy), policy.backfill == "easy"
        try:
            start = _queued(columns, capacity, ranked, backfill, pyss, fast, _watch if watched else None, progress)
        except _DeepError:
            fast = True
            start = _queued(columns, capacity, ranked, backfill, pyss, fast, None, progress)
    return Outcome(start, start + ran, "compiled" if fast else "plain", steady(capacity))


class _DeepError(Exception):
    """The queue is so deep that compiling pays."""


def _watch(machine: short_queues.Machine) -> None:
    if len(machine.queue) > DEEP:
        raise _DeepError


def _ranks(submit: Ints, estimate: Ints, policy: Policy) -> Ints | None:
    """Rows in the order in which the queue serves them, or None where that is the order of the trace."""
    if policy.order == "submission":
        return None
    return np.lexsort((np.arange(len(submit)), estimate)).astype(np.int64)


def _queued(
    columns: tuple[Ints, ...],
    capacity: int,
    ranked: Ints | None,
    backfill: bool,
    pyss: bool,
    fast: bool,
    watch: Callable[[short_queues.Machine], None] | None,
    progress: Progress | None,
) -> Ints:
    submit = columns[0]
    arrivals = np.arange(len(submit), dtype=np.int64)
    if ranked is not None:
        rank_of = np.empty_like(ranked)
        rank_of[ranked] = arrivals
        arrivals = rank_of if pyss else rank_of[np.lexsort((rank_of, submit))]
        columns = tuple(column[ranked] for column in columns)
    if fast:
        start = _compiled(columns, capacity, arrivals, backfill, pyss, progress)
    else:
        came, lasts, most, asks = (column.tolist() for column in columns)
        machine = short_queues.Machine(came, lasts, most, asks, capacity, backfill)

        def tell(done: int, jobs: int) -> None:
            if watch:
                watch(machine)
            if progress:
                progress(done, jobs)

        coming = range(len(submit)) if ranked is None else arrivals.tolist()
        (short_queues.play_events if pyss else short_queues.play_instants)(machine, coming, tell)
        start = ints(machine.start)
    if ranked is None:
        return start
    found = np.empty_like(start)
    found[ranked] = start
    return found


def _compiled(
    columns: tuple[Ints, ...], capacity: int, arrivals: Ints, backfill: bool, pyss: bool, progress: Progress | None
) -> Ints:
    """Starts by the engine for shallow queues, or where it gives up by the one for deep ones."""
    submit, run, estimate, needed = map(np.ascontiguousarray, columns)
    rows = compiled.table_of(shallow_queues.rows_of(submit, run, estimate, needed, capacity))
    shallow = compiled.compiled(shallow_queues, tables=(shallow_queues.Rows,))
    play_shallow = shallow.play_events if pyss else shallow.play_instants
    came = rows[shallow_queues.Rows._fields.index("came")]
    jobs = len(submit)
    if followed(lambda: play_shallow(rows, arrivals, capacity, backfill), lambda: int(came[0]), jobs, progress):
        return ints(rows[shallow_queues.Rows._fields.index("start")][:jobs].copy())
    state = deep_queues.blocks_of(submit, run, estimate, needed, capacity)
    play_deep = compiled.compiled(deep_queues, inlined=True).play_blocks
    marks = state.marks
    followed(
        lambda: play_deep(state, arrivals, backfill, pyss), lambda: int(marks[deep_queues.STARTED]), jobs, progress
    )
    return state.start


def _conservative(columns: tuple[Ints, ...], capacity: int, pyss: bool, fast: bool, progress: Progress | None) -> Ints:
    submit, run, estimate, needed = map(np.ascontiguousarray, columns)
    start = np.full(len(submit), -1, dtype=np.int64)
    jobs = conservative.Reserved(submit, run, estimate, needed, start)
    if not fast:
        jobs = conservative.Reserved(*(ints(column).tolist() for column in jobs))
    play = compiled.compiled(conservative).play_reserved if fast else conservative.play_reserved
    come = np.zeros(1, dtype=np.int64)
    followed(lambda: play(jobs, capacity, pyss, come), lambda: int(come[0]), len(submit), progress)
    return ints(jobs.start)
