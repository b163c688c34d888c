"""Money, amounts of computing, months and periods: the values that every part of Madang passes around.

Money is whole won. Computing is whole GPU-seconds or core-seconds. A period is half-open, its ends are instants in UTC.
A month is a calendar month of the centre's own time zone; it becomes a period only together with that zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NewType
from zoneinfo import ZoneInfo

Won = NewType("Won", int)
GpuSeconds = NewType("GpuSeconds", int)
CoreSeconds = NewType("CoreSeconds", int)

SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def divide_half_up(numerator: int, denominator: int) -> int:
    """The house's one rounding: to the nearest whole number, a half away from zero. `denominator` is above zero."""
    if denominator <= 0:
        raise ValueError(f"denominator must be above zero, not {denominator}")
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


@dataclass(frozen=True, order=True)
class Period:
    """The half-open stretch of time [start, end); both ends are aware instants, kept in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        # a million slices of use are in UTC already
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            for end in (self.start, self.end):
                if end.tzinfo is None:
                    raise ValueError(f"{end.isoformat()} has no time zone")
            object.__setattr__(self, "start", self.start.astimezone(UTC))
            object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end < self.start:
            raise ValueError(
                f"a period cannot end ({self.end.isoformat()}) before it starts ({self.start.isoformat()})"
            )

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def overlap(self, other: Period) -> Period | None:
        """The part that both share, or None where they share no instant."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    @property
    def seconds(self) -> int:
        """Whole seconds between start and end; a part of a second is dropped."""
        span = self.end - self.start
        return span.days * 86_400 + span.seconds


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, written 2026-04. It has a start and an end only in a time zone."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise ValueError(f"a month is numbered 1 to 12, not {self.number}")

    @classmethod
    def parse(cls, text: str) -> Month:
        """Reads YYYY-MM; ValueError for anything else."""
        match = _MONTH.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a month written YYYY-MM")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, instant: datetime, zone: ZoneInfo) -> Month:
        """The month that an instant falls in, seen from `zone`."""
        local = instant.astimezone(zone)
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def plus(self, months: int) -> Month:
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def until(self, end: Month) -> int:
        """How many months lie from this one to `end`, which is not counted."""
        return (end.year - self.year) * 12 + end.number - self.number

    def period(self, zone: ZoneInfo) -> Period:
        """From the first instant of this month to the first of the next, in `zone`."""
        after = self.plus(1)
        return Period(
            datetime(self.year, self.number, 1, tzinfo=zone),
            datetime(after.year, after.number, 1, tzinfo=zone),
        )


def months_from(first: Month, count: int) -> list[Month]:
    """`count` months in a row, `first` among them."""
    return [first.plus(offset) for offset in range(count)]


def split_by_month(period: Period, zone: ZoneInfo) -> Iterator[tuple[Month, Period]]:
    """Cuts a period at the centre's month boundaries; the parts join up to the whole."""
    month = Month.of(period.start, zone)
    while True:
        part = period.overlap(month.period(zone))
        if part is None:
            return
        yield month, part
        month = month.plus(1)
