"""Booking, extending, giving up, moving up: what is stored, who may, and what two at the same moment come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from factories import actor, make_actor, make_facility, make_member, make_organisation, make_person
from portal.bookings.april import NOW, booked, held, hours, keeper, member, slots_between, state

from madang.errors import Refused, Stale
from madang.portal.actors import MemberRole, Role
from madang.portal.bookings import actions, chores, closing, queries
from madang.portal.bookings.models import Booking, BookingSlot, CalendarFeed, HoursTaken
from madang.portal.bookings.rules import BookingState, ClosureKind
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import FacilityKind, FacilityState
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message
from madang.values import Period

pytestmark = pytest.mark.django_db


def test_several_facilities_are_booked_for_one_period_with_their_buffers():
    by, car, hall = member(), make_facility(before=1, after=2), make_facility(kind="room")
    row = booked(by, [car, hall], hours(4, 6))
    assert state(row) == BookingState.CONFIRMED
    assert held(car) == slots_between(3.75, 6.5) and held(hall) == slots_between(4, 6)
    assert dict(row.booked.values_list("facility", "minutes")) == {car.pk: 120, hall.pk: 120}
    entry = JournalEntry.objects.get(action="bookings.book")
    assert entry.subject == str(row.pk) and "Trial" not in str(entry.facts)


def test_all_or_nothing():
    by, car, hall = member(), make_facility(), make_facility()
    booked(by, [hall], hours(5, 6))
    with pytest.raises(Refused, match="booking_taken") as refused:
        booked(by, [car, hall], hours(4, 6))
    assert refused.value.facts["facility"] == hall.code
    assert not held(car) and Booking.objects.count() == 1
    assert HoursTaken.objects.get().minutes == 60


def test_the_table_itself_lets_nobody_have_what_another_holds():
    by, car = member(), make_facility()
    row = booked(by, [car], hours(4, 5))
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingSlot.objects.create(facility=car, slot=held(car)[0], booking=row)
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingSlot.objects.create(facility=car, slot=1)


def test_who_may_book_and_see():
    organisation, car = make_organisation(), make_facility()
    mate = actor(make_member(organisation, role=MemberRole.MEMBER))
    row = booked(member(organisation), [car], hours(4, 5))
    stranger, auditor = member(), make_actor(Role.AUDITOR)
    for by in (stranger, auditor, actor(make_person())):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            booked(by, [car], hours(8, 9), organisation=organisation.pk)
    seen = {who: queries.bookings(by).count() for who, by in
            {"mate": mate, "stranger": stranger, "auditor": auditor}.items()}  # fmt: skip
    assert seen == {"mate": 1, "stranger": 0, "auditor": 1}
    with pytest.raises(Refused, match="not_found"):
        actions.cancel(by=stranger, now=NOW, booking=row.pk)
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.cancel(by=auditor, now=NOW, booking=row.pk, reason="x")
    actions.cancel(by=mate, now=NOW, booking=row.pk)
    assert state(row) == BookingState.CANCELLED and not held(car)


@pytest.mark.parametrize("facilities", [[], [999_999]])
def test_only_what_is_in_the_catalogue_is_booked(facilities):
    by = member()
    with pytest.raises(Refused, match="booking_items_wrong"):
        actions.book(by=by, now=NOW, organisation=next(iter(by.memberships)), facilities=facilities,
                     period=hours(4, 5), purpose="x")  # fmt: skip


def test_days_are_the_centres_and_do_not_meet_the_next():
    by, car = member(), make_facility(grain="day", longest=30)
    first = Period(datetime(2026, 4, 2, 15, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC))
    row = booked(by, [car], first)
    assert len(held(car)) == 2 and row.booked.get().minutes == 960
    booked(by, [car], Period(first.end, first.end + timedelta(days=1)))
    with pytest.raises(Refused, match="booking_taken"):
        booked(by, [car], Period(first.end - timedelta(days=1), first.end))


# --- extension ---


def test_an_extension_takes_what_follows_of_all_or_nothing():
    by, car, hall = member(), make_facility(after=1), make_facility()
    row = booked(by, [car, hall], hours(4, 5))
    booked(by, [hall], hours(6, 7))
    actions.extend(by=by, now=NOW, booking=row.pk, until=hours(4, 6).end)
    assert held(car) == slots_between(4, 6.25)
    before = (held(car), held(hall), HoursTaken.objects.get().minutes)
    with pytest.raises(Refused, match="booking_taken"):
        actions.extend(by=by, now=NOW, booking=row.pk, until=hours(4, 6.5).end)
    row.refresh_from_db()
    assert (held(car), held(hall), HoursTaken.objects.get().minutes) == before and row.ends_at == hours(4, 6).end
    assert list(row.booked.values_list("minutes", flat=True)) == [120, 120]


def test_an_extension_is_bound_by_terms_state_and_approval():
    by, car = member(), make_facility(longest=8)
    row = booked(by, [car], hours(4, 6))
    for until, code in ((hours(4, 6.25), "booking_too_long"), (hours(4, 5), "extension_backwards")):
        with pytest.raises(Refused, match=code):
            actions.extend(by=by, now=NOW, booking=row.pk, until=until.end)
    actions.cancel(by=by, now=NOW, booking=row.pk)
    with pytest.raises(Refused, match="booking_over"):
        actions.extend(by=by, now=NOW, booking=row.pk, until=hours(4, 7).end)
    asked = booked(by, [make_facility(needs_approval=True)], hours(4, 5))
    staff = keeper()
    actions.decide(by=staff, now=NOW, booking=asked.pk, approve=True, reason="")
    with pytest.raises(Refused, match="extension_needs_staff"):
        actions.extend(by=by, now=NOW, booking=asked.pk, until=hours(4, 6).end)
    actions.extend(by=staff, now=NOW, booking=asked.pk, until=hours(4, 6).end)


# --- approval, check-in, release ---


def test_a_booking_is_held_until_the_centre_has_decided():
    by, staff, car = member(), keeper(), make_facility(needs_approval=True)
    row, other = booked(by, [car], hours(4, 5)), booked(by, [car], hours(6, 7))
    assert state(row) == BookingState.ASKED and held(car)
    assert queries.staff_tasks(staff, NOW)[0].count == 2 and not queries.staff_tasks(by, NOW)
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.decide(by=by, now=NOW, booking=row.pk, approve=True, reason="")
    with pytest.raises(Refused, match="booking_reason_needed"):
        actions.decide(by=staff, now=NOW, booking=row.pk, approve=False, reason=" ")
    actions.decide(by=staff, now=NOW, booking=row.pk, approve=False, reason="Exhibition")
    actions.decide(by=staff, now=NOW, booking=other.pk, approve=True, reason="")
    assert (state(row), state(other)) == (BookingState.REFUSED, BookingState.CONFIRMED)
    assert held(car) == slots_between(6, 7)
    told = Message.objects.exclude(code="booking_made").values_list("code", flat=True)
    assert sorted(told) == ["booking_approved", "booking_refused"]
    with pytest.raises(Refused, match="booking_not_asked"):
        actions.decide(by=staff, now=NOW, booking=other.pk, approve=True, reason="")


def test_checking_in_by_the_code_at_the_facility_or_by_staff():
    by, car = member(), make_facility(door_code="ABCD2345")
    row, other = booked(by, [car], hours(4, 6)), booked(by, [car], hours(7, 8))
    start = hours(4, 6).start
    for now, code, refused in (
        (start - timedelta(minutes=16), "ABCD2345", "check_in_too_early"),
        (start, "ABCD2346", "door_code_wrong"),
        (start, "", "door_code_wrong"),
        (hours(4, 6).end, "ABCD2345", "check_in_too_late"),
    ):
        with pytest.raises(Refused, match=refused):
            actions.check_in(by=by, now=now, booking=row.pk, code=code)
    actions.check_in(by=by, now=start - timedelta(minutes=15), booking=row.pk, code=" abcd2345 ")
    actions.check_in(by=keeper(), now=hours(7, 8).start, booking=other.pk)
    assert state(row) == state(other) == BookingState.USED
    with pytest.raises(Refused, match="booking_not_confirmed"):
        actions.check_in(by=by, now=start, booking=row.pk, code="ABCD2345")


def test_nobody_checks_in_to_what_has_to_be_calibrated():
    by, car = member(), make_facility()
    row = booked(by, [car], hours(4, 6))
    Facility.objects.update(calibrated_until="2026-04-01")
    with pytest.raises(Refused, match="calibration_due"):
        actions.check_in(by=by, now=hours(4, 6).start, booking=row.pk, code=car.door_code)


def test_what_nobody_comes_to_is_released_after_its_grace_and_stays_counted():
    by, car = member(), make_facility(grace_minutes=20)
    row = booked(by, [car], hours(4, 6))
    due = hours(4, 6).start + timedelta(minutes=20)
    assert chores.release_missed(due - timedelta(seconds=1)) == 0
    assert chores.release_missed(due) == 1 and chores.release_missed(due) == 0
    assert state(row) == BookingState.MISSED and not held(car)
    assert HoursTaken.objects.get().minutes == 120
    assert Message.objects.latest("pk").code == "booking_missed"


def test_a_booking_of_the_hour_that_is_going_on_has_its_grace_from_now():
    by, car = member(), make_facility(grace_minutes=10)
    late = NOW + timedelta(minutes=14)
    row = booked(by, [car], Period(NOW, NOW + timedelta(hours=1)), now=late)
    assert row.expected_by == late + timedelta(minutes=10)


def test_what_is_never_approved_lapses_and_is_given_back():
    by, car = member(), make_facility(needs_approval=True)
    row = booked(by, [car], hours(4, 6))
    chores.release_missed(row.expected_by)
    assert state(row) == BookingState.LAPSED and not held(car) and HoursTaken.objects.get().minutes == 0


# --- quotas ---


def test_a_quota_counts_by_organisation_month_and_class_and_gives_back():
    organisation, car, hall = make_organisation(), make_facility(), make_facility(kind="room")
    by, staff = member(organisation), keeper()
    closing.set_quota(by=staff, now=NOW, kind=FacilityKind.EQUIPMENT, hours=3)
    row = booked(by, [car, hall], hours(4, 6))
    with pytest.raises(Refused, match="quota_used_up"):
        booked(by, [car], hours(8, 9.25))
    booked(by, [hall], hours(8, 20))
    # over the end of April in Seoul (15:00 in UTC): an hour in either month
    booked(by, [car], hours(14, 16, day=30))
    with pytest.raises(Refused, match="quota_used_up"):
        booked(by, [car], hours(10, 10.25))
    booked(member(), [car], hours(10, 13))
    actions.cancel(by=by, now=NOW, booking=row.pk)
    booked(by, [car], hours(15, 17))
    with pytest.raises(Stale):
        closing.set_quota(by=staff, now=NOW, kind=FacilityKind.EQUIPMENT, hours=9)
    closing.set_quota(by=staff, now=NOW, kind=FacilityKind.EQUIPMENT, hours=None, version=1)
    booked(by, [car], hours(18, 24))


# --- series ---


def weekly(by, facility, weeks, period=None, **given):
    organisation = next(iter(by.memberships))
    return actions.book_weekly(by=by, now=NOW, organisation=organisation, facilities=[facility.pk], purpose="Course",
                               period=period or hours(4, 6), weeks=weeks, **given)  # fmt: skip


def test_a_series_books_the_weeks_that_can_be_had_and_only_those_that_were_shown():
    by, car = member(), make_facility()
    booked(member(), [car], hours(5, 6, day=9))
    with pytest.raises(Refused, match="series_changed"):
        weekly(by, car, 3, expected=[0, 1, 2])
    rows = weekly(by, car, 3, expected=[0, 2])
    assert [row.starts_at.day for row in rows] == [2, 16] and len({row.series for row in rows}) == 1
    with pytest.raises(Refused, match="series_none_free"):
        weekly(by, car, 2)
    with pytest.raises(Refused, match="series_length_wrong"):
        weekly(by, car, 27)


def test_a_series_stops_where_the_months_hours_are_used_up():
    by, car = member(), make_facility()
    closing.set_quota(by=keeper(), now=NOW, kind=FacilityKind.EQUIPMENT, hours=4)
    rows = weekly(by, car, 6)
    assert [(row.starts_at.month, row.starts_at.day) for row in rows] == [(4, 2), (4, 9), (5, 7)]


# --- closing ---


def close(by, facilities, period, **given):
    return closing.close(by=by, now=NOW, facilities=[row.pk for row in facilities], kind=ClosureKind.MAINTENANCE,
                         period=period, reason="Inspection", **given)  # fmt: skip


def test_what_is_closed_cannot_be_booked_until_it_is_opened_again():
    staff, by, car = keeper(), member(), make_facility()
    (row,) = close(staff, [car], hours(4, 8))
    with pytest.raises(Refused, match="booking_taken"):
        booked(by, [car], hours(7, 9))
    waiting = booked(by, [car], hours(5, 6), wait=True)
    for other in (by, make_actor(Role.AUDITOR), make_actor(Role.APPROVER)):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            closing.reopen(by=other, now=NOW, closure=row.pk)
    closing.reopen(by=staff, now=NOW, closure=row.pk)
    assert state(waiting) == BookingState.CONFIRMED and held(car) == slots_between(5, 6)


def test_bookings_in_the_way_are_cancelled_only_when_that_is_said():
    staff, by, car, hall = keeper(), member(), make_facility(), make_facility()
    row = booked(by, [car, hall], hours(4, 6))
    waiting = booked(member(), [hall], hours(4, 5), wait=True)
    with pytest.raises(Refused, match="closure_meets_bookings"):
        close(staff, [car], hours(5, 8))
    close(staff, [car], hours(5, 8), cancel=True)
    assert state(row) == BookingState.CANCELLED and held(car) == slots_between(5, 8)
    assert state(waiting) == BookingState.CONFIRMED and held(hall) == slots_between(4, 5)
    assert HoursTaken.objects.get(organisation=row.organisation).minutes == 0
    assert {(one.code, one.person_id) for one in Message.objects.all()} >= {("booking_cancelled", by.person)}


def test_out_of_service_with_bookings_ahead():
    staff, by, car = keeper(), member(), make_facility()
    row = booked(by, [car], hours(4, 6))
    given = {"by": staff, "now": NOW, "facility": car.pk, "state": FacilityState.RETIRED}
    with pytest.raises(Refused, match="closure_meets_bookings"):
        closing.set_state(version=1, **given)
    closing.set_state(version=1, reason="Sold", cancel=True, **given)
    assert state(row) == BookingState.CANCELLED and not held(car)
    with pytest.raises(Refused, match="facility_not_in_use"):
        booked(by, [car], hours(4, 6))
    with pytest.raises(Stale):
        closing.set_state(version=1, **given)


# --- the doctor, the private calendar ---


def test_the_doctor_finds_slots_that_differ_from_bookings():
    by, car = member(), make_facility()
    row = booked(by, [car], hours(4, 6))
    assert queries.slots_that_differ() == 0
    BookingSlot.objects.all().delete()
    assert queries.slots_that_differ() == 1
    BookingSlot.objects.create(facility=car, slot=1, booking=row)
    Booking.objects.update(state="cancelled", ended_at=NOW)
    assert queries.slots_that_differ() == 1


def test_a_private_calendar_keeps_only_a_hash_and_dies_when_renewed():
    by = member()
    first, second = actions.renew_feed(by=by, now=NOW), actions.renew_feed(by=by, now=NOW)
    assert queries.feed_of(first) is None and queries.feed_of(second).pk == by.person
    assert second not in str(CalendarFeed.objects.values())
    actions.drop_feed(by=by, now=NOW)
    assert queries.feed_of(second) is None
    with pytest.raises(Stale):
        actions.drop_feed(by=by, now=NOW)
