"""The machine of a run under rules: what each node has free, where a job lands, and what it holds.

Like every kernel here it is plain Python on integers in lists, or compiled by Numba on arrays: the same source. A node
has columns: cores, memory, then GPUs of each type. Where jobs are only counted, a node stands for a whole partition and
a job may spread over several.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from madang.simulation.trace import Ints

Column: TypeAlias = Ints | list[int]

CORES, MEMORY, GPUS = 0, 1, 2  # columns of a node; the types of GPU follow one another from GPUS on
WAITING, RUNNING, DONE, STUCK = 1, 2, 3, 4
BITS = 24
LOW = (1 << BITS) - 1  # a time, or a priority, and a job's row share one integer
NEVER = 1 << 60
SHADOW, HEAD, DIRTY, FRAGMENTED, RUNNERS, NEXT_CALC, PENDING, FAILED, FAILED_BESIDE, NEXT_SHUT, COME, WHOLE = range(12)
# places in the marks


class Jobs(NamedTuple):
    """The jobs by row: what they ask, in how many parts they land on nodes, and what became of them so far."""

    submit: Column
    run: Column
    limit: Column
    cores: Column
    memory: Column
    gpus: Column
    column: Column  # of its GPU type, or -1 for any
    account: Column
    share_class: Column
    level: Column  # of its QOS, for preemption
    unit: Column  # of what budgets, shares and sizes count
    charge: Column  # cores that it counts for in fair share
    size: Column  # fixed-point factors of its priority
    standing: Column
    parts: Column  # nodes that it takes; the last part may be smaller
    part_cores: Column
    part_memory: Column
    part_gpus: Column
    last_cores: Column
    last_memory: Column
    last_gpus: Column
    start: Column
    end: Column
    state: Column
    restarts: Column
    hold: Column  # the first of its entries among what is held
    before: Column  # the waiting jobs of its account on either side of it, or -1
    after: Column


class Nodes(NamedTuple):
    """The nodes: columns side by side, node after node; `then` and `spare` are worked out for a reservation."""

    free: Column
    whole: Column
    then: Column
    spare: Column
    sums: Column  # of what is free on nodes that are up
    down: Column  # for how many reasons a node is closed
    back: Column  # until when a failed node is away
    room: Column  # how many nodes that are up have so many GPUs free
    shut_first: Column  # closures known beforehand: nodes from first up to last, from start until end
    shut_last: Column
    shut_start: Column
    shut_end: Column


class Lists(NamedTuple):
    """What grows and shrinks."""

    queue: list[int]  # sorted keys of waiting jobs
    profile: list[int]  # sorted estimated ends of running jobs
    ends: list[int]  # a heap of real ends
    picked: list[int]  # node, column, cores, memory, GPUs of each part of the placement just found
    held: list[int]  # the same and the next entry, six to an entry
    holes: list[int]  # entries of `held` that are free again
    stopped: list[int]  # row, start, end of attempts that were stopped
    requeued: list[int]
    yielding: list[int]  # jobs that give way at the end of a pass, while accounts take turns
    samples: list[int]  # instant, fragmented, capacity


class Shape(NamedTuple):
    """What stays as it is through a run."""

    nodes: int
    columns: int
    cells: int  # nodes times columns
    shuts: int  # closures known beforehand
    placed: int
    most: int  # GPUs that any node has
    by_gpus: int  # whether fragmentation, capacity and shares count GPUs, else cores


def usable(nodes: Nodes, shape: Shape, node: int, now: int, until: int) -> bool:
    """Whether a node is up and stays up from `now` until `until`, as far as one can know."""
    if nodes.back[node] > now:
        return False
    for shut in range(shape.shuts):
        here = nodes.shut_first[shut] <= node < nodes.shut_last[shut]
        if here and nodes.shut_start[shut] < until and nodes.shut_end[shut] > now:
            return False
    return True


def beside(nodes: Nodes, source: Column, keep: int, at: int) -> int:
    """What may be taken: all that `source` has, or with `keep` what does not touch the reservation."""
    return min(source[at], nodes.spare[at]) if keep else source[at]


def gpus_on(nodes: Nodes, source: Column, keep: int, shape: Shape, node: int, column: int) -> int:
    """GPUs of one type on a node, or of any type."""
    first = node * shape.columns
    if column >= 0:
        return beside(nodes, source, keep, first + column)
    found = 0
    for each in range(GPUS, shape.columns):
        found += beside(nodes, source, keep, first + each)
    return found


def find(
    jobs: Jobs, nodes: Nodes, lists: Lists, shape: Shape, row: int, source: Column, keep: int, now: int, until: int
) -> bool:
    """Whether the job can be placed on what `source` has from `now` until `until`; then `lists.picked` says where."""
    lists.picked.clear()
    if not shape.placed:
        return spread(jobs, nodes, lists, shape, row, source, keep, now, until)
    whole = jobs.parts[row] - 1
    for node in range(shape.nodes):
        if whole == 0:
            break
        if part_fits(jobs, nodes, shape, row, 0, source, keep, node) and usable(nodes, shape, node, now, until):
            pick(jobs, nodes, lists, shape, row, 0, node)
            whole -= 1
    if whole > 0:
        return False
    best, least = -1, NEVER
    for node in range(shape.nodes):
        if part_fits(jobs, nodes, shape, row, 1, source, keep, node) and not has_picked(lists, node):
            left = gpus_on(nodes, source, 0, shape, node, -1) - jobs.last_gpus[row]
            left = left << 32 | (source[node * shape.columns + CORES] - jobs.last_cores[row])
            if left < least and usable(nodes, shape, node, now, until):
                best, least = node, left
    if best < 0:
        return False
    pick(jobs, nodes, lists, shape, row, 1, best)
    return True


def part_fits(
    jobs: Jobs, nodes: Nodes, shape: Shape, row: int, last: int, source: Column, keep: int, node: int
) -> bool:
    """Whether one part of a job, or its last, fits on a node."""
    gpus = jobs.last_gpus[row] if last else jobs.part_gpus[row]
    if gpus and gpus > gpus_on(nodes, source, keep, shape, node, jobs.column[row]):
        return False
    cores = jobs.last_cores[row] if last else jobs.part_cores[row]
    memory = jobs.last_memory[row] if last else jobs.part_memory[row]
    first = node * shape.columns
    fits = cores <= beside(nodes, source, keep, first + CORES)
    return fits and memory <= beside(nodes, source, keep, first + MEMORY)


def has_picked(lists: Lists, node: int) -> bool:
    """Whether a part of the placement lies on this node already."""
    found = False
    for at in range(0, len(lists.picked), 5):
        found = found or lists.picked[at] == node
    return found


def pick(jobs: Jobs, nodes: Nodes, lists: Lists, shape: Shape, row: int, last: int, node: int) -> None:
    """Notes that a part lands on this node; a node has one type of GPU."""
    column = jobs.column[row]
    if column < 0:
        column = GPUS
        while column < shape.columns - 1 and nodes.whole[node * shape.columns + column] == 0:
            column += 1
    lists.picked.append(node)
    lists.picked.append(column)
    lists.picked.append(jobs.last_cores[row] if last else jobs.part_cores[row])
    lists.picked.append(jobs.last_memory[row] if last else jobs.part_memory[row])
    lists.picked.append(jobs.last_gpus[row] if last else jobs.part_gpus[row])


def spread(
    jobs: Jobs, nodes: Nodes, lists: Lists, shape: Shape, row: int, source: Column, keep: int, now: int, until: int
) -> bool:
    """Takes each resource from partition after partition, whichever has it."""
    cores, memory, gpus = jobs.cores[row], jobs.memory[row], jobs.gpus[row]
    for node in range(shape.nodes):
        if not usable(nodes, shape, node, now, until):
            continue
        first = node * shape.columns
        some = max(min(cores, beside(nodes, source, keep, first + CORES)), 0)
        much = max(min(memory, beside(nodes, source, keep, first + MEMORY)), 0)
        cores, memory = cores - some, memory - much
        for column in range(GPUS, shape.columns):
            few = 0
            if jobs.column[row] == column or jobs.column[row] < 0:
                few = max(min(gpus, beside(nodes, source, keep, first + column)), 0)
                gpus -= few
            if few or (column == GPUS and some + much):
                lists.picked.append(node)
                lists.picked.append(column)
                lists.picked.append(some if column == GPUS else 0)
                lists.picked.append(much if column == GPUS else 0)
                lists.picked.append(few)
        if cores + memory + gpus == 0:
            return True
    return False


def take(jobs: Jobs, nodes: Nodes, lists: Lists, shape: Shape, marks: Column, row: int) -> None:
    """The job holds what was picked."""
    jobs.hold[row] = -1
    for at in range(0, len(lists.picked), 5):
        if len(lists.holes) > 0:
            entry = lists.holes.pop()
        else:
            entry = len(lists.held)
            for _ in range(6):
                lists.held.append(0)
        for which in range(5):
            lists.held[entry + which] = lists.picked[at + which]
        lists.held[entry + 5] = jobs.hold[row]
        jobs.hold[row] = entry
        shift(nodes, lists, shape, marks, entry, -1)


def give(jobs: Jobs, nodes: Nodes, lists: Lists, shape: Shape, marks: Column, row: int) -> None:
    """What the job held is free again."""
    entry = jobs.hold[row]
    while entry >= 0:
        shift(nodes, lists, shape, marks, entry, 1)
        lists.holes.append(entry)
        entry = lists.held[entry + 5]
    jobs.hold[row] = -1


def shift(nodes: Nodes, lists: Lists, shape: Shape, marks: Column, entry: int, sign: int) -> None:
    """Moves one entry into what is held, or back; sums leave out nodes that are down."""
    node = lists.held[entry]
    up = nodes.down[node] == 0
    if up:
        count(nodes, shape, marks, node, -1)
    first = node * shape.columns
    nodes.free[first + CORES] += sign * lists.held[entry + 2]
    nodes.free[first + MEMORY] += sign * lists.held[entry + 3]
    nodes.free[first + lists.held[entry + 1]] += sign * lists.held[entry + 4]
    if up:
        count(nodes, shape, marks, node, 1)


def count(nodes: Nodes, shape: Shape, marks: Column, node: int, sign: int) -> None:
    """Adds a node to the sums over nodes that are up, or takes it off them."""
    first = node * shape.columns
    free, whole = 0, 0
    for column in range(shape.columns):
        nodes.sums[column] += sign * nodes.free[first + column]
        if column >= GPUS:
            free += nodes.free[first + column]
            whole += nodes.whole[first + column]
            if nodes.whole[first + column] and shape.placed:
                nodes.room[column * (shape.most + 1) + nodes.free[first + column]] += sign
    if not shape.by_gpus:
        free, whole = nodes.free[first + CORES], nodes.whole[first + CORES]
    marks[WHOLE] += sign * whole
    if shape.placed and 0 < free < whole:
        marks[FRAGMENTED] += sign * free


def hopeless(jobs: Jobs, nodes: Nodes, shape: Shape, row: int) -> bool:
    """Whether a look at the sums shows that the job cannot be placed now."""
    if jobs.cores[row] > nodes.sums[CORES] or jobs.memory[row] > nodes.sums[MEMORY]:
        return True
    column = jobs.column[row]
    if jobs.gpus[row] == 0 or column < 0:
        return False
    if jobs.gpus[row] > nodes.sums[column]:
        return True
    if not shape.placed:
        return False
    wanted, gpus = jobs.parts[row], jobs.last_gpus[row]
    for free in range(gpus, shape.most + 1):
        wanted -= nodes.room[column * (shape.most + 1) + free]
        if wanted <= 0:
            return False
    return True


def in_vain(jobs: Jobs, shape: Shape, marks: Column, row: int, keep: int, now: int) -> bool:
    """Whether a job that asks for no more has found no place in this pass, in which what is free only shrinks."""
    return asks_no_less(jobs, shape, marks, row, marks[FAILED], now) or (
        keep > 0 and asks_no_less(jobs, shape, marks, row, marks[FAILED_BESIDE], now)
    )


def asks_no_less(jobs: Jobs, shape: Shape, marks: Column, row: int, failed: int, now: int) -> bool:
    """Whether a job needs all that `failed` needed in one piece, and for as long where nodes are to close before."""
    if failed < 0 or (shape.placed and jobs.parts[row] > 1) or jobs.column[row] != jobs.column[failed]:
        return False
    if now + jobs.limit[failed] > marks[NEXT_SHUT] and jobs.limit[row] < jobs.limit[failed]:
        return False
    if jobs.cores[row] < jobs.cores[failed] or jobs.gpus[row] < jobs.gpus[failed]:
        return False
    return jobs.memory[row] >= jobs.memory[failed]


def note_in_vain(jobs: Jobs, shape: Shape, marks: Column, row: int, keep: int) -> None:
    """Remembers that no place was found for this job, unless a smaller one is remembered."""
    at = FAILED_BESIDE if keep else FAILED
    last = marks[at]
    if shape.placed and jobs.parts[row] > 1:
        return
    if last < 0 or jobs.cores[row] + jobs.gpus[row] <= jobs.cores[last] + jobs.gpus[last]:
        marks[at] = row


def forget_in_vain(nodes: Nodes, shape: Shape, marks: Column, now: int) -> None:
    """Begins a pass: nothing has been sought yet; works out when the next node closes."""
    marks[FAILED], marks[FAILED_BESIDE], marks[NEXT_SHUT] = -1, -1, NEVER
    for shut in range(shape.shuts):
        if now < nodes.shut_start[shut] < marks[NEXT_SHUT]:
            marks[NEXT_SHUT] = nodes.shut_start[shut]
