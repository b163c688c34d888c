"""Every policy on problems that use everything the format has: the judge finds no fault, and promises are kept."""

from allocation.drawn import EVERY, LISTS, SCALED, TOGETHER, rich_problems
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.allocation.check import check
from madang.allocation.explain import explain
from madang.allocation.plan import Plan, plan_hash
from madang.allocation.problem import Problem
from madang.allocation.sentences import sentence
from madang.allocation.solve import solve
from madang.errors import Refused

some = settings(max_examples=60, deadline=None)


@given(rich_problems(), st.sampled_from((*LISTS, *SCALED)), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_the_judge_finds_no_fault_in_a_list_or_a_scaling(drawn, policy, seed):
    assert check(drawn, solve(drawn, policy, seed=seed)) == []


@given(rich_problems(together=True), st.sampled_from(TOGETHER), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
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
