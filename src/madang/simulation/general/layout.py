"""Lays out a cluster for a trace: nodes in columns, how each job falls into parts, and when nodes come and go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from madang.errors import Refused
from madang.simulation.cluster import Cluster, Failures, Partition
from madang.simulation.general.events import CLOSE, FAIL, OPEN
from madang.simulation.general.machine import CORES, GPUS, MEMORY, NEVER, Column, Jobs, Nodes, Shape, count
from madang.simulation.trace import Flags, Ints, Trace

UNBOUNDED = 1 << 40  # MiB of a node whose memory is no bound
MOST_FAILURES = 5_000_000


@dataclass(frozen=True)
class Layout:
    """A cluster as a trace sees it: `column` and `parts` by job, `kinds` the partitions' nodes, `shut` the closures."""

    shape: Shape
    kinds: tuple[tuple[int, Ints], ...]  # how many equal nodes, and what each has by column
    column: Ints
    parts: Mapping[str, Ints]
    shut: tuple[tuple[int, int, int, int], ...]  # first node, last (not included), start, end
    memory: bool
    units: int

    def charge(self, jobs: Jobs) -> int:
        """The most that fair share can be charged in one second."""
        cores = sum(number * int(whole[CORES]) for number, whole in self.kinds)
        gpus = sum(number * int(whole[GPUS:].sum()) for number, whole in self.kinds)
        per_gpu = max(int((np.asarray(jobs.charge) - np.asarray(jobs.cores)).max(initial=0)), 0)
        return cores + gpus * per_gpu


def layout_of(trace: Trace, cluster: Cluster) -> Layout:
    """The layout; a job that can never run has parts of 0 nodes, which `too_large` finds."""
    types = sorted({part.gpu_type for part in cluster.partitions if part.gpus}) or [""]
    memory = any(part.memory_mb for part in cluster.partitions)
    kinds = tuple((part.nodes, _whole(part, types, cluster.placed)) for part in cluster.partitions)
    shut = tuple(_closures(cluster))
    if not cluster.placed:
        if cluster.failures:
            raise Refused("policy_combination", one="failures", other="counting")
        kinds = tuple((1, whole) for _number, whole in kinds)
        if not shut:
            kinds = ((1, sum((whole for _number, whole in kinds), np.zeros(GPUS + len(types), dtype=np.int64))),)
    by_gpus = bool(trace.gpus.any())
    shape = Shape(
        nodes=sum(number for number, _whole in kinds),
        columns=GPUS + len(types),
        cells=sum(number for number, _whole in kinds) * (GPUS + len(types)),
        shuts=len(shut),
        placed=int(cluster.placed),
        most=max(int(whole[GPUS:].max()) for _number, whole in kinds) if cluster.placed else 0,
        by_gpus=int(by_gpus),
    )
    column = _columns(trace, types)
    units = cluster.gpus if by_gpus else cluster.processors
    parts = _parts(trace, kinds, column, shape, memory)
    return Layout(shape, kinds, column, parts, shut, memory, units)


def _whole(part: Partition, types: list[str], placed: bool) -> Ints:
    number = 1 if placed else part.nodes
    whole = np.zeros(GPUS + len(types), dtype=np.int64)
    whole[CORES], whole[MEMORY] = part.cores * number, part.memory_mb * number or UNBOUNDED
    if part.gpus:
        whole[GPUS + types.index(part.gpu_type)] = part.gpus * number
    return whole


def _columns(trace: Trace, types: list[str]) -> Ints:
    """The column of each job's GPU type; a cluster whose GPUs have no type has what anybody asks for; -2 if missing."""
    if types == [""]:
        return np.full(len(trace), GPUS, dtype=np.int64)
    known = {name: GPUS + at for at, name in enumerate(types)}
    columns = np.array([known.get(name, -2) for name in trace.gpu_types] + [-1], dtype=np.int64)
    return np.where(trace.gpus > 0, columns[trace.gpu_type], GPUS)


def _closures(cluster: Cluster) -> Iterator[tuple[int, int, int, int]]:
    first = 0
    for part in cluster.partitions:
        last = first + (part.nodes if cluster.placed else 1)
        if part.opens:
            yield first, last, 0, part.opens
        if part.closes is not None:
            yield first, last, part.closes, NEVER
        for window in cluster.maintenance:
            if window.partition in ("", part.name):
                yield first, last, window.start, window.end
        first = last


def _parts(
    trace: Trace, kinds: tuple[tuple[int, Ints], ...], column: Ints, shape: Shape, memory: bool
) -> Mapping[str, Ints]:
    """How each job falls into parts: as few as can hold it on the nodes with most of what it needs most."""
    asked = {"cores": trace.processors, "memory": trace.memory_mb if memory else trace.memory_mb * 0}
    asked["gpus"] = trace.gpus
    parts = np.ones(len(trace), dtype=np.int64)
    if not shape.placed:
        return {"parts": parts} | {f"{kind}_{name}": a for kind in ("part", "last") for name, a in asked.items()}
    room = {name: np.zeros(len(trace), dtype=np.int64) for name in asked}
    leading = np.full(len(trace), -1, dtype=np.int64)
    for _number, whole in kinds:
        gpus = gpus_of(whole, column, trace.gpus)
        leads = np.where(trace.gpus > 0, gpus, whole[CORES])
        better = leads > leading
        leading = np.where(better, leads, leading)
        for name, has in (("cores", whole[CORES]), ("memory", whole[MEMORY]), ("gpus", gpus)):
            room[name] = np.where(better, has, room[name])
    need = {name: -(-asked[name] // np.maximum(room[name], 1)) for name in asked}
    parts = np.maximum(np.maximum(np.maximum(need["cores"], need["memory"]), need["gpus"]), 1)
    lead = np.where(trace.gpus > 0, trace.gpus, trace.processors)
    packed = np.where(parts == np.where(trace.gpus > 0, need["gpus"], need["cores"]), leading, -(-lead // parts))
    found = {"parts": parts}
    for name, amount in asked.items():
        # in proportion to what leads, rounded up, but never so that less than nothing is left for the last part
        each = -(-amount * np.maximum(packed, 0) // np.maximum(lead, 1))
        each = np.minimum(each, amount // np.maximum(parts - 1, 1))
        found[f"part_{name}"] = np.where(parts > 1, each, amount)
        found[f"last_{name}"] = np.where(parts > 1, amount - each * (parts - 1), amount)
    return found


def gpus_of(whole: Ints, column: Ints, asked: Ints) -> Ints:
    """The GPUs that a node with these columns has of the type that each job asks for."""
    of_type = whole[np.maximum(column, 0)]
    return np.where(column == -1, whole[GPUS:].sum(), np.where(column == -2, 0, of_type)) * (asked > 0)


def too_large(layout: Layout, trace: Trace) -> Flags:
    """Which jobs could not even run on the empty cluster with every node there."""
    parts, gpus = layout.parts, trace.gpus
    if not layout.shape.placed:
        totals = sum((number * whole for number, whole in layout.kinds), np.zeros(layout.shape.columns, dtype=np.int64))
        over = (trace.processors > totals[CORES]) | (gpus > gpus_of(totals, layout.column, gpus))
        much = trace.memory_mb > totals[MEMORY]
        return np.asarray(over | (much & layout.memory), dtype=np.bool_)
    holding = {kind: np.zeros(len(trace), dtype=np.int64) for kind in ("part", "last")}
    for number, whole in layout.kinds:
        has = {"cores": whole[CORES], "memory": whole[MEMORY], "gpus": gpus_of(whole, layout.column, gpus)}
        for kind, nodes in holding.items():
            fits = np.ones(len(trace), dtype=np.bool_)
            for name, amount in has.items():
                fits &= parts[f"{kind}_{name}"] <= amount
            nodes += number * fits
    lacking: Flags = (holding["part"] < parts["parts"] - 1) | (holding["last"] < parts["parts"])
    return lacking


def nodes_of(layout: Layout) -> Nodes:
    """All nodes, free; `count_all` then makes the sums."""
    free = np.concatenate([np.tile(whole, number) for number, whole in layout.kinds])
    blank = np.zeros(layout.shape.nodes, dtype=np.int64)
    shut = np.array(layout.shut, dtype=np.int64).reshape(-1, 4)
    return Nodes(
        free=free,
        whole=free.copy(),
        then=free.copy(),
        spare=free.copy(),
        sums=np.zeros(layout.shape.columns, dtype=np.int64),
        down=blank,
        back=blank.copy(),
        room=np.zeros(layout.shape.columns * (layout.shape.most + 1), dtype=np.int64),
        shut_first=shut[:, 0].copy(),
        shut_last=shut[:, 1].copy(),
        shut_start=shut[:, 2].copy(),
        shut_end=shut[:, 3].copy(),
    )


def count_all(nodes: Nodes, shape: Shape, marks: Column) -> None:
    """Counts every node into the sums."""
    for node in range(shape.nodes):
        count(nodes, shape, marks, node, 1)


def horizon(trace: Trace, layout: Layout) -> int:
    """Until when failures are drawn: the last submission, the longest job, and twice what all jobs need at full use."""
    if not len(trace):
        return 0
    amounts = (trace.gpus if layout.shape.by_gpus else trace.processors).astype(np.float64)
    work = float((amounts * np.minimum(trace.run, trace.estimate)).sum())
    return int(trace.submit[-1] + trace.estimate.max() + 2 * work / max(layout.units, 1))


def changes_of(layout: Layout, cluster: Cluster, until: int, seed: int) -> Ints:
    """Closings, openings and failures, by instant, as `madang.simulation.general.events.play_general` takes them."""
    rows = [(start, CLOSE, first, last, end) for first, last, start, end in layout.shut]
    rows += [(end, OPEN, first, last, end) for first, last, _start, end in layout.shut if end < NEVER]
    if cluster.failures:
        rows += _failures(layout.shape.nodes, cluster.failures, until, seed)
    return np.array(sorted(rows), dtype=np.int64).reshape(-1)


def _failures(nodes: int, failing: Failures, until: int, seed: int) -> Iterator[tuple[int, int, int, int, int]]:
    mean, repair = failing.mean_seconds, failing.repair_seconds
    if nodes * until // (mean + repair) > MOST_FAILURES:
        raise Refused("policy_value", field="failures.mean_seconds", value=mean)
    for node, drawn in enumerate(np.random.default_rng(seed).spawn(nodes)):
        now = int(drawn.exponential(mean)) + 1
        while now < until:
            yield now, FAIL, node, node + 1, now + repair
            yield now + repair, OPEN, node, node + 1, now + repair
            now += repair + int(drawn.exponential(mean)) + 1
