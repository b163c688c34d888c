"""What a committee has of the benchmark's largest intake in review: a policy, and answers about a plan."""

from __future__ import annotations

from django.db.models import Count
from programme import Centre

from madang.portal import leases
from madang.portal.calls.models import Intake
from madang.portal.people import queries as people
from madang.portal.plans.models import Plan
from madang.portal.policies import actions as policies
from madang.portal.policies import queries as policy_queries
from madang.portal.policies import rates, wording
from madang.portal.policies.rules import Draft
from madang.portal.studies import actions as studies
from madang.portal.studies import queries as study_queries
from madang.portal.studies import working
from madang.portal.studies.models import PlanStudy

QUESTIONS = ("costs", "noise", "changes")


def questioned(centre: Centre) -> None:
    """A policy with a rule of overbooking, and what a committee asks of a plan, answered as the worker does."""
    by = people.actor_of(centre.staff["programme_manager"], address="", via="page")
    rows = Intake.objects.filter(state="in_review").annotate(n=Count("applications"))
    intake = rows.order_by("-n", "pk")[0]
    plan = Plan.objects.get(intake=intake, number=1)
    terms = policy_queries.terms(intake)
    params = {"pool": next(iter(terms.pools)), "thousandths": 1200, "rate": 700, "risk": 50}
    rule = {"name": "over", "kind": "overbooking", "params": params}
    rule["sentence"] = wording.sentences("overbooking", params, terms)
    draft = Draft("초과 배정", "Overbooked", {"policy": "portfolio"}, [rule], None, {"over": rates.own_ground("2025")})
    policies.create_policy(by=by, now=centre.now, intake=intake.pk, draft=draft)
    studies.ask(by=by, now=centre.now, plan=plan.pk, kinds=QUESTIONS)
    for study in PlanStudy.objects.filter(plan=plan):
        until = leases.claim(rows=study_queries.to_answer(), pk=study.pk, now=centre.now)
        assert until is not None
        found = working.answer(study_queries.work(study.pk))
        studies.finish(now=centre.now, study=study.pk, until=until, result=found)
