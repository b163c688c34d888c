"""Slots as whole numbers: exactly the period with its buffers, no two bookings in one, series over month ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.bookings import slots
from madang.portal.facilities.rules import SlotGrain, Terms
from madang.values import Month, Period

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
QUARTER, DAY = SlotGrain.QUARTER, SlotGrain.DAY
starts = st.integers(0, 40_000).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * n))
lengths = st.integers(1, 200)
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
zones = st.sampled_from([SEOUL, BERLIN, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")])


def quarters(start: datetime, length: int) -> Period:
    return Period(start, start + timedelta(minutes=15 * length))


@given(starts, lengths, zones)
def test_quarters_cover_exactly_their_period(start, length, zone):
    period = quarters(start, length)
    found = slots.slots_of(period, QUARTER, zone)
    assert len(found) == length and slots.period_of(found, QUARTER, zone) == period
    assert slots.touched(period, QUARTER, zone) == found


@given(days, st.integers(1, 40), zones)
def test_days_cover_exactly_their_period_whatever_the_clocks_do(first, length, zone):
    period = Period(slots.midnight(first, zone), slots.midnight(first + timedelta(days=length), zone))
    found = slots.slots_of(period, DAY, zone)
    assert len(found) == length and slots.period_of(found, DAY, zone) == period
    assert [slots.day_of(slot, DAY, zone) for slot in found] == [first + timedelta(days=n) for n in range(length)]


@given(starts, lengths, starts, lengths, st.integers(0, 8), st.integers(0, 8))
def test_two_bookings_share_a_slot_exactly_when_they_stand_too_close(one, n, other, m, before, after):
    terms, periods = Terms(before=before, after=after), [quarters(one, n), quarters(other, m)]
    first, second = (slots.with_buffers(slots.slots_of(period, QUARTER, SEOUL), terms) for period in periods)
    early, late = sorted(periods)
    room = timedelta(minutes=15 * (before + after))
    assert bool(set(first) & set(second)) == (late.start < early.end + room)


@given(starts, lengths, st.integers(0, 8), st.integers(0, 8))
def test_buffers_stand_before_and_after_and_nowhere_else(start, length, before, after):
    core = slots.slots_of(quarters(start, length), QUARTER, SEOUL)
    whole = slots.with_buffers(core, Terms(before=before, after=after))
    assert sorted(set(whole) - set(core)) == [
        *range(core.start - before, core.start),
        *range(core.stop, core.stop + after),
    ]


@pytest.mark.parametrize(
    ("start", "end", "grain", "code"),
    [
        ("2026-04-01T10:10", "2026-04-01T11:00", QUARTER, "booking_off_the_quarter"),
        ("2026-04-01T10:00", "2026-04-01T10:00", QUARTER, "booking_empty"),
        ("2026-04-01T10:00", "2026-04-02T00:00", DAY, "booking_off_the_day"),
        ("2026-04-01T00:00", "2026-04-02T12:00", DAY, "booking_off_the_day"),
    ],
)
def test_what_does_not_lie_on_slots_is_refused(start, end, grain, code):
    period = Period(*(datetime.fromisoformat(one).replace(tzinfo=SEOUL) for one in (start, end)))
    with pytest.raises(Refused, match=code):
        slots.slots_of(period, grain, SEOUL)


def test_a_series_runs_over_month_ends_and_leap_days():
    start = datetime(2028, 1, 31, 10, 0, tzinfo=SEOUL)
    found = slots.weekly(Period(start, start + timedelta(hours=2)), 6, SEOUL)
    assert [one.start.astimezone(SEOUL).date().isoformat() for one in found] == [
        "2028-01-31", "2028-02-07", "2028-02-14", "2028-02-21", "2028-02-28", "2028-03-06",
    ]  # fmt: skip
    assert {one.seconds for one in found} == {7200}


@given(starts, lengths, st.integers(1, 26), zones)
def test_a_series_keeps_weekday_and_hour_of_the_clock(start, length, times, zone):
    found = slots.weekly(quarters(start, length), times, zone)
    local = [one.start.astimezone(zone) for one in found]
    first = start.astimezone(zone)
    assert len(found) == times and found[0].start == start
    assert [one.date() for one in local] == [first.date() + timedelta(weeks=n) for n in range(times)]
    # an hour that the clocks leave out is the only one that moves
    assert all(one.time() == first.time() or zone is not SEOUL for one in local)


def test_a_series_keeps_its_hour_when_clocks_change():
    start = datetime(2026, 3, 24, 9, 0, tzinfo=BERLIN)
    first, second = slots.weekly(Period(start, start + timedelta(hours=1)), 2, BERLIN)
    assert (first.start.hour, second.start.hour) == (8, 7)


@given(starts, lengths)
def test_minutes_by_month_add_up(start, length):
    found = slots.minutes_by_month(slots.slots_of(quarters(start, length), QUARTER, SEOUL), QUARTER, SEOUL)
    assert sum(found.values()) == 15 * length


def test_minutes_are_split_where_the_centres_month_ends():
    start = datetime(2026, 4, 30, 23, 0, tzinfo=SEOUL)
    found = slots.slots_of(Period(start, start + timedelta(hours=3)), QUARTER, SEOUL)
    assert slots.minutes_by_month(found, QUARTER, SEOUL) == {Month(2026, 4): 60, Month(2026, 5): 120}
    lent = range(date(2026, 4, 30).toordinal(), date(2026, 5, 3).toordinal())
    assert slots.minutes_by_month(lent, DAY, SEOUL) == {Month(2026, 4): 480, Month(2026, 5): 960}


@given(st.sets(st.integers(-50, 50)))
def test_stretches_hold_exactly_what_was_given(taken):
    found = list(slots.stretches(taken))
    assert sorted(slot for one in found for slot in one) == sorted(taken)
    assert all(one.stop < other.start for one, other in pairwise(found))


def test_open_hours_are_those_of_the_clock_also_on_the_day_of_the_change():
    terms = Terms(opens=0, closes=24 * 60, weekdays=127)
    assert len(slots.open_slots(date(2026, 3, 29), terms, BERLIN)) == 23 * 4
    assert len(slots.open_slots(date(2026, 3, 30), Terms(weekdays=0b0000001), SEOUL)) == 9 * 4
    assert not slots.open_slots(date(2026, 3, 31), Terms(weekdays=0b0000001), SEOUL)
