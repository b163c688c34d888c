"""What a booking is charged for: its time by calendar day, how much of it where nobody came, and which prices fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from madang.accounting.pricing import Stacking
from madang.accounting.settlement import apportioned
from madang.portal.facilities.rules import SlotGrain
from madang.portal.resources.rules import Grain
from madang.values import SECONDS_PER_DAY, Month, Period

# no track says how several discounts of a booking stack: the largest counts
STACKING = Stacking.BEST
WHOLE = 100


@dataclass(frozen=True)
class FeeTerms:
    """How many percent of its time a booking is charged for to which nobody came, or that was given up late, and fewer
    than how many hours before its start is late.
    """

    missed: int = 0
    late: int = 0
    late_hours: int = 24


def sold_by(grain: str) -> Grain:
    """How a facility that is booked by this grain is sold."""
    return Grain.DAY if grain == SlotGrain.DAY else Grain.HOUR


def amounts(
    period: Period, grain: str, zone: ZoneInfo, *, percent: int = WHOLE, facilities: int = 1
) -> dict[date, int]:
    """The seconds that a booking is charged for, by the centre's calendar day, so that each day has its own price.

    By the hour its time is cut at midnight; by the day every calendar day of it is 24 hours, whatever the clocks do. Of
    a part of it, each day bears its share, and the shares sum to the whole exactly.
    """
    if grain == Grain.DAY:
        first, last = (_day(at, zone) for at in (period.start, period.end - timedelta(microseconds=1)))
        whole = dict.fromkeys(_days(first, last), SECONDS_PER_DAY * facilities)
    else:
        whole = {day: seconds * facilities for day, seconds in _cut(period, zone).items()}
    if percent == WHOLE:
        return whole
    charged = sum(whole.values()) * percent // WHOLE
    return dict(zip(whole, apportioned(charged, list(whole.values())), strict=True))


def _cut(period: Period, zone: ZoneInfo) -> dict[date, int]:
    found = {}
    for day in _days(_day(period.start, zone), _day(period.end, zone)):
        start = max(period.start, _midnight(day, zone))
        end = min(period.end, _midnight(day + timedelta(days=1), zone))
        if seconds := round((end - start).total_seconds()):
            found[day] = seconds
    return found


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    # in UTC, since two datetimes of one zone are subtracted by its wall clock
    return datetime.combine(day, time(), zone).astimezone(UTC)


def billed_in(period: Period, zone: ZoneInfo) -> Month:
    """The month whose statement bills a booking: that of its last instant, when it is known what came of it."""
    day = _day(period.end - timedelta(microseconds=1), zone)
    return Month(day.year, day.month)


def percent_cancelled(terms: FeeTerms, *, own: bool, held: bool, starts_at: datetime, now: datetime) -> int:
    """What a booking that is given up is charged for: nothing in time, nor where the centre takes it away."""
    late = starts_at - now < timedelta(hours=terms.late_hours)
    return terms.late if own and held and late else 0
