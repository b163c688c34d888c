"""Bookings on days of April 2026, as the tests of bookings make them and look at them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from factories import actor, make_actor, make_member, make_organisation

from madang.portal.actors import Role
from madang.portal.bookings import actions
from madang.portal.bookings.models import Booking, BookingSlot
from madang.values import Period

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def hours(start, end, day=2) -> Period:
    """A day of April from hour to hour, in UTC."""
    midnight = datetime(2026, 4, day, tzinfo=UTC)
    return Period(midnight + timedelta(hours=start), midnight + timedelta(hours=end))


def member(organisation=None):
    return actor(make_member(organisation or make_organisation()))


def keeper():
    return make_actor(Role.PROGRAMME_MANAGER)


def booked(by, facilities, period, **given):
    organisation = given.pop("organisation", None) or next(iter(by.memberships))
    return actions.book(by=by, now=given.pop("now", NOW), organisation=organisation, period=period, purpose="Trial",
                        facilities=[row.pk for row in facilities], **given)  # fmt: skip


def state(row) -> str:
    return Booking.objects.get(pk=row.pk).state


def held(facility) -> list[int]:
    return list(BookingSlot.objects.filter(facility=facility).order_by("slot").values_list("slot", flat=True))


def slots_between(start, end, day=2) -> list[int]:
    period = hours(start, end, day)
    return list(range(int(period.start.timestamp()) // 900, int(period.end.timestamp()) // 900))
