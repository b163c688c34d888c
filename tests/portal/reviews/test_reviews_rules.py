"""Which points a sheet may hold, when it is open, and how places are shared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import NOW
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.calls.rules import ReviewStep
from madang.portal.reviews import rules
from madang.portal.reviews.rules import AssignmentState, Coverage, Scored, Table
from madang.review.scores import Criterion, Rule, Score, Sheet
from madang.review.totals import Adjustment, Origin

DOCUMENT, PRESENTATION = ReviewStep.DOCUMENT, ReviewStep.PRESENTATION
TABLE = {"merit": 60, "plan": 40}


def refusal(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


@pytest.mark.parametrize("points", [0, 60, None])
def test_points_within_the_table_are_taken(points):
    rules.check_points(TABLE, {"merit": points})


@pytest.mark.parametrize("points", [-1, 61])
def test_points_outside_the_table_are_refused(points):
    assert refusal(lambda: rules.check_points(TABLE, {"merit": points})) == "points_out_of_range"


def test_an_unknown_criterion_is_refused():
    assert refusal(lambda: rules.check_points(TABLE, {"beauty": 1})) == "criterion_unknown"


def test_a_sheet_closes_at_its_due_date_exactly():
    rules.check_open(AssignmentState.ASSIGNED, NOW, NOW - timedelta(microseconds=1))
    assert refusal(lambda: rules.check_open(AssignmentState.ASSIGNED, NOW, NOW)) == "review_past_due"


def test_submitted_and_ended_sheets_do_not_change():
    later = NOW + timedelta(days=1)
    assert refusal(lambda: rules.check_open(AssignmentState.SUBMITTED, later, NOW)) == "review_already_submitted"
    assert refusal(lambda: rules.check_open(AssignmentState.RECUSED, later, NOW)) == "review_ended"


def test_a_sheet_is_complete_with_all_its_criteria():
    rules.check_complete(["merit", "plan"], {"merit": 0, "plan": 1})
    assert refusal(lambda: rules.check_complete(["merit", "plan"], {"merit": 0})) == "review_incomplete"


def test_coverage_counts_what_is_missing():
    assert Coverage(3, 1, 1).missing == 2
    assert Coverage(3, 4, 3).missing == 0
    assert Coverage(3, 3, 3).complete
    assert not Coverage(3, 3, 2).complete


def test_the_tracks_minimum_is_judged_in_thousandths():
    table = [Criterion("merit", 60), Criterion("plan", 40)]
    sheets = [Sheet("a", {"merit": 40, "plan": 20}), Sheet("b", {"merit": 41, "plan": 20})]
    made = rules.score_of(Table(table, 60_600, Rule.MEAN), {DOCUMENT: sheets})
    assert made.score.total_milli == 60_500
    assert [one.code for one in made.shortfalls] == ["total"]
    assert rules.score_of(Table(table, 60_500, Rule.MEAN), {DOCUMENT: sheets}).shortfalls == ()


def test_the_korean_mean_leaves_out_one_highest_and_one_lowest():
    table = [Criterion("all", 100)]
    sheets = [Sheet(str(place), {"all": points}) for place, points in enumerate((90, 80, 70, 60, 10))]
    for rule, total in ((Rule.MEAN, 62_000), (Rule.TRIMMED, 70_000)):
        assert rules.score_of(Table(table, 0, rule), {DOCUMENT: sheets}).score.total_milli == total


def weighed(documents, presented, minimum=0, **more):
    """One application of a track where presentations count twice as much as documents."""
    steps = {DOCUMENT: 1, PRESENTATION: 2}
    table = Table([Criterion("merit", 60, 30), Criterion("plan", 40)], minimum, Rule.MEAN, steps, **more)
    sheets = {DOCUMENT: documents, PRESENTATION: presented}
    return table, {step: [Sheet("a", {"merit": m, "plan": p}) for m, p in every] for step, every in sheets.items()}


def test_steps_are_weighted_and_rounded_once():
    made = rules.score_of(*weighed([(40, 30)], [(41, 20)]))
    assert made.score.total_milli == 64_000  # (70 + 2 × 61) / 3
    assert made.by_step[PRESENTATION].total_milli == 61_000
    assert rules.score_of(*weighed([(40, 30)], [(40, 20)])).score.total_milli == 63_333


def test_who_lacks_a_step_that_counts_has_no_total():
    made = rules.score_of(*weighed([(40, 30)], [], minimum=1000))
    assert made.score.total_milli is None
    assert [one.code for one in made.shortfalls] == ["merit", "total"]


def test_a_minimum_is_missed_in_whatever_step():
    assert [one.code for one in rules.score_of(*weighed([(60, 30)], [(29, 40)])).shortfalls] == ["merit"]


def test_points_on_top_are_capped_kept_apart_and_count_for_the_minimum():
    table, sheets = weighed([(40, 20)], [(40, 20)], minimum=65_000, bonus_most=5, penalty_most=3)
    on_top = [Adjustment("1", 4, Origin.COMMITTEE, "x"), Adjustment("2", 4, Origin.COMMITTEE, "y")]
    made = rules.score_of(table, sheets, on_top)
    assert (made.score.total_milli, made.bonus_milli, made.penalty_milli) == (65_000, 5_000, 0)
    assert made.shortfalls == ()
    less = rules.score_of(table, sheets, [Adjustment("1", -9, Origin.COMMITTEE, "x")])
    assert (less.score.total_milli, less.penalty_milli) == (57_000, 3_000)


@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=12))
def test_places_are_shared_by_equals_and_leave_gaps(totals):
    rows = [Scored(i, f"{i:03d}", "", 1, Score(total, {}, 1, 1000, 0), ()) for i, total in enumerate(totals)]
    for row in rules.ranked(rows):
        if row.score.total_milli is None:
            assert row.rank is None
        else:
            better = sum(1 for other in totals if other is not None and other > row.score.total_milli)
            assert row.rank == better + 1
