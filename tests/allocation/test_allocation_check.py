"""The checker finds every kind of damage that is done to a good plan."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from allocation.drawn import POLICIES, item, pool, problem, problems_with_fixed, request, rule
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from madang.allocation import check as checker
from madang.allocation.check import check
from madang.allocation.plan import Grant
from madang.allocation.policies import Portfolio, Rank
from madang.allocation.solve import solve

RULES = (
    rule("minimum_score", "line", score=60_000),
    rule("minimum_criterion", "impact", criterion="impact", score=20_000),
    rule("budget", "budget", where={"track": "b"}, pool="h200", units=16),
    rule("share_at_most", "share", holder="organisation", pool="h200", thousandths=500),
)
ASKED = (
    request("kept", 70_000, item(2, months=1), fixed=(1,)),
    request("first", 90_000, item(2, least=1), organisation="one"),
    request("second", 80_000, item(2, least=1), organisation="one"),
    request("third", 75_000, item(2, least=2), attributes={"track": "b"}),
    request("late", 72_000, item(1, first=1, months=2), attributes={"track": "b"}),
    request("low", 50_000, item(1)),
    request("dull", 85_000, item(1), criteria={"impact": 10_000}),
)
GOOD = problem(*ASKED, pools=(pool(units=56),), rules=RULES)


def plan_of(policy):
    return solve(GOOD, policy)


def granting(plan, **quantities):
    """The plan with other awards, its figures and answers set right so that only the awards are at fault."""
    held = {grant.request: grant.quantities for grant in plan.grants} | quantities
    grants = tuple(Grant(name, held[name]) for name in sorted(held) if held[name] is not None)
    worth = sum(
        GOOD.request[g.request].score * g.quantities[0] * 8 * GOOD.request[g.request].items[0].months for g in grants
    )
    outcomes = dict(plan.outcomes)
    for name, got in quantities.items():
        asked = GOOD.request[name]
        if asked.fixed is None:
            outcomes[name] = "refused" if got is None else "whole" if got[0] == asked.items[0].asked else "reduced"
    reserve = [r.id for r in sorted(ASKED, key=lambda r: -r.score) if outcomes[r.id] == "refused"]
    above = tuple(name for name in reserve if name not in ("low", "dull"))
    bound = plan.bound if plan.bound is None else max(plan.bound, worth)
    return replace(plan, grants=grants, outcomes=outcomes, reserve=above, objective=worth, bound=bound)


def codes(plan, against=GOOD):
    return {fault.code for fault in check(against, plan)}


def test_the_plans_to_be_damaged_are_good():
    for policy in POLICIES:
        assert check(GOOD, plan_of(policy)) == []
    assert {g.request: g.quantities for g in plan_of(Rank()).grants} == {
        "first": (2,),
        "kept": (1,),
        "third": (2,),
    }
    assert granting(plan_of(Rank())) == plan_of(Rank())


DAMAGE = [
    (Portfolio(), {"first": (3,)}, {"above_asked"}),
    (Portfolio(), {"first": (-1,)}, {"grant_misshapen"}),
    (Portfolio(), {"third": (1,)}, {"below_least"}),
    (Portfolio(), {"kept": (2,)}, {"fixed_changed"}),
    (Portfolio(), {"kept": None}, {"fixed_changed"}),
    (Portfolio(), {"low": (1,)}, {"below_minimum"}),
    (Portfolio(), {"dull": (1,)}, {"below_minimum"}),
    (Portfolio(), {"third": (2,), "late": (1,)}, {"over_budget"}),
    (Portfolio(), {"first": (2,), "second": (2,)}, {"over_share"}),
    (Portfolio(), {"first": None, "second": None}, {"room_left"}),
    (Portfolio(), {"first": (2, 1)}, {"grant_misshapen"}),
    (Portfolio(), {"first": (0,)}, {"grant_empty", "below_least"}),
    (Rank(), {"first": None}, {"order_broken"}),
    (Rank(), {"first": (1,)}, {"not_whole"}),
    (Rank(), {"first": None, "second": (2,)}, {"order_broken"}),
    (Rank(overflow="stop"), {"late": (1,)}, {"order_broken", "over_budget"}),
]


def short(value):
    """A name for a parameter that is the same in every process, sets included."""
    return str(sorted(value) if isinstance(value, set) else value)[:40]


@pytest.mark.parametrize(("policy", "awards", "expected"), DAMAGE, ids=short)
def test_awards_that_break_something_are_found(policy, awards, expected):
    assert codes(granting(plan_of(policy), **awards)) >= expected


def test_more_than_a_month_has_is_found():
    narrow = replace(GOOD, pools=(pool(units=24),), rules=())
    plan = solve(narrow, Portfolio())
    wide = solve(replace(narrow, pools=(pool(units=80),)), Portfolio())
    faults = check(narrow, replace(plan, grants=wide.grants, outcomes=wide.outcomes))
    assert [f.facts["month"] for f in faults if f.code == "over_capacity"] == ["2026-04", "2026-05", "2026-06"]


FIGURES = [
    ({"objective": 1}, "objective_wrong"),
    ({"bound": 1}, "bound_wrong"),
    ({"problem_hash": "0" * 64}, "hash_differs"),
    ({"requests_hash": "0" * 64}, "hash_differs"),
    ({"reserve": ()}, "reserve_wrong"),
    ({"outcomes": {}}, "outcome_wrong"),
    ({"grants": (Grant("nobody", (1,)),)}, "grant_unknown"),
]


@pytest.mark.parametrize(("change", "code"), FIGURES, ids=lambda value: str(value)[:30])
def test_figures_and_answers_that_are_not_true_are_found(change, code):
    assert code in codes(replace(plan_of(Portfolio()), **change))


def test_a_repeated_award_an_answer_about_nobody_and_another_problem_are_found():
    plan = plan_of(Rank())
    assert "grant_repeated" in codes(replace(plan, grants=(*plan.grants, plan.grants[0])))
    assert "outcome_wrong" in codes(replace(plan, outcomes={**plan.outcomes, "nobody": "whole"}))
    other = replace(GOOD, rules=RULES[:2])
    assert codes(plan, other) >= {"problem_differs", "hash_differs"}


@given(problems_with_fixed(), st.sampled_from(POLICIES), st.data())
@settings(max_examples=80, deadline=None)
def test_any_single_change_of_an_award_is_found(drawn, policy, data):
    """Whatever is added to or taken from one award, some figure of the plan is no longer true."""
    plan = solve(drawn, policy)
    assume(plan.grants)
    place = data.draw(st.integers(0, len(plan.grants) - 1))
    chosen = plan.grants[place]
    item_place = data.draw(st.integers(0, len(chosen.quantities) - 1))
    by = data.draw(st.sampled_from((-2, -1, 1, 2)))
    moved = tuple(q + by * (i == item_place) for i, q in enumerate(chosen.quantities))
    grants = (*plan.grants[:place], Grant(chosen.request, moved), *plan.grants[place + 1 :])
    damaged = replace(plan, grants=grants)
    assert check(drawn, damaged) or drawn.request[chosen.request].score == 0


@given(problems_with_fixed(), st.sampled_from(POLICIES), st.data())
@settings(max_examples=40, deadline=None)
def test_an_award_taken_away_is_found(drawn, policy, data):
    plan = solve(drawn, policy)
    assume(plan.grants)
    gone = data.draw(st.sampled_from(plan.grants))
    assert check(drawn, replace(plan, grants=tuple(g for g in plan.grants if g != gone)))


def test_the_checker_knows_the_solver_by_nothing():
    """It may import its own parts and the values of problems, policies and plans, and nothing else of the library."""
    own = sorted(Path(checker.__file__).parent.glob("check*.py"))
    assert len(own) == 4
    modules = {
        node.module
        for path in own
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    ours = {name for name in modules if name and name.startswith("madang")}
    allowed = {f"madang.allocation.{path.stem}" for path in own}
    allowed |= {f"madang.allocation.{name}" for name in ("parts", "plan", "policies", "problem")} | {"madang.values"}
    assert ours <= allowed
