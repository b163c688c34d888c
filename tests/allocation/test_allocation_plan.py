"""Plans as text, solved again from storage, and side by side; policies as data."""

import copy
import json
from dataclasses import replace

import pytest
from allocation import golden
from allocation.drawn import POLICIES, item, pool, problem, problems_with_fixed, request, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.allocation.compare import compare
from madang.allocation.plan import Plan, Solver, plan_hash
from madang.allocation.policies import Portfolio, Rank, policy_from_json, policy_json
from madang.allocation.refusals import refusal
from madang.allocation.replay import replay
from madang.allocation.solve import solve
from madang.errors import Refused


@given(problems_with_fixed(), st.sampled_from(POLICIES), st.integers(0, 2**80))
@settings(max_examples=40, deadline=None)
def test_a_plan_survives_being_written_and_read_and_replays_to_the_same(drawn, policy, seed):
    plan = solve(drawn, policy, seed=seed)
    read = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert read == plan
    assert plan_hash(read) == plan_hash(plan)
    again = replay(read)
    assert again.same
    assert plan_hash(again.plan) == plan_hash(plan)


def test_the_time_a_solve_took_is_no_part_of_the_plan():
    plan = solve(problem(request("a")), Rank())
    slower = replace(plan, wall_ms=99_999)
    assert slower == plan
    assert plan_hash(slower) == plan_hash(plan)
    assert plan_hash(replace(plan, seed=1)) != plan_hash(plan)


def test_a_replay_names_what_came_out_otherwise_and_another_solver():
    plan = solve(golden.problem(), Portfolio())
    told = replace(plan, grants=plan.grants[1:], objective=5, solver=Solver("HiGHS", "0.9"))
    again = replay(told)
    assert not again.same
    assert again.solver_differs
    assert [one.what for one in again.differences] == ["a01", "objective"]
    assert not replay(plan).solver_differs


def test_another_version_of_the_solver_alone_is_no_difference():
    old = replace(solve(golden.problem(), Portfolio()), solver=Solver("HiGHS", "0.9"))
    assert (replay(old).same, replay(old).solver_differs) == (True, True)


ITEM = ("problem", "requests", 0, "options", 0, "items", 0)
WRONG = [
    (("format",), "madang-allocation-plan/9", "format", "format_is_not_known"),
    (("seed",), "1", "seed", "must_be_a_whole_number"),
    (("grants", 0, "quantities"), 3, "grants[0].quantities", "must_be_a_list"),
    (("grants", 0, "quantities"), [1.5], "grants[0].quantities[0]", "must_be_a_whole_number"),
    (("outcomes", "a01"), "lucky", "outcomes.a01", "outcome_is_not_known"),
    (("policy", "policy"), "favour", "policy.policy", "policy_is_not_known"),
    (("policy", "ties"), ["luck"], "policy.ties[0]", "tie_break_is_not_known"),
    (("problem", "pools", 0, "unit"), 1, "problem.pools[0].unit", "must_be_text"),
    ((*ITEM, "least"), 9, "problem.requests[0].options[0].items[0].least", "must_not_exceed_asked"),
    (("more",), 1, "more", "is_not_known"),
]


@pytest.mark.parametrize(("path", "value", "field", "broken"), WRONG, ids=lambda value: str(value)[:40])
def test_a_plan_that_is_not_in_shape_is_refused_by_file_field_and_rule(path, value, field, broken):
    given = json.loads(golden.STORED.read_text(encoding="utf-8"))
    place = given
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Refused) as caught:
        Plan.from_json(given, "plan.json")
    facts = {name: caught.value.facts[name] for name in ("file", "field", "rule")}
    assert caught.value.code == "allocation_plan_invalid"
    assert facts == {"file": "plan.json", "field": field, "rule": broken}
    for language in ("en", "ko"):
        assert refusal(caught.value, language).startswith(f"plan.json: {field}: ")
    assert broken not in refusal(caught.value, "ko")


@pytest.mark.parametrize(
    "policy", [Rank(), Rank("stop", ties=("criterion:impact", "lottery")), Portfolio(), Portfolio(gap=250)]
)
def test_policies_survive_being_written_and_read(policy):
    assert policy_from_json(policy_json(policy)) == policy


def test_a_policy_is_read_with_its_published_defaults():
    assert policy_from_json({"policy": "rank"}) == Rank(
        overflow="skip", ties=("score", "criteria", "smaller_ask", "lottery")
    )
    assert policy_from_json({"policy": "portfolio"}).gap == 0


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        {"policy": "rank", "gap": 1},
        {"policy": "rank", "overflow": "push"},
        {"policy": "portfolio", "gap": -1},
    ],
)
def test_policies_that_are_not_known_are_refused(given):
    with pytest.raises(Refused) as caught:
        policy_from_json(copy.deepcopy(given), "policy.json")
    assert caught.value.code == "allocation_policy_invalid"
    assert caught.value.facts["file"] == "policy.json"


def side_by_side():
    drawn = problem(
        request("a", 90_000, item(2), attributes={"kind": "company"}),
        request("b", 80_000, item(3, least=1), attributes={"kind": "university"}),
        request("c", 70_000, item(2), attributes={"kind": "university"}),
        pools=(pool(units=32),),
    )
    ruled = replace(drawn, rules=(rule("minimum_score", score=85_000),))
    return [solve(drawn, Rank()), solve(drawn, Portfolio()), solve(ruled, Rank())]


def test_plans_stand_side_by_side_with_those_that_differ_on_top():
    found = compare(side_by_side())
    assert [row.request for row in found.rows] == ["b", "c", "a"]
    assert [row.request for row in found.differing] == ["b", "c"]
    assert found.rows[0].quantities == ((0,), (2,), (0,))
    assert found.rows[1].outcomes == ("whole", "refused", "refused")


def test_totals_are_those_of_the_plans():
    ranked, best, strict = compare(side_by_side()).totals
    assert [one.granted for one in (ranked, best, strict)] == [2, 2, 1]
    assert (ranked.given, ranked.available) == ({"h200": 96}, {"h200": 96})
    assert strict.given == {"h200": 48}
    assert best.objective == 90_000 * 48 + 80_000 * 48
    universities = ranked.attributes["kind"]["university"]
    assert (universities.requests, universities.granted, universities.asked, universities.given) == (2, 1, 120, 48)


def test_a_request_that_one_problem_lacks_differs():
    one = solve(problem(request("a"), request("b")), Rank())
    other = solve(problem(request("a")), Rank())
    row = compare([one, other]).rows[0]
    assert (row.request, row.quantities, row.outcomes) == ("b", ((1,), None), ("whole", None))


@pytest.mark.parametrize("count", [1, 7])
def test_one_plan_or_seven_cannot_be_compared(count):
    with pytest.raises(Refused) as caught:
        compare([solve(problem(), Rank())] * count)
    assert str(count) in refusal(caught.value, "ko")
