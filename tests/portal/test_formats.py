"""Tests of figures and dates as people read them, in both languages."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.portal import formats
from madang.values import Month

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.mark.parametrize(
    ("amount", "english", "korean"),
    [(1_234_567, "₩1,234,567", "1,234,567원"), (0, "₩0", "0원"), (-500, "−₩500", "−500원")],
)
def test_won(amount, english, korean):
    assert formats.won(amount, "en") == english
    assert formats.won(amount, "ko") == korean


@pytest.mark.parametrize(
    ("value", "what", "english", "korean"),
    [
        (1714, "server", "1,714 servers", "1,714대"),
        (1, "server", "1 server", "1대"),
        (8600, "gpu", "8,600 GPUs", "8,600장"),
        (514, "application", "514 applications", "514건"),
        (1, "award", "1 award", "1건"),
        (2, "project", "2 projects", "2건"),
        (0, "job", "0 jobs", "0건"),
        (1200, "firm", "1,200 companies", "1,200개사"),
        (3, "organisation", "3 organisations", "3개 기관"),
        (1, "person", "1 person", "1명"),
        (2, "file", "2 files", "2개"),
        (2, "entry", "2 entries", "2건"),
        (7, "day", "7 days", "7일"),
        (6, "month", "6 months", "6개월"),
    ],
)
def test_counters(value, what, english, korean):
    assert formats.counted(value, what, "en") == english
    assert formats.counted(value, what, "ko") == korean


def test_every_counter_is_tested_and_an_unknown_one_is_an_error():
    assert len(formats.COUNTED) == 13
    with pytest.raises(KeyError):
        formats.counted(1, "sheep", "en")


def test_ratio():
    assert formats.ratio(1714, 528, "en") == "3.2 to 1"
    assert formats.ratio(1714, 528, "ko") == "3.2대 1"
    assert formats.ratio(3, 0, "en") == "–"


def test_percent():
    assert formats.percent(1, 8) == "12.5%"
    assert formats.percent(2, 3, 0) == "67%"
    assert formats.percent(5, 0) == "–"


@pytest.mark.parametrize(
    ("thousandths", "shown"), [(87_250, "87.25"), (90_000, "90.00"), (66_667, "66.667"), (0, "0.00"), (-1_500, "−1.50")]
)
def test_milli(thousandths, shown):
    assert formats.milli(thousandths) == shown


def test_amounts_of_computing():
    assert formats.gpu_hours(3600 * 1234 + 1800, "en") == "1,234.5 GPU-hours"
    assert formats.gpu_hours(3600 * 1234 + 1800, "ko") == "1,234.5 GPU·시간"
    assert formats.core_hours(360, "ko") == "0.1 코어·시간"
    assert formats.core_hours(10, "ko") == "0.003 코어·시간"
    assert formats.core_hours(0, "en") == "0.0 core-hours"


def test_instants_are_shown_on_the_centre_s_clock():
    instant = datetime(2026, 4, 1, 9, 0, 59, tzinfo=UTC)
    assert formats.moment(instant, "en", SEOUL) == "2026-04-01 18:00 (KST)"
    assert formats.moment(instant, "ko", SEOUL) == "2026. 4. 1. 18:00 (KST)"
    assert formats.moment(instant, "en", SEOUL, seconds=True) == "2026-04-01 18:00:59 (KST)"
    assert formats.moment(instant, "en", ZoneInfo("Europe/London")) == "2026-04-01 10:00 (BST)"
    assert formats.day_of(datetime(2026, 3, 31, 15, tzinfo=UTC), "ko", SEOUL) == "2026. 4. 1."
    with pytest.raises(ValueError, match="no time zone"):
        formats.moment(instant.replace(tzinfo=None), "en", SEOUL)


def test_days_months_and_spans():
    assert formats.day(date(2026, 4, 1), "en") == "2026-04-01"
    assert formats.month(Month(2026, 4), "en") == "2026-04"
    assert formats.month(Month(2026, 4), "ko") == "2026년 4월"
    april = Month(2026, 4).period(SEOUL)
    assert formats.span(april.start, april.end, "en", SEOUL) == "2026-04-01 – 2026-04-30"
    assert formats.span(april.start, april.start + timedelta(days=1), "en", SEOUL) == "2026-04-01"
    assert formats.span(april.start, april.start, "ko", SEOUL) == "2026. 4. 1."
    assert formats.days(date(2026, 4, 1), date(2026, 8, 1), "en") == "2026-04-01 – 2026-07-31"
    assert formats.days(date(2026, 4, 1), date(2026, 4, 2), "ko") == "2026. 4. 1."


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (0, "0 s", "0초"),
        (45, "45 s", "45초"),
        (5400, "1 h 30 min", "1시간 30분"),
        (7200, "2 h", "2시간"),
        (2 * 86_400 + 4 * 3600 + 59, "2 d 4 h", "2일 4시간"),
    ],
)
def test_durations(seconds, english, korean):
    assert formats.duration(seconds, "en") == english
    assert formats.duration(seconds, "ko") == korean


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_250_000, "1.3 MB"), (10**16, "10,000.0 TB")]
)
def test_file_sizes(count, shown):
    assert formats.file_size(count) == shown


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6), st.integers(0, 3))
def test_a_shown_quotient_is_within_half_a_last_place(numerator, denominator, places):
    shown = Fraction(formats.decimal(numerator, denominator, places).replace(",", "").replace("−", "-"))
    assert abs(shown - Fraction(numerator, denominator)) <= Fraction(1, 2 * 10**places)
    assert formats.decimal(0, denominator, places).lstrip("0.") == ""


@pytest.mark.parametrize("typed", ["=1+1", "+82", "-x", "@SUM", "\tx"])
def test_what_somebody_typed_is_never_a_formula(typed):
    assert formats.plain_cell(typed) == "'" + typed
    assert formats.plain_cell("과제 1") == "과제 1"
