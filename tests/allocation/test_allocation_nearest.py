"""The nearest changes are true: solving again with the change alters the answer, and with a little less it does not."""

from dataclasses import replace

import pytest
from allocation.drawn import LISTS, SCALED, SENTENCE, item, pool, problem, request, rich_problems, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.allocation.check_limits import Tally
from madang.allocation.check_policies import asked, left_of
from madang.allocation.explain import explain
from madang.allocation.nearest import changes, without
from madang.allocation.plan import REFUSED
from madang.allocation.policies import Portfolio, Rank, Scaled, Tiers
from madang.allocation.sentences import sentence
from madang.allocation.solve import solve


def granted_with(drawn, policy, asked):
    """Whether the request, changed like this, is given something when all is solved again with the lots as drawn."""
    changed = replace(drawn, requests=tuple(asked if r.id == asked.id else r for r in drawn.requests))
    vars(changed)["requests_hash"] = drawn.requests_hash  # another ask would draw lots anew
    plan = solve(changed, policy)
    return plan.outcomes[asked.id] != REFUSED


@given(rich_problems(), st.sampled_from(LISTS))
@settings(max_examples=50, deadline=None)
def test_more_or_fewer_points_alter_the_answer_and_one_thousandth_less_does_not(drawn, policy):
    plan = solve(drawn, policy)
    for name, found in changes(drawn, plan).items():
        one = drawn.request[name]
        now = plan.outcomes[name] != REFUSED
        told = [change["points"] for change in found if change["change"] == "score"]
        for points in told:
            assert granted_with(drawn, policy, replace(one, score=one.score + points)) != now
            nearer = one.score + points + (1 if points < 0 else -1)
            assert granted_with(drawn, policy, replace(one, score=nearer)) == now
        if not told and now and one.fixed is None:
            assert granted_with(drawn, policy, replace(one, score=0))


@given(rich_problems(), st.sampled_from(LISTS))
@settings(max_examples=40, deadline=None)
def test_a_smaller_ask_would_have_been_given_and_one_more_would_not(drawn, policy):
    plan = solve(drawn, policy)
    for name, found in changes(drawn, plan).items():
        for change in (one for one in found if one["change"] == "ask"):
            one = drawn.request[name]
            units = drawn.product[one.items[change["item"]].product].units
            assert granted_with(drawn, policy, asking(one, change["item"], change["to"] // units))
            assert not granted_with(drawn, policy, asking(one, change["item"], change["to"] // units + 1))


def asking(one, index, asked):
    first = one.options[0]
    items = list(first.items)
    items[index] = replace(items[index], asked=asked, least=min(items[index].least, asked))
    return replace(one, options=(replace(first, items=tuple(items)), *one.options[1:]))


@given(rich_problems(), st.sampled_from(LISTS))
@settings(max_examples=40, deadline=None)
def test_a_rule_off_is_who_would_fare_otherwise_without_it(drawn, policy):
    plan = solve(drawn, policy)
    found = changes(drawn, plan)
    for one in drawn.rules:
        again = solve(without(drawn, one.name), policy)
        for name, facts in found.items():
            named = [c["then"] for c in facts if c["change"] == "rule" and c["named"] == one.name]
            pair = (plan.outcomes[name] == REFUSED, again.outcomes[name] == REFUSED)
            assert named == {(True, False): ["selected"], (False, True): ["refused"]}.get(pair, [])


def two(**more):
    return problem(
        request("a", 90_000, item(2)),
        request("b", 80_000, item(2)),
        request("c", 70_000),
        pools=(pool(units=24),),
        **more,
    )


def test_the_words_of_a_change():
    drawn = two()
    reasons = explain(drawn, solve(drawn, Rank()), changes=True)
    assert "With 10.001 points more it would have been selected." in sentence(reasons["b"], "en")
    assert "8 GPUs of h200, it would have been selected." in sentence(reasons["b"], "en")
    assert "총점이 10.001점 높았다면 선정되었을 것입니다." in sentence(reasons["b"], "ko")
    assert "With 10.001 points less it would not have been selected." in sentence(reasons["a"], "en")


def test_a_missed_criterion_alone_is_named():
    line = rule("minimum_criterion", criterion="impact", score=31_000)
    drawn = problem(request("a"), request("b", 80_000, criteria={"impact": 40_000}), rules=(line,))
    found = changes(drawn, solve(drawn, Rank()))["a"]
    assert found[0] == {"change": "criterion", "criteria": [{"criterion": "impact", "points": 1_000}]}
    assert "1 for impact" in sentence(explain(drawn, solve(drawn, Rank()), changes=True)["a"], "en")


def test_below_the_lottery_points_lead_into_it():
    drawn = problem(request("a", 90_000), request("b", 50_000))
    assert changes(drawn, solve(drawn, Tiers(80_000, 60_000)))["b"][0] == {"change": "score", "points": 10_000}


@pytest.mark.parametrize("policy", [Portfolio(), Portfolio(measure="awards")])
def test_points_that_a_portfolio_lacks_are_enough(policy):
    drawn = two()
    plan = solve(drawn, policy)
    told = {name: c["points"] for name, found in changes(drawn, plan).items() for c in found if c.get("points")}
    assert {"a", "b"} <= told.keys()
    for name, points in told.items():
        one = drawn.request[name]
        changed = replace(one, score=one.score + points)
        assert granted_with(drawn, policy, changed) != (plan.outcomes[name] != REFUSED)


def test_progress_counts_every_request():
    drawn, seen = two(), []
    changes(drawn, solve(drawn, Portfolio()), lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert SENTENCE["ko"]


@given(rich_problems(), st.sampled_from(SCALED))
@settings(max_examples=60, deadline=None)
def test_points_that_would_have_helped_a_scaled_ask_would_with_the_cuts_held(drawn, policy):
    """Checked with the judge's own function of score and size, which shares no code with the solver's."""
    plan = solve(drawn, policy)
    tally = Tally(drawn)
    points = {r.id: tally.points(r) for r in drawn.requests if tally.open(r)}
    for name, found in changes(drawn, plan).items():
        for change in (one for one in found if one["change"] == "held"):
            one = drawn.request[name]
            size, others = asked(tally, one), len(points) - 1

            def left(more, one=one, size=size, others=others):
                own = tally.points(replace(one, score=one.score + more))
                below = sum(points[other] < own for other in points if other != one.id)
                return left_of(policy, own, size, below, others)

            assert left(change["points"]) > left(0)
            assert change["granted"] == (name in plan.grant)


def test_a_scaled_ask_passes_others_only_and_not_itself():
    drawn = problem(request("low", 60_000), request("own", 70_000, item(4, least=0)), request("high", 90_000))
    plan = solve(drawn, Scaled())
    assert changes(drawn, plan)["own"] == [{"change": "held", "points": 20_001, "granted": True}]
