"""Who may book what when, as functions of values: terms, extension, quotas, waiting order, calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.bookings import icalendar, rules
from madang.portal.bookings.rules import Bookable, Waiting
from madang.portal.facilities.rules import EVERY_DAY, FacilityState, SlotGrain, Terms
from madang.values import Month, Period

SEOUL = ZoneInfo("Asia/Seoul")
# Wednesday noon in Seoul
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
TERMS = Terms(notice_hours=2, ahead_days=30, longest=12)
SIM = Bookable("sim-1", "simulator", FacilityState.IN_USE, TERMS)
CAR = replace(SIM, terms=Terms(grain=SlotGrain.DAY, longest=10, grace_minutes=60))


def at(day: int, start: str, end: str, month: int = 4) -> Period:
    return Period(*(datetime.fromisoformat(f"2026-{month:02d}-{day:02d}T{one}").replace(tzinfo=SEOUL)
                    for one in (start, end)))  # fmt: skip


def lent(first: int, until: int) -> Period:
    return Period(*(datetime(2026, 4, day, tzinfo=SEOUL) for day in (first, until)))


@pytest.mark.parametrize(
    ("one", "period", "code"),
    [
        (SIM, at(2, "10:00", "12:00"), None),
        (SIM, at(2, "09:00", "12:00"), None),
        (SIM, at(2, "15:00", "18:00"), None),
        (SIM, at(2, "16:00", "18:15"), "facility_closed_then"),
        (SIM, at(2, "08:45", "10:00"), "facility_closed_then"),
        (SIM, at(4, "10:00", "12:00"), "facility_closed_then"),
        (SIM, at(2, "10:00", "13:15"), "booking_too_long"),
        (SIM, at(1, "13:45", "14:45"), "booking_notice_too_short"),
        (SIM, at(1, "14:00", "15:00"), None),
        (SIM, at(1, "11:45", "13:00"), "booking_in_the_past"),
        (SIM, at(1, "10:00", "12:00", month=5), None),
        (SIM, at(4, "10:00", "12:00", month=5), "booking_too_far_ahead"),
        (replace(SIM, state=FacilityState.REPAIR), at(2, "10:00", "12:00"), "facility_not_in_use"),
        (replace(SIM, terms=replace(TERMS, calibrated_until=date(2026, 4, 2))), at(2, "10:00", "12:00"), None),
        (replace(SIM, terms=replace(TERMS, calibrated_until=date(2026, 4, 1))), at(2, "10:00", "12:00"),
         "calibration_due"),
        # from Friday to Monday; from Saturday
        (CAR, lent(3, 7), None),
        (CAR, lent(4, 7), "facility_closed_then"),
        (CAR, lent(1, 2), None),
        (CAR, lent(1, 12), "booking_too_long"),
        (replace(CAR, terms=replace(CAR.terms, calibrated_until=date(2026, 4, 5))), lent(3, 7), "calibration_due"),
    ],
)  # fmt: skip
def test_terms_are_kept_at_their_bounds(one, period, code):
    if code is None:
        assert rules.check_period(one, period, now=NOW, zone=SEOUL)
        return
    with pytest.raises(Refused, match=code):
        rules.check_period(one, period, now=NOW, zone=SEOUL)


def test_who_keeps_the_calendar_needs_no_notice():
    rules.check_period(SIM, at(1, "12:00", "13:00"), now=NOW, zone=SEOUL, keeper=True)
    rules.check_period(SIM, at(4, "10:00", "11:00", month=6), now=NOW, zone=SEOUL, keeper=True)


def test_a_night_can_be_booked_where_the_doors_never_close():
    kitchen = replace(SIM, terms=Terms(opens=0, closes=1440, weekdays=EVERY_DAY, longest=40))
    night = Period(datetime(2026, 4, 3, 22, tzinfo=SEOUL), datetime(2026, 4, 4, 6, tzinfo=SEOUL))
    assert len(rules.check_period(kitchen, night, now=NOW, zone=SEOUL)) == 32


def test_by_when_somebody_has_to_come():
    assert rules.expected_by(SIM.terms, at(2, "10:00", "12:00"), SEOUL) == at(2, "10:30", "12:00").start
    assert rules.expected_by(SIM.terms, at(2, "10:00", "10:15"), SEOUL) == at(2, "10:00", "10:15").end
    assert rules.expected_by(CAR.terms, lent(2, 4), SEOUL) == at(2, "10:00", "12:00").start


@given(st.integers(1, 50), st.integers(-20, 50), st.integers(0, 6), st.integers(0, 6))
def test_an_extension_takes_exactly_what_follows(length, more, before, after):
    terms = Terms(before=before, after=after)
    core, longer = range(100, 100 + length), range(100, 100 + length + more)
    held = range(100 - before, 100 + length + after)
    if more <= 0:
        with pytest.raises(Refused, match="extension_backwards"):
            rules.further(core, longer, held, terms)
        return
    found = rules.further(core, longer, held, terms)
    assert not found & set(held)
    assert found | set(held) == set(range(100 - before, 100 + length + more + after))


@pytest.mark.parametrize(
    ("limit", "used", "more", "month"),
    [
        (None, 10**6, 60, None),
        (10, 540, 60, None),
        (10, 541, 60, Month(2026, 4)),
        (0, 0, 15, Month(2026, 4)),
    ],
)
def test_a_quota_holds_to_the_minute(limit, used, more, month):
    april = Month(2026, 4)
    assert rules.over_quota(limit, {april: used}, {april: more}) == month
    assert rules.over_quota(limit, {}, {}) is None


def needs(*slots):
    return {1: frozenset(slots)}


def test_who_came_first_moves_up_and_who_cannot_holds_up_nobody():
    early, late = NOW, NOW + timedelta(seconds=1)
    listed = [Waiting(7, late, needs(1)), Waiting(9, early, needs(1, 2)), Waiting(5, early, needs(3, 4))]
    assert rules.who_moves_up(listed, {1: frozenset({4})}) == [9]
    assert rules.who_moves_up(listed, {1: frozenset({2})}) == [5, 7]
    assert rules.who_moves_up(listed, {}) == [5, 9]


waiting = st.builds(
    Waiting,
    booking=st.integers(1, 1000),
    since=st.integers(0, 5).map(lambda n: NOW + timedelta(minutes=n)),
    needs=st.dictionaries(st.integers(1, 3), st.frozensets(st.integers(1, 8), min_size=1), min_size=1),
)


@settings(max_examples=50)
@given(
    st.lists(waiting, max_size=6, unique_by=lambda one: one.booking),
    st.dictionaries(st.integers(1, 3), st.frozensets(st.integers(1, 8))),
)
def test_a_list_moves_up_without_sharing_a_slot_and_leaves_nobody_who_could(listed, taken):
    found = rules.who_moves_up(listed, taken)
    by_id = {one.booking: one for one in listed}
    held = {facility: list(of) for facility, of in taken.items()}
    for one in found:
        for facility, needed in by_id[one].needs.items():
            held.setdefault(facility, []).extend(needed)
    assert all(len(of) == len(set(of)) for of in held.values())
    left = [one for one in listed if one.booking not in found]
    assert all(any(set(held.get(facility, ())) & needed for facility, needed in one.needs.items()) for one in left)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=200))
def test_a_calendars_lines_are_short_and_unfold_to_what_they_were(text):
    found = icalendar.folded(text)
    assert all(len(line.encode()) <= 75 for line in found.split("\r\n"))
    assert found.replace("\r\n ", "") == text


@pytest.mark.parametrize(
    ("zone", "starts", "ends", "hours"),
    [
        ("America/New_York", "2026-03-08T01:30", "2026-03-08T04:30", 2),  # an hour is left out there
        ("Europe/Berlin", "2026-10-25T01:30", "2026-10-25T03:30", 3),  # an hour comes twice there
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30+", 1),  # from the first half past two to the second
        ("America/New_York", "2026-10-31T23:00", "2026-11-01T00:00", 1),  # midnight before the clocks are set back
    ],
)
def test_a_feed_read_in_another_zone_keeps_its_moments_over_a_change_of_its_clocks(zone, starts, ends, hours):
    there = ZoneInfo(zone)
    start, end = (datetime.fromisoformat(at.rstrip("+")).replace(tzinfo=there, fold="+" in at) for at in (starts, ends))
    # booked on the centre's clock, which knows no such change, and then read on the other
    event = icalendar.Event("b-1@x", 1, start.astimezone(SEOUL), end.astimezone(SEOUL), NOW, "", "", "CONFIRMED", "")
    lines = dict(line.split(":", 1) for line in icalendar.written("", [event]).split("\r\n") if ":" in line)
    read = [datetime.strptime(f"{lines[name]}+0000", "%Y%m%dT%H%M%SZ%z") for name in ("DTSTART", "DTEND")]
    assert [f"{at.astimezone(there):%Y-%m-%dT%H:%M}" for at in read] == [starts, ends.rstrip("+")]
    assert read[1] - read[0] == timedelta(hours=hours)


def test_a_calendar_speaks_in_instants_of_utc():
    start = datetime(2026, 3, 29, 0, 30, tzinfo=SEOUL)
    event = icalendar.Event("b-1@x", 3, start, start + timedelta(hours=1), NOW, "Car; big, red", "Hall\n2", "CONFIRMED",
                            "https://x/1")  # fmt: skip
    lines = icalendar.written("Centre", [event]).split("\r\n")
    assert lines[-1] == "" and lines[0] == "BEGIN:VCALENDAR"
    assert {"DTSTART:20260328T153000Z", "DTEND:20260328T163000Z", "SEQUENCE:3", r"SUMMARY:Car\; big\, red",
            r"LOCATION:Hall\n2"} <= set(lines)  # fmt: skip
