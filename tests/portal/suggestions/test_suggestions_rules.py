"""Which part of a suggestion is confirmed, how its problem is written down, and when reviewers are asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.suggestions import rules
from madang.portal.suggestions.rules import Changes, Removal, Why, confirmed, key
from madang.review.assignment import Application, Expertise, Problem, Reviewer

NOW = datetime(2026, 4, 1, tzinfo=UTC)
NAMES = [key(n) for n in range(1, 5)]
PAIRS = st.frozensets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=5)


@st.composite
def problems(draw):
    applications = tuple(Application(name, draw(st.integers(0, 3)), frozenset({"a"})) for name in NAMES)
    levels = st.dictionaries(st.sampled_from("ab"), st.sampled_from(Expertise))
    reviewers = tuple(Reviewer(name, draw(st.integers(0, 4)), draw(levels), draw(st.integers(0, 2))) for name in NAMES)
    begun = draw(PAIRS)
    return Problem(
        applications,
        reviewers,
        draw(PAIRS) - begun,
        bids={pair: draw(st.integers(-1, 2)) for pair in draw(PAIRS)},
        apart=frozenset((one, other) for one, other in draw(PAIRS) if one < other),
        begun=begun,
        given=draw(PAIRS),
    )


@settings(max_examples=20)
@given(problems(), st.randoms(use_true_random=False))
def test_a_problem_is_read_as_it_was_written_in_whatever_order_it_came_about(problem, random):
    text = json.dumps(rules.written(problem))
    again = rules.read(json.loads(text))
    assert rules.written(again) == rules.written(problem)
    assert {one.id: one for one in again.reviewers} == {one.id: one for one in problem.reviewers}
    mixed = Problem(
        tuple(random.sample(problem.applications, len(NAMES))),
        tuple(random.sample(problem.reviewers, len(NAMES))),
        **{name: getattr(problem, name) for name in ("conflicts", "bids", "apart", "begun", "given")},
    )
    assert json.dumps(rules.written(mixed)) == text


STAYS, GOES = Removal((1, 2), Why.RESTING, begun=True), Removal((3, 4), Why.MOVED, begun=False)
FOUND = Changes(((1, 5), (3, 6)), (STAYS, GOES), 7)


def test_what_is_written_on_goes_only_when_somebody_says_so():
    assert confirmed(FOUND, None, begun=False) == (FOUND.added, (GOES,))
    assert confirmed(FOUND, None, begun=True) == (FOUND.added, (STAYS, GOES))
    assert confirmed(FOUND, [(1, 5), (1, 2)], begun=False) == (((1, 5),), (STAYS,))


@pytest.mark.parametrize(
    ("only", "code"),
    [
        ([], "assignment_nothing_chosen"),
        ([(9, 9)], "assignment_pair_unknown"),
        ([(1, 5), (0, 0)], "assignment_pair_unknown"),
    ],
)
def test_only_what_stands_in_the_suggestion_can_be_confirmed(only, code):
    with pytest.raises(Refused) as refused:
        confirmed(FOUND, only, begun=True)
    assert refused.value.code == code


def test_a_sheet_goes_for_the_gravest_reason():
    people = tuple(Reviewer(name, 2) for name in NAMES)
    one, two, three, four = NAMES
    given = frozenset({(one, one), (one, two), (one, three)})
    problem = Problem((Application(one, 1),), people, conflicts=frozenset({(one, one)}), given=given)
    found = rules.changes(problem, {one: [four]}, resting={1, 2}, begun={(1, 2)})
    assert found.added == ((1, 4),)
    assert [(row.pair[1], row.why, row.begun) for row in found.removed] == [
        (1, Why.CONFLICT, False),
        (2, Why.RESTING, True),
        (3, Why.MOVED, False),
    ]


@pytest.mark.parametrize(
    ("state", "days", "code"),
    [("open", 5, "bids_not_now"), ("decided", 5, "bids_not_now"), ("in_review", 0, "bids_too_short")],
)
def test_reviewers_are_asked_in_time(state, days, code):
    rules.check_bidding("screening", NOW + timedelta(days=1), NOW)
    with pytest.raises(Refused, match=code):
        rules.check_bidding(state, NOW + timedelta(days=days), NOW)


def test_two_are_kept_apart_with_a_reason():
    assert rules.check_apart(5, 2, "married") == rules.check_apart(2, 5, "married") == (2, 5)
    for one, other, reason, code in ((2, 2, "x", "apart_from_oneself"), (1, 2, " ", "review_reason_needed")):
        with pytest.raises(Refused, match=code):
            rules.check_apart(one, other, reason)
