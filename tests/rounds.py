"""A reviewed intake with its people, as the tests of plans, decisions, awards and agreements share it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from factories import (
    NOW,
    make_actor,
    make_assignment,
    make_call,
    make_intake,
    make_member,
    make_organisation,
    make_pool,
    make_pool_month,
    make_product,
    make_reviewer,
    make_submitted,
    make_track,
)

from madang.portal import leases
from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.calls.models import Intake, Track
from madang.portal.decisions import actions as decisions
from madang.portal.people.models import Person
from madang.portal.plans import actions as plans
from madang.portal.plans import queries
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PolicyChoice
from madang.portal.plans.solving import answer
from madang.portal.resources.models import Pool, Product
from madang.portal.reviews.models import CriterionPoints

DAY = timedelta(days=1)


@dataclass
class Round:
    """An intake in review; `files` best score first."""

    intake: Intake
    track: Track
    pool: Pool
    product: Product
    manager: Actor
    approver: Actor
    files: list[Application] = field(default_factory=list)
    owners: list[Person] = field(default_factory=list)


def make_round(
    points: list[int], *, funded: int = 16, minimum: int = 0, product: Product | None = None, **intake: object
) -> Round:
    """One application for two servers of eight GPUs (useful from one) for each of `points` on the first criterion."""
    call = make_call()
    dates = {
        "opens_at": NOW - 40 * DAY,
        "closes_at": NOW - 20 * DAY,
        "review_due_at": NOW - 5 * DAY,
        "decision_due_at": NOW + 10 * DAY,
        "state": "in_review",
    }
    if product is None:
        product = make_product(make_pool())
        for month in ("2026-05", "2026-06", "2026-07"):
            make_pool_month(product.pool, month, physical=max(funded, 100), funded=funded)
    found = Round(
        intake=make_intake(call, **(dates | intake)),
        track=make_track(call, products=[product], minimum_total_milli=minimum),
        pool=product.pool,
        product=product,
        manager=make_actor(Role.PROGRAMME_MANAGER),
        approver=make_actor(Role.APPROVER),
    )
    reviewer = make_reviewer()
    for given in points:
        add_file(found, given, reviewer)
    return found


def add_file(found: Round, given: int, reviewer: object = None) -> Application:
    organisation = make_organisation()
    owner = make_member(organisation)
    file = make_submitted(
        found.track, found.intake, organisation=organisation, created_by=owner, state="eligible", title=f"P{given}"
    )
    sheet = make_assignment(file, reviewer or make_reviewer(), state="submitted", ended_at=NOW, comment="Sound.")
    first, second = found.track.criteria.order_by("position")
    CriterionPoints.objects.create(assignment=sheet, criterion=first, points=given, comment="Clear.")
    CriterionPoints.objects.create(assignment=sheet, criterion=second, points=20)
    found.files.append(file)
    found.owners.append(owner)
    return file


def solve(plan: Plan, now: datetime = NOW) -> Plan:
    """Solves a plan as the child process does, here in this process."""
    until = leases.claim(rows=queries.to_solve(), pk=plan.pk, now=now)
    document = {name: getattr(plan, name) for name in ("problem", "policy", "seed", "commitment")}
    plans.settle(now=now, plan=plan.pk, until=until, answer=answer(document))
    return Plan.objects.get(pk=plan.pk)


def propose(found: Round, policy: PolicyChoice = PolicyChoice.RANK_SKIP, now: datetime = NOW) -> Plan:
    return solve(plans.propose(by=found.manager, now=now, intake=found.intake.pk, policy=policy), now)


def adopt(found: Round, plan: Plan, now: datetime = NOW) -> None:
    decisions.draft_adoption(by=found.manager, now=now, plan=plan.pk, comment="best")
    decisions.adopt(by=found.approver, now=now, plan=plan.pk, document_number="D-1")


def publish(found: Round, now: datetime = NOW) -> int:
    decisions.draft_publication(by=found.manager, now=now, intake=found.intake.pk)
    return decisions.publish(by=found.approver, now=now, intake=found.intake.pk, document_number="D-2")
