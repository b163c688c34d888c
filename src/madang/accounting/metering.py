"""Turns what a backend reports as allocated into charges that each lie within one day and one month of the centre.

A second of the clock belongs to the slice and the day in which it begins. So the amounts of a job do not depend on how
its time was cut into slices, and the parts of a slice always add up to the slice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from madang.errors import Refused
from madang.values import Month, Period

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
_QUARTER = 900  # seconds of a quarter of an hour


class Unit(StrEnum):
    """What an account is kept in."""

    GPU_SECOND = "gpu_second"
    CORE_SECOND = "core_second"


@dataclass(frozen=True, slots=True)
class UsageSlice:
    """A stretch of one job as its backend reports it: what was allocated to it, not what it asked for.

    `key` is unique within `source` (the cluster) and never used again for anything else. `gpus` are of `gpu_type`
    (empty where the backend does not say) and `gpus_per` of them make a whole GPU: 2 of 7 parts are 2 and 7.
    `joules` is what it consumed, None where that was not measured.
    Refused: ``usage_key_missing``, ``usage_negative``.
    """

    source: str
    key: str
    account: str
    job: str
    period: Period
    gpus: int
    cores: int
    gpu_type: str = ""
    gpus_per: int = 1
    joules: int | None = None

    def __post_init__(self) -> None:
        if not self.source or not self.key:
            raise Refused("usage_key_missing", source=self.source, job=self.job)
        if self.gpus < 0 or self.cores < 0 or self.gpus_per < 1 or (self.joules or 0) < 0:
            raise Refused("usage_negative", source=self.source, key=self.key, gpus=self.gpus, cores=self.cores)

    def width(self, unit: Unit) -> int:
        """How many GPUs, or parts of them, or cores the slice held."""
        return self.gpus if unit == Unit.GPU_SECOND else self.cores


class Charge(NamedTuple):
    """The part of a slice that fell on one day: `amount` units above zero, for `account`, of `month`."""

    source: str
    key: str
    account: str
    month: Month
    day: date
    unit: Unit
    amount: int


def clock_second(instant: datetime) -> int:
    """The second of the clock that `instant` lies in, counted from 1970; exact, without floating point."""
    since = instant - _EPOCH
    return since.days * 86_400 + since.seconds


def seconds_charged(period: Period) -> int:
    """The seconds of the clock that begin in `period`, a started first one included and a started last one not.

    For periods on whole seconds this is their length. Otherwise it differs from `Period.seconds` by at most one, and
    unlike that, it adds up: two periods that meet are charged what their union is charged.
    """
    return clock_second(period.end) - clock_second(period.start)


def charges(usage: UsageSlice, zone: ZoneInfo, unit: Unit) -> list[Charge]:
    """Cuts a slice at the midnights of the centre's `zone` (so at its months too), in `unit`, in order of days.

    Each charge's key is the slice's key with day and unit, so that (source, key) is unique as long as the centre keeps
    its zone. A part of no amount gives no charge; the amounts add up to `seconds_charged` times the slice's width.
    Where the width is in parts of a GPU, a whole GPU-second is charged in the second in which the parts counted since
    1970 complete one: so these amounts too do not depend on how the time was cut.
    """
    width, per = usage.width(unit), usage.gpus_per if unit == Unit.GPU_SECOND else 1
    if not width:
        return []
    source, key, account, period, ending = usage.source, usage.key, usage.account, usage.period, unit.value
    return [
        Charge(source, f"{key}@{written}:{ending}", account, month, day, unit, amount)
        for day, start, end in by_day(clock_second(period.start), clock_second(period.end), zone)
        if (amount := end * width // per - start * width // per)
        for written, month in [_named(day)]
    ]


def hold_for(*, gpus: int, cores: int, wall_seconds: int, unit: Unit) -> int:
    """The most that a job of this shape can be charged within its wall time, in `unit`. Refused: ``usage_negative``."""
    if gpus < 0 or cores < 0 or wall_seconds < 0:
        raise Refused("usage_negative", gpus=gpus, cores=cores, wall_seconds=wall_seconds)
    return wall_seconds * (gpus if unit == Unit.GPU_SECOND else cores)


def by_day(start: int, end: int, zone: ZoneInfo) -> list[tuple[date, int, int]]:
    """Each day of `zone` that seconds of [start, end) begin in, with the first there and the one after the last.

    Seconds are those of the clock, counted from 1970.
    """
    day, midnight = _day_around(start // _QUARTER, zone) or _day_at(start, zone)
    # nearly every slice of use lies within one day
    if start < end <= midnight:
        return [(day, start, end)]
    return list(_over_midnights(day, start, end, zone))


def _over_midnights(day: date, start: int, end: int, zone: ZoneInfo) -> Iterator[tuple[date, int, int]]:
    while start < end:
        following = day + _ONE_DAY
        stop = min(_midnight(following, zone), end)
        # Where a clock is set back over midnight, or a date is left out, a local day can lie behind its own end.
        if stop > start:
            yield day, start, stop
            start = stop
        day = following


@lru_cache(maxsize=4096)
def _day_around(quarter: int, zone: ZoneInfo) -> tuple[date, int] | None:
    """The day that a whole quarter of an hour lies in, and the midnight that ends it; None where it lies in two."""
    first, last = _day_at(quarter * _QUARTER, zone), _day_at((quarter + 1) * _QUARTER - 1, zone)
    return first if first == last else None


def _day_at(second: int, zone: ZoneInfo) -> tuple[date, int]:
    """The day that a second begins in, and the midnight that ends it."""
    day = (_EPOCH + timedelta(seconds=second)).astimezone(zone).date()
    return day, _midnight(day + _ONE_DAY, zone)


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: ZoneInfo) -> int:
    return clock_second(datetime(day.year, day.month, day.day, tzinfo=zone))


@lru_cache(maxsize=4096)
def _named(day: date) -> tuple[str, Month]:
    """How a day is written, and its month."""
    return str(day), Month(day.year, day.month)
