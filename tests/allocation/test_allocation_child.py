"""Solving in a process of its own: the same plan comes back, refusals too, and a limit on time is kept."""

import time

import pytest
from allocation import golden
from allocation.drawn import item, pool, problem, request, rule

from madang.allocation.check import check
from madang.allocation.child import solved
from madang.allocation.policies import Fair, Portfolio
from madang.allocation.replay import replay
from madang.allocation.solve import solve
from madang.errors import Refused


def test_the_child_gives_the_plan_that_solving_here_gives():
    here = solve(golden.problem(), Portfolio(), seed=7, commitment="x")
    assert solved(golden.problem(), Portfolio(), seed=7, commitment="x") == here


def test_a_refusal_in_the_child_is_one_here():
    drawn = problem(request("a", 80_000, item(5), fixed=(5,)))
    with pytest.raises(Refused) as caught:
        solved(drawn, Portfolio())
    assert caught.value.facts["rule"] == "fixed_exceed_capacity"


def hard():
    asks = [
        request(
            f"r{n:03d}", 60_000 + 37 * n * n % 9_973, item(3 + n * n % 17, months=1 + n % 3), organisation=f"o{n % 9}"
        )
        for n in range(300)
    ]
    shares = tuple(rule("share_at_most", f"s{n}", holder="organisation", thousandths=90 + n) for n in range(3))
    return problem(*asks, pools=(pool(units=8 * 199),), rules=shares)


def test_no_plan_within_the_time_is_said():
    began = time.monotonic()
    with pytest.raises(Refused) as caught:
        solved(hard(), Fair("organisation"), time_limit=0.01)
    assert caught.value.code == "allocation_stopped"
    assert time.monotonic() - began < 5


def test_a_plan_without_any_search_is_whole_and_says_that_it_is_not_proven():
    drawn = hard()
    for policy in (Portfolio(), Fair("organisation")):
        plan = solve(drawn, policy, work_limit=0)
        assert plan.grants
        assert not plan.proven
        assert check(drawn, plan) == []


def test_what_was_found_in_time_is_taken_and_can_be_solved_again():
    drawn = golden.problem()
    plan = solved(drawn, Portfolio(), time_limit=60, work_limit=640)
    assert plan.proven
    assert plan.work_limit in (1, 10, 80)
    assert check(drawn, plan) == []
    assert replay(plan).same


def test_a_contradiction_among_1200_requests_is_told_by_the_smallest_set_of_rules():
    kinds = ({"kind": "academia"}, {"kind": "industry"})
    asks = [
        request(
            f"r{n:04d}",
            60_000 + n * 7_919 % 40_000,
            item(1 + n % 5),
            organisation=f"o{n % 400}",
            attributes=kinds[n % 2],
        )
        for n in range(1_200)
    ]
    asks.append(request("kept", 90_000, item(1), attributes=kinds[1], fixed=(1,)))
    rules = (
        rule("minimum_score", "line", score=65_000),
        rule("share_at_most", "one", holder="organisation", thousandths=50),
        rule("share_at_least", "academia", where=kinds[0], thousandths=600),
        rule("success_band", "band", attribute="kind", thousandths=400),
        rule("share_at_least", "industry", where=kinds[1], thousandths=500),
        rule("budget", "cap", units=8_000),
    )
    with pytest.raises(Refused) as caught:
        solved(problem(*asks, pools=(pool(units=8 * 1_000),), rules=rules), Portfolio(gap=2_000))
    assert caught.value.facts["rule"] == "rules_cannot_hold_together"
    assert caught.value.facts["named"] == "academia, industry"
