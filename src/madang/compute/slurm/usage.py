"""Reads from slurmdbd what became known of jobs' use since a cursor: each slice once, none lost, none too early."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from madang.accounting.metering import UsageSlice, clock_second
from madang.compute.protocol import Oddity, UsageBatch
from madang.compute.slurm import sacct
from madang.compute.slurm.asking import backlog
from madang.compute.slurm.commands import Commands
from madang.compute.slurm.cursor import OVERLAP, Cursor, digest
from madang.compute.slurm.sacct import Run, Unreadable
from madang.compute.slurm.slicing import Meter, slices_of
from madang.errors import Unavailable

HOUR = 3600
AT_ONCE = 50_000  # new slices that a batch may have before its window is made smaller
_FIRST_STEP, _LONGEST = 96, 10_000  # hours of history that are asked for at first, and at most
_JUST_STARTED = 300  # seconds in which controller and database may tell different things of a run
_IN_ORDER = attrgetter("period.end", "key")
_LIVE = "RUNNING,SUSPENDED,COMPLETING,CONFIGURING,STOPPED"
_ENDED = frozenset(
    [
        *("BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL"),
        *("OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"),
    ]
)


@dataclass(frozen=True)
class _Controller:
    """What the controller says: the runs that it knows as started, and whether all its records are in the database."""

    known: frozenset[str] | None
    settled: bool


@dataclass
class _Window:
    """Hours that are read, `until` not among them, and what they held, by the hour in which it became known."""

    first: int
    until: int
    last: bool
    now: int
    slices: dict[int, list[UsageSlice]] = field(default_factory=lambda: defaultdict(list))
    odd: dict[int, list[Oddity]] = field(default_factory=lambda: defaultdict(list))
    latest: int = 0

    def holds(self, hour: int) -> bool:
        """Whether an hour is read; one that has not come yet counts as the present one."""
        return self.first <= hour and (self.last or hour < self.until)

    def put(self, hour: int, found: list[UsageSlice] | Oddity) -> None:
        """Notes slices or an oddity under an hour that is read."""
        hour = min(hour, self.until - 1)
        if isinstance(found, Oddity):
            self.odd[hour].append(found)
        elif found:
            self.slices[hour] += found
        self.latest = max(self.latest, hour)

    def put_daily(self, found: Oddity) -> None:
        """Notes what has no instant of its own so that it is told once a day, not every hour anew."""
        hour = (self.until - 1) // 24 * 24
        if self.holds(hour):
            self.put(hour, found)

    def hours(self) -> list[int]:
        """The hours that held anything, in order."""
        return sorted(self.slices.keys() | self.odd.keys())

    def digest(self, hour: int) -> str:
        """What stands for all that an hour held."""
        return digest(self._lines(hour))

    def _lines(self, hour: int) -> Iterator[str]:
        for piece in self.slices.get(hour, ()):
            yield (
                f"{piece.key} {clock_second(piece.period.end)} {piece.account} {piece.gpu_type}"
                f" {piece.gpus} {piece.gpus_per} {piece.cores}"
                f"{'' if piece.joules is None else f' {piece.joules}'}"
            )
        yield from (f"{one.job} {one.code}" for one in self.odd.get(hour, ()))


def usage_since(commands: Commands, cursor: str, meter: Meter, *, now: datetime) -> UsageBatch:
    """Slices that became known, or changed, after `cursor` (empty: since `meter.since`), by hour.

    The last day is read again: its last two hours each time, all of it once an hour. The cursor stays where it is as
    long as the controller has records that it could not bring to the database, or does not answer. `odd` holds
    ``usage_unreadable``, ``usage_no_allocation``, ``usage_ends_before_start``, ``usage_ends_in_future``,
    ``usage_too_long``, ``usage_no_end``, ``usage_not_running``, ``usage_share_missing``. Refused: ``usage_cursor``,
    ``sacct_heading``; Unavailable where the database is away.
    """
    controller = _ask_controller(commands) if meter.live else _Controller(None, True)
    second, earliest = clock_second(now), clock_second(meter.since) // HOUR
    place = Cursor.parse(cursor, earliest)
    step = place.step or _FIRST_STEP
    while True:
        this_hour = max(second // HOUR, place.hour)
        last = place.hour + step >= this_hour
        first = max(place.hour - _back(place, this_hour), earliest)
        window = _Window(first, (this_hour if last else place.hour + step) + 1, last, second)
        new = _read(commands, meter, controller, window, place.hour, AT_ONCE if step > 1 else 0)
        if new is None:
            step = max(1, step // 4)
            continue
        # what was read for nothing costs as much as what was not: the next step is twice as long only if that fits
        step = min(_LONGEST, step * 2) if new * 2 <= AT_ONCE else step
        # of history's hours nobody asks again what they held: their digests would be made for nothing
        since = window.latest - OVERLAP if last else window.until
        digests = {hour: window.digest(hour) for hour in window.hours() if hour > since or hour in place.digests}
        changed = [hour for hour in window.hours() if hour not in digests or digests[hour] != place.digests.get(hour)]
        moved = (
            place.moved(window.latest, digests, first) if last else Cursor(window.until - 1, history=True, step=step)
        )
        if changed or last or not controller.settled:
            break
        place = moved
    slices = [piece for hour in changed for piece in sorted(window.slices.get(hour, ()), key=_IN_ORDER)]
    odd = [one for hour in changed for one in window.odd.get(hour, ())]
    return UsageBatch(slices, str(moved) if controller.settled else cursor, controller.settled and not last, tuple(odd))


def _back(place: Cursor, this_hour: int) -> int:
    """How many hours before the cursor's are read again besides it; -1 for not even that one."""
    if place.history:
        return -1
    return 1 if place.hour == this_hour else OVERLAP - 1


def _ask_controller(commands: Commands) -> _Controller:
    """Asked before the database: what the controller forgets afterwards is then in the database already."""
    waiting = backlog(commands)
    if waiting is None:
        return _Controller(None, False)
    try:
        queue = commands.run("squeue", "--noheader", "--all", "--array", f"--states={_LIVE}", "--format=%A")
    except Unavailable:
        return _Controller(None, False)
    return _Controller(None, False) if queue.status else _Controller(frozenset(queue.text.split()), waiting == 0)


def _read(
    commands: Commands, meter: Meter, controller: _Controller, window: _Window, place: int, most: int
) -> int | None:
    """Reads a window; runs beyond hour `place`, None where they are more than `most` (0: however many)."""
    asked = sacct.command(window.first * HOUR, 0 if window.last else window.until * HOUR, meter.cluster)
    new = rows = 0
    with closing(_lines(commands, asked)) as lines:
        for run in sacct.runs(lines):
            rows += 1
            if isinstance(run, Unreadable):
                window.put_daily(Oddity("", "usage_unreadable", {"line": run.text}))
                continue
            hour = _take(window, meter, controller, run)
            new += hour > place
            if most and new > most:
                return None
    if not rows and not window.last:
        _check_database(commands)
    return new


def _check_database(commands: Commands) -> None:
    """History is passed by for good, so an empty answer to it must not be the answer of a database that just died."""
    asked = commands.run("sacctmgr", "--noheader", "--parsable2", "show", "cluster", "format=cluster")
    if asked.status or not asked.text.strip():
        raise Unavailable(f"sacctmgr: {asked.errors.strip()[-500:]}")


def _lines(commands: Commands, asked: tuple[str, ...]) -> Generator[str, None, None]:
    yield from commands.stream(*asked)


def _take(window: _Window, meter: Meter, controller: _Controller, run: Run) -> int:
    """Notes what a run holds for the window; the hour of its end, 0 where it has none there."""
    hour = run.end // HOUR
    if run.end and not window.holds(hour):
        return 0
    window.latest = max(window.latest, min(hour, window.until - 1))
    begin = max(run.start, run.submit)
    owner = meter.owner(run.account)
    if owner is None and (joined := meter.joined(run.account, begin)):
        owner, source = joined
        run = run._replace(cluster=source)
    if owner is None or begin < clock_second(meter.since):
        return 0
    if not run.end:
        _take_open(window, meter, controller, run, owner)
    elif run.end > window.now + HOUR:
        window.put_daily(Oddity(run.raw, "usage_ends_in_future", {"seconds": run.end - window.now}))
    else:
        window.put(hour, slices_of(run, meter, owner))
    return hour


def _take_open(window: _Window, meter: Meter, controller: _Controller, run: Run, owner: str) -> None:
    """The days that a run has behind it, while the controller knows that it still runs."""
    if run.state in _ENDED:
        window.put_daily(Oddity(run.raw, "usage_no_end", {"state": run.state}))
    elif controller.known is not None and run.raw not in controller.known and run.start < window.now - _JUST_STARTED:
        window.put_daily(Oddity(run.raw, "usage_not_running", {"state": run.state}))
    elif controller.known is not None or not meter.live:
        found = slices_of(run, meter, owner, whole_days=True)
        for piece in [] if isinstance(found, Oddity) else found:
            # known once it had run for so long, which suspension delays
            hour = (clock_second(piece.period.end) + run.suspended) // HOUR
            if window.holds(hour):
                window.put(hour, [piece])
