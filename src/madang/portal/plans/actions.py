"""Proposes plans, hands them to a worker, keeps what comes back, and marks the one that was adopted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Max

from madang.allocation.parts import TOGETHER
from madang.allocation.policies import policy_json
from madang.allocation.problem import problem_hash
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role
from madang.portal.calls.models import Intake
from madang.portal.journal import actions as journal
from madang.portal.plans import problems
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import MOST_AT_ONCE, POLICIES, PlanState, PolicyChoice, check_adoptable
from madang.portal.policies import actions as policies
from madang.portal.policies import moving
from madang.portal.policies.models import AllocationPolicy, LotterySeed
from madang.portal.policies.rules import Draft
from madang.portal.transactions import action

# An intake is planned once its reviews are in, and again when something comes back after the decisions.
PLANNED_STATES = ("in_review", "decided")
# One of the standard policies, or the id of a version of the intake's own.
Choice = PolicyChoice | int


def propose(*, by: Actor, now: datetime, intake: int, policy: Choice, seed: int = 0) -> Plan:
    """Lays the intake's problem, as it stands now, before the solver under one policy; a worker solves it.

    Refused as `propose_several`. Stale when two plans take the same number at once.
    """
    (plan,) = propose_several(by=by, now=now, intake=intake, policies=[policy], seed=seed)
    return plan


def propose_several(*, by: Actor, now: datetime, intake: int, policies: Sequence[Choice], seed: int = 0) -> list[Plan]:
    """One plan for each of one to six policies, standard ones or versions of the intake's own, on the same problem.

    A committed seed goes before `seed`. The problem is read before the transaction begins, as 2,000 applications take
    half a second; adoption compares it with the tables again. Refused: "not_allowed_for_role", "intake_not_in_review",
    "applications_unscreened", "applications_without_score", "nobody_to_award", "policies_to_choose",
    "policy_of_another_intake", and what the library holds against a rule.
    """
    found = _input(by, now, intake)
    return _propose_all(by=by, now=now, intake=intake, policies=policies, seed=seed, found=found)


def _input(by: Actor, now: datetime, intake: int) -> problems.Input:
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    _planned(intake)
    return problems.problem_now(intake, now)


def _planned(intake: int) -> Intake:
    row = Intake.objects.filter(pk=intake).first()
    if row is None or row.state not in PLANNED_STATES:
        raise Refused("intake_not_in_review")
    return row


@action
def _propose_all(
    *, by: Actor, now: datetime, intake: int, policies: Sequence[Choice], seed: int, found: problems.Input,
    moved_from: int | None = None,
) -> list[Plan]:  # fmt: skip
    chosen = list(dict.fromkeys(policies))
    if not 1 <= len(chosen) <= MOST_AT_ONCE:
        raise Refused("policies_to_choose", most=MOST_AT_ONCE)
    row = _planned(intake)
    own = _own(row, [one for one in chosen if not isinstance(one, PolicyChoice)])
    committed = LotterySeed.objects.filter(intake=intake).first()
    lots = (committed.seed, committed.commitment) if committed else (seed, "")
    return [_proposed(by, now, row, choice, own.get(choice), found, lots, moved_from) for choice in chosen]


def _own(intake: Intake, wanted: Sequence[int]) -> dict[Choice, AllocationPolicy]:
    rows = AllocationPolicy.objects.filter(pk__in=wanted, intake=intake)
    found: dict[Choice, AllocationPolicy] = {row.pk: row for row in rows}
    if set(found) != set(wanted):
        raise Refused("policy_of_another_intake")
    return found


def _proposed(
    by: Actor, now: datetime, intake: Intake, choice: Choice, own: AllocationPolicy | None,
    found: problems.Input, lots: tuple[int, str], moved_from: int | None,
) -> Plan:  # fmt: skip
    last = Plan.objects.filter(intake=intake).aggregate(last=Max("number"))["last"] or 0
    problem = problems.under(found, own).problem
    plan = Plan.objects.create(
        intake=intake,
        number=last + 1,
        policy=own.policy if own else policy_json(POLICIES[PolicyChoice(choice)]),
        own=own,
        moved_from_id=moved_from,
        seed=lots[0],
        commitment=lots[1],
        problem=problem.to_json(),
        problem_hash=problem_hash(problem),
        pseudonyms=found.applications,
        proposed_by_id=by.person,
        proposed_at=now,
    )
    facts = {"intake": intake.pk, "policy": choice, "problem": plan.problem_hash, "moved_from": moved_from}
    # a committed seed is published as a digest until its plans are
    shown = {"commitment": lots[1]} if lots[1] else {"seed": lots[0]}
    journal.record(by=by, now=now, did="plans.propose", kind="plan", subject=plan.pk, **facts, **shown)
    return plan


def move(*, by: Actor, now: datetime, plan: int, changes: Mapping[str, int]) -> Plan:
    """Writes a further version of a plan's policy with other numbers (`levers`' keys), and proposes a plan under it.

    A plan of a standard policy begins a policy of the intake's own. Refused as `moved` and as `propose_several`.
    """
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    rows = Plan.objects.select_related("own", "intake").defer("problem", "result", "reasons", "outline")
    row = rows.filter(pk=plan).first()
    if row is None:
        raise Refused("not_found")
    draft = moving.moved_draft(row.intake, row.own, row.policy, changes)
    return _moved(by=by, now=now, row=row, draft=draft, found=_input(by, now, row.intake_id))


@action
def _moved(*, by: Actor, now: datetime, row: Plan, draft: Draft, found: problems.Input) -> Plan:
    if row.own is None:
        made = policies.create_policy(by=by, now=now, intake=row.intake_id, draft=draft)
    else:
        made = policies.revise_policy(by=by, now=now, policy=row.own.pk, draft=draft, newest=False)
    given = {"intake": row.intake_id, "policies": [made.pk], "seed": row.seed, "moved_from": row.pk}
    (proposed,) = _propose_all(by=by, now=now, found=found, **given)
    return proposed


@action
def serve_reserve(*, by: Actor, now: datetime, intake: int) -> Plan:
    """Proposes the plan that gives what came back to the reserve list in its order, accepted awards staying.

    The rules of the adopted plan's own policy go on to hold, but for those about all awards together, which no list
    can keep. Refused as `propose_several`.
    """
    adopted = Plan.objects.select_related("own").defer("problem", "result", "reasons")
    row = adopted.filter(intake=intake, state=PlanState.ADOPTED).first()
    rules = [rule for rule in row.own.rules if rule["kind"] not in TOGETHER] if row and row.own else []
    if not rules or row is None or row.own is None:
        return propose(by=by, now=now, intake=intake, policy=PolicyChoice.RANK_SKIP)
    draft = moving.reserve_draft(row.own, policy_json(POLICIES[PolicyChoice.RANK_SKIP]), rules)
    made = policies.create_policy(by=by, now=now, intake=intake, draft=draft, made_from=row.own.pk)
    return propose(by=by, now=now, intake=intake, policy=made.pk)


@action
def cancel(*, by: Actor, now: datetime, plan: int) -> None:
    """Stops a solve that waits or runs; its worker kills the process when it next looks. Stale once it has ended."""
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    mine = Plan.objects.filter(pk=plan, state=PlanState.SOLVING)
    if not mine.update(state=PlanState.CANCELLED, claimed_until=None):
        raise Stale("plan")
    journal.record(by=by, now=now, did="plans.cancel", kind="plan", subject=plan)


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
        outline=answer["outline"],
        solved_at=now,
        claimed_until=None,
    )
    if not changed:
        raise Stale("plan")
    facts = {"state": state, "faults": len(answer["faults"])}
    journal.record(by=WORKER, now=now, did="plans.settle", kind="plan", subject=plan, **facts)


@action
def fail(*, now: datetime, plan: int, until: datetime, failure: dict[str, Any]) -> None:
    """Notes why the solve ended without a plan (code and facts); Stale when the claim was lost."""
    mine = Plan.objects.filter(pk=plan, state=PlanState.SOLVING, claimed_until=until)
    if not mine.update(state=PlanState.FAILED, failure=failure, claimed_until=None):
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
    present = problems.under(problems.problem_now(plan.intake_id, now), plan.own)
    if problem_hash(present.problem) != plan.problem_hash:
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
