"""Reads bookings, closures, waiting lists, quotas and utilisation, as far as the actor may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import ngettext

from madang.portal.actors import Actor
from madang.portal.bookings import slots
from madang.portal.bookings.models import (
    BookedFacility,
    Booking,
    BookingSlot,
    CalendarFeed,
    Closure,
)
from madang.portal.bookings.rules import AHEAD, EARLY, HOLDING, Bookable, BookingState, Utilisation
from madang.portal.facilities.models import Facility
from madang.portal.facilities.queries import terms_of
from madang.portal.facilities.rules import KEEPERS, FacilityState
from madang.portal.people.models import Person
from madang.portal.people.queries import secret_hash
from madang.portal.tasks import Task
from madang.values import Period


def bookable(row: Facility) -> Bookable:
    """A facility as the rules see it."""
    return Bookable(row.code, row.kind, FacilityState(row.state), terms_of(row))


def bookings(by: Actor) -> QuerySet[Booking]:
    """Those of the actor's organisations with their facilities, first to come first; all for staff and auditors."""
    rows = Booking.objects.select_related("organisation", "person").prefetch_related(
        "booked__facility", "booked__operator", "booked__product"
    )
    rows = rows.order_by("starts_at", "pk")
    return rows if by.reads_everything else rows.filter(organisation__in=by.memberships)


def made_by(person: int) -> QuerySet[Booking]:
    """Those that a person made or operates, for their private calendar."""
    own = Q(person=person) | Q(pk__in=BookedFacility.objects.filter(operator=person).values("booking"))
    return Booking.objects.filter(own).prefetch_related("booked__facility").order_by("starts_at", "pk")


def of_series(by: Actor, series: UUID) -> QuerySet[Booking]:
    """The other bookings that were made together, week by week."""
    return bookings(by).filter(series=series)


def period_of(row: Booking) -> Period:
    return Period(row.starts_at, row.ends_at)


def present(by: Actor, facility: int, now: datetime) -> QuerySet[Booking]:
    """Bookings of a facility that the actor can check in to now, or has: those to be checked in first."""
    own = Q(organisation__in=by.memberships) | Q(person=by.person)
    rows = bookings(by) if by.has(*KEEPERS) else bookings(by).filter(own)
    rows = rows.filter(booked__facility=facility, starts_at__lte=now + EARLY, ends_at__gt=now)
    return rows.filter(state__in=[BookingState.CONFIRMED, BookingState.USED]).order_by("state", "starts_at", "pk")


def coming(by: Actor, facility: int, now: datetime) -> Booking | None:
    """The next booking of a facility by one of the actor's organisations."""
    rows = bookings(by).filter(booked__facility=facility, organisation__in=by.memberships, starts_at__gt=now)
    return rows.filter(state__in=AHEAD).first()


def during(period: Period) -> Q:
    """What shares any instant with a period."""
    return Q(starts_at__lt=period.end, ends_at__gt=period.start)


def closures(by: Actor) -> QuerySet[Closure]:
    """When facilities are closed, newest first; for staff and auditors."""
    rows = Closure.objects.select_related("facility").order_by("-starts_at", "-pk")
    return rows if by.reads_everything else rows.none()


def taken(facilities: Iterable[int], first: int, last: int) -> dict[int, frozenset[int]]:
    """Of each facility the slots that are held from `first` until before `last`, by whatever."""
    found: dict[int, set[int]] = {}
    rows = BookingSlot.objects.filter(facility__in=list(facilities), slot__gte=first, slot__lt=last)
    for facility, slot in rows.values_list("facility", "slot"):
        found.setdefault(facility, set()).add(slot)
    return {facility: frozenset(of) for facility, of in found.items()}


def who_holds(facility: int, period: Period) -> list[tuple[int, int | None, int | None]]:
    """Slot, booking and closure of everything held of one facility that touches a period, buffers too."""
    row = Facility.objects.get(pk=facility)
    wanted = slots.touched(period, terms_of(row).grain, settings.MADANG_ZONE)
    rows = BookingSlot.objects.filter(facility=facility, slot__gte=wanted.start, slot__lt=wanted.stop)
    return list(rows.order_by("slot").values_list("slot", "booking", "closure"))


def held_in(facilities: Sequence[int], period: Period) -> tuple[QuerySet[BookedFacility], QuerySet[Closure]]:
    """The bookings that hold any of these facilities in a period, and their closures; two queries for any number."""
    booked = BookedFacility.objects.filter(
        facility__in=facilities, booking__state__in=HOLDING, booking__starts_at__lt=period.end,
        booking__ends_at__gt=period.start,
    ).select_related("booking__organisation")  # fmt: skip
    closed = Closure.objects.filter(during(period), facility__in=facilities)
    return booked.order_by("booking__starts_at"), closed.order_by("starts_at")


def ahead_of(facility: int, now: datetime) -> QuerySet[Booking]:
    """Bookings of a facility that are not over and can still be cancelled."""
    rows = Booking.objects.filter(booked__facility=facility, state__in=AHEAD, ends_at__gt=now)
    return rows.order_by("starts_at", "pk")


def queued_for(facilities: Iterable[int], now: datetime) -> QuerySet[Booking]:
    """Who waits for any of these facilities for a time that is still to come, in the order in which they came."""
    wanted = BookedFacility.objects.filter(booking=OuterRef("pk"), facility__in=list(facilities))
    rows = Booking.objects.filter(Exists(wanted), state=BookingState.QUEUED, starts_at__gt=now)
    return rows.prefetch_related("booked__facility").order_by("made_at", "pk")


def place_in_queue(row: Booking) -> int:
    """How many came before this one for any of its facilities at the same time, and itself."""
    mine = BookedFacility.objects.filter(booking=row).values("facility")
    before = Q(made_at__lt=row.made_at) | Q(made_at=row.made_at, pk__lt=row.pk)
    wanted = BookedFacility.objects.filter(booking=OuterRef("pk"), facility__in=mine)
    rows = Booking.objects.filter(before, during(period_of(row)), Exists(wanted), state=BookingState.QUEUED)
    return rows.count() + 1


def due(now: datetime) -> QuerySet[Booking]:
    """Bookings to which nobody came in time, and those that nobody approved or that never moved up in time."""
    missed = Q(state__in=[BookingState.CONFIRMED, BookingState.ASKED], expected_by__lte=now)
    return Booking.objects.filter(missed | Q(state=BookingState.QUEUED, starts_at__lte=now)).order_by("pk")


def used_minutes(year: Period) -> dict[int, int]:
    """Minutes of bookings that were used and began in a year, by facility."""
    rows = BookedFacility.objects.filter(
        booking__state=BookingState.USED, booking__starts_at__gte=year.start, booking__starts_at__lt=year.end
    )
    return dict(rows.order_by().values_list("facility").annotate(n=Sum("minutes")))


def utilisation(by: Actor, year: Period) -> list[tuple[Facility, Utilisation]]:
    """Every facility that is not retired, or was used that year, with its use; for staff and auditors."""
    if not by.reads_everything:
        return []
    used = used_minutes(year)
    rows = Facility.objects.filter(~Q(state=FacilityState.RETIRED) | Q(pk__in=list(used))).order_by("kind", "code")
    return [(row, Utilisation(used.get(row.pk, 0))) for row in rows]


def feed_of(key: str) -> Person | None:
    """Whose private calendar has this key; None where nobody's has, or its person no longer has an account."""
    row = (
        CalendarFeed.objects.filter(key_hash=secret_hash(key), person__is_active=True).select_related("person").first()
    )
    return row.person if row else None


def feed(by: Actor) -> CalendarFeed | None:
    """The actor's own private calendar, if there is one."""
    return CalendarFeed.objects.filter(person=by.person).first() if by.person else None


def slots_that_differ() -> int:
    """For the doctor: bookings that hold slots and should not, or hold none of a facility and should."""
    held_by = Q(slots__isnull=False) | Q(operator_slots__isnull=False)
    wrongly = Booking.objects.exclude(state__in=HOLDING).filter(held_by).distinct().count()
    held = BookingSlot.objects.filter(booking=OuterRef("booking"), facility=OuterRef("facility"))
    return wrongly + BookedFacility.objects.filter(~Exists(held), booking__state__in=HOLDING).count()


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """Bookings that wait to be approved, for whoever keeps the calendar."""
    if not by.has(*KEEPERS):
        return []
    asked = Booking.objects.filter(state=BookingState.ASKED).aggregate(n=Count("pk"))["n"]
    text = ngettext("A booking waits to be approved", "Bookings wait to be approved", asked)
    return [Task(text, f"{reverse('staff-bookings')}?asked=1", asked)] if asked else []
