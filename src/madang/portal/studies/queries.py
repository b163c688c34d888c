"""Reads studies of plans, for those who may see the plans."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from madang.portal.actors import Actor
from madang.portal.plans.models import Plan
from madang.portal.plans.queries import document
from madang.portal.plans.rules import PlanState
from madang.portal.studies.models import PlanStudy
from madang.portal.studies.rules import AT_ONCE, DRAWS, STUDIED, StudyKind, StudyState


def studies(by: Actor, plan: int) -> QuerySet[PlanStudy]:
    """The studies of a plan, with their results; for staff and auditors."""
    rows = PlanStudy.objects.filter(plan=plan).order_by("pk")
    return rows if by.reads_everything else rows.none()


def changes(plan: int) -> dict[str, list[Any]] | None:
    """The nearest changes of every request of a plan; None where they were not worked out."""
    row = PlanStudy.objects.filter(plan=plan, kind=StudyKind.CHANGES, state=StudyState.DONE).only("result").first()
    return row.result["changes"] if row else None


def to_answer() -> QuerySet[PlanStudy]:
    """Studies that wait for their answer, or are being worked on."""
    return PlanStudy.objects.filter(state=StudyState.WAITING, plan__state__in=STUDIED)


def to_begin() -> list[int]:
    """Checked plans of policies whose nearest changes are looked for without being asked."""
    rows = Plan.objects.filter(state=PlanState.CHECKED, policy__policy__in=sorted(AT_ONCE))
    rows = rows.exclude(studies__kind=StudyKind.CHANGES)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def work(study: int) -> dict[str, Any]:
    """What a child needs to find the answer."""
    row = PlanStudy.objects.select_related("plan").defer("plan__reasons", "plan__outline").get(pk=study)
    return {"kind": row.kind, "plan": document(row.plan), "draws": DRAWS[row.plan.policy["policy"]]}
