"""A facility that asks for a qualification is booked and entered only by who holds it to the last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from factories import make_facility
from portal.bookings.april import NOW, booked, hours, keeper, member, state

from madang.errors import Refused, Stale
from madang.portal.bookings import actions as bookings
from madang.portal.bookings.rules import BookingState
from madang.portal.people.models import Person
from madang.portal.qualifications import actions
from madang.portal.qualifications.rules import Asked, GrantStanding, refuse_short, standing

LAST = date(2026, 4, 2)


def test_it_has_to_be_held_on_the_last_day_of_the_use():
    refuse_short([Asked("laser", "Laser safety", date(2026, 4, 3))], LAST)
    with pytest.raises(Refused, match="qualification_missing"):
        refuse_short([Asked("laser", "Laser safety", None)], LAST)
    with pytest.raises(Refused, match="qualification_ends_before") as refused:
        refuse_short([Asked("laser", "Laser safety", LAST)], LAST)
    assert refused.value.facts == {"facility": "laser", "qualification": "Laser safety", "until": "2026-04-02"}


@pytest.mark.parametrize(
    ("today", "revoked", "where"),
    [(date(2026, 4, 1), False, "valid"), (LAST, False, "ended"), (date(2026, 4, 1), True, "revoked")],
)
def test_a_grant_ends_with_the_day_before(today, revoked, where):
    assert standing(LAST, revoked=revoked, today=today) is GrantStanding(where)


def asking(facility, code="laser"):
    actions.add(by=keeper(), now=NOW, code=code, name_ko="레이저 안전교육", name_en="Laser safety")
    actions.require(by=keeper(), now=NOW, facility=facility.pk, codes=[code])


def granted(by, until, code="laser"):
    email = Person.objects.get(pk=by.person).email
    given = {"email": email, "given_on": date(2026, 3, 1), "expires_on": until, "evidence": "No. 7"}
    return actions.grant(by=keeper(), now=NOW, code=code, **given)


@pytest.mark.django_db
def test_it_is_checked_when_booking_and_again_at_the_door():
    by, laser = member(), make_facility()
    asking(laser)
    with pytest.raises(Refused, match="qualification_missing") as refused:
        booked(by, [laser], hours(4, 5))
    assert refused.value.facts["facility"] == laser.code
    ended = granted(by, LAST)
    with pytest.raises(Refused, match="qualification_ends_before"):
        booked(by, [laser], hours(4, 5))
    held = granted(by, date(2027, 4, 1))
    row = booked(by, [laser], hours(4, 5))
    actions.revoke(by=keeper(), now=NOW, grant=held.pk, why="Left the course")
    with pytest.raises(Stale):
        actions.revoke(by=keeper(), now=NOW, grant=held.pk, why="Again")
    enter = {"now": hours(4, 5).start, "booking": row.pk}
    for who, code in ((by, laser.door_code), (keeper(), "")):
        with pytest.raises(Refused, match="qualification_ends_before"):
            bookings.check_in(by=who, code=code, **enter)
    assert state(row) == BookingState.CONFIRMED and ended.pk != held.pk
    granted(by, date(2026, 4, 3))
    bookings.check_in(by=by, code=laser.door_code, **enter)
    assert state(row) == BookingState.USED


@pytest.mark.django_db
def test_of_a_series_the_weeks_after_its_end_are_skipped():
    by, laser = member(), make_facility()
    asking(laser)
    granted(by, date(2026, 4, 12))
    given = {"organisation": next(iter(by.memberships)), "facilities": [laser.pk], "purpose": "Trial"}
    rows = bookings.book_weekly(by=by, now=NOW, period=hours(4, 5), weeks=3, **given)
    assert [row.starts_at for row in rows] == [hours(4, 5).start, hours(4, 5).start + timedelta(days=7)]
