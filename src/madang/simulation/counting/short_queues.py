"""First-come, shortest-first and EASY backfill on counted processors: the plain engine, quick where queues are short.

EASY backfill is Lifka's ("The ANL/IBM SP scheduling system", 1995): only the first job that must wait holds a
reservation, and a later one may overtake it where the reservation is kept. What a pass found stays true until
something ends early, the head changes or an estimated end is reached, so that an arrival costs one comparison; and a
pass looks only at waiting jobs that ask for no more than is free.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from heapq import heappop, heappush
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from madang.simulation.progress import Progress

    Serve: TypeAlias = Callable[[int, int, int, int], tuple[int, int, int]]
    Come: TypeAlias = Callable[[int, int, int, int, int], tuple[int, int, int]]
    Wait: TypeAlias = Callable[[int], None]
    Launch: TypeAlias = Callable[[int, int], None]
    Reserve: TypeAlias = Callable[[int], tuple[int, int]]
    Overtake: TypeAlias = Callable[[int, int, int, int], tuple[int, int]]

_SHIFT = 26  # a time and a place in the order of starts share one integer, so that heaps compare nothing but integers
_PLACE = (1 << _SHIFT) - 1
_NEVER = 1 << 60
_STRIDE = 4096  # jobs between two words of progress


class Machine:
    """The machine and its queue while a trace runs; rows are ranks, so that the queue is a sorted list of them.

    `waiting` holds the same rows by the processors that they ask for, each list sorted, and `asked` those numbers,
    sorted. `profile` holds the estimated ends of what runs, sorted, `held` the processors until each; `ends` is a heap
    of the real ends and `order` the rows as they started. No job may need more than `capacity` processors.
    """

    __slots__ = (
        "asked", "backfill", "capacity", "ends", "estimate", "held", "order", "processors", "profile", "queue", "run",
        "start", "submit", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        submit: list[int],
        run: list[int],
        estimate: list[int],
        processors: list[int],
        capacity: int,
        backfill: bool,
    ) -> None:
        self.submit, self.run, self.estimate, self.processors = submit, run, estimate, processors
        self.capacity, self.backfill = capacity, backfill
        self.start = [-1] * len(submit)
        self.order: list[int] = []
        self.profile: list[int] = []
        self.held: list[int] = []
        self.queue: list[int] = []
        self.waiting: defaultdict[int, list[int]] = defaultdict(list)
        self.asked: list[int] = []
        self.ends = [_NEVER << _SHIFT]


def play_events(machine: Machine, arrivals: Sequence[int], progress: Progress | None = None) -> None:
    """One pass per event, as in pyss; `arrivals` lists the rows as they come, `machine.start` is filled in.

    At one instant submissions come before terminations, these in the order of their starts, and a running job whose
    estimate ends now counts as free.
    """
    launch, reserve, overtake = _starts(machine)
    wait, come, serve = _moves(machine, launch, reserve, overtake)
    queue, processors, estimate = machine.queue, machine.processors, machine.estimate
    profile, held, ends, order, start = machine.profile, machine.held, machine.ends, machine.order, machine.start
    times = [machine.submit[row] for row in arrivals] + [_NEVER]
    coming, free, shadow, extra = 0, machine.capacity, -1, 0
    while coming < len(arrivals) or len(ends) > 1:
        now, ended = times[coming], ends[0]
        arrives = now <= ended >> _SHIFT
        if not arrives:
            now = ended >> _SHIFT
        changed = False
        if profile and profile[0] >> _SHIFT <= now:
            place = bisect_left(profile, (now + 1) << _SHIFT)
            free += sum(held[:place])
            del profile[:place], held[:place]
            shadow, changed = -1, True
        if arrives:
            row = arrivals[coming]
            coming += 1
            if progress and not coming % _STRIDE:
                progress(coming, len(arrivals))
            if not queue and processors[row] <= free:
                launch(row, now)
                free -= processors[row]
            elif changed or not queue or row < queue[0]:
                wait(row)
                shadow, changed = -1, True
            else:
                free, shadow, extra = come(row, now, free, shadow, extra)
        else:
            heappop(ends)
            row = order[ended & _PLACE]
            key = (start[row] + estimate[row]) << _SHIFT | ended & _PLACE
            if key >> _SHIFT > now:
                place = bisect_left(profile, key)
                del profile[place], held[place]
                free += processors[row]
                shadow, changed = -1, True
        if changed and queue:
            free, shadow, extra = serve(now, free, shadow, extra)


def play_instants(machine: Machine, arrivals: Sequence[int], progress: Progress | None = None) -> None:
    """One pass per instant, after all its ends and all its submissions; otherwise as `play_events`."""
    launch, reserve, overtake = _starts(machine)
    wait, come, serve = _moves(machine, launch, reserve, overtake)
    queue, processors, estimate = machine.queue, machine.processors, machine.estimate
    profile, held, ends, order, start = machine.profile, machine.held, machine.ends, machine.order, machine.start
    times = [machine.submit[row] for row in arrivals] + [_NEVER]
    coming, free, shadow, extra = 0, machine.capacity, -1, 0
    while coming < len(arrivals) or len(ends) > 1:
        now, ended = times[coming], ends[0]
        changed = ended >> _SHIFT <= now
        if changed:
            now, shadow = ended >> _SHIFT, -1
            while ended >> _SHIFT == now:
                heappop(ends)
                row = order[ended & _PLACE]
                place = bisect_left(profile, (start[row] + estimate[row]) << _SHIFT | ended & _PLACE)
                del profile[place], held[place]
                free += processors[row]
                ended = ends[0]
        if times[coming] == now:
            first = coming
            while times[coming] == now:
                coming += 1
                if progress and not coming % _STRIDE:
                    progress(coming, len(arrivals))
            for row in (arrivals[first],) if coming == first + 1 else sorted(arrivals[first:coming]):
                if not queue and processors[row] <= free:
                    launch(row, now)
                    free -= processors[row]
                elif changed or not queue or row < queue[0]:
                    wait(row)
                    shadow, changed = -1, True
                else:
                    free, shadow, extra = come(row, now, free, shadow, extra)
        if changed and queue:
            free, shadow, extra = serve(now, free, shadow, extra)


def _moves(machine: Machine, launch: Launch, reserve: Reserve, overtake: Overtake) -> tuple[Wait, Come, Serve]:
    """How a job waits, what an arrival does, and a pass over the queue, closed over the machine's lists: attributes
    cost half as much."""
    queue, processors, estimate, backfill = machine.queue, machine.processors, machine.estimate, machine.backfill
    waiting, asked = machine.waiting, machine.asked

    def wait(row: int) -> None:
        insort(queue, row)
        needed = processors[row]
        rows = waiting[needed]
        if not rows:
            insort(asked, needed)
        insort(rows, row)

    def come(row: int, now: int, free: int, shadow: int, extra: int) -> tuple[int, int, int]:
        """A job comes last to a queue of which nothing else has changed: it overtakes at once or waits."""
        needed = processors[row]
        if backfill and needed <= free:
            if shadow < 0:
                shadow, extra = reserve(free)
            outlives = now + estimate[row] > shadow
            if not (outlives and needed > extra):
                launch(row, now)
                return free - needed, shadow, extra - (needed if outlives else 0)
        wait(row)
        return free, shadow, extra

    def serve(now: int, free: int, shadow: int, extra: int) -> tuple[int, int, int]:
        """One pass: heads start while they fit, then what may overtake; what is free, and the reservation."""
        while queue and processors[queue[0]] <= free:
            row = queue.pop(0)
            needed = processors[row]
            rows = waiting[needed]
            del rows[0]
            if not rows:
                asked.remove(needed)
            free -= needed
            launch(row, now)
            shadow = -1
        if backfill and asked and asked[0] <= free:
            if shadow < 0:
                shadow, extra = reserve(free)
            free, extra = overtake(now, free, shadow, extra)
        return free, shadow, extra

    return wait, come, serve


def _starts(machine: Machine) -> tuple[Launch, Reserve, Overtake]:
    """How a job starts, what is reserved for the head, and who overtakes it, closed over the machine's lists."""
    queue, processors, estimate, run = machine.queue, machine.processors, machine.estimate, machine.run
    profile, held, ends, order, start = machine.profile, machine.held, machine.ends, machine.order, machine.start
    waiting, asked = machine.waiting, machine.asked

    def launch(row: int, now: int) -> None:
        start[row] = now
        place = len(order)
        order.append(row)
        heappush(ends, (now + run[row]) << _SHIFT | place)
        key = (now + estimate[row]) << _SHIFT | place
        place = bisect_left(profile, key)
        profile.insert(place, key)
        held.insert(place, processors[row])

    def reserve(free: int) -> tuple[int, int]:
        """When the head can start by the estimates, and what is left beside it at that instant."""
        sums = list(accumulate(held))
        missing = processors[queue[0]] - free
        place = bisect_left(sums, missing)
        shadow = profile[place] >> _SHIFT
        place = bisect_left(profile, (shadow + 1) << _SHIFT, place)
        return shadow, sums[place - 1] - missing

    def overtake(now: int, free: int, shadow: int, extra: int) -> tuple[int, int]:
        """Starts what may overtake the head; returns what is free now and what is spare at the reserved start."""
        window = shadow - now
        hopeful: list[int] = []
        for needed in asked:
            if needed > free:
                break
            rows = waiting[needed]
            hopeful += rows if needed <= extra else [row for row in rows if estimate[row] <= window]
        hopeful.sort()
        for row in hopeful:
            needed = processors[row]
            outlives = estimate[row] > window
            if needed <= free and not (outlives and needed > extra):
                extra -= needed if outlives else 0
                free -= needed
                leave(row, needed)
                launch(row, now)
                if not asked or asked[0] > free:
                    break
        return free, extra

    def leave(row: int, needed: int) -> None:
        del queue[bisect_left(queue, row)]
        rows = waiting[needed]
        del rows[bisect_left(rows, row)]
        if not rows:
            asked.remove(needed)

    return launch, reserve, overtake
