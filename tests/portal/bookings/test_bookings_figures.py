"""The public rate of utilisation: hours checked in against 2,000 standard hours, by year and class."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from factories import make_facility
from portal.bookings.april import NOW, booked, hours, member

from madang.portal.bookings import actions, figures

pytestmark = pytest.mark.django_db


def test_hours_checked_in_are_measured_against_standard_hours_and_a_year_that_is_over_stays():
    by, car = member(), make_facility(kind="equipment", added_at=NOW)
    make_facility(kind="equipment", added_at=NOW)
    make_facility(kind="room", added_at=NOW)
    row = booked(by, [car], hours(4, 6))
    booked(by, [car], hours(8, 9))
    assert figures.by_year(NOW, []) == []
    actions.check_in(by=by, now=hours(4, 6).start, booking=row.pk, code=car.door_code)
    assert figures.by_year(NOW, []) == []
    running = figures.by_year(datetime(2026, 5, 1, tzinfo=UTC), [])
    equipment = {"year": 2026, "class": "equipment", "facilities": 2, "facility_minutes": 120}
    room = {"year": 2026, "class": "room", "facilities": 1, "facility_minutes": 0}
    assert running == [equipment | {"standard_minutes": 2 * 40_000}, room | {"standard_minutes": 40_000}]
    whole = [equipment | {"standard_minutes": 2 * 120_000}, room | {"standard_minutes": 120_000}]
    over = figures.by_year(datetime(2027, 1, 1, tzinfo=UTC), running)
    assert over == whole
    make_facility(kind="room", added_at=NOW)
    later = figures.by_year(datetime(2027, 3, 1, tzinfo=UTC), over)
    assert later[:2] == whole and {one["year"] for one in later[2:]} == {2027}
