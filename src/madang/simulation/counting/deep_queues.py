"""First-come, shortest-first and EASY backfill on counted processors for deep queues: the engine that is compiled.

It gives the schedule of `madang.simulation.counting.short_queues`, job for job, by other means: the queue lies in
blocks of ranks, and blocks of blocks, each with its least processors and least estimate, so that a pass looks at a
waiting job only where one that could start may lie. Everything is an integer in an array, so that Numba can compile
it as it stands.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from madang.simulation.trace import Ints

SHIFT = 26  # a time and a place in the order of starts, or a number of processors, share one integer
LOW = (1 << SHIFT) - 1
NEVER = 1 << 60
WIDTH = 16  # ranks to a block, and blocks to a block of blocks
FREE, SHADOW, EXTRA, OPEN, CLOSE, HEAD, TAIL, STARTED, RUNNING, CHANGED = range(10)


class Blocks(NamedTuple):
    """A trace by rank, its queue, and what runs: `profile` between the marks OPEN and CLOSE, sorted."""

    submit: Ints
    run: Ints
    estimate: Ints
    processors: Ints
    start: Ints
    waiting: Ints  # processors of a waiting job, NEVER of any other
    few: Ints  # least processors that wait in each block
    short: Ints  # least estimate that waits in each block
    fewest: Ints  # the same of each block of blocks
    shortest: Ints
    profile: Ints  # estimated ends, each with the processors that are held until then: whose they are is all the same
    order: Ints
    ends: Ints  # a heap of real ends, RUNNING of them
    marks: Ints


def blocks_of(submit: Ints, run: Ints, estimate: Ints, processors: Ints, capacity: int) -> Blocks:
    """An empty machine of `capacity` processors and an empty queue; all columns are in the order of the queue."""
    jobs = len(submit)
    blocks = jobs // WIDTH + 1
    wide = blocks // WIDTH + 1
    marks = np.zeros(CHANGED + 1, dtype=np.int64)
    marks[FREE], marks[SHADOW], marks[HEAD], marks[TAIL] = capacity, -1, jobs, -1

    def nothing(length: int) -> Ints:
        return np.full(length, NEVER, dtype=np.int64)

    empty = np.zeros(min(jobs, capacity) * 2 + 2, dtype=np.int64)
    start, order = np.full(jobs, -1, dtype=np.int64), np.zeros(jobs, dtype=np.int64)
    least = (nothing(jobs), nothing(blocks), nothing(blocks), nothing(wide), nothing(wide))
    return Blocks(submit, run, estimate, processors, start, *least, empty, order, empty.copy(), marks)


def play_blocks(q: Blocks, arrivals: Ints, backfill: bool, by_event: bool) -> None:
    """Fills `q.start`; `arrivals` lists the ranks as they come, those of one instant ascending unless `by_event`."""
    coming, jobs, marks = 0, len(arrivals), q.marks
    while coming < jobs or marks[RUNNING] > 0:
        now = q.ends[0] >> SHIFT if marks[RUNNING] else NEVER
        arrives = coming < jobs and q.submit[arrivals[coming]] <= now
        if arrives:
            now = q.submit[arrivals[coming]]
        marks[CHANGED] = 0
        if by_event:
            release_estimated(q, now)
            if arrives:
                arrive(q, arrivals[coming], now, backfill)
                coming += 1
            else:
                end(q, pop_end(q), now)
        else:
            while marks[RUNNING] > 0 and q.ends[0] >> SHIFT == now:
                end(q, pop_end(q), -1)
            while coming < jobs and q.submit[arrivals[coming]] == now:
                arrive(q, arrivals[coming], now, backfill)
                coming += 1
        if marks[CHANGED] and marks[HEAD] <= marks[TAIL]:
            serve(q, now, backfill)


def release_estimated(q: Blocks, now: int) -> None:
    """Takes off what by its estimate has ended: it is free, though its end is still to be handled."""
    marks = q.marks
    while marks[OPEN] < marks[CLOSE] and q.profile[marks[OPEN]] >> SHIFT <= now:
        marks[FREE] += q.profile[marks[OPEN]] & LOW
        marks[OPEN] += 1
        marks[SHADOW] = -1
        marks[CHANGED] = 1


def end(q: Blocks, place: int, now: int) -> None:
    """The job in this place of the order of starts ends; nothing is left to free if its estimate was up at `now`."""
    row = q.order[place]
    estimated = q.start[row] + q.estimate[row]
    if estimated <= now:
        return
    marks = q.marks
    found = sought(q, estimated << SHIFT | q.processors[row])
    first, last = marks[OPEN], marks[CLOSE] - 1
    if found - first < last - found:
        for at in range(found, first, -1):
            q.profile[at] = q.profile[at - 1]
        marks[OPEN] = first + 1
    else:
        for at in range(found, last):
            q.profile[at] = q.profile[at + 1]
        marks[CLOSE] = last
    marks[FREE] += q.processors[row]
    marks[SHADOW] = -1
    marks[CHANGED] = 1


def sought(q: Blocks, key: int) -> int:
    """Where `key` lies in the profile. No branch of it can be guessed, so that there is none but the loop's."""
    low = q.marks[OPEN]
    left = q.marks[CLOSE] - low
    while left > 1:
        half = left >> 1
        low += half if q.profile[low + half - 1] < key else 0
        left -= half
    return int(low)


def arrive(q: Blocks, row: int, now: int, backfill: bool) -> None:
    """A job comes: it starts at once where nothing else could, waits, or makes a pass needful."""
    marks = q.marks
    idle = marks[HEAD] > marks[TAIL]
    if idle and q.processors[row] <= marks[FREE]:
        launch(q, row, now)
        return
    if marks[CHANGED] or idle or row < marks[HEAD]:
        marks[SHADOW] = -1
        marks[CHANGED] = 1
    elif backfill and q.processors[row] <= marks[FREE] and overtakes(q, row, now):
        launch(q, row, now)
        return
    wait(q, row)


def overtakes(q: Blocks, row: int, now: int) -> bool:
    """Whether the head's reservation is kept if this job, which fits, starts now; the spare is taken if so."""
    marks = q.marks
    if marks[SHADOW] < 0:
        reserve(q)
    if now + q.estimate[row] <= marks[SHADOW]:
        return True
    if q.processors[row] > marks[EXTRA]:
        return False
    marks[EXTRA] -= q.processors[row]
    return True


def reserve(q: Blocks) -> None:
    """When the head can start by the estimates, and what is left beside it at that instant."""
    marks = q.marks
    missing = q.processors[marks[HEAD]] - marks[FREE]
    at = marks[OPEN]
    while missing > 0:
        missing -= q.profile[at] & LOW
        at += 1
    shadow = q.profile[at - 1] >> SHIFT
    while at < marks[CLOSE] and q.profile[at] >> SHIFT == shadow:
        missing -= q.profile[at] & LOW
        at += 1
    marks[SHADOW] = shadow
    marks[EXTRA] = -missing


def launch(q: Blocks, row: int, now: int) -> None:
    """Starts a job that fits: its real end goes on the heap, its estimated end into the profile."""
    marks = q.marks
    q.start[row] = now
    place = marks[STARTED]
    q.order[place] = row
    marks[STARTED] = place + 1
    marks[FREE] -= q.processors[row]
    push_end(q, (now + q.run[row]) << SHIFT | place)
    key = (now + q.estimate[row]) << SHIFT | q.processors[row]
    if marks[CLOSE] == len(q.profile):
        close_up(q)
    at, first = marks[CLOSE], marks[OPEN]
    marks[CLOSE] = at + 1
    while at > first and q.profile[at - 1] > key:
        q.profile[at] = q.profile[at - 1]
        at -= 1
    q.profile[at] = key


def close_up(q: Blocks) -> None:
    """Moves the profile to the front of its array."""
    marks = q.marks
    count = marks[CLOSE] - marks[OPEN]
    for at in range(count):
        q.profile[at] = q.profile[marks[OPEN] + at]
    marks[OPEN] = 0
    marks[CLOSE] = count


def wait(q: Blocks, row: int) -> None:
    """Puts a job into the queue."""
    marks = q.marks
    block = row // WIDTH
    wide = block // WIDTH
    q.waiting[row] = q.processors[row]
    q.few[block] = min(q.few[block], q.processors[row])
    q.short[block] = min(q.short[block], q.estimate[row])
    q.fewest[wide] = min(q.fewest[wide], q.few[block])
    q.shortest[wide] = min(q.shortest[wide], q.short[block])
    marks[HEAD] = min(marks[HEAD], row) if marks[HEAD] <= marks[TAIL] else row
    marks[TAIL] = max(marks[TAIL], row)


def leave(q: Blocks, row: int) -> None:
    """Takes a job out of the queue; the least of its blocks is found anew."""
    block = row // WIDTH
    least = q.waiting[row] == q.few[block] or q.estimate[row] == q.short[block]
    q.waiting[row] = NEVER
    if not least:
        return
    few, short = NEVER, NEVER
    for at in range(block * WIDTH, min(block * WIDTH + WIDTH, len(q.waiting))):
        if q.waiting[at] < NEVER:
            few = min(few, q.waiting[at])
            short = min(short, q.estimate[at])
    q.few[block], q.short[block] = few, short
    wide = block // WIDTH
    few, short = NEVER, NEVER
    for at in range(wide * WIDTH, min(wide * WIDTH + WIDTH, len(q.few))):
        few = min(few, q.few[at])
        short = min(short, q.short[at])
    q.fewest[wide], q.shortest[wide] = few, short


def next_waiting(q: Blocks, row: int, free: int, extra: int, window: int) -> int:
    """The first waiting rank from `row` on that needs at most `extra`, or at most `free` for at most `window`."""
    last = q.marks[TAIL]
    while row <= last:
        wide = row // (WIDTH * WIDTH)
        if q.fewest[wide] > free or (q.fewest[wide] > extra and q.shortest[wide] > window):
            row = (wide + 1) * WIDTH * WIDTH
            continue
        block = row // WIDTH
        if q.few[block] > free or (q.few[block] > extra and q.short[block] > window):
            row = (block + 1) * WIDTH
            continue
        for at in range(row, min((block + 1) * WIDTH, last + 1)):
            if q.waiting[at] <= free and (q.waiting[at] <= extra or q.estimate[at] <= window):
                return at
        row = (block + 1) * WIDTH
    return int(last + 1)


def serve(q: Blocks, now: int, backfill: bool) -> None:
    """One pass: heads start while they fit, then whatever may overtake the head that waits."""
    marks = q.marks
    while marks[HEAD] <= marks[TAIL] and q.processors[marks[HEAD]] <= marks[FREE]:
        row = marks[HEAD]
        leave(q, row)
        marks[HEAD] = next_waiting(q, row + 1, NEVER - 1, NEVER - 1, 0)
        marks[SHADOW] = -1
        launch(q, row, now)
    if not backfill or marks[HEAD] >= marks[TAIL] or marks[FREE] == 0:
        return
    if marks[SHADOW] < 0:
        reserve(q)
    row = marks[HEAD] + 1
    while marks[FREE] > 0:
        row = next_waiting(q, row, marks[FREE], min(marks[EXTRA], marks[FREE]), marks[SHADOW] - now)
        if row > marks[TAIL]:
            return
        if overtakes(q, row, now):
            leave(q, row)
            launch(q, row, now)
        row += 1


def push_end(q: Blocks, key: int) -> None:
    """Adds a real end to the heap."""
    at = q.marks[RUNNING]
    q.marks[RUNNING] = at + 1
    while at > 0 and q.ends[(at - 1) >> 1] > key:
        q.ends[at] = q.ends[(at - 1) >> 1]
        at = (at - 1) >> 1
    q.ends[at] = key


def pop_end(q: Blocks) -> int:
    """Takes the earliest real end off the heap: its place in the order of starts."""
    first = q.ends[0]
    last = q.marks[RUNNING] - 1
    q.marks[RUNNING] = last
    key = q.ends[last]
    at, child = 0, 1
    while child < last:
        if child + 1 < last and q.ends[child + 1] < q.ends[child]:
            child += 1
        if q.ends[child] >= key:
            break
        q.ends[at] = q.ends[child]
        at = child
        child = 2 * at + 1
    q.ends[at] = key
    return int(first & LOW)
