"""Conservative backfill on counted processors: every job has a reserved start, and no job ever delays another's.

The method is that of Mu'alem and Feitelson ("Utilization, predictability, workloads, and user runtime estimates", IEEE
TPDS 2001): a job is given the earliest start that disturbs no reservation; when a job ends before its estimate, the
waiting jobs, in the order of submission, each move to the earliest start that there is now. Lists of integers only,
so that Numba can compile it as it stands.
"""

from __future__ import annotations

from bisect import bisect_left
from heapq import heappop, heappush
from typing import NamedTuple

from madang.simulation.trace import Ints

SHIFT = 26  # a time and an order share one integer
LOW = (1 << SHIFT) - 1
NEVER = 1 << 60


class Reserved(NamedTuple):
    """A trace in the order of submission; `start` is each job's reserved start and at last its real one."""

    submit: Ints | list[int]
    run: Ints | list[int]
    estimate: Ints | list[int]
    processors: Ints | list[int]
    start: Ints | list[int]


def play_reserved(jobs: Reserved, capacity: int, by_event: bool, come: Ints | list[int]) -> None:
    """Fills `jobs.start`; no job may be larger than `capacity` processors. `come[0]` says how many have come so far.

    With `by_event` the waiting jobs move after each single end and after the submissions of that instant, as in
    pyss; otherwise once at an instant with ends, after all of them and before its submissions.
    """
    times, free = [0], [capacity]  # from each of these times on, what nobody holds or has reserved
    starts, ends, order = [NEVER << 2], [NEVER << 2], [0]
    queue, settled, coming = [0], True, 0
    queue.pop()
    while coming < len(jobs.submit) or len(starts) > 1 or len(ends) > 1:
        now = min(starts[0], ends[0]) >> SHIFT
        if coming < len(jobs.submit):
            now = min(now, jobs.submit[coming])
        forget(times, free, now)
        come[0] = coming
        if by_event:
            coming = admit(jobs, times, free, starts, order, queue, coming, now)
            begin(jobs, starts, ends, order, now)
            while ends[0] >> SHIFT == now:
                settled = give_back(jobs, times, free, order[heappop(ends) & LOW], now) and settled
                if not settled:
                    settled = move(jobs, times, free, starts, order, queue, now)
            continue
        ended = ends[0] >> SHIFT == now
        while ends[0] >> SHIFT == now:
            settled = give_back(jobs, times, free, order[heappop(ends) & LOW], now) and settled
        if ended and not settled:
            settled = move(jobs, times, free, starts, order, queue, now)
        coming = admit(jobs, times, free, starts, order, queue, coming, now)
        begin(jobs, starts, ends, order, now)


def admit(
    jobs: Reserved,
    times: list[int],
    free: list[int],
    starts: list[int],
    order: list[int],
    queue: list[int],
    coming: int,
    now: int,
) -> int:
    """Gives every job that comes now the earliest start that disturbs nobody; returns the next that comes later."""
    while coming < len(jobs.submit) and jobs.submit[coming] == now:
        found = earliest(times, free, jobs.processors[coming], jobs.estimate[coming], NEVER)
        alter(times, free, found, found + jobs.estimate[coming], -jobs.processors[coming])
        jobs.start[coming] = found
        heappush(starts, found << SHIFT | len(order))
        order.append(coming)
        if found > now:
            queue.append(coming)
        coming += 1
    return coming


def begin(jobs: Reserved, starts: list[int], ends: list[int], order: list[int], now: int) -> None:
    """Whatever is reserved from now on starts; a reservation that has been moved since is passed over."""
    while starts[0] >> SHIFT <= now:
        key = heappop(starts)
        row = order[key & LOW]
        if jobs.start[row] == key >> SHIFT:
            heappush(ends, (jobs.start[row] + jobs.run[row]) << SHIFT | len(order))
            order.append(row)


def give_back(jobs: Reserved, times: list[int], free: list[int], row: int, now: int) -> bool:
    """Frees what an ended job held until its estimate; False where that was anything."""
    estimated = jobs.start[row] + jobs.estimate[row]
    if estimated <= now:
        return True
    alter(times, free, now, estimated, jobs.processors[row])
    return False


def move(
    jobs: Reserved,
    times: list[int],
    free: list[int],
    starts: list[int],
    order: list[int],
    queue: list[int],
    now: int,
) -> bool:
    """Moves each waiting job to the earliest start that there is now; True where none could move."""
    kept, settled = 0, True
    for place in range(len(queue)):
        row = queue[place]
        reserved = jobs.start[row]
        if reserved <= now:
            continue
        found = earliest(times, free, jobs.processors[row], jobs.estimate[row], reserved)
        if found < reserved:
            alter(times, free, reserved, reserved + jobs.estimate[row], jobs.processors[row])
            alter(times, free, found, found + jobs.estimate[row], -jobs.processors[row])
            jobs.start[row] = found
            heappush(starts, found << SHIFT | len(order))
            order.append(row)
            settled = False
        if found > now:
            queue[kept] = row
            kept += 1
    while len(queue) > kept:
        queue.pop()
    return settled


def earliest(times: list[int], free: list[int], needed: int, length: int, reserved: int) -> int:
    """The first time, before `reserved`, from which a job fits for `length` beside all others; else `reserved`.

    What the job itself holds from `reserved` on is its own, so that only the time before that has to be free.
    """
    at = 0
    while at < len(times) and times[at] < reserved:
        finish = min(times[at] + length, reserved)
        late = at
        while late < len(times) and times[late] < finish and free[late] >= needed:
            late += 1
        if late == len(times) or times[late] >= finish:
            return times[at]
        at = late + 1
    return reserved


def alter(times: list[int], free: list[int], since: int, until: int, amount: int) -> None:
    """Adds `amount` to what is free from `since` until `until`."""
    first = cut(times, free, since)
    last = cut(times, free, until)
    for at in range(first, last):
        free[at] += amount
    if free[last] == free[last - 1]:
        times.pop(last)
        free.pop(last)
    if first > 0 and free[first] == free[first - 1]:
        times.pop(first)
        free.pop(first)


def cut(times: list[int], free: list[int], when: int) -> int:
    """The place of the step that begins at `when`, made if there is none."""
    at = bisect_left(times, when)
    if at == len(times) or times[at] != when:
        times.insert(at, when)
        free.insert(at, free[at - 1])
    return at


def forget(times: list[int], free: list[int], now: int) -> None:
    """Drops the steps that lie wholly in the past."""
    while len(times) > 1 and times[1] <= now:
        times.pop(0)
        free.pop(0)
    times[0] = max(times[0], now)
