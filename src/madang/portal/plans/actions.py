"""Proposes plans, hands them to a worker, keeps what comes back, and marks the one that was adopted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, Q

from madang.allocation.policies import policy_json
from madang.allocation.problem import problem_hash
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role
from madang.portal.calls.models import Intake
from madang.portal.journal import actions as journal
from madang.portal.plans import problems
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import POLICIES, PlanState, PolicyChoice, check_adoptable
from madang.portal.transactions import action

LEASE = timedelta(seconds=60)
# An intake is planned once its reviews are in, and again when something comes back after the decisions.
PLANNED_STATES = ("in_review", "decided")


@action
def propose(*, by: Actor, now: datetime, intake: int, policy: PolicyChoice, seed: int = 0) -> Plan:
    """Lays the intake's problem, as it stands now, before the solver under a policy; a worker solves it.

    Refused: "not_allowed_for_role", "intake_not_in_review", "applications_unscreened", "applications_without_score",
    "nobody_to_award". Stale when two plans take the same number at once.
    """
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = Intake.objects.filter(pk=intake).first()
    if row is None or row.state not in PLANNED_STATES:
        raise Refused("intake_not_in_review")
    found = problems.problem_now(intake, now)
    last = Plan.objects.filter(intake=intake).aggregate(last=Max("number"))["last"] or 0
    plan = Plan.objects.create(
        intake=row,
        number=last + 1,
        policy=policy_json(POLICIES[PolicyChoice(policy)]),
        seed=seed,
        problem=found.problem.to_json(),
        problem_hash=problem_hash(found.problem),
        pseudonyms=found.applications,
        proposed_by_id=by.person,
        proposed_at=now,
    )
    facts = {"intake": intake, "policy": policy, "seed": seed, "problem": plan.problem_hash}
    journal.record(by=by, now=now, did="plans.propose", kind="plan", subject=plan.pk, **facts)
    return plan


@action
def claim(*, now: datetime, plan: int) -> datetime | None:
    """Takes a plan for a minute; the end of the lease names the claim. None when another worker was first."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    until = now + LEASE
    taken = Plan.objects.filter(free, pk=plan, state=PlanState.SOLVING).update(claimed_until=until, progress={})
    return until if taken else None


@action
def keep_claim(*, now: datetime, plan: int, until: datetime, progress: dict[str, Any] | None) -> datetime | None:
    """Renews a lease and shows how far the solve is; None when the claim was lost."""
    renewed = now + LEASE
    mine = Plan.objects.filter(pk=plan, state=PlanState.SOLVING, claimed_until=until)
    changes: dict[str, Any] = {"claimed_until": renewed}
    if progress is not None:
        changes["progress"] = progress
    return renewed if mine.update(**changes) else None


@action
def settle(*, now: datetime, plan: int, until: datetime, answer: dict[str, Any]) -> None:
    """Keeps the solver's plan with the checker's verdict; Stale when the claim was lost or the problem is another."""
    result = dict(answer["plan"])
    result.pop("problem")
    state = PlanState.FAULTY if answer["faults"] else PlanState.CHECKED
    mine = Plan.objects.filter(
        pk=plan, state=PlanState.SOLVING, claimed_until=until, problem_hash=result["problem_hash"]
    )
    changed = mine.update(
        state=state,
        result=result,
        faults=answer["faults"],
        reasons=answer["reasons"],
        solved_at=now,
        claimed_until=None,
    )
    if not changed:
        raise Stale("plan")
    facts = {"state": state, "faults": len(answer["faults"])}
    journal.record(by=WORKER, now=now, did="plans.settle", kind="plan", subject=plan, **facts)


@action
def fail(*, now: datetime, plan: int, until: datetime, failure: str) -> None:
    """Notes that the solve ended without a plan; Stale when the claim was lost."""
    mine = Plan.objects.filter(pk=plan, state=PlanState.SOLVING, claimed_until=until)
    if not mine.update(state=PlanState.FAILED, failure=failure[:500], claimed_until=None):
        raise Stale("plan")
    journal.record(by=WORKER, now=now, did="plans.fail", kind="plan", subject=plan)


@action
def mark_adopted(*, by: Actor, now: datetime, plan: Plan) -> Plan | None:
    """Makes a checked plan the intake's adopted one; returns the one that it supersedes, if any.

    Refused: "plan_not_checked", "plan_faulty", "plan_outdated" when capacity, scores or applications have changed since
    it was solved. Stale when somebody adopted or proposed at the same moment. For the action that carries the plan out.
    """
    check_adoptable(plan.state)
    intake = Intake.objects.get(pk=plan.intake_id)
    if intake.state not in PLANNED_STATES:
        raise Refused("intake_not_in_review")
    if problem_hash(problems.problem_now(plan.intake_id, now).problem) != plan.problem_hash:
        raise Refused("plan_outdated", number=plan.number)
    # whoever adopts bumps the intake's row, so that of two at once the second finds it changed
    if not Intake.objects.filter(pk=intake.pk, version=intake.version).update(version=F("version") + 1):
        raise Stale("intake")
    earlier = Plan.objects.filter(intake=intake, state=PlanState.ADOPTED).first()
    if earlier:
        Plan.objects.filter(pk=earlier.pk, state=PlanState.ADOPTED).update(state=PlanState.SUPERSEDED)
    if not Plan.objects.filter(pk=plan.pk, state=PlanState.CHECKED).update(state=PlanState.ADOPTED, adopted_at=now):
        raise Stale("plan")
    facts = {"intake": intake.pk, "problem": plan.problem_hash, "supersedes": earlier.pk if earlier else None}
    journal.record(by=by, now=now, did="plans.adopt", kind="plan", subject=plan.pk, **facts)
    return earlier
