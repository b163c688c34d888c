"""Drafts an act, and approves, rejects or withdraws it; called within the action that carries out the deed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.approvals import queries
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import DECIDING_ROLES, ApprovalKind, ApprovalState, may_decide, may_draft
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions as outbox
from madang.portal.people import queries as people
from madang.portal.transactions import action

LINK = "/staff/approvals/"


@action
def draft(*, by: Actor, now: datetime, kind: ApprovalKind, subject: int, comment: str, **facts: object) -> Approval:
    """Lays one act before a second person and tells those who can decide.

    `subject` is the id of the row acted on; `facts` are what the approver must see (ids, codes, numbers).
    Refused: "not_allowed_for_role", "approval_already_waiting".
    """
    if not may_draft(by, kind):
        raise Refused("not_allowed_for_role")
    try:
        with transaction.atomic():
            row = Approval.objects.create(
                kind=kind,
                subject=subject,
                facts=facts,
                drafted_by_id=by.person,
                drafted_at=now,
                draft_comment=comment.strip(),
            )
    except IntegrityError as error:
        if queries.waiting_for(kind, subject) is None:
            raise
        raise Refused("approval_already_waiting") from error
    journal.record(by=by, now=now, did="approvals.draft", kind="approval", subject=row.pk, of=kind, on=subject)
    _tell_deciders(row, now)
    return row


def _tell_deciders(row: Approval, now: datetime) -> None:
    for role in sorted(DECIDING_ROLES[ApprovalKind(row.kind)]):
        for person in people.persons_with(role).exclude(pk=row.drafted_by_id):
            outbox.write(
                now=now,
                key=f"approval-{row.pk}-waiting-{person.pk}",
                code="approval_waiting",
                person=person.pk,
                address=person.email,
                language=person.language,
                link=LINK,
                centre=settings.MADANG_CENTRE_NAME[person.language],
            )


@action
def approve(
    *, by: Actor, now: datetime, kind: ApprovalKind, subject: int, comment: str, document_number: str
) -> Approval:
    """Approves the waiting draft of this kind on this subject, under the body's own document number.

    Refused: "not_allowed_for_role", "approval_none_waiting", "approval_same_person", "approval_document_needed".
    Stale when somebody decided at the same moment.
    """
    number = document_number.strip()
    if not number:
        raise Refused("approval_document_needed", field="document_number")
    return _decide(by, now, kind, subject, ApprovalState.APPROVED, comment, number)


@action
def reject(*, by: Actor, now: datetime, kind: ApprovalKind, subject: int, comment: str) -> Approval:
    """Rejects the waiting draft, with the reason; refusals as for `approve`, and "approval_reason_needed"."""
    if not comment.strip():
        raise Refused("approval_reason_needed", field="comment")
    return _decide(by, now, kind, subject, ApprovalState.REJECTED, comment, "")


def _decide(
    by: Actor, now: datetime, kind: ApprovalKind, subject: int, state: ApprovalState, comment: str, number: str
) -> Approval:
    if not may_decide(by, kind):
        raise Refused("not_allowed_for_role")
    row = queries.waiting_for(kind, subject)
    if row is None:
        raise Refused("approval_none_waiting")
    if row.drafted_by_id == by.person:
        raise Refused("approval_same_person")
    changed = Approval.objects.filter(pk=row.pk, state=ApprovalState.WAITING).update(
        state=state, decided_by=by.person, decided_at=now, decision_comment=comment.strip(), document_number=number
    )
    if not changed:
        raise Stale("approval")
    verb = "approve" if state is ApprovalState.APPROVED else "reject"
    journal.record(by=by, now=now, did=f"approvals.{verb}", kind="approval", subject=row.pk, of=kind, on=subject)
    _tell_drafter(row, f"approval_{state}", now)
    return Approval.objects.get(pk=row.pk)


def _tell_drafter(row: Approval, code: str, now: datetime) -> None:
    person = row.drafted_by
    if person.email:
        outbox.write(
            now=now,
            key=f"approval-{row.pk}-decided",
            code=code,
            person=person.pk,
            address=person.email,
            language=person.language,
            link=LINK,
            centre=settings.MADANG_CENTRE_NAME[person.language],
        )


@action
def withdraw(*, by: Actor, now: datetime, kind: ApprovalKind, subject: int) -> Approval:
    """Takes one's own draft back while it waits; Refused "approval_none_waiting", "approval_not_yours"."""
    row = queries.waiting_for(kind, subject)
    if row is None:
        raise Refused("approval_none_waiting")
    if row.drafted_by_id != by.person:
        raise Refused("approval_not_yours")
    if not Approval.objects.filter(pk=row.pk, state=ApprovalState.WAITING).update(state=ApprovalState.WITHDRAWN):
        raise Stale("approval")
    journal.record(by=by, now=now, did="approvals.withdraw", kind="approval", subject=row.pk, of=kind, on=subject)
    return Approval.objects.get(pk=row.pk)
