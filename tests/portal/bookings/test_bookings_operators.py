"""What needs an operator books one who is free: nobody operates two things at once, whoever asks at the same moment."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from factories import make_facility, make_person
from hypothesis import given
from hypothesis import strategies as st
from portal.bookings.april import NOW, booked, hours, keeper, member, state
from portal.races import at_once, errors

from madang.errors import Refused
from madang.portal.bookings import actions, operating, queries
from madang.portal.bookings.models import BookedFacility, OperatorSlot
from madang.portal.bookings.rules import BookingState, crew_of


@given(st.dictionaries(st.integers(0, 5), st.lists(st.integers(0, 5), unique=True, max_size=4), max_size=6))
def test_nobody_operates_two_things_and_no_more_could_be_operated(free):
    crew = crew_of(free)
    assert len(set(crew.values())) == len(crew) and all(person in free[facility] for facility, person in crew.items())
    assert len(crew) == best(sorted(free), free, frozenset())


def best(left, free, busy) -> int:
    """The most that can be operated, by trying everything."""
    if not left:
        return 0
    first, rest = left[0], left[1:]
    ways = [1 + best(rest, free, busy | {person}) for person in free[first] if person not in busy]
    return max([best(rest, free, busy), *ways])


def operated_by(*people, **given):
    facility = make_facility(**given)
    emails = [person.email for person in people]
    operating.set_operators(by=keeper(), now=NOW, facility=facility.pk, emails=emails)
    return facility


def operators(row) -> list[int]:
    return sorted(BookedFacility.objects.filter(booking=row, operator__isnull=False).values_list("operator", flat=True))


@pytest.mark.django_db
def test_one_who_is_free_is_booked_with_it():
    kim, lee, by = make_person(), make_person(), member()
    dome, hall = operated_by(kim, lee), operated_by(kim)
    both = booked(by, [dome, hall], hours(4, 5))
    assert operators(both) == sorted([kim.pk, lee.pk])
    assert both.booked.get(facility=hall).operator_id == kim.pk
    other = operated_by(kim)
    with pytest.raises(Refused, match="operator_not_free") as refused:
        booked(by, [other], hours(4.5, 6))
    assert refused.value.facts["facility"] == other.code
    after = booked(by, [other], hours(5, 6))
    with pytest.raises(Refused, match="operator_not_free"):
        actions.extend(by=by, now=NOW, booking=both.pk, until=hours(4, 5.5).end)
    actor_of_kim = member()
    assert not operating.sessions(actor_of_kim, NOW).exists()
    assert {row.pk for row in queries.made_by(kim.pk)} == {both.pk, after.pk}
    with pytest.raises(IntegrityError), transaction.atomic():
        slot = OperatorSlot.objects.filter(person=kim).first()
        OperatorSlot.objects.create(person=kim, slot=slot.slot, booking=after)


@pytest.mark.django_db
def test_who_waits_for_an_operator_moves_up_when_one_is_free_again():
    kim, by = make_person(), member()
    dome, hall = operated_by(kim), operated_by(kim)
    first, waits = booked(by, [dome], hours(4, 5)), booked(by, [hall], hours(4, 5), wait=True)
    assert state(waits) == BookingState.QUEUED and not operators(waits)
    actions.cancel(by=by, now=NOW, booking=first.pk)
    assert state(waits) == BookingState.CONFIRMED and operators(waits) == [kim.pk]
    assert queries.slots_that_differ() == 0
    assert OperatorSlot.objects.filter(booking=waits).count() == 4


@pytest.mark.django_db
def test_of_a_series_the_weeks_without_an_operator_are_skipped():
    kim, by = make_person(), member()
    dome, hall = operated_by(kim), operated_by(kim)
    booked(by, [dome], hours(4, 5, day=9))
    given = {"organisation": next(iter(by.memberships)), "facilities": [hall.pk], "purpose": "Trial"}
    rows = actions.book_weekly(by=by, now=NOW, period=hours(4, 5), weeks=3, **given)
    assert [row.starts_at.day for row in rows] == [2, 16]


@pytest.mark.django_db
def test_a_day_is_operated_in_its_opening_hours():
    kim = make_person()
    van = operated_by(kim, grain="day", opens=9 * 60, closes=18 * 60)
    zone_day = hours(-9, 15)
    booked(member(), [van], zone_day)
    assert OperatorSlot.objects.filter(person=kim).count() == 36


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_each_gets_an_operator_of_their_own_or_none():
    kim, lee = make_person(), make_person()
    things = [operated_by(kim, lee) for _ in range(3)]
    people = [member() for _ in things]
    pairs = zip(people, things, strict=True)
    answers = at_once(*(lambda by=by, one=one: booked(by, [one], hours(4, 5)) for by, one in pairs))
    assert [error.code for error in errors(answers)] == ["operator_not_free"]
    assert sorted(OperatorSlot.objects.values_list("person", flat=True).distinct()) == sorted([kim.pk, lee.pk])
    assert OperatorSlot.objects.count() == 8
