"""Which points a sheet may hold, when it is open, and how places are shared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import NOW
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.reviews import rules
from madang.portal.reviews.rules import AssignmentState, Coverage, Scored
from madang.review.scores import Criterion, Rule, Score, Sheet

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
    score, missed = rules.score_of(table, sheets, 60_600)
    assert score.total_milli == 60_500
    assert [one.code for one in missed] == ["total"]
    assert rules.score_of(table, sheets, 60_500)[1] == ()


def test_the_korean_mean_leaves_out_one_highest_and_one_lowest():
    table = [Criterion("all", 100)]
    sheets = [Sheet(str(place), {"all": points}) for place, points in enumerate((90, 80, 70, 60, 10))]
    assert rules.score_of(table, sheets, 0)[0].total_milli == 62_000
    assert rules.score_of(table, sheets, 0, Rule.TRIMMED)[0].total_milli == 70_000


@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=12))
def test_places_are_shared_by_equals_and_leave_gaps(totals):
    rows = [Scored(i, f"{i:03d}", "", 1, Score(total, {}, 1, 1000, 0), ()) for i, total in enumerate(totals)]
    for row in rules.ranked(rows):
        if row.score.total_milli is None:
            assert row.rank is None
        else:
            better = sum(1 for other in totals if other is not None and other > row.score.total_milli)
            assert row.rank == better + 1
