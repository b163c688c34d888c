"""Plans are proposed from the tables, solved in a child process, checked, and survive a killed worker."""

from __future__ import annotations

import json
import os

import pytest
from factories import NOW, make_actor, make_submitted
from rounds import add_file, make_round, propose

from madang.allocation.plan import Plan as AllocationPlan
from madang.allocation.replay import replay
from madang.errors import Refused, Stale
from madang.portal import leases
from madang.portal.actors import PUBLIC, Role
from madang.portal.calls.models import EligibilityRule
from madang.portal.journal.models import JournalEntry
from madang.portal.plans import actions, chores, problems, queries, solving, telling
from madang.portal.plans.models import Plan
from madang.portal.plans.outline import use_by_month
from madang.portal.plans.rules import PolicyChoice
from madang.portal.policies import actions as policies
from madang.portal.policies.rules import Draft
from madang.portal.resources.models import PoolMonth

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_children_left():
    yield
    for plan in list(chores.SOLVES.running):
        chores.SOLVES.forget(plan)


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def asked(found, **given):
    return actions.propose(
        **({"by": found.manager, "now": NOW, "intake": found.intake.pk, "policy": PolicyChoice.PORTFOLIO} | given)
    )


def finish(plan: Plan, now=NOW) -> Plan:
    chores.solve_plans(now)
    chores.SOLVES.running[plan.pk].child.process.wait(60)
    assert chores.solve_plans(now) == 1
    return Plan.objects.get(pk=plan.pk)


def test_a_plan_is_solved_in_a_child_process_and_checked():
    found = make_round([60, 50], funded=24)
    plan = finish(asked(found))
    assert (plan.state, plan.faults, plan.claimed_until) == ("checked", [], None)
    value = queries.value(plan)
    assert sorted(grant.quantities for grant in value.grants) == [(1,), (2,)]
    assert set(plan.reasons) == set(plan.pseudonyms)
    assert not chores.SOLVES.running
    assert JournalEntry.objects.filter(action="plans.settle").count() == 1


def test_a_plans_document_replays_to_the_same():
    found = make_round([60, 50, 40], funded=24)
    document = json.dumps(queries.document(propose(found, PolicyChoice.PORTFOLIO)))
    assert replay(AllocationPlan.from_json(json.loads(document))).same


def test_a_problem_holds_no_name():
    found = make_round([60])
    text = json.dumps(asked(found).problem, ensure_ascii=False)
    file = found.files[0]
    for secret in (file.organisation.name, file.title, file.number, file.organisation.registration_number):
        assert secret not in text


def test_a_killed_worker_leaves_the_plan_to_another():
    found = make_round([60])
    plan = asked(found)
    chores.solve_plans(NOW)
    run = chores.SOLVES.running.pop(plan.pk)
    run.child.stop()
    assert chores.solve_plans(NOW) == 0
    assert plan.pk not in chores.SOLVES.running
    later = NOW + leases.LEASE
    assert finish(plan, later).state == "checked"


def test_a_worker_that_lost_its_claim_keeps_nothing():
    found = make_round([60])
    plan = asked(found)
    first = leases.claim(rows=queries.to_solve(), pk=plan.pk, now=NOW)
    assert leases.claim(rows=queries.to_solve(), pk=plan.pk, now=NOW) is None
    second = leases.claim(rows=queries.to_solve(), pk=plan.pk, now=NOW + leases.LEASE)
    answer = solving.answer({"problem": plan.problem, "policy": plan.policy, "seed": 0})
    with pytest.raises(Stale):
        actions.settle(now=NOW, plan=plan.pk, until=first, answer=answer)
    assert leases.keep_claim(rows=queries.to_solve(), pk=plan.pk, until=first, now=NOW, progress=None) is None
    actions.settle(now=NOW, plan=plan.pk, until=second, answer=answer)
    assert Plan.objects.get(pk=plan.pk).state == "checked"


def test_a_solve_that_cannot_be_done_fails_visibly():
    found = make_round([60])
    plan = asked(found)
    Plan.objects.filter(pk=plan.pk).update(problem={"format": "something else"})
    failed = finish(plan)
    assert failed.state == "failed"
    assert failed.failure["code"] == "allocation_problem_invalid"


def test_of_many_rules_only_those_that_contradict_each_other_are_named():
    found = make_round([60, 50, 40], funded=24)
    sentence = {"en": "A rule.", "ko": "규칙."}

    def share(name, **where):
        params = {"where": where, "thousandths": 600}
        return {"name": name, "kind": "share_at_least", "sentence": sentence, "params": params}

    budget = {"pool": found.pool.code, "units": 1000}
    harmless = {"name": "wide", "kind": "budget", "sentence": sentence, "params": budget}
    rules = [harmless, share("far", outside_capital="yes"), share("near", outside_capital="no")]
    own = policies.create_policy(
        by=found.manager, now=NOW, intake=found.intake.pk, draft=Draft("가", "a", {"policy": "portfolio"}, rules)
    )
    plan = finish(asked(found, policy=own.pk))
    assert (plan.state, plan.result["grants"]) == ("checked", [])
    assert {"wide"}.isdisjoint(plan.outline["barren"]) and set(plan.outline["barren"]) <= {"far", "near"}
    told = telling.broken_rules(plan, "en", change=False)
    assert [one.url.partition("#")[2] for one in told] == [f"rule-{name}" for name in plan.outline["barren"]]
    fewer = Draft(
        "가", "a", {"policy": "portfolio"}, [one for one in rules if one["name"] not in plan.outline["barren"]]
    )
    own = policies.revise_policy(by=found.manager, now=NOW, policy=own.pk, draft=fewer)
    assert finish(asked(found, policy=own.pk)).outline["barren"] == []


def test_a_plan_with_faults_is_kept_as_faulty():
    found = make_round([60])
    plan = asked(found)
    until = leases.claim(rows=queries.to_solve(), pk=plan.pk, now=NOW)
    answer = solving.answer({"problem": plan.problem, "policy": plan.policy, "seed": 0})
    answer["faults"] = [
        {"code": "over_capacity", "facts": {"pool": "h100", "month": "2026-05", "given": 9, "limit": 8}}
    ]
    actions.settle(now=NOW, plan=plan.pk, until=until, answer=answer)
    assert Plan.objects.get(pk=plan.pk).state == "faulty"


def test_problems_need_verdicts_and_scores():
    found = make_round([60])
    unscreened = make_submitted(found.track, found.intake)
    assert code(lambda: asked(found)) == "applications_unscreened"
    type(unscreened).objects.filter(pk=unscreened.pk).update(state="withdrawn")
    unscored = make_submitted(found.track, found.intake, state="eligible")
    assert code(lambda: asked(found)) == "applications_without_score"
    type(unscored).objects.filter(pk=unscored.pk).update(state="ineligible")
    assert asked(found).number == 1


def test_only_managers_propose_and_only_in_review():
    found = make_round([60])
    for role in (Role.APPROVER, Role.AUDITOR, Role.SCREENING_OFFICER):
        assert code(lambda role=role: asked(found, by=make_actor(role))) == "not_allowed_for_role"
    type(found.intake).objects.filter(pk=found.intake.pk).update(state="screening")
    assert code(lambda: asked(found)) == "intake_not_in_review"


def test_who_fails_a_rule_on_the_day_of_the_award_is_left_out():
    found = make_round([60, 50])
    EligibilityRule.objects.create(
        track=found.track, kind="age_at_most", parameters={"years": 3}, reference_date="award", position=1
    )
    type(found.files[0].organisation).objects.filter(pk=found.files[0].organisation_id).update(founded_on="2020-01-01")
    assert set(problems.problem_now(found.intake.pk, NOW).applications.values()) == {found.files[1].pk}


def test_capacity_promised_elsewhere_is_held():
    found = make_round([60])
    PoolMonth.objects.filter(pool=found.pool).update(committed=8)
    problem = problems.problem_now(found.intake.pk, NOW).problem
    assert {capacity.available for capacity in problem.pools[0].months.values()} == {8}


def test_only_two_solves_run_at_once():
    found = make_round([60])
    for _ in range(3):
        asked(found)
    chores.solve_plans(NOW)
    assert len(chores.SOLVES.running) == chores.SOLVES.most


def test_what_a_killed_worker_left_is_swept_after_a_day():
    plan = asked(make_round([60]))
    chores.solve_plans(NOW)
    run = chores.SOLVES.running.pop(plan.pk)
    run.child.stop()
    left = run.child.folder.parent.parent
    assert left.parent.name == "plans" and chores.sweep(NOW) == 0
    for path in (left, *left.rglob("*")):
        os.utime(path, (1, 1))
    assert chores.sweep(NOW) == 1 and not left.exists()


def test_the_public_sees_no_plan_before_publication():
    found = make_round([60])
    propose(found)
    assert not queries.plans(PUBLIC).exists()
    assert queries.plans(make_actor(Role.AUDITOR)).count() == 1


def test_months_are_summed_over_grants():
    found = make_round([60, 50], funded=24)
    add_file(found, 40)
    use = use_by_month(queries.value(propose(found, PolicyChoice.PORTFOLIO)))
    assert [(one.month, one.available, one.given, one.asked) for one in use] == [
        ("2026-05", 24, 24, 48),
        ("2026-06", 24, 24, 48),
        ("2026-07", 24, 24, 48),
    ]
