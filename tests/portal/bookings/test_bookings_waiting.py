"""Waiting lists that move up by themselves, and what two who act at the same moment come to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from factories import make_facility
from portal.bookings.april import NOW, booked, held, hours, keeper, member, slots_between, state
from portal.races import at_once, errors

from madang.portal.bookings import actions, chores, closing, looking, queries, slots
from madang.portal.bookings.models import BookedFacility, Booking, HoursTaken
from madang.portal.bookings.rules import BookingState
from madang.portal.facilities.rules import FacilityKind, FacilityState
from madang.portal.outbox.models import Message

pytestmark = pytest.mark.django_db


def test_who_waits_moves_up_in_the_same_transaction_first_come_first():
    car = make_facility()
    first, second, third = member(), member(), member()
    row = booked(first, [car], hours(4, 6))
    late = booked(third, [car], hours(5, 6), wait=True, now=NOW + timedelta(minutes=2))
    early = booked(second, [car], hours(4, 6), wait=True, now=NOW + timedelta(minutes=1))
    assert state(early) == state(late) == BookingState.QUEUED
    assert queries.place_in_queue(late) == 2 and queries.place_in_queue(early) == 1
    assert not HoursTaken.objects.filter(organisation=early.organisation).exists()
    actions.cancel(by=first, now=NOW + timedelta(minutes=3), booking=row.pk)
    assert (state(early), state(late)) == (BookingState.CONFIRMED, BookingState.QUEUED)
    assert held(car) == slots_between(4, 6)
    assert Message.objects.get(code="booking_moved_up").person_id == second.person
    actions.cancel(by=second, now=NOW + timedelta(minutes=4), booking=early.pk)
    assert state(late) == BookingState.CONFIRMED and held(car) == slots_between(5, 6)


def test_waiting_for_what_is_free_is_a_booking():
    assert state(booked(member(), [make_facility()], hours(4, 6), wait=True)) == BookingState.CONFIRMED


def test_who_cannot_move_up_holds_up_nobody_and_lapses_at_the_start():
    car, hall = make_facility(), make_facility()
    first, second, third = member(), member(), member()
    row, other = booked(first, [car], hours(4, 6)), booked(first, [hall], hours(4, 6))
    both = booked(second, [car, hall], hours(4, 6), wait=True)
    one = booked(third, [car], hours(5, 6), wait=True, now=NOW + timedelta(minutes=1))
    actions.cancel(by=first, now=NOW + timedelta(minutes=2), booking=row.pk)
    assert (state(both), state(one)) == (BookingState.QUEUED, BookingState.CONFIRMED)
    assert chores.release_missed(hours(4, 6).start) == 1
    assert state(both) == BookingState.LAPSED
    assert state(other) == BookingState.CONFIRMED and not queries.slots_that_differ()


def test_who_has_no_hours_left_stays_on_the_list():
    car, spare = make_facility(), make_facility()
    first, second = member(), member()
    row = booked(first, [car], hours(4, 6))
    waiting = booked(second, [car], hours(4, 6), wait=True)
    closing.set_quota(by=keeper(), now=NOW, kind=FacilityKind.EQUIPMENT, hours=3)
    booked(second, [spare], hours(8, 10))
    actions.cancel(by=first, now=NOW, booking=row.pk)
    assert state(waiting) == BookingState.QUEUED and not held(car)


# --- at the same moment ---


@pytest.mark.django_db(transaction=True)
def test_two_who_book_the_same_hour_at_once_end_with_one_booking():
    car, hall = make_facility(), make_facility()
    one, other = member(), member()
    answers = at_once(lambda: booked(one, [car, hall], hours(4, 6)), lambda: booked(other, [hall, car], hours(5, 7)))
    assert len(errors(answers)) == 1 and Booking.objects.count() == 1
    assert len(held(car)) == len(held(hall)) == 8
    assert BookedFacility.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_extension_and_a_booking_of_what_follows_at_once_leave_one_of_them():
    car, by, other = make_facility(), member(), member()
    row, until = booked(by, [car], hours(4, 6)), hours(4, 7).end
    answers = at_once(lambda: actions.extend(by=by, now=NOW, booking=row.pk, until=until),
                      lambda: booked(other, [car], hours(6, 8)))  # fmt: skip
    assert len(errors(answers)) == 1
    row.refresh_from_db()
    assert (row.ends_at == until) != Booking.objects.exclude(pk=row.pk).exists()
    assert held(car) == slots_between(4, 7 if row.ends_at == until else 8)


@pytest.mark.django_db(transaction=True)
def test_two_releases_and_two_waiting_lists_end_with_one_winner():
    car, hall = make_facility(), make_facility()
    owner = member()
    rows = [booked(owner, [one], hours(4, 6)) for one in (car, hall)]
    waiting = [booked(member(), [car, hall], hours(4, 6), wait=True, now=NOW + timedelta(minutes=n)) for n in (1, 2)]
    at_once(*(lambda row=row: actions.cancel(by=owner, now=NOW + timedelta(minutes=5), booking=row.pk) for row in rows))
    # where the two did not see each other's release, the list moves up with the next one that is freed
    assert [state(row) for row in rows] == [BookingState.CANCELLED] * 2
    assert [state(row) for row in waiting] == [BookingState.CONFIRMED, BookingState.QUEUED]
    assert held(car) == held(hall) == slots_between(4, 6)


@pytest.mark.django_db(transaction=True)
def test_a_booking_and_a_retirement_at_once_leave_no_booking_of_what_is_gone():
    car, staff, by = make_facility(), keeper(), member()
    given = {"by": staff, "now": NOW, "facility": car.pk, "version": 1, "state": FacilityState.RETIRED}
    answers = at_once(lambda: booked(by, [car], hours(4, 6)), lambda: closing.set_state(**given))
    assert len(errors(answers)) == 1
    car.refresh_from_db()
    assert (car.state == "retired") != Booking.objects.exists()


def test_looking_ahead_takes_as_many_queries_for_many_weeks_as_for_few(django_assert_num_queries):
    by, car = member(), make_facility()
    organisation = next(iter(by.memberships))
    booked(by, [car], hours(4, 6, day=9))
    for weeks in (2, 10):
        periods = slots.weekly(hours(4, 6), weeks, settings.MADANG_ZONE)
        with django_assert_num_queries(5):
            seen = looking.outlook(by, organisation, [car], periods, NOW)
        assert [why is None for _, why in seen] == [True, False, *[True] * (weeks - 2)]
