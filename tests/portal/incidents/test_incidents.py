"""Damage is reported by who uses or keeps a facility, goes to its end, and may close the facility from a date."""

from __future__ import annotations

import pytest
from factories import make_facility, make_organisation
from portal.bookings.april import NOW, booked, held, hours, keeper, member, slots_between, state

from madang.errors import Refused, Stale
from madang.portal.bookings.rules import BookingState
from madang.portal.incidents import actions, queries
from madang.portal.incidents.models import IncidentReport
from madang.portal.incidents.rules import MOVES, IncidentKind, IncidentState, Severity, check_move
from madang.portal.outbox.models import Message

TELL = {"kind": IncidentKind.DAMAGE, "severity": Severity.DANGEROUS, "what": "Door broken", "words": "It hangs."}


@pytest.mark.parametrize("start", list(IncidentState))
def test_only_the_drawn_moves_are_allowed_and_an_end_says_why(start):
    for to in IncidentState:
        allowed = to in MOVES.get(start, ())
        if not allowed:
            with pytest.raises(Refused, match="incident_move_wrong"):
                check_move(start, to, "x")
        elif to in MOVES:
            assert check_move(start, to, "") == ""
        else:
            with pytest.raises(Refused, match="incident_words_needed"):
                check_move(start, to, " ")


@pytest.mark.django_db
def test_a_report_closes_the_facility_and_tells_who_had_booked_it():
    by, other, car = member(), member(), make_facility()
    row, later = booked(by, [car], hours(4, 5)), booked(other, [car], hours(8, 9))
    made = actions.report(by=by, now=NOW, facility=car.pk, booking=row.pk, **TELL)
    with pytest.raises(Refused, match="incident_booking_wrong"):
        actions.report(by=by, now=NOW, facility=make_facility().pk, booking=row.pk, **TELL)
    staff, given = keeper(), {"now": NOW, "report": made.pk}
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.block(by=by, version=1, period=hours(7, 10), **given)
    actions.block(by=staff, version=1, period=hours(7, 10), **given)
    assert (state(row), state(later)) == (BookingState.CONFIRMED, BookingState.CANCELLED)
    assert held(car) == slots_between(4, 5) + slots_between(7, 10)
    assert Message.objects.filter(code="booking_cancelled", person=other.person, body__contains="Door broken").exists()
    with pytest.raises(Refused, match="incident_blocks_already"):
        actions.block(by=staff, version=2, period=hours(12, 13), **given)
    with pytest.raises(Stale):
        actions.move(by=staff, version=1, to=IncidentState.WORKING, **given)
    actions.move(by=staff, version=2, to=IncidentState.SETTLED, words="New hinge", **given)
    assert Message.objects.filter(code="incident_settled", person=by.person).exists()
    assert IncidentReport.objects.get().settled_at == NOW


@pytest.mark.django_db
def test_reports_are_read_by_who_made_them_the_organisation_of_the_booking_and_staff():
    organisation, car = make_organisation(), make_facility()
    by, mate, stranger = member(organisation), member(organisation), member()
    row = booked(by, [car], hours(4, 5))
    made = actions.report(by=keeper(), now=NOW, facility=car.pk, booking=row.pk, **TELL)
    seen = [list(queries.incidents(who)) for who in (by, mate, keeper(), stranger)]
    assert seen == [[made], [made], [made], []]
    with pytest.raises(Refused, match="incident_booking_wrong"):
        actions.report(by=stranger, now=NOW, facility=car.pk, booking=row.pk, **TELL)
