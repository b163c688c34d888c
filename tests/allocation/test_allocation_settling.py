"""Settling reaches what no single step improves, in the published order, from wherever it starts."""

from allocation.drawn import item, pool, problem, request

from madang.allocation import ties
from madang.allocation.columns import columns
from madang.allocation.lines import Room
from madang.allocation.parts import Award
from madang.allocation.policies import TIES, Portfolio
from madang.allocation.portfolio import value
from madang.allocation.settling import Settling


def settled(drawn, awards):
    made = columns(drawn, ties.order(drawn, TIES, 0), Room(drawn), value(drawn, Portfolio()))
    held = [made.held(n, Award(awards[r.id])) if r.id in awards else None for n, r in enumerate(made.requests)]
    settling = Settling(made.choices, held)
    settling.settle()
    assert settling.left == Settling(made.choices, settling.held).left
    assert min(settling.left) >= 0
    return {
        made.requests[n].id: made.award(n, one).quantities for n, one in enumerate(settling.held) if one is not None
    }


BETTER = {"criteria": {"impact": 40_000}}


def test_what_is_left_is_given_in_the_published_order():
    drawn = problem(request("a", 80_000, item(2, least=1)), request("b", 90_000, item(2)), pools=(pool(units=24),))
    assert settled(drawn, {}) == {"b": (2,), "a": (1,)}


def test_an_award_gives_way_to_one_that_is_worth_more():
    drawn = problem(request("a", 80_000), request("b", 90_000), pools=(pool(units=8),))
    assert settled(drawn, {"a": (1,)}) == {"b": (1,)}


def test_an_award_gives_way_to_an_equal_one_that_stands_before_it_and_never_back():
    drawn = problem(request("a"), request("b", **BETTER), pools=(pool(units=8),))
    assert settled(drawn, {"a": (1,)}) == {"b": (1,)}
    assert settled(drawn, {"b": (1,)}) == {"b": (1,)}


def test_an_award_does_not_give_way_to_a_better_placed_one_that_is_worth_less():
    drawn = problem(request("a", 80_000, item(2)), request("b", 90_000, item(1)), pools=(pool(units=16),))
    assert settled(drawn, {"a": (2,)}) == {"a": (2,)}


def test_units_move_to_the_better_placed_of_two_equal_awards_that_were_cut():
    asked = item(3, least=1)
    drawn = problem(request("a", 80_000, asked), request("b", 80_000, asked, **BETTER), pools=(pool(units=32),))
    assert settled(drawn, {"a": (3,), "b": (1,)}) == {"a": (1,), "b": (3,)}


def test_units_do_not_move_away_from_a_higher_score_or_between_windows_of_other_lengths():
    asked, shorter = item(3, least=1), item(3, least=1, months=1)
    higher = problem(request("a", 81_000, asked), request("b", 80_000, asked, **BETTER), pools=(pool(units=32),))
    assert settled(higher, {"a": (3,), "b": (1,)}) == {"a": (3,), "b": (1,)}
    lengths = problem(request("a", 80_000, asked), request("b", 80_000, shorter, **BETTER), pools=(pool(units=32),))
    assert settled(lengths, {"a": (3,), "b": (1,)}) == {"a": (3,), "b": (1,)}
