"""Calendars as pages show them: what of a day is free of one facility, and what many have in a week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from madang.portal.actors import Actor
from madang.portal.bookings import queries, slots
from madang.portal.bookings.rules import HOLDING
from madang.portal.bookings.sentences import CLOSURES
from madang.portal.faces import whole
from madang.portal.facilities.models import Facility
from madang.portal.facilities.queries import terms_of
from madang.portal.facilities.rules import SlotGrain
from madang.portal.schemas import FIRST_DAY, LAST_DAY
from madang.values import Period


@dataclass
class Stretch:
    """Some time of a day as it reads: 10:00–11:30, or a whole day; `url` where the reader may open the booking."""

    text: str
    word: str = ""
    url: str = ""

    @property
    def start(self) -> str:
        """Its beginning, where it has a time of day."""
        return self.text[:5] if self.text[:1].isdigit() else ""


@dataclass
class DayOfOne:
    """A day of one facility: what is taken, and what is free and still to come."""

    day: date
    taken: list[Stretch] = field(default_factory=list)
    free: list[Stretch] = field(default_factory=list)
    open: bool = True


def asked_day(text: str, now: datetime) -> date:
    """The day that a page was asked for; today for anything that is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = FIRST_DAY
    fits = FIRST_DAY < day < LAST_DAY - timedelta(days=8)
    return day if fits else now.astimezone(settings.MADANG_ZONE).date()


def door_address(row: Facility) -> str:
    """Where the QR code at a facility leads, with the code that proves that somebody stands there."""
    return f"{settings.MADANG_BASE_URL}{reverse('facility-here', args=[row.code])}?code={row.door_code}"


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def days_after(day: date, days: int) -> date:
    """So many days later, though never beyond what a table can hold."""
    return min(LAST_DAY, day + timedelta(days=min(days, (LAST_DAY - day).days)))


def asked_year(text: str, now: datetime) -> int:
    """The year that a page was asked for; this one for anything that is none."""
    year = whole(text)
    return year if 2000 <= year <= LAST_DAY.year else now.astimezone(settings.MADANG_ZONE).year


def year_of(year: int) -> Period:
    """A calendar year of the centre."""
    zone = settings.MADANG_ZONE
    return Period(slots.midnight(date(year, 1, 1), zone), slots.midnight(date(year + 1, 1, 1), zone))


def week_of_one(by: Actor, facility: Any, first: date, now: datetime) -> list[DayOfOne]:
    """Seven days of one facility, buffers counted as taken; four queries for any number of bookings."""
    zone, terms = settings.MADANG_ZONE, terms_of(facility)
    period = Period(slots.midnight(first, zone), slots.midnight(first + timedelta(days=7), zone))
    held = queries.who_holds(facility.pk, period)
    by_slot = {slot: (booking, closure) for slot, booking, closure in held}
    mine = set(queries.bookings(by).filter(queries.during(period), state__in=HOLDING).values_list("pk", flat=True))
    closed = {row.pk: row for row in queries.held_in([facility.pk], period)[1]}
    found = []
    for offset in range(7):
        day = first + timedelta(days=offset)
        whole_day = slots.touched(_day(day), terms.grain, zone)
        opened = slots.open_slots(day, terms, zone)
        shown = DayOfOne(day, open=bool(opened))
        for stretch, (booking, closure) in _runs(by_slot, whole_day):
            shown.taken.append(_taken(stretch, terms.grain, booking, booking in mine, closed.get(closure)))
        free = [slot for slot in opened if slot not in by_slot and slots.instant_of(slot + 1, terms.grain, zone) > now]
        shown.free = [Stretch(_text(stretch, terms.grain)) for stretch in slots.stretches(free)]
        found.append(shown)
    return found


def _day(day: date) -> Period:
    zone = settings.MADANG_ZONE
    return Period(slots.midnight(day, zone), slots.midnight(day + timedelta(days=1), zone))


def _runs(by_slot: dict[int, Any], within: range) -> list[tuple[range, Any]]:
    """What follows each other and is held by the same, as one stretch."""
    found: list[tuple[range, Any]] = []
    for slot in within:
        holder = by_slot.get(slot)
        if holder is None:
            continue
        if found and found[-1][1] == holder and found[-1][0].stop == slot:
            found[-1] = (range(found[-1][0].start, slot + 1), holder)
        else:
            found.append((range(slot, slot + 1), holder))
    return found


def _taken(stretch: range, grain: SlotGrain, booking: int | None, mine: bool, closed: Any) -> Stretch:
    if booking is None:
        return Stretch(_text(stretch, grain), _(CLOSURES[closed.kind]) if closed else "")
    return Stretch(_text(stretch, grain), _("Taken"), f"/bookings/{booking}/" if mine else "")


def _text(stretch: range, grain: SlotGrain) -> str:
    if grain is SlotGrain.DAY:
        return _("Whole day")
    period = slots.period_of(stretch, grain, settings.MADANG_ZONE)
    return clocks(period, None)


def clocks(period: Period, day: date | None) -> str:
    """10:00–11:30 on the centre's clock; of what goes beyond `day`, the part of that day."""
    zone = settings.MADANG_ZONE
    if day is not None:
        period = period.overlap(_day(day)) or period
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    over = end.date() > start.date() and (end.hour, end.minute) == (0, 0)
    return f"{start:%H:%M}–{'24:00' if over else f'{end:%H:%M}'}"


@dataclass
class Overview:
    """A facility and, day by day, what is taken of it."""

    facility: Any
    days: list[DayOfOne]


def overview(by: Actor, facilities: Sequence[Any], days: Sequence[date]) -> list[Overview]:
    """What each of these facilities has on these days: three queries for any number of bookings.

    A week of fifty facilities holds hundreds of bookings: plain values, each looked at once.
    """
    zone = settings.MADANG_ZONE
    period = Period(slots.midnight(days[0], zone), slots.midnight(days[-1] + timedelta(days=1), zone))
    booked, closed = queries.held_in([row.pk for row in facilities], period)
    shown = {
        row.pk: Overview(row, [DayOfOne(day, open=bool(row.weekdays & 1 << day.weekday())) for day in days])
        for row in facilities
    }
    for facility, start, end, word, url in sorted([*_booked(by, booked), *_closed(closed)], key=lambda one: one[1]):
        _enter(shown[facility], Period(start, end), word, url)
    return list(shown.values())


Held = tuple[int, datetime, datetime, str, str]


def _booked(by: Actor, rows: Any) -> Iterable[Held]:
    """Facility, start and end of each booking, with what the reader may see of it: a word and an address."""
    taken = _("Taken")
    columns = ("facility", "booking", "booking__starts_at", "booking__ends_at", "booking__organisation")
    for facility, booking, start, end, organisation, name in rows.values_list(*columns, "booking__organisation__name"):
        seen = by.reads_everything or by.member_of(organisation)
        yield (facility, start, end, name, f"/bookings/{booking}/") if seen else (facility, start, end, taken, "")


def _closed(rows: Any) -> Iterable[Held]:
    for one in rows:
        yield one.facility_id, one.starts_at, one.ends_at, _(CLOSURES[one.kind]), ""


def _enter(into: Overview, period: Period, word: str, url: str) -> None:
    """Enters a booking or closure on each of the days that it touches."""
    zone = settings.MADANG_ZONE
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    last = (end - timedelta(microseconds=1)).date()
    by_the_day = into.facility.grain == SlotGrain.DAY
    alone = "" if start.date() < last else clocks(period, None)
    for one in into.days:
        if start.date() <= one.day <= last:
            text = _("Whole day") if by_the_day else alone or clocks(period, one.day)
            one.taken.append(Stretch(text, word, url))
