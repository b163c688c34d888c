"""First-come, shortest-first and EASY backfill on counted processors while few jobs wait: the engine that is compiled.

It gives the schedule of `madang.simulation.counting.short_queues`, job for job. A pass looks at every waiting job, the
quickest way while they are few; where it looked at more than `PATIENCE` a job that came, it gives up, and `deep_queues`
plays the trace.

What changes is handed on number by number, so that Numba keeps it in registers: `free` processors; `shadow` and
`extra`, when the head of the queue can start by the estimates and what is left beside it then (`shadow` -1: not known);
how many jobs are `running` and have been `started`; where the profile `opens` and `closes`; the `first` place of the
queue and the one `past` its last; and whether anything `changed` that makes a pass needful.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from madang.simulation.trace import Ints

SHIFT = 26  # a time and a place in the order of starts, or a number of processors, share one integer
LOW = (1 << SHIFT) - 1
NEVER = 1 << 60
PATIENCE = 200  # looks at waiting jobs for each that came, from which `deep_queues` is quicker
AT_FIRST = 4096  # jobs' worth of looks that are given before any came


class Rows(NamedTuple):
    """A trace by rank, what waits, and what runs."""

    submit: Ints
    run: Ints
    estimate: Ints
    processors: Ints
    start: Ints
    queue: Ints  # ranks that wait, sorted
    profile: Ints  # estimated ends, sorted, each with the processors that are held until then, whosever they are
    order: Ints
    ends: Ints  # a heap of real ends
    came: Ints  # first of all, how many jobs have come: for whoever watches


def rows_of(submit: Ints, run: Ints, estimate: Ints, processors: Ints, capacity: int) -> Rows:
    """An empty machine of `capacity` processors and an empty queue; all columns are in the order of the queue."""
    jobs = len(submit)
    running = np.zeros(min(jobs, capacity) * 2 + 2, dtype=np.int64)
    start, empty = np.full(jobs, -1, dtype=np.int64), np.zeros(jobs + 1, dtype=np.int64)
    return Rows(submit, run, estimate, processors, start, empty, running, empty.copy(), running.copy(), empty.copy())


def play_events(rows: Rows, arrivals: Ints, capacity: int, backfill: bool) -> bool:
    """One pass per event, as in pyss: fills `rows.start`; False, and to no use, where it lost patience.

    `arrivals` lists the ranks as they come. At one instant submissions come before terminations, these in the order of
    their starts, and a running job whose estimate ends now counts as free.
    """
    coming, jobs, free, shadow, extra = 0, len(arrivals), capacity, -1, 0
    running, started, opens, closes, first, past = 0, 0, 0, 0, 0, 0
    comes, looks = rows.submit[arrivals[0]] if jobs else NEVER, PATIENCE * AT_FIRST
    while coming < jobs or running > 0:
        now = min(comes, rows.ends[0] >> SHIFT if running else NEVER)
        changed = False
        while opens < closes and rows.profile[opens] >> SHIFT <= now:
            free += rows.profile[opens] & LOW
            opens += 1
            shadow, changed = -1, True
        if comes == now:
            free, shadow, extra, running, started, opens, closes, first, past, changed = arrive(
                rows, arrivals[coming], now, backfill,
                free, shadow, extra, running, started, opens, closes, first, past, changed,
            )  # fmt: skip
            coming += 1
            rows.came[0] = coming
            comes = rows.submit[arrivals[coming]] if coming < jobs else NEVER
        else:
            row, running = rows.order[rows.ends[0] & LOW], pop_end(rows, running)
            estimated = rows.start[row] + rows.estimate[row]
            if estimated > now:
                opens, closes = drop(rows, opens, closes, estimated << SHIFT | rows.processors[row])
                free += rows.processors[row]
                shadow, changed = -1, True
        if changed and first < past:
            looks -= past - first
            if looks + PATIENCE * coming < 0:
                return False
            free, shadow, extra, running, started, opens, closes, first, past = serve(
                rows, now, backfill, free, shadow, extra, running, started, opens, closes, first, past
            )
    return True


def play_instants(rows: Rows, arrivals: Ints, capacity: int, backfill: bool) -> bool:
    """One pass per instant, after all its ends and all its submissions; as `play_events`, but that `arrivals` of one
    instant ascend."""
    coming, jobs, free, shadow, extra = 0, len(arrivals), capacity, -1, 0
    running, started, opens, closes, first, past = 0, 0, 0, 0, 0, 0
    comes, looks = rows.submit[arrivals[0]] if jobs else NEVER, PATIENCE * AT_FIRST
    while coming < jobs or running > 0:
        now = min(comes, rows.ends[0] >> SHIFT if running else NEVER)
        changed = False
        while running > 0 and rows.ends[0] >> SHIFT == now:
            row, running = rows.order[rows.ends[0] & LOW], pop_end(rows, running)
            key = (rows.start[row] + rows.estimate[row]) << SHIFT | rows.processors[row]
            opens, closes = drop(rows, opens, closes, key)
            free += rows.processors[row]
            shadow, changed = -1, True
        while coming < jobs and comes == now:
            free, shadow, extra, running, started, opens, closes, first, past, changed = arrive(
                rows, arrivals[coming], now, backfill,
                free, shadow, extra, running, started, opens, closes, first, past, changed,
            )  # fmt: skip
            coming += 1
            rows.came[0] = coming
            comes = rows.submit[arrivals[coming]] if coming < jobs else NEVER
        if changed and first < past:
            looks -= past - first
            if looks + PATIENCE * coming < 0:
                return False
            free, shadow, extra, running, started, opens, closes, first, past = serve(
                rows, now, backfill, free, shadow, extra, running, started, opens, closes, first, past
            )
    return True


def arrive(
    rows: Rows, row: int, now: int, backfill: bool, free: int, shadow: int, extra: int, running: int, started: int,
    opens: int, closes: int, first: int, past: int, changed: bool,
) -> tuple[int, int, int, int, int, int, int, int, int, bool]:  # fmt: skip
    """A job comes: it starts at once where nothing else could, waits, or makes a pass needful."""
    needed = rows.processors[row]
    starts = first == past and needed <= free
    if not starts:
        if first == past or changed or row < rows.queue[first]:
            shadow, changed = -1, True
        elif backfill and needed <= free:
            if shadow < 0:
                shadow, extra = reserve(rows, free, opens, closes, first)
            outlives = now + rows.estimate[row] > shadow
            if not (outlives and needed > extra):
                extra -= needed if outlives else 0
                starts = True
    if starts:
        opens, closes = launch(rows, row, now, running, started, opens, closes)
        free, running, started = free - needed, running + 1, started + 1
    else:
        first, past = wait(rows, row, first, past)
    return free, shadow, extra, running, started, opens, closes, first, past, changed


def serve(
    rows: Rows, now: int, backfill: bool, free: int, shadow: int, extra: int, running: int, started: int,
    opens: int, closes: int, first: int, past: int,
) -> tuple[int, int, int, int, int, int, int, int, int]:  # fmt: skip
    """One pass: heads start while they fit, then whatever may overtake the head that waits."""
    while first < past and rows.processors[rows.queue[first]] <= free:
        row = rows.queue[first]
        opens, closes = launch(rows, row, now, running, started, opens, closes)
        free, running, started = free - rows.processors[row], running + 1, started + 1
        first += 1
        shadow = -1
    if backfill and past - first > 1 and free > 0:
        if shadow < 0:
            shadow, extra = reserve(rows, free, opens, closes, first)
        kept = first + 1
        for at in range(first + 1, past):
            row = rows.queue[at]
            needed = rows.processors[row]
            if needed <= free and (now + rows.estimate[row] <= shadow or needed <= extra):
                extra -= needed if now + rows.estimate[row] > shadow else 0
                opens, closes = launch(rows, row, now, running, started, opens, closes)
                free, running, started = free - needed, running + 1, started + 1
            else:
                rows.queue[kept] = row
                kept += 1
        past = kept
    return free, shadow, extra, running, started, opens, closes, first, past


def reserve(rows: Rows, free: int, opens: int, closes: int, first: int) -> tuple[int, int]:
    """When the head can start by the estimates, and what is left beside it at that instant."""
    missing, at = rows.processors[rows.queue[first]] - free, opens
    while missing > 0:
        missing -= rows.profile[at] & LOW
        at += 1
    shadow = rows.profile[at - 1] >> SHIFT
    while at < closes and rows.profile[at] >> SHIFT == shadow:
        missing -= rows.profile[at] & LOW
        at += 1
    return shadow, -missing


def wait(rows: Rows, row: int, first: int, past: int) -> tuple[int, int]:
    """Puts a job into the queue, in its order; the queue moves to the front of its array where that is used up."""
    if past == len(rows.queue):
        for at in range(past - first):
            rows.queue[at] = rows.queue[first + at]
        first, past = 0, past - first
    at = past
    while at > first and rows.queue[at - 1] > row:
        rows.queue[at] = rows.queue[at - 1]
        at -= 1
    rows.queue[at] = row
    return first, past + 1


def launch(rows: Rows, row: int, now: int, running: int, started: int, opens: int, closes: int) -> tuple[int, int]:
    """Starts a job that fits: its real end goes on the heap, its estimated end into the profile."""
    rows.start[row] = now
    rows.order[started] = row
    push_end(rows, running, (now + rows.run[row]) << SHIFT | started)
    key = (now + rows.estimate[row]) << SHIFT | rows.processors[row]
    if closes == len(rows.profile):
        for at in range(closes - opens):
            rows.profile[at] = rows.profile[opens + at]
        opens, closes = 0, closes - opens
    at = closes
    while at > opens and rows.profile[at - 1] > key:
        rows.profile[at] = rows.profile[at - 1]
        at -= 1
    rows.profile[at] = key
    return opens, closes + 1


def drop(rows: Rows, opens: int, closes: int, key: int) -> tuple[int, int]:
    """Takes one estimated end out of the profile. No branch of the search can be guessed but the loop's."""
    found, left = opens, closes - opens
    while left > 1:
        half = left >> 1
        found += half if rows.profile[found + half - 1] < key else 0
        left -= half
    if found - opens < closes - 1 - found:
        for at in range(found, opens, -1):
            rows.profile[at] = rows.profile[at - 1]
        return opens + 1, closes
    for at in range(found, closes - 1):
        rows.profile[at] = rows.profile[at + 1]
    return opens, closes - 1


def push_end(rows: Rows, running: int, key: int) -> None:
    """Adds a real end to the heap of `running`."""
    at = running
    while at > 0 and rows.ends[(at - 1) >> 1] > key:
        rows.ends[at] = rows.ends[(at - 1) >> 1]
        at = (at - 1) >> 1
    rows.ends[at] = key


def pop_end(rows: Rows, running: int) -> int:
    """Takes the earliest real end off the heap of `running`; how many are left."""
    last = running - 1
    key = rows.ends[last]
    at, child = 0, 1
    while child < last:
        if child + 1 < last and rows.ends[child + 1] < rows.ends[child]:
            child += 1
        if rows.ends[child] >= key:
            break
        rows.ends[at] = rows.ends[child]
        at = child
        child = 2 * at + 1
    rows.ends[at] = key
    return last
