"""Asks for studies of a plan, hands them to a worker, and keeps what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role
from madang.portal.journal import actions as journal
from madang.portal.plans.models import Plan
from madang.portal.studies.models import PlanStudy
from madang.portal.studies.rules import StudyKind, StudyState, check_askable
from madang.portal.transactions import action


@action
def ask(*, by: Actor, now: datetime, plan: int, kinds: Sequence[str]) -> int:
    """Has questions about a plan answered in the background; gives how many are new.

    One that failed or was stopped goes on from what it had found.

    Refused: "not_allowed_for_role", "study_of_unsolved_plan", "study_does_not_fit".
    """
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = Plan.objects.only("state", "policy", "outline").filter(pk=plan).first()
    if row is None:
        raise Refused("not_found")
    for kind in kinds:
        check_askable(row.state, kind, row.policy, row.outline["rules"] if row.outline else [])
    again = PlanStudy.objects.filter(plan=row, kind__in=kinds, state__in=[StudyState.FAILED, StudyState.STOPPED])
    given = {"state": StudyState.WAITING, "failure": {}, "progress": {}}
    tried = again.update(**given, claimed_until=None, asked_by_id=by.person, asked_at=now)
    known = set(PlanStudy.objects.filter(plan=row).values_list("kind", flat=True))
    new = [PlanStudy(plan=row, kind=kind, asked_by_id=by.person, asked_at=now) for kind in kinds if kind not in known]
    PlanStudy.objects.bulk_create(new)
    journal.record(by=by, now=now, did="studies.ask", kind="plan", subject=plan, kinds=list(kinds))
    return len(new) + tried


@action
def stop(*, by: Actor, now: datetime, plan: int, kind: str) -> None:
    """Stops a question that waits or is being answered; its worker ends the process when it next looks.

    Refused: "not_allowed_for_role". Stale where no such question is under way.
    """
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    mine = PlanStudy.objects.filter(plan=plan, kind=kind, state=StudyState.WAITING)
    if not mine.update(state=StudyState.STOPPED, claimed_until=None):
        raise Stale("study")
    journal.record(by=by, now=now, did="studies.stop", kind="plan", subject=plan, kinds=[kind])


@action
def begin(*, now: datetime, plan: int) -> None:
    """The worker's own question: the nearest changes of a plan of a list."""
    PlanStudy.objects.create(plan_id=plan, kind=StudyKind.CHANGES, asked_at=now)
    journal.record(by=WORKER, now=now, did="studies.ask", kind="plan", subject=plan, kinds=[StudyKind.CHANGES])


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
