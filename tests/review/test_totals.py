"""Consensus, points on top and steps are exact, rounded once and last."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.review.scores import Criterion, Rule, Sheet, application_score
from madang.review.totals import Adjustment, Origin, Row, Step, adjusted, consensus, score_table

PLAN, TEAM = Criterion("plan", 60), Criterion("team", 40)
SHEETS = [Sheet("r", {"plan": 30, "team": 20}), Sheet("s", {"plan": 50, "team": 40})]


def agreed(plan, team):
    return Sheet("panel", {"plan": plan, "team": team})


def test_a_panel_agrees_within_what_was_given():
    score = consensus([PLAN, TEAM], SHEETS, agreed(45, 40), {})
    assert (score.total_milli, score.spread_milli, score.answered) == (85_000, 40_000, 2)


@pytest.mark.parametrize(
    ("sheets", "plan", "reasons", "code"),
    [
        (SHEETS[:1], 30, {}, "consensus_too_early"),
        (SHEETS, None, {}, "consensus_incomplete"),
        (SHEETS, 55, {}, "consensus_needs_reason"),
        (SHEETS, 29, {"plan": " "}, "consensus_needs_reason"),
        (SHEETS, 61, {"plan": "because"}, "points_out_of_range"),
    ],
)
def test_a_consensus_that_is_none_is_refused(sheets, plan, reasons, code):
    with pytest.raises(Refused) as refused:
        consensus([PLAN, TEAM], sheets, agreed(plan, 40), reasons)
    assert refused.value.code == code


def test_beyond_what_was_given_a_reason_is_enough():
    assert consensus([PLAN, TEAM], SHEETS, agreed(55, 40), {"plan": "a new model was shown"}).total_milli == 95_000


def claimed(code, points, confirmed=True):
    return Adjustment(code, points, Origin.CLAIMED, confirmed=confirmed)


def test_points_on_top_are_capped_confirmed_and_apart():
    found = adjusted(
        Fraction(250, 3),
        [claimed("youth", 3), claimed("region", 4), claimed("prize", 9, False)],
        most_bonus=0,
        most_claimed=5,
    )
    assert (found.reviewed_milli, found.claimed_milli, found.bonus_milli, found.total_milli) == (
        83_333,
        5000,
        0,
        88_333,
    )
    late = [Adjustment("late", Fraction(-5, 2), Origin.COMMITTEE, "report late"), claimed("youth", 1)]
    assert adjusted(Fraction(1), late, most_bonus=5, most_claimed=5).total_milli == 0
    assert adjusted(Fraction(10), late, most_bonus=5, most_penalty=2, most_claimed=5).total_milli == 9_000


def test_points_without_a_reason_or_twice_are_refused():
    for given_ones, code in [
        ([Adjustment("late", -1, Origin.COMMITTEE)], "adjustment_needs_reason"),
        ([claimed("youth", 1), claimed("youth", 2)], "adjustment_twice"),
    ]:
        with pytest.raises(Refused) as refused:
            adjusted(Fraction(1), given_ones, most_bonus=5)
        assert refused.value.code == code


def test_steps_are_weighed_and_rounded_once():
    steps = [Step("paper", (Criterion("all", 3),), 1), Step("talk", (PLAN, TEAM), 2)]
    given_sheets = {
        "a": {"paper": [Sheet("r", {"all": 1})], "talk": SHEETS},
        "b": {"paper": [Sheet("r", {"all": 3})]},
        "c": {"paper": [Sheet("r", {"all": 1})], "talk": SHEETS},
        "d": {"paper": [Sheet("r", {"all": 3})], "talk": [Sheet("r", {"plan": 60, "team": 40})]},
    }
    assert score_table(steps, given_sheets) == [
        Row("d", (100_000, 100_000), 100_000, 1),
        Row("a", (33_333, 70_000), 57_778, 2),  # (100/3 + 2 * 70) / 3
        Row("c", (33_333, 70_000), 57_778, 2),
        Row("b", (100_000, None), None, None),
    ]
    unweighed = [steps[0], Step("talk", (PLAN, TEAM), 0)]
    assert [row.total_milli for row in score_table(unweighed, given_sheets)] == [100_000, 100_000, 33_333, 33_333]
    with pytest.raises(Refused):
        score_table(unweighed[1:], given_sheets)


@given(st.lists(st.integers(0, 100), min_size=5, max_size=9), st.randoms())
def test_one_step_is_the_applications_score_in_any_order(points, random):
    sheets = [Sheet(f"r{place}", {"all": one}) for place, one in enumerate(points)]
    criteria = (Criterion("all", 100),)
    random.shuffle(sheets)
    [row] = score_table([Step("paper", criteria, 7, Rule.TRIMMED)], {"a": {"paper": sheets}})
    assert row.total_milli == application_score(criteria, sheets, Rule.TRIMMED).total_milli


@given(
    st.fractions(0, 100),
    st.lists(st.tuples(st.integers(-9, 9), st.booleans()), max_size=5),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_a_total_moves_by_no_more_than_the_caps(reviewed, given_points, most_bonus, most_penalty, most_claimed):
    ones = [Adjustment(str(place), points, Origin.COMMITTEE, "x") for place, (points, _) in enumerate(given_points)]
    ones += [claimed(f"c{place}", abs(points), sure) for place, (points, sure) in enumerate(given_points)]
    found = adjusted(reviewed, ones, most_bonus=most_bonus, most_penalty=most_penalty, most_claimed=most_claimed)
    assert 0 <= found.bonus_milli <= most_bonus * 1000
    assert 0 <= found.penalty_milli <= most_penalty * 1000
    assert found.claimed_milli == min(sum(abs(p) for p, sure in given_points if sure), most_claimed) * 1000
    on_top = found.claimed_milli + found.bonus_milli - found.penalty_milli
    assert found.total_milli == max(0, found.reviewed_milli + on_top)
