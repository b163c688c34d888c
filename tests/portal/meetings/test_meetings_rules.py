"""A quorum is more than the share, only members are there, and points keep to what the call allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.meetings import rules


@given(st.integers(1, 50), st.lists(st.integers(0, 99), max_size=4))
def test_a_quorum_is_more_than_the_strictest_share_and_can_be_reached(seats, percents):
    needed = rules.quorum(seats, percents)
    strictest = max(percents, default=50)
    assert needed * 100 > seats * strictest
    assert (needed - 1) * 100 <= seats * strictest
    assert 1 <= needed <= seats


@pytest.mark.parametrize(
    ("here", "chair", "code"),
    [
        ([1, 2, 9], 1, "meeting_not_a_member"),
        ([1, 2], 3, "meeting_chair_not_there"),
        ([1], 1, "meeting_without_quorum"),
        ([1, 1], 1, "meeting_without_quorum"),
        ([1, 2], 2, None),
    ],
)
def test_who_is_there(here, chair, code):
    if code is None:
        rules.check_present(here, [1, 2, 3], chair, 2)
        return
    with pytest.raises(Refused, match=code):
        rules.check_present(here, [1, 2, 3], chair, 2)


@pytest.mark.parametrize(
    ("points", "reason", "code"),
    [
        (5, "local staff", None),
        (-3, "late plan", None),
        (0, "", None),
        (6, "x", "committee_points_out_of_range"),
        (-4, "x", "committee_points_out_of_range"),
        (1, " ", "committee_points_need_reason"),
    ],
)
def test_points_keep_to_the_call_and_have_a_reason(points, reason, code):
    if code is None:
        rules.check_points(points, reason, 5, 3)
        return
    with pytest.raises(Refused, match=code):
        rules.check_points(points, reason, 5, 3)


@pytest.mark.parametrize(
    ("opinion", "missing", "present", "code"),
    [
        ("", 0, 3, "meeting_opinion_needed"),
        ("Good", 1, 3, "meeting_sheets_missing"),
        ("Good", 0, 2, "meeting_without_quorum"),
    ],
)
def test_minutes_are_whole(opinion, missing, present, code):
    rules.check_whole("Good", 0, 3, 3)
    with pytest.raises(Refused, match=code):
        rules.check_whole(opinion, missing, present, 3)
