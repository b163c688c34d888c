"""Registration numbers, names, regions, verdicts and attempts, as functions of values."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.people import rules
from madang.portal.people.rules import Attribute, Finding, RegionSpan
from madang.portal.people.seeds.regions import REGIONS

NINE = st.lists(st.integers(0, 9), min_size=9, max_size=9).filter(any)
SPANS = {seed.code: RegionSpan(seed.code, seed.starts_on, seed.ends_on, seed.successor) for seed in REGIONS}


def full(nine: list[int]) -> str:
    return "".join(map(str, nine)) + str(rules.check_digit(nine))


def code_of(act, *arguments) -> str:
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value.code


@pytest.mark.parametrize(
    "written",
    [
        "123-45-67891",
        "1234567891",
        " 123 45 67891 ",
        "１２３－４５－６７８９１",
        "123–45–67891",
        "0008100090",
        "111-11-11119",
        "2222222227",
        "333-33-33336",
    ],
)
def test_well_formed_numbers_pass_however_they_are_written(written):
    number = rules.registration_number(written)
    assert len(number) == 10
    assert number.isascii()
    assert number.isdigit()


@pytest.mark.parametrize("written", ["", "123-45-6789", "12345678911", "12345a7891", "000-00-00000", "١٢٣٤٥٦٧٨٩١"])
def test_what_is_no_number_is_refused(written):
    assert code_of(rules.registration_number, written) == "registration_number_malformed"


def test_a_wrong_last_digit_is_named_as_such():
    assert code_of(rules.registration_number, "123-45-67890") == "registration_number_check_digit"


def test_hyphens_stand_where_people_expect_them():
    assert rules.hyphenated("1234567891") == "123-45-67891"


@given(NINE)
def test_nine_digits_have_exactly_one_check_digit(nine):
    fitting = []
    for last in range(10):
        try:
            fitting.append(rules.registration_number("".join(map(str, nine)) + str(last)))
        except Refused as refused:
            assert refused.code == "registration_number_check_digit"
    assert fitting == [full(nine)]


@given(NINE, st.integers(0, 9), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(nine, place, off):
    digits = [int(digit) for digit in full(nine)]
    digits[place] = (digits[place] + off) % 10
    with pytest.raises(Refused):
        rules.registration_number("".join(map(str, digits)))


@given(NINE)
def test_writing_a_number_with_hyphens_changes_nothing(nine):
    assert rules.registration_number(rules.hyphenated(full(nine))) == full(nine)


@pytest.mark.parametrize(
    ("given_name", "kept"), [(" 김 신청 ", "김 신청"), ("Ada  Lovelace", "Ada Lovelace"), ("\u1100\u1161", "가")]
)
def test_names_are_kept_composed_and_single_spaced(given_name, kept):
    assert rules.clean_name(given_name) == kept


@pytest.mark.parametrize("bad", ["a\nBcc: x@y.example", "<script>", "x" * 81, "bell\a"])
def test_names_that_could_break_a_mail_or_a_page_are_refused(bad):
    assert code_of(rules.clean_name, bad) == "name_malformed"


def test_an_empty_name_is_refused():
    assert code_of(rules.clean_name, "  ") == "name_empty"


# --- regions ---


def in_force(day: date) -> int:
    return sum(span.in_force(day) for span in SPANS.values())


def test_there_are_seventeen_regions_until_june_2026_and_sixteen_after():
    assert in_force(date(2026, 1, 15)) == 17
    assert in_force(date(2026, 6, 30)) == 17
    assert in_force(date(2026, 7, 1)) == 16


@pytest.mark.parametrize("code", ["gwangju", "jeonnam"])
def test_the_two_merged_regions_go_on_in_their_successor_from_the_first_of_july(code):
    assert rules.region_at(code, date(2026, 6, 30), SPANS) == code
    assert rules.region_at(code, date(2026, 7, 1), SPANS) == "jeonnam-gwangju"


def test_before_its_first_day_a_merged_region_may_have_been_any_of_its_forerunners():
    assert rules.forerunners_at("jeonnam-gwangju", date(2026, 3, 1), SPANS) == {"gwangju", "jeonnam"}
    assert rules.forerunners_at("jeonnam-gwangju", date(2026, 8, 1), SPANS) == {"jeonnam-gwangju"}
    assert rules.forerunners_at("seoul", date(2026, 3, 1), SPANS) == {"seoul"}


def test_the_capital_area_is_three_regions():
    assert {seed.code for seed in REGIONS if seed.capital_area} == {"seoul", "incheon", "gyeonggi"}


@given(st.sampled_from(sorted(SPANS)), st.dates(date(2024, 2, 1), date(2030, 1, 1)))
def test_a_place_is_always_in_a_region_that_has_not_ended(code, day):
    ends = SPANS[rules.region_at(code, day, SPANS)].ends_on
    assert ends is None or day < ends


def test_every_successor_begins_on_the_day_its_forerunner_ends():
    for span in SPANS.values():
        if span.successor:
            assert SPANS[span.successor].starts_on == span.ends_on


# --- verdicts and ages ---


def finding(holds: bool, start: date, end: date) -> Finding:
    return Finding(Attribute.YOUNG_FIRM, holds, start, end)


def test_the_latest_valid_finding_counts_and_none_is_not_no():
    earlier = finding(True, date(2026, 1, 1), date(2027, 1, 1))
    later = finding(False, date(2026, 3, 1), date(2026, 6, 1))
    both = [later, earlier]
    assert rules.holds_on(both, Attribute.YOUNG_FIRM, date(2026, 2, 28)) is True
    assert rules.holds_on(both, Attribute.YOUNG_FIRM, date(2026, 3, 1)) is False
    assert rules.holds_on(both, Attribute.YOUNG_FIRM, date(2026, 6, 1)) is True
    assert rules.holds_on(both, Attribute.YOUNG_FIRM, date(2027, 1, 1)) is None
    assert rules.holds_on(both, Attribute.LOCAL_FIRM, date(2026, 3, 1)) is None


@pytest.mark.parametrize(
    ("founded", "day", "young"),
    [
        (date(2019, 4, 1), date(2026, 4, 1), True),
        (date(2019, 4, 1), date(2026, 4, 2), False),
        (date(2020, 2, 29), date(2027, 3, 1), True),
        (date(2020, 2, 29), date(2027, 3, 2), False),
        (date(2026, 4, 2), date(2026, 4, 1), False),
    ],
)
def test_a_firm_one_day_over_seven_years_is_too_old(founded, day, young):
    assert rules.at_most_years_old(founded, day, 7) is young


# --- attempts ---

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def test_the_limit_counts_failures_of_the_last_quarter_of_an_hour():
    failures = [NOON - timedelta(minutes=minutes) for minutes in (14, 10, 1)]
    assert rules.wait_until(failures, NOON, 4) is None
    assert rules.wait_until(failures, NOON, 3) == NOON + timedelta(minutes=1)
    assert rules.wait_until([NOON - timedelta(minutes=15)] * 5, NOON, 3) is None
    assert rules.minutes_until(NOON + timedelta(seconds=61), NOON) == 2


@given(st.lists(st.integers(0, 3600), max_size=30), st.integers(1, 12))
def test_whoever_waits_until_then_may_try_again(ages, tries):
    failures = [NOON - timedelta(seconds=age) for age in ages]
    until = rules.wait_until(failures, NOON, tries)
    if until is not None:
        assert until > NOON
        assert rules.wait_until(failures, until, tries) is None
