"""Every policy on problems that use everything the format has: the judge finds no fault, and promises are kept."""

from dataclasses import replace

import pytest
from allocation.drawn import EVERY, LISTS, SCALED, TOGETHER, problem, rich_problems
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from madang.allocation.check import check
from madang.allocation.explain import explain
from madang.allocation.plan import Plan, plan_hash
from madang.allocation.policies import Portfolio
from madang.allocation.problem import Problem
from madang.allocation.sentences import sentence
from madang.allocation.solve import solve
from madang.allocation.ties import asked
from madang.errors import Refused

some = settings(max_examples=30, deadline=None)


@given(rich_problems(), st.sampled_from((*LISTS, *SCALED)), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_the_judge_finds_no_fault_in_a_list_or_a_scaling(drawn, policy, seed):
    assert check(drawn, solve(drawn, policy, seed=seed)) == []


@given(rich_problems(together=True), st.sampled_from(TOGETHER), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_the_judge_finds_no_fault_in_what_is_chosen_together(drawn, policy, seed):
    try:
        plan = solve(drawn, policy, seed=seed)
    except Refused as refused:
        assert refused.facts["rule"] in ("rules_cannot_hold_together", "fixed_exceed_rule")
        return
    assert check(drawn, plan) == []


@given(rich_problems(together=True), st.sampled_from(EVERY))
@some
def test_everyone_has_a_reason_in_both_languages_and_plans_survive_as_text(drawn, policy):
    try:
        plan = solve(drawn, policy)
    except Refused:
        return
    assert Problem.from_json(drawn.to_json()) == drawn
    assert plan_hash(Plan.from_json(plan.to_json())) == plan_hash(plan)
    reasons = explain(drawn, plan)
    assert set(reasons) == {request.id for request in drawn.requests}
    for reason in reasons.values():
        english, korean = (sentence(reason, language) for language in ("en", "ko"))
        assert english != korean
        assert not {"{", "}"} & {*english, *korean}


def renamed(drawn):
    """The same problem with other names, in another order; the names sort the other way round."""
    return replace(
        drawn,
        requests=tuple(
            replace(r, id=f"x{9 - int(r.id[1:])}", organisation={"o1": "z", "o2": "k", "o3": "a"}[r.organisation])
            for r in reversed(drawn.requests)
        ),
    )


@given(rich_problems(), st.sampled_from((*LISTS[:2], *SCALED)))
@some
def test_names_and_order_do_not_matter_where_no_lottery_decides(drawn, policy):
    drawn = replace(drawn, rules=tuple(r for r in drawn.rules if "organisation" not in r.params.get("where", {})))
    tied = [(drawn.points[r.id], tuple(sorted(r.criteria.items())), asked(drawn, r)) for r in drawn.requests]
    assume(len(set(tied)) == len(tied))
    before, after = solve(drawn, policy), solve(renamed(drawn), policy)
    assert {f"x{9 - int(g.request[1:])}": g.award for g in before.grants} == {g.request: g.award for g in after.grants}


@given(rich_problems(), st.sampled_from((Portfolio(), Portfolio(measure="awards"))))
@some
def test_names_and_order_do_not_change_what_a_portfolio_is_worth(drawn, policy):
    drawn = replace(drawn, rules=tuple(r for r in drawn.rules if "organisation" not in r.params.get("where", {})))
    before, after = solve(drawn, policy), solve(renamed(drawn), policy)
    if before.proven and after.proven:
        assert before.objective == after.objective


@given(rich_problems(), st.sampled_from(EVERY), st.integers(1, 6))
@some
def test_awards_stay_within_what_was_asked_and_accepted_ones_stay_as_they_are(drawn, policy, seed):
    plan = solve(drawn, policy, seed=seed)
    for grant in plan.grants:
        one = drawn.request[grant.request]
        if one.fixed is not None:
            assert grant.award == one.fixed
            continue
        for item, quantity in zip(one.options[grant.option].items, grant.quantities, strict=True):
            assert item.least <= quantity <= item.asked
    assert {r.id for r in drawn.requests if r.fixed is not None} <= plan.grant.keys()


@pytest.mark.parametrize("policy", EVERY, ids=[f"{policy.name}-{n}" for n, policy in enumerate(EVERY)])
def test_a_problem_without_requests_has_an_empty_plan(policy):
    plan = solve(problem(), policy)
    assert (plan.grants, plan.reserve, check(problem(), plan)) == ((), (), [])
