"""Scores are exact, and neither reviewers' order nor a skipped criterion bends them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.review.scores import (
    Criterion,
    Rule,
    Sheet,
    Shortfall,
    application_score,
    dropped,
    sheet_total,
    shortfalls,
)

PLAN = Criterion("plan", 50, minimum=30)
TEAM = Criterion("team", 30)
EFFECT = Criterion("effect", 20)
CRITERIA = [PLAN, TEAM, EFFECT]


def sheet(reviewer, plan, team, effect):
    return Sheet(reviewer, {"plan": plan, "team": team, "effect": effect})


def totals(*given):
    """One sheet for each total out of 100, all on one criterion."""
    return [Sheet(f"r{place}", {"all": points}) for place, points in enumerate(given)]


ALL = [Criterion("all", 100)]

rules = st.sampled_from(list(Rule))


@st.composite
def panels(draw):
    points = draw(st.lists(st.integers(1, 60), min_size=1, max_size=5))
    criteria = [Criterion(f"c{place}", most) for place, most in enumerate(points)]
    sheets = [
        Sheet(f"r{place}", {c.code: draw(st.none() | st.integers(0, c.points)) for c in criteria})
        for place in range(draw(st.integers(0, 8)))
    ]
    return criteria, sheets


def test_the_mean_of_totals_is_rounded_to_a_thousandth():
    score = application_score(CRITERIA, [sheet("a", 40, 20, 10), sheet("b", 45, 30, 20), sheet("c", 30, 15, 10)])
    assert score.total_milli == 73_333  # (70 + 95 + 55) / 3
    assert score.per_criterion_milli == {"plan": 38_333, "team": 21_667, "effect": 13_333}
    assert (score.answered, score.answered_permille, score.spread_milli) == (3, 1000, 40_000)


def test_a_skipped_criterion_is_scaled_away():
    assert sheet_total(CRITERIA, sheet("a", 40, None, 16)) == 80  # 56 of 70
    score = application_score(CRITERIA, [sheet("a", 40, None, 16), Sheet("b", {"plan": 40})])
    assert score.total_milli == 80_000
    assert score.per_criterion_milli == {"plan": 40_000, "team": None, "effect": 16_000}
    assert (score.answered, score.answered_permille) == (2, 600)


def test_an_empty_sheet_does_not_count():
    score = application_score(CRITERIA, [sheet("a", 40, 20, 10), sheet("b", None, None, None)])
    assert (score.total_milli, score.answered, score.answered_permille) == (70_000, 1, 1000)


def test_without_scores_there_is_no_total():
    score = application_score(CRITERIA, [sheet("a", None, None, None)])
    assert (score.total_milli, score.answered, score.answered_permille, score.spread_milli) == (None, 0, 0, 0)


@pytest.mark.parametrize(
    ("given", "total"),
    [
        ((90, 80, 70, 60, 10), 70_000),  # five: 90 and 10 go
        ((90, 80, 70, 10), 62_500),  # four: all stay
        ((90, 90, 90, 60, 60), 80_000),  # of equal totals exactly one goes
        ((90, 90, 90, 90, 90), 90_000),
        ((95, 94, 90, 88, 87, 85, 60), 88_800),
        ((95, 94, 90, 88, 87, 85, 61, 60), 84_167),
    ],
)
def test_the_trimmed_mean_drops_one_highest_and_one_lowest_of_five_or_more(given, total):
    assert application_score(ALL, totals(*given), Rule.TRIMMED).total_milli == total


def test_from_how_many_on_is_a_setting_and_only_those_who_scored_count():
    assert application_score(ALL, totals(90, 50, 10, 10), Rule.TRIMMED, trim_from=4).total_milli == 30_000
    assert application_score(ALL, totals(90, 80, 70, 10, None), Rule.TRIMMED).total_milli == 62_500
    with pytest.raises(ValueError, match="fewer than 3"):
        application_score(ALL, totals(90), Rule.TRIMMED, trim_from=2)


def test_rounding_comes_last():
    third = [Criterion("a", 3), Criterion("b", 4)]
    sheets = [Sheet(name, {"a": 1, "b": None}) for name in "xyz"]
    assert application_score(third, sheets).total_milli == 2_333  # 7/3, three times: a mean of 2.333, not 6.999 / 3
    assert application_score(ALL, totals(*[Fraction(1, 2000)])).total_milli == 1  # a half is rounded up


def test_half_points_are_exact():
    assert application_score(ALL, totals(Fraction(175, 2), 88)).total_milli == 87_750


@given(panels(), rules, st.randoms())
def test_the_order_of_reviewers_and_criteria_does_not_matter(panel, rule, random):
    criteria, sheets = panel
    mixed_criteria, mixed_sheets = list(criteria), list(sheets)
    random.shuffle(mixed_criteria)
    random.shuffle(mixed_sheets)
    names = [one.reviewer for one in sheets]
    renamed = [Sheet(name, one.points) for name, one in zip(names, mixed_sheets, strict=True)]
    assert application_score(mixed_criteria, renamed, rule) == application_score(criteria, sheets, rule)


@given(panels(), rules)
def test_a_total_lies_between_nothing_and_all_points_and_within_the_sheets(panel, rule):
    criteria, sheets = panel
    score = application_score(criteria, sheets, rule)
    found = [total for one in sheets if (total := sheet_total(criteria, one)) is not None]
    assert score.answered == len(found)
    if not found:
        assert score.total_milli is None
        return
    assert min(found) <= Fraction(score.total_milli, 1000) + Fraction(1, 2000)
    assert max(found) >= Fraction(score.total_milli, 1000) - Fraction(1, 2000)
    assert 0 <= score.total_milli <= 1000 * sum(criterion.points for criterion in criteria)


@given(panels())
def test_skipping_an_average_criterion_changes_nothing(panel):
    criteria, _sheets = panel
    half = [Criterion(c.code, 2 * c.points) for c in criteria]
    full = Sheet("r", {c.code: c.points // 2 for c in half})
    for skipped in half[1:]:
        assert sheet_total(half, Sheet("r", {**full.points, skipped.code: None})) == sheet_total(half, full)


@given(panels(), rules, st.data())
def test_more_points_never_lower_a_total(panel, rule, data):
    criteria, sheets = panel
    given = [(s, c) for s in sheets for c in criteria if s.points[c.code] is not None and s.points[c.code] < c.points]
    if not given:
        return
    one, criterion = data.draw(st.sampled_from(given))
    better = Sheet(one.reviewer, {**one.points, criterion.code: one.points[criterion.code] + 1})
    raised = [better if other is one else other for other in sheets]
    before, now = application_score(criteria, sheets, rule), application_score(criteria, raised, rule)
    assert now.total_milli >= before.total_milli


def test_minimums_are_judged_on_the_published_thousandths():
    exactly = application_score(CRITERIA, [sheet("a", 30, 30, 10)])
    assert shortfalls(CRITERIA, exactly, minimum_total=70) == []
    below = application_score(CRITERIA, [sheet("a", 30, 30, 10), sheet("b", 29, 30, 10)])
    assert shortfalls(CRITERIA, below, minimum_total=70) == [
        Shortfall("plan", 30, 29_500),
        Shortfall("total", 70, 69_500),
    ]


def test_a_minimum_that_nobody_scored_is_missed_and_none_of_nought_is_asked():
    score = application_score(CRITERIA, [sheet("a", None, 30, 20)])
    assert shortfalls(CRITERIA, score) == [Shortfall("plan", 30, None)]
    assert shortfalls([Criterion("plan", 50, minimum=0), TEAM, EFFECT], score) == []


@pytest.mark.parametrize(
    ("criteria", "sheets", "code"),
    [
        ([], [], "criteria_missing"),
        ([PLAN, PLAN], [], "criterion_twice"),
        ([Criterion("total", 5)], [], "criterion_twice"),
        ([Criterion("x", 0)], [], "criterion_points_wrong"),
        ([Criterion("x", 5, minimum=6)], [], "criterion_points_wrong"),
        (CRITERIA, [Sheet("a", {"style": 3})], "criterion_unknown"),
        (CRITERIA, [Sheet("a", {"plan": 3}), Sheet("a", {"plan": 4})], "reviewer_twice"),
        (CRITERIA, [Sheet("a", {"plan": -1})], "points_out_of_range"),
        (CRITERIA, [Sheet("a", {"plan": 51})], "points_out_of_range"),
    ],
)
def test_what_cannot_be_scored_is_refused(criteria, sheets, code):
    with pytest.raises(Refused) as refused:
        application_score(criteria, sheets)
    assert refused.value.code == code


def test_points_out_of_range_are_named():
    with pytest.raises(Refused) as refused:
        application_score(CRITERIA, [Sheet("a", {"team": 31})])
    assert refused.value.facts == {"reviewer": "a", "criterion": "team", "points": 31, "most": 30}


def test_it_is_said_whose_totals_are_left_out():
    table = [Criterion("all", 100)]
    sheets = [Sheet(name, {"all": points}) for name, points in zip("edcba", (90, 90, 70, 10, 10), strict=True)]
    assert dropped(table, sheets, Rule.TRIMMED) == ("d", "a")
    assert dropped(table, sheets) is None
    assert dropped(table, sheets[1:], Rule.TRIMMED) is None
    same = [Sheet(name, {"all": 50}) for name in "edcba"]
    assert dropped(table, same, Rule.TRIMMED) == ("a", "b")
