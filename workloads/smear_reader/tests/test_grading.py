"""The WHO/IUATLD table to the letter, and the interval around a machine's count."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smear_reader.grading import COUNTS, ORDER, Grade, Measured, clear, estimate, fields_to_read, grade, of_rate, stops


@pytest.mark.parametrize(
    ("count", "fields", "expected"),
    [
        (0, 100, Grade.NEGATIVE),
        (1, 100, Grade.SCANTY),
        (9, 100, Grade.SCANTY),
        (10, 100, Grade.ONE),
        (99, 100, Grade.ONE),
        (100, 100, Grade.TWO),
        (50, 50, Grade.TWO),
        (500, 50, Grade.TWO),
        (501, 50, Grade.THREE),
        (201, 20, Grade.THREE),
        (200, 20, None),
        (0, 99, None),
        (49, 50, None),
        (2000, 19, None),
        (19, 200, Grade.SCANTY),
        (20, 200, Grade.ONE),
    ],
)
def test_the_table(count, fields, expected):
    assert grade(count, fields) == expected


@given(st.integers(0, 5000), st.integers(100, 400))
def test_a_hundred_fields_always_have_a_grade_and_more_bacilli_never_a_lower_one(count, fields):
    found, more = grade(count, fields), grade(count + 1, fields)
    assert found is not None and more is not None
    assert ORDER.index(more) >= ORDER.index(found)


@given(st.integers(0, 3000), st.integers(0, 110))
def test_reading_goes_on_to_the_tables_own_counts_only(count, fields):
    more = fields_to_read(count, fields)
    assert (more == 0) is (grade(count, fields) is not None)
    assert more == 0 or fields + more in COUNTS


@given(st.integers(0, 3000), st.integers(0, 400), st.integers(1, 9))
def test_reading_stops_only_where_a_step_of_the_table_is_reached(count, quarters, more):
    before, after = Fraction(quarters, 4), Fraction(quarters + more, 4)
    reached = [step for step in COUNTS if before < step <= after]
    answered = bool(reached) and grade(count, after) is not None
    assert stops(count, before, after) is (answered and (after >= 100 or clear(count, after)))


def test_nine_and_a_half_a_field_do_not_stop_at_twenty_fields_nor_at_twenty_one():
    assert [stops(190, n - 1, n) for n in (20, 21)] == [False, False]
    assert [stops(211, n - 1, n) for n in (20, 21)] == [False, False]  # too near to ten a field
    assert [stops(250, n - 1, n) for n in (20, 21)] == [True, False]
    assert [stops(count, 49, 50) for count in (49, 52, 90, 480, 600)] == [False, False, True, False, True]
    assert stops(0, 99, 100)


def test_a_camera_that_shows_four_tenths_of_the_field_needs_two_hundred_and_fifty():
    assert grade(0, 249 * Fraction(2, 5)) is None
    assert grade(0, 250 * Fraction(2, 5)) == Grade.NEGATIVE
    assert grade(9, 250 * Fraction(2, 5)) == Grade.SCANTY


def test_counts_are_counted_from_zero():
    with pytest.raises(ValueError, match="from zero"):
        grade(-1, 100)


def test_a_detector_that_invents_nothing_and_misses_nothing_says_what_it_saw():
    sure = Measured(found=100_000, bacilli=100_000, false=0, fields=100_000)
    found = estimate(50, 100, sure)
    assert 45 < found.middle < 56
    assert (found.least, found.most) == (Grade.ONE, Grade.ONE)


def test_false_alarms_make_a_low_count_no_verdict():
    noisy = Measured(found=90, bacilli=100, false=400, fields=1000)
    found = estimate(40, 100, noisy)
    assert found.least == Grade.NEGATIVE
    assert found.spans_negative


@given(st.integers(0, 400))
def test_the_interval_holds_its_middle_and_is_the_same_every_time(count):
    measured = Measured(found=45, bacilli=50, false=3, fields=60)
    first, second = estimate(count, 100, measured, draws=500), estimate(count, 100, measured, draws=500)
    assert first == second
    assert first.low <= first.middle <= first.high
    assert ORDER.index(first.least) <= ORDER.index(first.most)


def test_slides_that_differ_widen_the_interval():
    even = tuple((1, 100) for _ in range(20))
    uneven = ((10, 100), (10, 100), *((0, 100) for _ in range(18)))
    alike, unlike = (estimate(8, 100, Measured(90, 100, 20, 2000, by_slide=slides)) for slides in (even, uneven))
    assert unlike.low < alike.low
    assert (alike.least, unlike.least) == (Grade.SCANTY, Grade.NEGATIVE)


def test_half_a_bacillus_is_none():
    assert [of_rate(rate) for rate in (0.49, 0.5, 9.4, 9.6, 99.6, 1001)] == [
        Grade.NEGATIVE, Grade.SCANTY, Grade.SCANTY, Grade.ONE, Grade.TWO, Grade.THREE,
    ]  # fmt: skip


def test_without_calibration_there_is_no_estimate():
    with pytest.raises(ValueError, match="calibration"):
        estimate(3, 100, Measured(0, 0, 0, 0))
