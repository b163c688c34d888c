"""Notes a finding of misconduct, confirms it by a second person, and annuls it; nothing is ever deleted."""

from __future__ import annotations

from datetime import date, datetime

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind, may_decide
from madang.portal.eligibility.queries import local_day
from madang.portal.journal import actions as journal
from madang.portal.reviews.rules import manager_of
from madang.portal.sanctions import queries, rules
from madang.portal.sanctions.models import Sanction
from madang.portal.transactions import action


@action
def note(
    *, by: Actor, now: datetime, reviewer: int, found_on: date, ground: str, reference: str, comment: str = ""
) -> Sanction:
    """Notes what was found of an expert, when and by which document, and lays it before an approver.

    Refused: "not_allowed_for_role", "not_found", "sanction_found_ahead", "sanction_ground_needed",
    "sanction_reference_needed".
    """
    manager = manager_of(by)
    row = queries.experts(by).filter(pk=reviewer).first()
    if row is None:
        raise Refused("not_found")
    rules.check_finding(found_on, ground, reference, local_day(now))
    given = {"found_on": found_on, "ground": ground.strip()[:1000], "reference": reference.strip()[:120]}
    made = Sanction.objects.create(reviewer=row, noted_by_id=manager, noted_at=now, **given)
    lay_before(by=by, now=now, sanction=made.pk, comment=comment)
    journal.record(by=by, now=now, did="sanctions.note", kind="sanction", subject=made.pk, reviewer=reviewer)
    return made


@action
def lay_before(*, by: Actor, now: datetime, sanction: int, comment: str) -> Approval:
    """Lays a finding that is not confirmed before an approver, again where it was turned down.

    Refused: "not_found", and as `approvals.draft`.
    """
    row = queries.sanctions(by).filter(pk=sanction, confirmed_at__isnull=True).first()
    if row is None:
        raise Refused("not_found")
    facts = {"reviewer": row.reviewer_id, "found_on": row.found_on.isoformat()}
    return approvals.draft(by=by, now=now, kind=ApprovalKind.SANCTION, subject=sanction, comment=comment, **facts)


@action
def confirm(*, by: Actor, now: datetime, sanction: int, comment: str, document_number: str) -> None:
    """The approver's half: from now on the expert is kept out, as long as the rules of a call say.

    Refused as `approvals.approve`. Stale when it was confirmed meanwhile.
    """
    given = {"comment": comment, "document_number": document_number}
    approvals.approve(by=by, now=now, kind=ApprovalKind.SANCTION, subject=sanction, **given)
    rows = Sanction.objects.filter(pk=sanction, confirmed_at__isnull=True)
    if not rows.update(confirmed_by=by.person, confirmed_at=now):
        raise Stale("sanction")
    journal.record(by=by, now=now, did="sanctions.confirm", kind="sanction", subject=sanction)


@action
def annul(*, by: Actor, now: datetime, sanction: int, reason: str) -> None:
    """An approver annuls a finding with a reason; it bars nobody any more, and stays on record.

    Refused: "not_allowed_for_role", "not_found", "sanction_reason_needed". Stale when it was annulled meanwhile.
    """
    if not may_decide(by, ApprovalKind.SANCTION):
        raise Refused("not_allowed_for_role")
    if not queries.sanctions(by).filter(pk=sanction, confirmed_at__isnull=False).exists():
        raise Refused("not_found")
    rules.check_reason(reason)
    rows = Sanction.objects.filter(pk=sanction, annulled_at__isnull=True)
    if not rows.update(annulled_by=by.person, annulled_at=now, annulled_reason=reason.strip()[:500]):
        raise Stale("sanction")
    journal.record(by=by, now=now, did="sanctions.annul", kind="sanction", subject=sanction)
