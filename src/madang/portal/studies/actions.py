"""Asks for studies of a plan, hands them to a worker, and keeps what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role
from madang.portal.journal import actions as journal
from madang.portal.plans.models import Plan
from madang.portal.studies.models import PlanStudy
from madang.portal.studies.rules import StudyKind, StudyState, check_askable
from madang.portal.transactions import action

LEASE = timedelta(seconds=60)


@action
def ask(*, by: Actor, now: datetime, plan: int, kinds: Sequence[str]) -> int:
    """Has questions about a plan answered in the background; gives how many are new. One that failed is tried anew.

    Refused: "not_allowed_for_role", "study_of_unsolved_plan", "study_does_not_fit".
    """
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = Plan.objects.only("state", "policy", "outline").filter(pk=plan).first()
    if row is None:
        raise Refused("not_found")
    for kind in kinds:
        check_askable(row.state, kind, row.policy, row.outline["rules"] if row.outline else [])
    PlanStudy.objects.filter(plan=row, kind__in=kinds, state=StudyState.FAILED).delete()
    known = set(PlanStudy.objects.filter(plan=row).values_list("kind", flat=True))
    new = [PlanStudy(plan=row, kind=kind, asked_by_id=by.person, asked_at=now) for kind in kinds if kind not in known]
    PlanStudy.objects.bulk_create(new)
    journal.record(by=by, now=now, did="studies.ask", kind="plan", subject=plan, kinds=list(kinds))
    return len(new)


@action
def begin(*, now: datetime, plan: int) -> None:
    """The worker's own question: the nearest changes of a plan of a list."""
    PlanStudy.objects.create(plan_id=plan, kind=StudyKind.CHANGES, asked_at=now)
    journal.record(by=WORKER, now=now, did="studies.ask", kind="plan", subject=plan, kinds=[StudyKind.CHANGES])


@action
def claim(*, now: datetime, study: int) -> datetime | None:
    """Takes a study for a minute; None when another worker was first."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    until = now + LEASE
    mine = PlanStudy.objects.filter(free, pk=study, state=StudyState.WAITING)
    return until if mine.update(claimed_until=until, progress={}) else None


@action
def keep_claim(*, now: datetime, study: int, until: datetime, progress: dict[str, Any] | None) -> datetime | None:
    """Renews a lease and shows how far the work is; None when the claim was lost."""
    renewed = now + LEASE
    changes: dict[str, Any] = {"claimed_until": renewed} | ({"progress": progress} if progress is not None else {})
    mine = PlanStudy.objects.filter(pk=study, state=StudyState.WAITING, claimed_until=until)
    return renewed if mine.update(**changes) else None


@action
def finish(*, now: datetime, study: int, until: datetime, result: dict[str, Any]) -> None:
    """Keeps the answer; Stale when the claim was lost."""
    mine = PlanStudy.objects.filter(pk=study, state=StudyState.WAITING, claimed_until=until)
    if not mine.update(state=StudyState.DONE, result=result, done_at=now, claimed_until=None):
        raise Stale("study")
    journal.record(by=WORKER, now=now, did="studies.finish", kind="study", subject=study)


@action
def fail(*, now: datetime, study: int, until: datetime, failure: dict[str, Any]) -> None:
    """Notes why there is no answer; Stale when the claim was lost."""
    mine = PlanStudy.objects.filter(pk=study, state=StudyState.WAITING, claimed_until=until)
    if not mine.update(state=StudyState.FAILED, failure=failure, claimed_until=None):
        raise Stale("study")
    journal.record(by=WORKER, now=now, did="studies.fail", kind="study", subject=study)
