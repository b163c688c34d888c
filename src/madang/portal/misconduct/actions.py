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
from madang.portal.misconduct import queries, rules
from madang.portal.misconduct.models import Misconduct
from madang.portal.reviews.rules import manager_of
from madang.portal.transactions import action


@action
def note(
    *, by: Actor, now: datetime, reviewer: int, found_on: date, ground: str, reference: str, comment: str = ""
) -> Misconduct:
    """Notes what was found of an expert, when and by which document, and lays it before an approver.

    Refused: "not_allowed_for_role", "not_found", "misconduct_found_ahead", "misconduct_ground_needed",
    "misconduct_reference_needed".
    """
    manager = manager_of(by)
    row = queries.experts(by).filter(pk=reviewer).first()
    if row is None:
        raise Refused("not_found")
    rules.check_finding(found_on, ground, reference, local_day(now))
    given = {"found_on": found_on, "ground": ground.strip()[:1000], "reference": reference.strip()[:120]}
    made = Misconduct.objects.create(reviewer=row, noted_by_id=manager, noted_at=now, **given)
    lay_before(by=by, now=now, misconduct=made.pk, comment=comment)
    journal.record(by=by, now=now, did="misconduct.note", kind="misconduct", subject=made.pk, reviewer=reviewer)
    return made


@action
def lay_before(*, by: Actor, now: datetime, misconduct: int, comment: str) -> Approval:
    """Lays a finding that is not confirmed before an approver, again where it was turned down.

    Refused: "not_found", and as `approvals.draft`.
    """
    row = queries.findings(by).filter(pk=misconduct, confirmed_at__isnull=True).first()
    if row is None:
        raise Refused("not_found")
    facts = {"reviewer": row.reviewer_id, "found_on": row.found_on.isoformat()}
    return approvals.draft(by=by, now=now, kind=ApprovalKind.MISCONDUCT, subject=misconduct, comment=comment, **facts)


@action
def confirm(*, by: Actor, now: datetime, misconduct: int, comment: str, document_number: str) -> None:
    """The approver's half: from now on the expert is kept out, as long as the rules of a call say.

    Refused as `approvals.approve`. Stale when it was confirmed meanwhile.
    """
    given = {"comment": comment, "document_number": document_number}
    approvals.approve(by=by, now=now, kind=ApprovalKind.MISCONDUCT, subject=misconduct, **given)
    rows = Misconduct.objects.filter(pk=misconduct, confirmed_at__isnull=True)
    if not rows.update(confirmed_by=by.person, confirmed_at=now):
        raise Stale("misconduct")
    journal.record(by=by, now=now, did="misconduct.confirm", kind="misconduct", subject=misconduct)


@action
def annul(*, by: Actor, now: datetime, misconduct: int, reason: str) -> None:
    """An approver annuls a finding with a reason; it bars nobody any more, and stays on record.

    Refused: "not_allowed_for_role", "not_found", "misconduct_reason_needed". Stale when it was annulled meanwhile.
    """
    if not may_decide(by, ApprovalKind.MISCONDUCT):
        raise Refused("not_allowed_for_role")
    if not queries.findings(by).filter(pk=misconduct, confirmed_at__isnull=False).exists():
        raise Refused("not_found")
    rules.check_reason(reason)
    rows = Misconduct.objects.filter(pk=misconduct, annulled_at__isnull=True)
    if not rows.update(annulled_by=by.person, annulled_at=now, annulled_reason=reason.strip()[:500]):
        raise Stale("misconduct")
    journal.record(by=by, now=now, did="misconduct.annul", kind="misconduct", subject=misconduct)
