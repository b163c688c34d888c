"""Scaled amounts: Canada's published pairs as a shape, what the functions promise, and how scarcity cuts."""

import csv
from dataclasses import replace
from fractions import Fraction

import pytest
from allocation.drawn import APRIL, SCALED, item, pool, problem, request, rule
from allocation.golden import CASES
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.allocation.check import check
from madang.allocation.parts import Alternative, Award, Item, MonthCapacity, Pool, Product, Request
from madang.allocation.policies import Bracket, Scaled, policy_from_json, policy_json
from madang.allocation.problem import Problem
from madang.allocation.scaling import even, kept
from madang.allocation.solve import solve
from madang.errors import Refused

# Per cent of the others who score less, read off the published awards; how the asks decay and what is never cut.
BELOW = {"4.9": 100, "4.8": 88, "4.7": 88, "4.0": 69, "3.7": 48, "3.1": 16, "3.0": 14}
CANADA = Scaled(turn=1_000, decay=500, free=75)


def pairs():
    with (CASES / "canada-2022.csv").open(encoding="utf-8", newline="") as stream:
        return [(row["score"], int(row["asked"]), int(row["awarded"])) for row in csv.DictReader(stream)]


def test_the_function_has_the_shape_of_canadas_fifteen_published_awards():
    found = pairs()
    assert len(found) == 15
    for score, asked, awarded in found:
        given_ = kept(CANADA, 0, asked, BELOW[score], 100)
        assert abs(given_ / awarded - 1) < Fraction(1, 10), (score, asked)
        if asked == awarded:
            assert given_ == asked


POINTS, ASKS = st.integers(0, 100_000), st.integers(1, 10_000)


@st.composite
def functions(draw):
    brackets, end = [], 0
    for _ in range(draw(st.integers(1, 3))):
        end += draw(st.integers(1, 4_000))
        brackets.append(Bracket(end, draw(st.integers(0, 1000))))
    if draw(st.booleans()):
        brackets.append(Bracket(None, draw(st.integers(0, 1000))))
    low = draw(st.integers(0, 90_000))
    return Scaled(
        function=draw(st.sampled_from(("ecdf", "linear", "brackets"))),
        floor=draw(st.integers(0, 1000)),
        slope=draw(st.integers(0, 3000)),
        turn=draw(st.integers(1, 5_000)),
        decay=draw(st.integers(0, 1000)),
        free=draw(st.integers(0, 500)),
        low=low,
        high=draw(st.integers(low + 1, 100_000)),
        brackets=tuple(brackets),
    )


@given(functions(), POINTS, POINTS, ASKS, st.integers(0, 50), st.integers(0, 50))
@settings(max_examples=150, deadline=None)
def test_more_points_keep_no_less_of_the_same_ask(policy, one, other, asked, below, more):
    low, high = sorted((one, other))
    before, after = kept(policy, low, asked, below, 100), kept(policy, high, asked, below + more, 100)
    assert 0 <= before <= after <= asked


@given(functions(), POINTS, ASKS, ASKS, st.integers(0, 100))
@settings(max_examples=150, deadline=None)
def test_a_larger_ask_keeps_no_less_with_the_same_points(policy, points, one, other, below):
    small, large = sorted((one, other))
    assert kept(policy, points, small, below, 100) <= kept(policy, points, large, below, 100)


@given(
    st.lists(st.tuples(st.integers(50, 90), st.integers(1, 12)), min_size=1, max_size=8),
    st.sampled_from(SCALED),
    st.integers(0, 60),
)
@settings(max_examples=60, deadline=None)
def test_in_a_plan_too_the_better_and_the_larger_get_no_less(drawn, policy, units):
    asks = [request(f"r{n}", points * 1_000, item(asked, least=0)) for n, (points, asked) in enumerate(drawn)]
    made = problem(*asks, pools=(pool(units=units),))
    plan = solve(made, policy)
    assert check(made, plan) == []
    got = {r.id: plan.grant[r.id].quantities[0] if r.id in plan.grant else 0 for r in asks}
    for one in asks:
        for other in asks:
            if one.score <= other.score and one.items == other.items:
                assert got[one.id] <= got[other.id]
            if one.score == other.score and one.items[0].asked <= other.items[0].asked:
                assert got[one.id] <= got[other.id]


def brackets(*pairs_):
    return Scaled(function="brackets", brackets=tuple(Bracket(*pair) for pair in pairs_))


def test_brackets_cut_like_an_income_tax():
    policy = brackets((99, 1000), (999, 760), (None, 620))
    assert kept(policy, 0, 99, 0, 1) == 99
    assert kept(policy, 0, 999, 0, 1) == 99 + 900 * Fraction(76, 100)
    assert kept(policy, 0, 1_999, 0, 1) == 99 + 684 + 620
    assert kept(brackets((10, 500)), 0, 1_000, 0, 1) == 5


def test_a_line_is_nothing_at_its_foot_and_everything_at_its_head():
    policy = Scaled(function="linear", low=60_000, high=90_000)
    assert [kept(policy, points * 1_000, 30, 0, 1) for points in (50, 60, 75, 90, 95)] == [0, 0, 15, 30, 30]


def scarce(policy, least=1):
    asks = [request(f"r{n}", 80_000 - n, item(4, least=least)) for n in range(4)]
    return problem(*asks, pools=(pool(units=64),)), policy


def test_scarcity_cuts_everyone_by_one_factor_until_it_fits():
    drawn, policy = scarce(brackets((None, 1000)))
    plan = solve(drawn, policy)
    assert {g.quantities for g in plan.grants} == {(2,)}
    assert plan.factors == {"pool:h200": 749_999}
    assert check(drawn, plan) == []


def test_below_the_least_means_nothing_or_the_least_and_then_the_last_placed_go_without():
    drawn, policy = scarce(brackets((None, 1000)), least=3)
    assert solve(drawn, policy).grants == ()
    plan = solve(drawn, replace(policy, below="least"))
    assert {g.request: g.quantities for g in plan.grants} == {"r0": (4,), "r1": (4,)}
    assert check(drawn, plan) == []


def test_one_organisations_share_does_not_cut_the_others():
    share = rule("share_at_most", "share", holder="organisation", pool="h200", thousandths=250)
    drawn = problem(
        request("a", 80_000, item(2, least=0), organisation="one"),
        request("b", 80_000, item(2, least=0), organisation="one"),
        request("c", 80_000, item(2, least=0)),
        pools=(pool(units=64),),
        rules=(share,),
    )
    plan = solve(drawn, brackets((None, 1000)))
    assert {g.request: g.quantities for g in plan.grants} == {"a": (1,), "b": (1,), "c": (2,)}
    assert set(plan.factors) == {"share:share:one"}


def test_totals_are_spread_evenly():
    assert [even(8, 3, month) for month in range(3)] == [3, 3, 2]
    months = {APRIL.plus(n): MonthCapacity(9, 9) for n in range(3)}
    hours = Item("h", 8, 0, APRIL, 3, total=True)
    asked = Request("a", "o", 80_000, {}, (Alternative((hours,)),))
    drawn = Problem((Pool("p", "gpu_hour", months),), (Product("h", "p", 1),), (asked,))
    plan = solve(drawn, Scaled(slope=0, floor=1000))
    assert plan.grant["a"].award == Award((8,), spread=((3, 3, 2),))


def test_a_tampered_scaling_is_found():
    drawn, policy = scarce(brackets((None, 1000)))
    plan = solve(drawn, policy)
    assert "factor_wrong" in {f.code for f in check(drawn, replace(plan, factors={}))}
    favoured = tuple(g._replace(quantities=(1,)) if g.request == "r3" else g for g in plan.grants)
    assert "scaled_wrong" in {f.code for f in check(drawn, replace(plan, grants=favoured))}


WRONG = [
    ({"policy": "scaled", "function": "logarithm"}, "function", "word_is_not_known"),
    ({"policy": "scaled", "decay": 1001}, "decay", "must_lie_between"),
    ({"policy": "scaled", "function": "brackets"}, "brackets", "is_missing"),
    ({"policy": "scaled", "brackets": [{"keep": 1}, {"keep": 2}]}, "brackets[1]", "brackets_must_rise"),
    ({"policy": "scaled", "low": 9, "high": 9}, "$", "low_must_lie_below_high"),
    ({"policy": "tiers", "whole": 5}, "lottery", "is_missing"),
    ({"policy": "tiers", "whole": 5, "lottery": 6}, "lottery", "lottery_must_not_exceed_whole"),
    ({"policy": "portfolio", "power": 9}, "power", "must_lie_between"),
    ({"policy": "fair", "aim": "justice"}, "aim", "word_is_not_known"),
]


@pytest.mark.parametrize(("given_", "field", "broken"), WRONG, ids=lambda value: str(value)[:50])
def test_policies_that_make_no_sense_are_refused_by_field_and_rule(given_, field, broken):
    with pytest.raises(Refused) as caught:
        policy_from_json(given_, "policy.json")
    assert (caught.value.facts["field"], caught.value.facts["rule"]) == (field, broken)


@pytest.mark.parametrize("policy", SCALED)
def test_scalings_survive_being_written_and_read(policy):
    assert policy_from_json(policy_json(policy)) == policy
