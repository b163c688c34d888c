"""Reads studies of plans, for those who may see the plans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

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


def waiting(now: datetime) -> list[int]:
    """Studies that nobody works on, or whose worker has let its lease run out; cheap ones of lists first."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    rows = PlanStudy.objects.filter(free, state=StudyState.WAITING, plan__state__in=STUDIED).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def to_begin() -> list[int]:
    """Checked plans of policies whose nearest changes are looked for without being asked."""
    rows = Plan.objects.filter(state=PlanState.CHECKED, policy__policy__in=sorted(AT_ONCE))
    rows = rows.exclude(studies__kind=StudyKind.CHANGES)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def work(study: int) -> dict[str, Any]:
    """What a child needs to find the answer."""
    row = PlanStudy.objects.select_related("plan").defer("plan__reasons", "plan__outline").get(pk=study)
    return {"kind": row.kind, "plan": document(row.plan), "draws": DRAWS[row.plan.policy["policy"]]}
