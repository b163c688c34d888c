"""Who is chosen, what a seat takes of the week, what a child's application needs, what may be published."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal.learners.academy import given as cohort_given

from madang.errors import Refused
from madang.portal.certificates import rules as certificates
from madang.portal.courses import rules as courses
from madang.portal.courses.rules import StageGiven, StageKind
from madang.portal.learners import rules, sheet
from madang.portal.learners.rules import Candidate, Needed, YearOfLearners
from madang.portal.lessons import rules as lessons
from madang.values import Period

DAY = datetime(2026, 4, 1, tzinfo=UTC)
STAGES = [Needed(1, 50, 10), Needed(2, 50, 20)]
points = st.dictionaries(st.sampled_from([1, 2]), st.integers(0, 50))
everybody = st.lists(st.tuples(points, st.integers(0, 3)), max_size=12)


def candidates(listed):
    return [Candidate(pk, DAY + timedelta(hours=when), of) for pk, (of, when) in enumerate(listed)]


@given(everybody, st.randoms())
def test_the_order_is_one_whoever_comes_first_and_nobody_is_lost(listed, dice):
    rows = candidates(listed)
    passed, failed = rules.ranked(rows, STAGES)
    shuffled = list(rows)
    dice.shuffle(shuffled)
    assert rules.ranked(shuffled, STAGES) == (passed, failed)
    assert sorted(passed + failed) == [row.learner for row in rows]
    by_pk = {row.learner: row for row in rows}
    totals = [rules.total(by_pk[pk]) for pk in passed]
    assert totals == sorted(totals, reverse=True)
    for pk in failed:
        of = by_pk[pk].points
        assert set(of) != {1, 2} or of[1] < 10 or of[2] < 20


def test_of_equal_sums_the_later_stage_decides_then_who_came_first():
    rows = candidates([({1: 30, 2: 20}, 0), ({1: 20, 2: 30}, 2), ({1: 20, 2: 30}, 1)])
    assert rules.ranked(rows, STAGES) == ([2, 1, 0], [])


def test_a_missed_stage_is_not_nought_points():
    rows = candidates([({1: 50}, 0), ({1: 50, 2: 0}, 0)])
    assert rules.ranked(rows, [Needed(1, 50, 0), Needed(2, 50, 0)]) == ([1], [0])


@given(st.integers(0, 400), st.integers(1, 320), st.integers(1, 1000))
def test_online_hours_give_points_in_proportion_and_never_more_than_all(hours, needed, most):
    found = rules.online_points(hours, needed, most)
    assert 0 <= found <= most and (found == most) == (abs(min(hours, needed) * most - needed * most) * 2 <= needed)
    assert found <= rules.online_points(hours + 1, needed, most)


@pytest.mark.parametrize(
    ("born_on", "child"),
    [(date(2012, 4, 1), False), (date(2012, 4, 2), True), (date(2026, 4, 1), True), (date(1990, 1, 1), False)],
)
def test_who_is_under_fourteen(born_on, child):
    assert rules.is_child(born_on, DAY.date()) is child


@pytest.mark.parametrize("born_on", [date(2026, 4, 2), date(1900, 1, 1)])
def test_no_date_of_birth(born_on):
    with pytest.raises(Refused, match="learner_birth_wrong"):
        rules.is_child(born_on, DAY.date())


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 400))
def test_a_seat_takes_every_week_that_its_days_touch(starts_on, length):
    ends_on = starts_on + timedelta(days=length)
    days = [starts_on + timedelta(days=n) for n in range(length)]
    mondays = {day - timedelta(days=day.weekday()) for day in days}
    found = courses.weeks(starts_on, ends_on)
    assert len(found) == len(mondays)
    assert not set(found) & set(courses.weeks(max(mondays) + timedelta(days=7), date(2040, 1, 1)))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"places": 0}, "cohort_places_wrong"),
        ({"places": courses.PLACES_MOST + 1}, "cohort_places_wrong"),
        ({"hours": 0}, "cohort_hours_wrong"),
        ({"ends_on": date(2026, 4, 13)}, "cohort_dates_wrong"),
        ({"closes_at": datetime(2026, 4, 14, tzinfo=UTC)}, "cohort_dates_wrong"),
        ({"attendance_least": 101}, "cohort_percentage_wrong"),
        ({"tracks": ("one", "one")}, "cohort_tracks_wrong"),
        ({"stages": ()}, "cohort_stages_wrong"),
        ({"stages": (StageGiven(StageKind.TEST, 10, 11),)}, "cohort_stages_wrong"),
        ({"stages": (StageGiven(StageKind.ONLINE, 10),)}, "cohort_stages_wrong"),
        ({"stages": (StageGiven(StageKind.ONLINE, 10, 0, 321),)}, "cohort_stages_wrong"),
        ({"stages": (StageGiven(StageKind.TEST, 10, 0, 5),)}, "cohort_stages_wrong"),
        ({"stages": (StageGiven(StageKind.TEST, 10), StageGiven(StageKind.PAPERS, 10))}, "cohort_stages_wrong"),
    ],
)
def test_a_cohort_that_cannot_be(changed, code):
    assert courses.checked(cohort_given()) == cohort_given()
    with pytest.raises(Refused, match=code):
        courses.checked(cohort_given(**changed))


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((330, 745, 305, 220), (745, 305, 220)),
        ((330, 4, 3, 2), (None, None, None)),
        ((330, 745, 742, 220), (745, None, None)),
        ((330, 745, 305, 302), (745, 305, None)),
        ((330, 745, 305, 305), (745, 305, 305)),
        ((330, 745, 3, 0), (745, None, None)),
        ((330, 745, 305, 0), (745, 305, 0)),
    ],
)
def test_no_small_number_of_people_can_be_worked_out(counts, shown):
    found = YearOfLearners(*counts).shown(5)
    assert (found["places"], *shown) == (330, found["applicants"], found["graduates"], found["graduates_hired"])


@given(st.lists(st.integers(0, 20), min_size=3, max_size=3), st.integers(2, 6))
def test_of_what_is_shown_neither_a_part_nor_the_rest_is_small(three, least):
    applicants, graduates, hired = sorted(three, reverse=True)
    found = YearOfLearners(30, applicants, graduates, hired).shown(least)
    known = [found[name] for name in ("applicants", "graduates", "graduates_hired")]
    for whole, part in pairwise(known):
        if part is not None:
            assert whole is not None and not 0 < part < least and not 0 < whole - part < least


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=6), st.integers(2, 6))
def test_no_day_adds_a_small_number_of_people_to_what_was_told(days, least):
    names, told = ("applicants", "graduates", "graduates_hired"), []
    for three in days:
        counts = YearOfLearners(30, *sorted(three, reverse=True))
        told.append(counts.told(told[-1] if told else None, least))
    for before, after in pairwise(told):
        steps = [None if None in (before[one], after[one]) else after[one] - before[one] for one in names]
        parts = [one - other for one, other in pairwise(steps) if None not in (one, other)]
        assert all(before[one] is None or after[one] is not None for one in names), (before, after)
        assert not any(0 < abs(one) < least for one in [*steps, *parts] if one is not None), (before, after)


def test_a_graduate_more_is_told_with_the_next_ones():
    first = YearOfLearners(330, 745, 305, 220).told(None, 5)
    assert YearOfLearners(340, 745, 305, 221).told(first, 5) == first | {"places": 340}
    assert YearOfLearners(340, 745, 305, 225).told(first, 5)["graduates_hired"] == 225


def test_a_certificate_asks_for_its_share_of_the_lessons():
    assert rules.graduates(80, 100, 80) and not rules.graduates(79, 100, 80) and not rules.graduates(0, 0, 0)


def test_codes_are_read_however_they_are_typed():
    code = certificates.drawn_code()
    assert certificates.plain_code(f" {certificates.grouped(code).lower()} ") == code
    assert certificates.plain_code(code + "2") != code
    assert lessons.plain_code(" ab-c2 3d") == "ABC23D"


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [(0, 0, "lesson_length_wrong"), (0, 13, "lesson_length_wrong"), (-1, 1, "lesson_outside_cohort")],
)
def test_a_lesson_lies_in_its_cohort(start, end, code):
    period = Period(DAY + timedelta(hours=start), DAY + timedelta(hours=end))
    with pytest.raises(Refused, match=code):
        lessons.checked("x", period, DAY, DAY + timedelta(days=30))


# --- lists of hours ---

KNOWN = {"a@test.example": (1, 40), "b@test.example": (2, None)}


def test_a_list_of_hours_is_read_row_by_row():
    rows = [
        ["학습 현황"],
        ["이메일", "성명", "수강 시간"],
        ["A@test.example ", "가", "1,000"],
        ["b@test.example", "나", "12.9"],
        [],
    ]
    found = sheet.read(rows, KNOWN, 320)
    assert [(row.place, row.learner, row.hours, row.before) for row in found.rows] == [
        (3, 1, 320, 40),
        (4, 2, 12, None),
    ]
    assert found.faults == ()


def test_rows_that_cannot_be_used_are_named():
    rows = [["email", "hours"], ["a@test.example", "-1"], ["c@test.example", "1"], ["b@test.example", "1"],
            ["b@test.example", "2"], ["a@test.example", "1e9"]]  # fmt: skip
    found = sheet.read(rows, KNOWN, 320)
    assert [row.learner for row in found.rows] == [2]
    assert [(one.place, one.code) for one in found.faults] == [
        (2, "progress_hours_unreadable"), (3, "progress_unknown"), (5, "progress_row_twice"),
        (6, "progress_hours_unreadable"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["email"], ["a@test.example"]], "progress_heading_missing"),
        ([["email", "hours"]], "progress_none"),
        ([["email", "hours"]] * (sheet.ROWS_AT_MOST + 1), "progress_too_many_rows"),
    ],
)
def test_a_list_that_is_none(rows, code):
    with pytest.raises(Refused, match=code):
        sheet.read(rows, KNOWN, 320)


@given(st.lists(st.lists(st.text(max_size=8), max_size=4), max_size=8))
def test_whatever_a_file_holds_is_read_or_refused(rows):
    try:
        found = sheet.read([["email", "hours"], *rows], KNOWN, 320)
    except Refused:
        return
    assert all(0 <= row.hours <= 320 for row in found.rows)
