"""Adopts a plan, so that awards and decisions are held, and publishes them together; two people for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from madang.allocation.plan import KEPT
from madang.allocation.plan import Plan as AllocationPlan
from madang.errors import Refused
from madang.portal.actors import Actor, Via
from madang.portal.applications import actions as applications
from madang.portal.applications.models import Application
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import actions as awards
from madang.portal.awards import queries as award_queries
from madang.portal.awards.models import Award
from madang.portal.awards.rules import Grant, Line, accept_deadline, seconds_of
from madang.portal.calls import actions as calls
from madang.portal.calls.models import Intake
from madang.portal.decisions import queries, texts
from madang.portal.decisions.models import Decision
from madang.portal.decisions.rules import (
    INELIGIBLE,
    INELIGIBLE_AT_AWARD,
    REVIEWS_MISSING,
    Outcome,
    Verdict,
    check_publishable,
    verdicts,
)
from madang.portal.exchanges import queries as exchanges
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions as outbox
from madang.portal.people.models import Person
from madang.portal.plans import actions as plans
from madang.portal.plans import problems
from madang.portal.plans import queries as plan_queries
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PlanState, check_adoptable, from_units
from madang.portal.resources.models import Product
from madang.portal.studies import queries as studies
from madang.portal.studies.rules import with_changes
from madang.portal.transactions import action


def _plan(plan: int) -> Plan:
    row = Plan.objects.select_related("intake__call").filter(pk=plan).first()
    if row is None:
        raise Refused("not_found")
    return row


@action
def draft_adoption(*, by: Actor, now: datetime, plan: int, comment: str = "") -> Approval:
    """Lays a checked plan before an approver. Refused "plan_not_checked", "plan_faulty" and what `draft` refuses."""
    row = _plan(plan)
    check_adoptable(row.state)
    facts = {"intake": row.intake_id, "number": row.number, "problem": row.problem_hash, "supersedes": _adopted(row)}
    return approvals.draft(by=by, now=now, kind=ApprovalKind.ADOPT_PLAN, subject=plan, comment=comment, **facts)


def _adopted(row: Plan) -> int | None:
    """The plan of the same intake that is adopted now."""
    found = Plan.objects.filter(intake=row.intake_id, state=PlanState.ADOPTED)
    return found.values_list("pk", flat=True).first()


@action
def adopt(*, by: Actor, now: datetime, plan: int, comment: str = "", document_number: str) -> None:
    """The second person adopts a plan: awards and decisions are held, capacity is promised, an earlier plan superseded.

    Refused: what `approve` refuses, "plan_faulty", "plan_not_checked", "plan_outdated", "capacity_exceeded", and
    "plan_other_adopted" when another plan of the intake was adopted since this one was drafted.
    """
    row = _plan(plan)
    approval = approvals.approve(
        by=by,
        now=now,
        kind=ApprovalKind.ADOPT_PLAN,
        subject=plan,
        comment=comment,
        document_number=document_number,
    )
    if approval.facts["supersedes"] != _adopted(row):
        raise Refused("plan_other_adopted")
    plans.mark_adopted(by=by, now=now, plan=row)
    value = plan_queries.value(row)
    awards.drop_held(by=by, now=now, intake=row.intake_id)
    grants = _grants(row, value)
    awards.hold(by=by, now=now, plan=row, grants=grants)
    for grant in grants:
        # the problem's hash has just shown that all of them still pass; this keeps what was judged, and on which day
        applications.recheck(by=by, now=now, application=grant.application)
    decided = _hold_decisions(row, value, now)
    journal.record(by=by, now=now, did="decisions.adopt", kind="plan", subject=plan, decisions=decided)


def _grants(row: Plan, value: AllocationPlan) -> list[Grant]:
    """What the plan gives anew, in the quantities that people asked in; best score first, as awards are numbered."""
    wanted = {row.pseudonyms[g.request]: g for g in value.grants if value.outcomes[g.request] != KEPT}
    files = list(Application.objects.filter(pk__in=wanted).select_related("in_force"))
    scores = {application: value.problem.request[grant.request].score for application, grant in wanted.items()}
    products = problems.products_of(files)
    return [
        Grant(file.pk, file.organisation_id, file.title, _lines(file, wanted[file.pk].quantities, products))
        for file in sorted(files, key=lambda file: (-scores[file.pk], file.pk))
    ]


def _lines(file: Application, quantities: tuple[int, ...], products: Mapping[str, Product]) -> tuple[Line, ...]:
    lines = []
    for wish, planned in zip(problems.wishes(file), quantities, strict=True):
        product = products[wish.product]
        offered = problems.offered(product)
        quantity = from_units(offered, planned, wish.quantity, wish.months)
        if not quantity:
            continue
        seconds = seconds_of(
            by_hour=offered.by_hour,
            quantity=quantity,
            units=offered.units,
            first_month=wish.first_month,
            months=wish.months,
            zone=settings.MADANG_ZONE,
        )
        lines.append(Line(product.pk, wish.quantity, quantity, wish.first_month, wish.months, seconds))
    return tuple(lines)


def _hold_decisions(row: Plan, value: AllocationPlan, now: datetime) -> int:
    """Writes a decision for every application that has none in force; published ones change when they are published."""
    Decision.objects.filter(application__intake=row.intake_id, published_at__isnull=True).delete()
    found = {row.pseudonyms[name]: verdict for name, verdict in verdicts(value, _reasons(row)).items()}
    forfeited = exchanges.forfeited(row.intake_id)
    for file in queries.undecided(row.intake_id, list(found)):
        code = INELIGIBLE_AT_AWARD if file.state == "eligible" else INELIGIBLE
        code = REVIEWS_MISSING if file.pk in forfeited else code
        found[file.pk] = Verdict(Outcome.REFUSED, code, {})
    known = set(Decision.objects.filter(application__in=found).values_list("application", flat=True))
    rows = [
        Decision(application_id=application, plan=row, decided_at=now, **verdict.columns())
        for application, verdict in found.items()
        if application not in known
    ]
    Decision.objects.bulk_create(rows, batch_size=200)
    return len(rows)


def _reasons(row: Plan) -> dict[str, Mapping[str, Any]]:
    """The plan's reasons, with the nearest change that would have altered each where that was worked out by now."""
    return with_changes(row.reasons, studies.changes(row.pk), row.outline["rules"] if row.outline else [])


@action
def draft_publication(*, by: Actor, now: datetime, intake: int, comment: str = "") -> Approval:
    """Lays the held decisions of an intake before an approver. Refused "no_plan_adopted", "nothing_to_publish"."""
    plan = Plan.objects.filter(intake=intake, state=PlanState.ADOPTED).first()
    check_publishable(plan is not None, queries.unpublished(intake))
    facts = {"plan": plan.pk if plan else None, "unpublished": queries.unpublished(intake)}
    kind = ApprovalKind.PUBLISH_DECISIONS
    return approvals.draft(by=by, now=now, kind=kind, subject=intake, comment=comment, **facts)


@action
def publish(*, by: Actor, now: datetime, intake: int, comment: str = "", document_number: str) -> int:
    """The second person publishes all that is held: decisions, and awards as offers with one deadline; mails go out.

    Returns how many decisions were published. Refused: what `approve` refuses, "no_plan_adopted", "nothing_to_publish",
    "plan_outdated" where the plan awards something to an application that was withdrawn since.
    """
    plan = Plan.objects.select_related("intake__call").filter(intake=intake, state=PlanState.ADOPTED).first()
    check_publishable(plan is not None, queries.unpublished(intake))
    assert plan is not None
    if queries.held_for_withdrawn(intake):
        raise Refused("plan_outdated", number=plan.number)
    kind = ApprovalKind.PUBLISH_DECISIONS
    approvals.approve(by=by, now=now, kind=kind, subject=intake, comment=comment, document_number=document_number)
    until = accept_deadline(now, plan.intake.accept_days, settings.MADANG_ZONE)
    offered = awards.offer(by=by, now=now, intake=intake, accept_by=until)
    changed = _change_published(plan, offered, now)
    fresh = Decision.objects.filter(application__intake=intake, published_at__isnull=True)
    ids = [*fresh.values_list("pk", flat=True), *changed]
    fresh.update(published_at=now)
    _decide(by, now, plan.intake)
    _mail(ids, plan.intake.call_id, until, now)
    journal.record(by=by, now=now, did="decisions.publish", kind="intake", subject=intake, decisions=len(ids))
    return len(ids)


def _change_published(plan: Plan, offered: list[int], now: datetime) -> list[int]:
    """After solving again: applications off the reserve list are awarded, and the others move up. Gives who is told."""
    known = {row.application_id: row for row in Decision.objects.filter(application__intake=plan.intake_id)}
    told = []
    again = any(row.published_at for row in known.values())
    found = verdicts(plan_queries.value(plan), _reasons(plan)) if again else {}
    for name, verdict in found.items():
        row = known.get(plan.pseudonyms[name])
        if row is None or row.published_at is None or row.plan_id == plan.pk:
            continue
        newly = row.application_id in offered
        if newly or (row.outcome, row.reserve_place) != (verdict.outcome, verdict.reserve_place):
            columns = verdict.columns()
            Decision.objects.filter(pk=row.pk).update(plan=plan, decided_at=now, published_at=now, **columns)
            told.append(row.pk)
    return told


def _decide(by: Actor, now: datetime, intake: Intake) -> None:
    """The intake is decided by its dates and by this publication; the approver need not hold the role that moves it."""
    if intake.state == "in_review":
        mover = Actor(person=by.person, address=by.address, via=Via.WORKER)
        calls.move_intake(by=mover, now=now, intake=intake.pk, to="decided")


def _mail(decisions: list[int], call: int, until: datetime, now: datetime) -> None:
    rows = list(Decision.objects.filter(pk__in=decisions).select_related("application").order_by("pk"))
    owners = award_queries.owners_of({row.application.organisation_id for row in rows})
    numbers = dict(Award.objects.filter(application__decision__in=rows).values_list("application", "number"))
    names = queries.names(call)
    for row in rows:
        for person in owners[row.application.organisation_id]:
            if person.email:
                _tell(row, person, names, numbers, until, now)


def _tell(
    row: Decision,
    person: Person,
    names: Mapping[str, queries.Names],
    numbers: Mapping[int, str],
    until: datetime,
    now: datetime,
) -> None:
    language = person.language
    number = numbers.get(row.application_id)
    outbox.write(
        now=now,
        key=f"decision-{row.pk}-{row.plan_id}-{person.pk}",
        code=f"decision_{row.outcome}",
        person=person.pk,
        address=person.email,
        language=language,
        link=f"/awards/{number}/" if number else f"/decisions/{row.application_id}/",
        number=row.application.number,
        title=row.application.title,
        reason=texts.reason_of(row, language, names[language]),
        until=until,
        centre=settings.MADANG_CENTRE_NAME[language],
    )


@action
def note_reading(*, by: Actor, now: datetime, application: int, organisation: int | None = None) -> None:
    """Notes that staff or an auditor opened a decision with the reviewers' comments."""
    journal.read(by=by, now=now, what="view", kind="application", subject=application, organisation=organisation)
