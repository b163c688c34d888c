"""What a committee asks: costs of rules, noise in scores, months, rules that contradict each other, overbooking."""

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from allocation.drawn import APRIL, SCALED, item, pool, problem, request, rich_problems, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.allocation.check import check
from madang.allocation.committee import costs, redrawn, sensitivity
from madang.allocation.conflicts import contradiction
from madang.allocation.conversion import CANADA_RGU, KOREA, converted, reference, slice_share
from madang.allocation.demand import by_month
from madang.allocation.overbooking import chance, chances, furthest
from madang.allocation.parts import Award
from madang.allocation.policies import Fair, Portfolio, Rank, Scaled, Tiers
from madang.allocation.solve import solve
from madang.errors import Refused

SHARE = rule("share_at_most", "share", holder="organisation", pool="h200", thousandths=250)
LINE = rule("minimum_score", "line", score=75_000)


def contested(**more):
    return problem(
        request("a", 90_000, item(2, least=1), organisation="one"),
        request("b", 80_000, item(2), organisation="two", attributes={"region": "outside"}),
        request("c", 70_000, item(2), organisation="three", attributes={"region": "outside"}),
        pools=(pool(units=32),),
        **more,
    )


def test_each_rules_cost_is_the_worth_without_it_and_who_changes():
    drawn = contested(rules=(SHARE, LINE))
    plan = solve(drawn, Portfolio())
    share, line = costs(drawn, plan)
    assert plan.objective == 90_000 * 8 * 3
    assert (share.rule, share.objective, share.without) == ("share", plan.objective, 170_000 * 16 * 3)
    assert {c.request: (c.before, c.after) for c in share.changes} == {
        "a": (Award((1,)), Award((2,))),
        "b": (None, Award((2,))),
    }
    assert (line.without, line.changes) == (plan.objective, ())


def test_noise_within_the_errors_is_the_same_on_every_machine_and_moves_only_who_has_one():
    drawn = problem(
        request("sure", 90_000),
        request("near", 80_000, error=1_000),
        request("next", 79_500, error=1_000),
        request("far", 60_000, error=1_000),
        pools=(pool(units=16),),
    )
    plan = solve(drawn, Rank())
    found = sensitivity(plan, draws=60, seed=3)
    assert found == sensitivity(plan, draws=60, seed=3)
    assert (found["sure"], found["far"]) == (60, 0)
    assert 30 < found["near"] < 60
    assert found["near"] + found["next"] == 60


def test_a_draw_has_the_error_it_is_given_and_no_bias():
    one = request("x", 50_000, error=1_000)
    drawn = [redrawn("digest", 1, n, one) - 50_000 for n in range(4_000)]
    mean = sum(drawn) / len(drawn)
    assert abs(mean) < 60
    assert 950 < (sum(n * n for n in drawn) / len(drawn)) ** 0.5 < 1_050
    assert redrawn("digest", 1, 0, replace(one, error=0)) == 50_000
    assert redrawn("digest", 1, 0, replace(one, score=0, error=1)) >= 0


def test_months_show_what_is_asked_and_given_beside_what_is_there():
    plan = solve(contested(), Rank())
    first = by_month(plan)[0]
    assert (first.pool, first.month, first.funded, first.asked, first.given) == ("h200", APRIL, 32, 48, 32)


def test_contradicting_rules_are_the_smallest_set_that_cannot_hold_together():
    share = rule("share_at_least", "outside", where={"region": "outside"}, thousandths=600)
    high = rule("minimum_score", "high", score=85_000)
    spare = rule("budget", "spare", units=1_000)
    drawn = contested(rules=(spare, share, high))
    assert contradiction(drawn) == ("outside", "high")
    for name in ("outside", "high"):
        assert contradiction(replace(drawn, rules=tuple(r for r in drawn.rules if r.name != name))) == ()
    assert contradiction(contested()) == ()


def test_two_shares_that_exceed_the_whole_contradict():
    rules = tuple(
        rule("share_at_least", name, where={"organisation": name}, thousandths=600) for name in ("one", "two")
    )
    assert contradiction(contested(rules=rules)) == ("one", "two")


def test_rules_that_the_accepted_awards_make_impossible_are_named():
    share = rule("share_at_least", "outside", where={"region": "nowhere"}, thousandths=600)
    drawn = contested(rules=(LINE, share))
    kept = replace(
        drawn, requests=tuple(replace(r, fixed=Award((1,)) if r.id == "a" else None) for r in drawn.requests)
    )
    for policy in (Portfolio(), Fair("region")):
        with pytest.raises(Refused) as caught:
            solve(kept, policy)
        assert (caught.value.facts["rule"], caught.value.facts["named"]) == ("rules_cannot_hold_together", "outside")


def test_the_rules_that_accepted_awards_break_are_named_before_those_that_refuse_all_others():
    """Whoever else is refused for a minimum, the share is what no awards at all can keep."""
    share = rule("share_at_least", "outside", where={"region": "nowhere"}, thousandths=600)
    high = rule("minimum_score", "high", score=99_999)
    drawn = contested(rules=(high, share))
    kept = replace(
        drawn, requests=tuple(replace(r, fixed=Award((1,)) if r.id == "a" else None) for r in drawn.requests)
    )
    assert contradiction(kept) == ("outside",)
    assert contradiction(replace(kept, rules=(high,))) == ("high",)


@pytest.mark.parametrize("policy", [Rank(), Rank(overflow="stop"), Tiers(90_000, 0)])
def test_a_list_has_contradictions_of_its_own(policy):
    """It gives whole amounts in turn: where a portfolio could still give a part, the list gives nobody anything."""
    asks = [request(name, score, item(2, least=1)) for name, score in (("a", 95_000), ("b", 80_000))]
    few, spare = rule("budget", "few", units=8), rule("reserve", "spare", pool="h200", thousandths=100)
    drawn = problem(*asks, rules=(spare, few))
    assert contradiction(drawn) == ()
    assert solve(drawn, Portfolio()).grants
    assert contradiction(drawn, policy) == ("few",)
    assert contradiction(replace(drawn, rules=(spare,)), policy) == ()


def test_a_scaling_names_the_budget_that_leaves_everybody_less_than_is_useful():
    few = rule("budget", "few", units=8)
    drawn = problem(*(request(name, 80_000, item(2)) for name in "ab"), rules=(few,))
    assert contradiction(drawn, Scaled(floor=1_000)) == ("few",)
    assert contradiction(drawn, Scaled(floor=0, slope=0)) == ()  # nothing is left of any ask, whatever the rules


def test_a_list_cannot_be_asked_about_a_rule_that_it_cannot_keep():
    share = rule("share_at_least", "outside", where={"region": "nowhere"}, thousandths=600)
    with pytest.raises(Refused) as caught:
        contradiction(contested(rules=(share,)), Rank())
    assert (caught.value.facts["rule"], caught.value.facts["named"]) == ("needs_a_portfolio", "outside")


def possible(drawn, policy):
    try:
        return solve(drawn, policy)
    except Refused:
        return None


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_contradiction_is_one_and_none_of_its_rules_can_be_spared(data):
    policy = data.draw(st.sampled_from((Portfolio(), Rank(), Rank(overflow="stop"), SCALED[1])))
    drawn = data.draw(rich_problems(most_requests=4, together=isinstance(policy, Portfolio)))
    names = contradiction(drawn, policy)
    only = tuple(r for r in drawn.rules if r.name in names)
    plan = possible(replace(drawn, rules=only), policy)
    accepted = sum(r.fixed is not None for r in drawn.requests)
    assert not names or plan is None or len(plan.grants) == accepted
    for spared in only:
        fewer = replace(drawn, rules=tuple(r for r in only if r is not spared))
        assert possible(fewer, policy) is not None
        assert plan is None or contradiction(fewer, policy) == ()


@given(st.lists(st.integers(1, 9), max_size=7), st.integers(0, 1000), st.integers(0, 40))
def test_the_chance_is_the_sum_over_all_outcomes(sizes, rate, room):
    part = Fraction(rate, 1000)
    wanted = Fraction(0)
    for used in itertools.product((False, True), repeat=len(sizes)):
        if sum(size for size, on in zip(sizes, used, strict=True) if on) > room:
            each = [part if on else 1 - part for on in used]
            weight = Fraction(1)
            for one in each:
                weight *= one
            wanted += weight
    assert chance(sizes, rate, room) == wanted


def many(units=80):
    return problem(*(request(f"r{n:02d}", 60_000 + n, item(1)) for n in range(30)), pools=(pool(units=units),))


def test_overbooking_goes_as_far_as_the_risk_allows_and_the_judge_agrees():
    drawn = many()
    found, plan = furthest(drawn, Rank(), pool="h200", rate=700, risk=50)
    assert 1000 < found.params["thousandths"] < 1430
    assert check(plan.problem, plan) == []
    assert len(plan.grants) > len(solve(drawn, Rank()).grants)
    assert max(chances(plan, "h200", 700).values()) <= Fraction(50, 1000)
    bolder = replace(found, params={**found.params, "thousandths": found.params["thousandths"] + 100})
    over = replace(drawn, rules=(bolder,))
    assert [fault.code for fault in check(over, solve(over, Rank()))] == ["risk_exceeded"] * 3
    assert set(found.sentence) == {"en", "ko"}


def test_no_risk_means_nothing_beyond_what_is_funded():
    found, plan = furthest(many(), Rank(), pool="h200", rate=700, risk=0)
    assert len(plan.grants) == 10
    assert max(chances(plan, "h200", 700).values(), default=0) == 0
    assert found.kind == "overbooking"


def test_units_convert_exactly():
    assert converted(1, "h100", "a100", KOREA) == 4
    assert converted(2, "petaflops", "h100", KOREA) == 32
    assert converted(61, "a100-40", "h100-80", CANADA_RGU) == 20
    assert slice_share(Fraction(1, 7), Fraction(1, 8)) == Fraction(1, 7)
    made = reference("RGU", {"a": "h100-80", "b": "a100-40"}, CANADA_RGU)
    assert dict(made.thousandths) == {"a": 12_200, "b": 4_000}
    with pytest.raises(ValueError, match="share"):
        slice_share(Fraction(2), Fraction(1))
    with pytest.raises(ValueError, match="too small"):
        reference("PF", {"a": "x"}, {"x": Fraction(1, 3000)})
