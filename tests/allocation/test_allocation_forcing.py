"""What is said of a portfolio's nearest points is true: enough is enough, and what is excluded is impossible."""

from dataclasses import replace

from allocation.drawn import item, pool, problem, request, rich_problems, rule
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from madang.allocation import ties
from madang.allocation.columns import columns
from madang.allocation.explain import explain
from madang.allocation.forcing import forced
from madang.allocation.lines import unmet, with_fixed
from madang.allocation.nearest import changes
from madang.allocation.policies import Portfolio, Rank
from madang.allocation.portfolio import value
from madang.allocation.ranking import candidates
from madang.allocation.selection import Choices, Option, best
from madang.allocation.sentences import sentence
from madang.allocation.solve import objective, solve
from madang.errors import Refused

POLICIES = (Portfolio(), Portfolio(measure="awards"), Portfolio(above=60_000))


def moved(drawn, name, points):
    one = drawn.request[name]
    changed = replace(one, score=one.score + points)
    return replace(drawn, requests=tuple(changed if r.id == name else r for r in drawn.requests))


def best_of(drawn, policy, name, served):
    """The most that awards beside the fixed ones are worth with a request served, or left out; None: not possible."""
    room, _ = with_fixed(drawn)
    asked = candidates(drawn, ties.order(drawn, policy.ties, 0))
    choices = columns(drawn, asked, room, value(drawn, policy)).choices
    place = [r.id for r in asked].index(name)
    found = [best_with(choices, place, option) for option in choices.requests[place]] if served else []
    found += [best_with(choices, place, None)] if not served else []
    return max((one for one in found if one is not None), default=None)


def best_with(choices, place, option):
    """The same with one way of serving it, whose parts alone are then still free; or with none."""
    free = (Option((), 0, {}, option.parts),) if option else ()
    limits = list(choices.limits)
    for row, units in option.uses.items() if option else ():
        limits[row] -= units
    changed = tuple(free if n == place else options for n, options in enumerate(choices.requests))
    try:
        found = best(Choices(changed, tuple(limits)))
    except Refused:
        return None
    assert found.bound == found.objective
    return found.objective + (option.worth if option else 0)


def newly(drawn, policy, plan):
    awards = {grant.request: grant.award for grant in plan.grants if drawn.request[grant.request].fixed is None}
    return objective(drawn, policy, awards)


def is_true(drawn, policy, plan, name, fact):
    """Checks one statement by solving the changed problem whole, with the request forced in or out."""
    served = name not in plan.grant
    points, least = fact["points"], fact.get("least")
    for step, beaten in ((points, True), (least and least - (1 if least > 0 else -1), False)):
        if step is None:
            continue
        changed = moved(drawn, name, step)
        if unmet(changed, changed.request[name]) is not None:
            assert served != beaten  # below the minimum it is refused, whatever else is chosen
            continue
        found = best_of(changed, policy, name, served)
        assert (found is not None and found > newly(changed, policy, plan)) == beaten


@given(rich_problems(most_requests=5, together=True), st.sampled_from(POLICIES))
@settings(max_examples=60, deadline=None)
def test_what_is_said_to_be_enough_is_and_what_is_excluded_is_not(drawn, policy):
    try:
        plan = solve(drawn, policy)
    except Refused:
        assume(False)
    for name, facts in forced(drawn, policy, plan):
        for fact in facts:
            is_true(drawn, policy, plan, name, fact)


def whole(*scores):
    """Requests of two servers each, where there are four: prices prove exactly who is short of how much."""
    asked = (request(f"r{place}", score, item(2)) for place, score in enumerate(scores))
    return problem(*asked, pools=(pool(units=32),))


def test_where_prices_reach_the_fewest_points_are_told_and_called_so():
    drawn = whole(90_000, 80_000, 70_000)
    plan = solve(drawn, Portfolio())
    found = changes(drawn, plan)
    assert found["r2"] == [{"change": "score", "points": 10_001, "least": 10_001}]
    assert found["r1"] == [{"change": "score", "points": -10_001, "least": -10_001}]
    told = explain(drawn, plan, changes=True)
    assert sentence(told["r2"], "en").endswith(
        "With 10.001 points more, awards with it would have been worth more than the ones chosen. "
        "Fewer would not have been enough."
    )
    assert "그보다 작은 차이로는 부족했을 것입니다." in sentence(told["r1"], "ko")


def test_who_misses_the_minimum_score_needs_at_least_that_and_who_falls_below_it_is_out():
    drawn = replace(whole(90_000, 55_000), rules=(rule("minimum_score", "line", score=60_000),))
    plan = solve(drawn, Portfolio())
    found = changes(drawn, plan)
    assert found["r1"][0] == {"change": "score", "points": None, "least": 5_000}
    assert found["r0"] == [{"change": "score", "points": -30_001}]
    told = explain(drawn, plan, changes=True)
    assert "Less than 5 points more would not have been enough." in sentence(told["r1"], "en")
    assert "With 30.001 points less it would not have been selected." in sentence(told["r0"], "en")


def test_a_selection_found_for_one_request_answers_for_others_too():
    drawn = whole(90_000, 80_000, 70_000, 60_000)
    plan = solve(drawn, Portfolio(gap=500_000), work_limit=0)
    told = dict(forced(drawn, Portfolio(), plan))
    assert told["r2"][0]["points"] == 10_001
    assert told["r3"][0]["points"] == 20_001


def test_what_is_kept_is_not_searched_for_again_and_speaks_for_others():
    drawn = whole(90_000, 80_000, 70_000, 60_000)
    plan = solve(drawn, Portfolio(gap=500_000), work_limit=0)
    unbroken, kept = list(forced(drawn, Portfolio(), plan)), {}

    def keep(name, find):
        if name not in kept:
            kept[name] = find()
        return kept[name]

    going = forced(drawn, Portfolio(), plan, keep=keep)
    assert [next(going) for _ in range(3)] == unbroken[:3]
    assert list(forced(drawn, Portfolio(), plan, keep=keep)) == unbroken
    # without any search of its own, the last one has what was found for it kept under another's name
    kept = {"request r0": ([], kept["request r3"][1])}
    assert dict(forced(drawn, Portfolio(), plan, 0, keep))["r3"] == unbroken[3][1]


@given(rich_problems(most_requests=5, together=True))
@settings(max_examples=30, deadline=None)
def test_without_any_work_prices_alone_speak_and_claim_no_more_than_with_it(drawn):
    try:
        plan = solve(drawn, Portfolio())
    except Refused:
        assume(False)
    seen = []
    priced = changes(drawn, plan, lambda done, of: seen.append((done, of)), work=0)
    count = len(drawn.requests)
    assert seen == [(done, count) for done in range(1, count + 1)]
    full = dict(forced(drawn, plan.policy, plan))
    for name, facts in priced.items():
        assert all(fact["change"] == "score" for fact in facts)
        for quick, slow in zip(facts, full[name], strict=False):
            assert quick.get("least") == slow.get("least") or quick.get("least") is None
            assert quick["points"] is None or quick["points"] == slow["points"]


def test_progress_counts_rules_that_are_taken_away_too():
    drawn = replace(whole(90_000, 80_000), rules=(rule("minimum_score", "line", score=60_000),))
    seen = []
    changes(drawn, solve(drawn, Portfolio()), lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_points_that_only_make_up_for_what_a_preference_takes_are_not_enough():
    """A request that stands at nothing, since a preference takes more than it has, must first make up for that."""
    handicap = rule("preference", "handicap", points=-5_000, where={"organisation": "org-r1"})
    drawn = replace(whole(10_000, 1_000), pools=(pool(units=16),), rules=(handicap,))
    for policy in (Portfolio(), Rank()):
        plan = solve(drawn, policy)
        assert drawn.points["r1"] == 0
        assert changes(drawn, plan)["r1"][0]["points"] == 14_001
