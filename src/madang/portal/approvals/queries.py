"""Reads what waits for a second person, and what was decided."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind, ApprovalState, may_decide
from madang.portal.tasks import Task


def approvals(by: Actor) -> QuerySet[Approval]:
    """Every draft with its fate, newest first, for staff and auditors; nothing for others."""
    rows = Approval.objects.select_related("drafted_by", "decided_by").order_by("-pk")
    return rows if by.reads_everything else rows.none()


def waiting(by: Actor) -> QuerySet[Approval]:
    """Drafts that wait for a second person, oldest first, as far as the actor may see them."""
    return approvals(by).filter(state=ApprovalState.WAITING).order_by("pk")


def decided(by: Actor) -> QuerySet[Approval]:
    """Drafts that were approved, rejected or withdrawn, newest first."""
    return approvals(by).exclude(state=ApprovalState.WAITING)


def history(by: Actor, kind: ApprovalKind, subject: int) -> QuerySet[Approval]:
    """All drafts of a kind on one subject, newest first; for the page of that subject."""
    return approvals(by).filter(kind=kind, subject=subject)


def waiting_for(kind: ApprovalKind, subject: int) -> Approval | None:
    """The one draft of this kind that waits on this subject; for the domain that carries out the deed."""
    rows = Approval.objects.filter(kind=kind, subject=subject, state=ApprovalState.WAITING)
    return rows.select_related("drafted_by").first()


def decidable(by: Actor) -> QuerySet[Approval]:
    """Drafts that this very actor may decide on: of a kind for their role, and not their own."""
    kinds = [kind for kind in ApprovalKind if may_decide(by, kind)]
    return waiting(by).filter(kind__in=kinds).exclude(drafted_by=by.person)


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For an approver: how many drafts wait."""
    count = decidable(by).count()
    return [Task(gettext("Drafts that wait for your approval"), reverse("approvals"), count)] if count else []
