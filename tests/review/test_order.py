"""The order of discussion moves the fewest people in and out of the room."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from madang.review.order import PROVEN, discussion, moves

PEOPLE = "abcde"
rooms = st.dictionaries(st.text("123456789", min_size=1, max_size=3), st.sets(st.sampled_from(PEOPLE)), max_size=6)


def test_everybody_comes_back_in_after_the_last():
    assert moves(["1", "2", "3"], {"1": {"a"}, "2": set(), "3": {"a"}}) == 4
    assert moves(["1", "3", "2"], {"1": {"a"}, "3": {"a"}}) == 2


def test_applications_with_the_same_people_outside_stand_together_in_the_order_given():
    assert discussion(["1", "2", "3", "4"], {"1": {"a"}, "3": {"a"}, "4": {"b"}}) == ("1", "3", "2", "4")


@given(rooms)
@settings(max_examples=60)
def test_no_order_has_fewer_moves(outside):
    best = discussion(list(outside), outside)
    assert sorted(best) == sorted(outside)
    assert moves(best, outside) == min(moves(order, outside) for order in permutations(outside))


def test_with_many_groups_it_is_never_worse_than_the_order_given():
    groups = [{PEOPLE[n % 5], PEOPLE[n // 5 % 5], str(n)} for n in range(PROVEN + 15)]
    outside = {str(n): group for n, group in enumerate(groups)}
    best = discussion(list(outside), outside)
    assert sorted(best) == sorted(outside)
    assert moves(best, outside) < moves(list(outside), outside)


def test_nothing_to_discuss():
    assert discussion([], {}) == ()
