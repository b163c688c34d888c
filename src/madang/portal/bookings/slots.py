"""Slots of time as whole numbers: those of a period with its buffers, of a series, and back to instants.

A quarter of an hour is numbered from the beginning of 1970 in UTC, so that no change of clocks makes one twice or
leaves one out; a day is the proleptic ordinal of the centre's calendar day. Nothing here touches a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from madang.errors import Refused
from madang.portal.facilities.rules import SlotGrain, Terms
from madang.values import Month, Period

QUARTER = 15 * 60
QUARTER_MINUTES = 15
# a day on which something was used counts as so many standard hours, of which a year has 2,000 (250 days)
DAY_MINUTES = 8 * 60
STANDARD_HOURS = 2000


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a calendar day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def slots_of(period: Period, grain: SlotGrain, zone: ZoneInfo) -> range:
    """The slots that a period covers exactly. Refused: ``booking_empty``, ``booking_off_the_quarter``,
    ``booking_off_the_day``.
    """
    if period.start >= period.end:
        raise Refused("booking_empty", field="ends_at")
    if grain is SlotGrain.QUARTER:
        ends = [int(one.timestamp()) for one in (period.start, period.end)]
        if any(one % QUARTER for one in ends) or period.start.microsecond or period.end.microsecond:
            raise Refused("booking_off_the_quarter", field="starts_at")
        return range(ends[0] // QUARTER, ends[1] // QUARTER)
    days = [one.astimezone(zone).date() for one in (period.start, period.end)]
    if [midnight(day, zone) for day in days] != [period.start, period.end]:
        raise Refused("booking_off_the_day", field="starts_at")
    return range(days[0].toordinal(), days[1].toordinal())


def touched(period: Period, grain: SlotGrain, zone: ZoneInfo) -> range:
    """The slots that share any instant with a period: for closing days and for looking at calendars."""
    if period.start >= period.end:
        return range(0)
    if grain is SlotGrain.QUARTER:
        return range(int(period.start.timestamp()) // QUARTER, -(-int(period.end.timestamp()) // QUARTER))
    return range(period.start.astimezone(zone).date().toordinal(), last_day_of(period, zone).toordinal() + 1)


def with_buffers(slots: range, terms: Terms) -> range:
    """The same with what has to stay free before and after."""
    return range(slots.start - terms.before, slots.stop + terms.after)


def period_of(slots: range, grain: SlotGrain, zone: ZoneInfo) -> Period:
    """The period that slots cover; the other way round of `slots_of`."""
    return Period(instant_of(slots.start, grain, zone), instant_of(slots.stop, grain, zone))


def instant_of(slot: int, grain: SlotGrain, zone: ZoneInfo) -> datetime:
    """When a slot begins, in UTC."""
    if grain is SlotGrain.QUARTER:
        return datetime.fromtimestamp(slot * QUARTER, UTC)
    return midnight(date.fromordinal(slot), zone)


def day_of(slot: int, grain: SlotGrain, zone: ZoneInfo) -> date:
    """The centre's calendar day on which a slot begins."""
    return date.fromordinal(slot) if grain is SlotGrain.DAY else instant_of(slot, grain, zone).astimezone(zone).date()


def weekly(period: Period, times: int, zone: ZoneInfo) -> list[Period]:
    """A period and the same hours of the clock on the same weekday of the weeks that follow, `times` in all."""
    ends = [one.astimezone(zone) for one in (period.start, period.end)]
    found = []
    for week in range(times):
        start, end = ((one.replace(tzinfo=None) + timedelta(weeks=week)).replace(tzinfo=zone) for one in ends)
        found.append(Period(start, end))
    return found


def minutes_by_month(slots: range, grain: SlotGrain, zone: ZoneInfo) -> dict[Month, int]:
    """Minutes of use by the centre's calendar month; a day counts as eight hours."""
    each = QUARTER_MINUTES if grain is SlotGrain.QUARTER else DAY_MINUTES
    found: Counter[Month] = Counter()
    for slot in slots:
        day = day_of(slot, grain, zone)
        found[Month(day.year, day.month)] += each
    return dict(found)


def last_day_of(period: Period, zone: ZoneInfo) -> date:
    """The centre's calendar day on which a period's last instant lies."""
    return (period.end - timedelta(microseconds=1)).astimezone(zone).date()


def stretches(taken: Iterable[int]) -> Iterator[range]:
    """Slots in order as the fewest ranges that hold exactly them."""
    listed = sorted(set(taken))
    for _, group in groupby(enumerate(listed), lambda pair: pair[1] - pair[0]):
        found = [slot for _, slot in group]
        yield range(found[0], found[-1] + 1)


def open_slots(day: date, terms: Terms, zone: ZoneInfo) -> range:
    """The slots of a calendar day in which a facility is open; none on a day on which it is closed."""
    if not terms.weekdays & 1 << day.weekday():
        return range(0)
    if terms.grain is SlotGrain.DAY:
        return range(day.toordinal(), day.toordinal() + 1)
    return touched(Period(_at(day, terms.opens, zone), _at(day, terms.closes, zone)), terms.grain, zone)


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A time of the centre's clock on a day; 24:00 is the next day's midnight, whatever the clocks do."""
    if minutes == 24 * 60:
        return midnight(day + timedelta(days=1), zone)
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone)


def operated(period: Period, terms: Terms, zone: ZoneInfo) -> frozenset[int]:
    """The quarters of an hour in which somebody operates: the period itself, or the opening hours of its days."""
    if terms.grain is SlotGrain.QUARTER:
        return frozenset(touched(period, SlotGrain.QUARTER, zone))
    days = (day_of(slot, terms.grain, zone) for slot in touched(period, terms.grain, zone))
    return frozenset(
        slot
        for day in days
        for slot in touched(Period(_at(day, terms.opens, zone), _at(day, terms.closes, zone)), SlotGrain.QUARTER, zone)
    )


def opening(day: date, terms: Terms, zone: ZoneInfo) -> datetime:
    """When a facility opens on a day, in UTC."""
    return _at(day, terms.opens, zone).astimezone(UTC)
