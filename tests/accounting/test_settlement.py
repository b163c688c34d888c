"""Dividing support to the won, and a source's account over a year."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.settlement import SourceYear, apportioned

amounts = st.integers(-(10**15), 10**15)
weights = st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any)


@given(amounts, weights)
def test_no_won_is_lost_and_each_part_is_its_share_but_for_less_than_one_won(amount, weights):
    parts = apportioned(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)


@given(amounts, weights)
def test_who_funds_nothing_pays_nothing_and_the_opposite_divides_as_the_opposite(amount, weights):
    parts = apportioned(amount, weights)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)
    assert apportioned(-amount, weights) == tuple(-part for part in parts)


def test_the_won_that_are_left_go_to_the_largest_remainders_and_equal_ones_to_the_earlier():
    assert apportioned(100, [700, 300]) == (70, 30)
    assert apportioned(10, [1, 1, 1]) == (4, 3, 3)
    assert apportioned(7, [500, 300, 200]) == (4, 2, 1)  # 3.5, 2.1, 1.4


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_weights_that_divide_nothing_are_an_error(weights):
    with pytest.raises(ValueError, match="weights"):
        apportioned(10, weights)


def test_what_is_disallowed_is_left_over_until_it_is_returned():
    year = SourceYear(support=900, granted=1000, interest=5, disallowed=100)
    assert (year.accepted, year.left) == (800, 205)
    assert SourceYear(support=900, granted=1000, interest=5, disallowed=100, returned=105, carried_out=100).left == 0
