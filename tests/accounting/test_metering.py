"""Slices become charges of one day each, and no second is lost, counted twice or put into the wrong month."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.metering import (
    Unit,
    UsageSlice,
    _over_midnights,
    by_day,
    charges,
    clock_second,
    hold_for,
    seconds_charged,
)
from madang.errors import Refused
from madang.values import Month, Period

SEOUL = ZoneInfo("Asia/Seoul")
ZONES = [SEOUL, ZoneInfo("UTC"), ZoneInfo("Europe/London"), ZoneInfo("Africa/Cairo"), ZoneInfo("America/St_Johns")]
UNITS = st.sampled_from(list(Unit))

instants = st.timedeltas(timedelta(0), timedelta(days=9000)).map(lambda since: datetime(2005, 1, 1, tzinfo=UTC) + since)
spans = st.timedeltas(timedelta(0), timedelta(days=75))
whole_spans = st.integers(0, 75 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


def slice_of(start, end, *, gpus=8, cores=64, key="7/0/1"):
    return UsageSlice("madang", key, "award:3", "job:7", Period(start, end), gpus, cores)


def test_a_slice_is_cut_at_the_centres_midnight_and_month():
    start = datetime(2026, 4, 30, 14, 0, tzinfo=UTC)  # 23:00 in Seoul
    found = charges(slice_of(start, start + timedelta(hours=3)), SEOUL, Unit.GPU_SECOND)
    assert [(c.key, c.month, c.day, c.amount) for c in found] == [
        ("7/0/1@2026-04-30:gpu_second", Month(2026, 4), date(2026, 4, 30), 8 * 3600),
        ("7/0/1@2026-05-01:gpu_second", Month(2026, 5), date(2026, 5, 1), 16 * 3600),
    ]
    assert {(c.source, c.account, c.unit) for c in found} == {("madang", "award:3", Unit.GPU_SECOND)}


def test_cores_are_charged_under_other_keys_than_gpus():
    start = datetime(2026, 4, 1, tzinfo=UTC)
    usage = slice_of(start, start + timedelta(seconds=10), gpus=2, cores=3)
    gpu, core = (charges(usage, SEOUL, unit)[0] for unit in Unit)
    assert (gpu.amount, core.amount) == (20, 30)
    assert gpu.key != core.key


def test_what_was_not_allocated_or_took_no_time_gives_no_charge():
    start = datetime(2026, 4, 1, tzinfo=UTC)
    assert charges(slice_of(start, start + timedelta(hours=1), gpus=0), SEOUL, Unit.GPU_SECOND) == []
    assert charges(slice_of(start, start), SEOUL, Unit.GPU_SECOND) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"gpus": -1}, "usage_negative"), ({"cores": -1}, "usage_negative"), ({"key": ""}, "usage_key_missing")],
)
def test_a_slice_that_cannot_be_is_refused(wrong, code):
    start = datetime(2026, 4, 1, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        slice_of(start, start, **wrong)
    assert refused.value.code == code


@given(instants, spans, st.sampled_from(ZONES), UNITS)
def test_the_parts_add_up_to_the_slice_and_lie_in_days_of_their_own(start, span, zone, unit):
    usage = slice_of(start, start + span)
    found = charges(usage, zone, unit)
    assert sum(charge.amount for charge in found) == seconds_charged(usage.period) * usage.width(unit)
    assert all(charge.amount > 0 for charge in found)
    assert all(charge.month == Month(charge.day.year, charge.day.month) for charge in found)
    days = [charge.day for charge in found]
    assert days == sorted(set(days))
    assert len({charge.key for charge in found}) == len(found)


@given(instants, whole_spans)
def test_every_charge_of_whole_seconds_fits_into_its_day(start, span):
    start = start.replace(microsecond=0)
    for charge in charges(slice_of(start, start + span, gpus=1), SEOUL, Unit.GPU_SECOND):
        midnight = datetime(charge.day.year, charge.day.month, charge.day.day, tzinfo=SEOUL)
        day = Period(midnight, midnight + timedelta(days=1))
        inside = day.overlap(Period(start, start + span))
        assert inside is not None and inside.seconds == charge.amount


@given(
    instants, whole_spans | st.integers(0, 7200).map(lambda seconds: timedelta(seconds=seconds)), st.sampled_from(ZONES)
)
def test_the_short_way_for_a_span_within_one_day_gives_what_the_long_way_gives(start, span, zone):
    first, last = clock_second(start), clock_second(start + span)
    day = start.astimezone(zone).date()
    assert by_day(first, last, zone) == list(_over_midnights(day, first, last, zone))


@pytest.mark.parametrize("zone", [*ZONES, ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Kathmandu")], ids=str)
def test_a_span_beside_a_midnight_or_a_change_of_the_clock_keeps_to_its_days(zone):
    changes = ("2005-10-30T02:31", "2011-12-30T10:00", "2024-04-25T22:00")
    nights = [f"2026-03-09T{hour:02}:00" for hour in range(24)]
    for around in (clock_second(datetime.fromisoformat(f"{text}Z")) for text in (*changes, *nights)):
        for first in (around - 901, around - 1, around, around + 1, around + 899, around + 900):
            for last in (first, first + 1, first + 900, first + 90_000):
                day = datetime.fromtimestamp(first, zone).date()
                assert by_day(first, last, zone) == list(_over_midnights(day, first, last, zone))


@given(instants, st.lists(spans, min_size=1, max_size=6), st.sampled_from(ZONES))
def test_a_jobs_charges_by_day_do_not_depend_on_how_its_time_was_sliced(start, pieces, zone):
    def amounts(slices):
        found = {}
        for usage in slices:
            for charge in charges(usage, zone, Unit.GPU_SECOND):
                found[charge.day] = found.get(charge.day, 0) + charge.amount
        return found

    edges = [start]
    for piece in pieces:
        edges.append(edges[-1] + piece)
    cut = [slice_of(a, b) for a, b in pairwise(edges)]
    assert amounts(cut) == amounts([slice_of(edges[0], edges[-1])])


def test_a_day_of_25_hours_and_a_day_without_midnight_keep_all_their_seconds():
    london, cairo = ZoneInfo("Europe/London"), ZoneInfo("Africa/Cairo")
    autumn = datetime(2026, 10, 25, tzinfo=london)
    [charge] = charges(slice_of(autumn, autumn + timedelta(days=1), gpus=1), london, Unit.GPU_SECOND)
    assert charge.amount == 25 * 3600
    # Cairo's clocks went from 23:59:59 on 25 April 2024 to 01:00 on the 26th, a day of 23 hours.
    eve = datetime(2024, 4, 25, 12, tzinfo=cairo)
    found = charges(slice_of(eve, datetime(2024, 4, 27, 12, tzinfo=cairo), gpus=1), cairo, Unit.GPU_SECOND)
    assert [charge.amount for charge in found] == [12 * 3600, 23 * 3600, 12 * 3600]


def test_a_date_that_a_zone_left_out_is_charged_nothing():
    apia = ZoneInfo("Pacific/Apia")  # went from 29 December 2011 straight to the 31st
    usage = slice_of(datetime(2011, 12, 29, 12, tzinfo=apia), datetime(2011, 12, 31, 6, tzinfo=apia), gpus=1)
    found = charges(usage, apia, Unit.GPU_SECOND)
    assert [(charge.day.day, charge.amount) for charge in found] == [(29, 12 * 3600), (31, 6 * 3600)]


@given(instants, st.integers(0, 10**7), st.integers(0, 512), st.integers(0, 512), UNITS)
def test_a_job_within_its_wall_time_never_costs_more_than_its_hold(start, microseconds, gpus, cores, unit):
    span = timedelta(microseconds=microseconds)
    wall = -(-microseconds // 10**6)
    used = sum(c.amount for c in charges(slice_of(start, start + span, gpus=gpus, cores=cores), SEOUL, unit))
    assert used <= hold_for(gpus=gpus, cores=cores, wall_seconds=wall, unit=unit)


def test_a_hold_is_the_whole_wall_time():
    assert hold_for(gpus=8, cores=64, wall_seconds=3600, unit=Unit.GPU_SECOND) == 28_800
    assert hold_for(gpus=8, cores=64, wall_seconds=3600, unit=Unit.CORE_SECOND) == 230_400
    with pytest.raises(Refused):
        hold_for(gpus=8, cores=64, wall_seconds=-1, unit=Unit.GPU_SECOND)
