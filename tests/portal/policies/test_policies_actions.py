"""Policies are written in versions by managers alone; plans under them keep their rules; the seed is committed to."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.urls import reverse
from factories import NOW, make_actor, make_person
from rounds import adopt, make_round, publish, solve

from madang.errors import Refused, Stale
from madang.portal import leases
from madang.portal.actors import PUBLIC, Actor, Role
from madang.portal.journal.models import JournalEntry
from madang.portal.people.models import Person
from madang.portal.plans import actions as plans
from madang.portal.plans import queries as plan_queries
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PolicyChoice
from madang.portal.policies import actions, queries, wording
from madang.portal.policies.models import AllocationPolicy
from madang.portal.policies.rules import Draft

pytestmark = pytest.mark.django_db


def budget(found, units=8, each="month"):
    params = {"pool": found.pool.code, "units": units, "each": each}
    sentence = wording.sentences("budget", params, queries.terms(found.intake))
    return {"name": "budget", "kind": "budget", "sentence": sentence, "params": params}


def written(found, *rules, policy="rank", **given):
    draft = Draft("정책", "Policy", {"policy": policy}, list(rules))
    return actions.create_policy(
        **({"by": found.manager, "now": NOW, "intake": found.intake.pk, "draft": draft} | given)
    )


def code(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_only_a_manager_writes():
    found = make_round([60])
    own = written(found)
    strangers = [PUBLIC, Actor(person=make_person().pk)]
    for by in [*strangers, *(make_actor(role) for role in Role if role is not Role.PROGRAMME_MANAGER)]:
        given = {"by": by, "now": NOW}
        assert code(lambda given=given: written(found, **given)) == "not_allowed_for_role"
        draft = queries.draft_of(own)
        for act in (
            lambda given=given, draft=draft: actions.revise_policy(**given, policy=own.pk, draft=draft),
            lambda given=given: actions.withdraw_policy(**given, policy=own.pk),
            lambda given=given: actions.commit_seed(**given, intake=found.intake.pk),
            lambda given=given: plans.propose_several(**given, intake=found.intake.pk, policies=[own.pk]),
            lambda given=given: plans.move(**given, plan=1, changes={"budget.units": 1}),
            lambda given=given: plans.cancel(**given, plan=1),
        ):
            assert code(act) == "not_allowed_for_role"
    for by in strangers:
        assert not queries.policies(by).exists()
    assert queries.policies(make_actor(Role.AUDITOR)).count() == 1


def test_a_change_is_a_further_version_and_the_older_stays():
    found = make_round([60])
    first = written(found)
    draft = Draft("이름", "Name", {"policy": "rank"}, [budget(found)])
    second = actions.revise_policy(by=found.manager, now=NOW, policy=first.pk, draft=draft)
    assert (second.number, second.version, second.made_from_id) == (first.number, 2, first.pk)
    assert AllocationPolicy.objects.get(pk=first.pk).rules == []
    with pytest.raises(Stale):
        actions.revise_policy(by=found.manager, now=NOW, policy=first.pk, draft=draft)
    assert queries.offered(found.manager, found.intake.pk) == [second]
    actions.withdraw_policy(by=found.manager, now=NOW, policy=second.pk)
    assert queries.offered(found.manager, found.intake.pk) == []
    with pytest.raises(Stale):
        actions.withdraw_policy(by=found.manager, now=NOW, policy=second.pk)
    assert (
        code(lambda: actions.revise_policy(by=found.manager, now=NOW, policy=second.pk, draft=draft))
        == "policy_withdrawn"
    )
    assert JournalEntry.objects.filter(action__startswith="policies.").count() == 3


def test_a_plan_keeps_its_policys_rules_and_is_adopted_with_them():
    found = make_round([60, 50], funded=32)
    own = written(found, budget(found, 16))
    plain, ruled = plans.propose_several(
        by=found.manager, now=NOW, intake=found.intake.pk, policies=[PolicyChoice.RANK_SKIP, own.pk]
    )
    assert (plain.number, ruled.number, ruled.own_id) == (1, 2, own.pk)
    plain, ruled = solve(plain), solve(ruled)
    assert [plan_queries.outline(plan).granted for plan in (plain, ruled)] == [2, 1]
    assert [rule["name"] for rule in plan_queries.outline(ruled).rules] == ["budget"]
    # a further version changes nothing about the plan
    actions.revise_policy(by=found.manager, now=NOW, policy=own.pk, draft=Draft("새", "New", {"policy": "rank"}))
    adopt(found, ruled)
    assert publish(found) == 2


def test_solving_again_keeps_the_adopted_policys_rules():
    found = make_round([60, 50], funded=32)
    own = written(found, budget(found, 16))
    adopt(found, solve(plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=own.pk)))
    again = plans.serve_reserve(by=found.manager, now=NOW, intake=found.intake.pk)
    assert again.policy["policy"] == "rank"
    assert [rule["name"] for rule in again.own.rules] == ["budget"]


def test_policies_of_another_intake_and_too_many_are_refused():
    found, other = make_round([60]), make_round([60])
    own = written(other)
    given = {"by": found.manager, "now": NOW, "intake": found.intake.pk}
    assert code(lambda: plans.propose_several(**given, policies=[own.pk])) == "policy_of_another_intake"
    assert code(lambda: plans.propose_several(**given, policies=[])) == "policies_to_choose"
    assert code(lambda: plans.propose_several(**given, policies=list(range(1, 8)))) == "policies_to_choose"
    assert not Plan.objects.filter(intake=found.intake).exists()


def test_a_moved_number_makes_a_version_and_a_plan_beside_the_old():
    found = make_round([60, 50], funded=32)
    own = written(found, budget(found, 16))
    before = solve(plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=own.pk))
    after = solve(plans.move(by=found.manager, now=NOW, plan=before.pk, changes={"budget.units": 32}))
    assert (after.moved_from_id, after.own.version, after.own.number) == (before.pk, 2, own.number)
    assert after.own.rules[0]["params"]["units"] == 32
    assert "32" in after.own.rules[0]["sentence"]["en"]
    assert plan_queries.outline(after).granted == 2


def test_a_moved_number_of_a_standard_policy_begins_a_policy_of_the_intakes_own():
    found = make_round([60])
    before = solve(plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=PolicyChoice.PORTFOLIO))
    after = plans.move(by=found.manager, now=NOW, plan=before.pk, changes={".power": 2})
    assert (after.own.version, after.policy["power"]) == (1, 2)


def test_a_committed_seed_decides_and_is_revealed_with_the_first_plan():
    found = make_round([60])
    made = actions.commit_seed(by=found.manager, now=NOW, intake=found.intake.pk)
    assert made.commitment == hashlib.sha256(str(made.seed).encode()).hexdigest()
    assert queries.committed(found.intake.pk).seed is None
    assert (
        code(lambda: actions.commit_seed(by=found.manager, now=NOW, intake=found.intake.pk)) == "seed_committed_already"
    )
    assert str(made.seed) not in json.dumps([entry.facts for entry in JournalEntry.objects.all()])
    plan = solve(
        plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=PolicyChoice.RANK_SKIP, seed=7)
    )
    assert (plan.seed, plan.state, plan.result["commitment"]) == (made.seed, "checked", made.commitment)
    assert queries.committed(found.intake.pk).seed == made.seed


def test_a_commitment_after_a_plan_comes_too_late():
    found = make_round([60])
    plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=PolicyChoice.RANK_SKIP)
    assert code(lambda: actions.commit_seed(by=found.manager, now=NOW, intake=found.intake.pk)) == "seed_after_plans"


def test_rules_that_cannot_hold_together_are_named_in_words(client):
    found = make_round([60])
    every = {"name": "every", "kind": "share_at_least", "sentence": {"en": "Universities.", "ko": "대학."},
             "params": {"where": {"kind": "university"}, "thousandths": 1000}}  # fmt: skip
    own = written(found, every, policy="portfolio")
    plan = plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=own.pk)
    until = leases.claim(rows=plan_queries.to_solve(), pk=plan.pk, now=NOW)
    facts = {"file": "-", "field": "rules", "rule": "rules_cannot_hold_together", "named": "every"}
    failure = {"code": "allocation_problem_invalid", "facts": facts}
    plans.fail(now=NOW, plan=plan.pk, until=until, failure=failure)
    client.force_login(Person.objects.get(pk=found.manager.person))
    client.cookies["madang_language"] = "en"
    shown = client.get(reverse("plan", args=[plan.pk]))
    (broken,) = shown.context["broken"]
    assert broken.sentence == "Universities."
    assert client.get(broken.url).context["form"]["name"].value() == "every"
    policies = actions.revise_policy(by=found.manager, now=NOW, policy=own.pk, draft=queries.draft_of(own))
    (broken,) = client.get(reverse("plan", args=[plan.pk])).context["broken"]
    assert broken.url == reverse("policy", args=[own.pk]) + "#rule-every" and policies.version == 2
    assert "no awards keep all of these together: every" in shown.context["failure"]
