"""Notes charges that came otherwise and has people decide on them; checks, closes and reopens months of the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.journal.actions import record
from madang.portal.ledger import actions as ledger
from madang.portal.ledger import importer, monthly
from madang.portal.ledger import queries as books
from madang.portal.ledger.rules import Usage
from madang.portal.months import queries, rules
from madang.portal.months.models import CheckLine, MonthCheck, MonthClose, UsageDifference
from madang.portal.months.rules import CheckState, Compared, DifferenceState, MonthState
from madang.portal.transactions import action


@action
def note_changed(*, by: Actor, now: datetime, usages: Iterable[Usage]) -> int:
    """Notes charges that are in the book otherwise; one that was noted just so changes nothing. Gives how many."""
    return sum(_noted(by, now, usage) for usage in usages)


def _noted(by: Actor, now: datetime, usage: Usage) -> bool:
    row = queries.difference_of(usage.source, usage.key)
    place = {"owner": usage.owner, "pool_id": usage.pool, "month": usage.month, "day": usage.day, "came": usage.amount}
    if row and all(getattr(row, name) == value for name, value in place.items()):
        return False
    stands = sum(moved.amount for moved in monthly.standing(usage.source, _key(usage.key, row.revision if row else 0)))
    what = place | {"subject": usage.subject, "stands": stands, "noted_at": now}
    if row is None:
        row = UsageDifference.objects.create(source=usage.source, key=usage.key, code=rules.CHANGED, **what)
    else:
        undecided = {"state": DifferenceState.OPEN, "decided_by": None, "decided_at": None, "reason": ""}
        _swap(row, **what, **undecided)
    facts = {"source": usage.source, "key": usage.key, "stands": stands, "came": usage.amount}
    record(by=by, now=now, did="months.note", kind="usage_difference", subject=row.pk, **facts)
    return True


def _key(key: str, revision: int) -> str:
    """The key under which a charge that was taken over anew stands in the book."""
    return f"{key}~{revision}" if revision else key


def _swap(row: UsageDifference, **changes: object) -> None:
    same = UsageDifference.objects.filter(pk=row.pk, version=row.version)
    if not same.update(version=F("version") + 1, **changes):
        raise Stale("usage_difference")


@action
def note_oddity(*, by: Actor, now: datetime, source: str, job: str, code: str, facts: dict[str, object]) -> bool:
    """Notes use that the backend tells of and that cannot be charged as it stands, once."""
    key = rules.key_of_oddity(job, code, facts.items())
    given = {"code": code, "facts": facts, "subject": job[:40], "noted_at": now}
    row, made = UsageDifference.objects.get_or_create(source=source[:40], key=key, defaults=given)
    if made:
        record(by=by, now=now, did="months.note", kind="usage_difference", subject=row.pk, source=source, code=code)
    return made


@action
def settle(*, by: Actor, now: datetime, difference: int, reason: str) -> UsageDifference:
    """Takes a charge over as it came: undoes what stands and posts it anew, in its month or as an adjustment.

    Refused: ``not_allowed_for_role``, ``reason_needed``, ``difference_decided``, ``difference_is_no_charge``.
    """
    row = _decidable(by, difference)
    if row.code != rules.CHANGED:
        raise Refused("difference_is_no_charge")
    owner, pool, subject = row.owner, row.pool_id, row.subject
    held = books.held_by([subject]).get((owner, pool, subject), 0) if subject else 0
    for moved in monthly.standing(row.source, _key(row.key, row.revision)):
        ledger.reverse(by=by, now=now, movement=moved.pk)
    key = _key(row.key, row.revision + 1)
    usage = Usage(row.source, key, owner, pool, subject, row.month, row.day, row.came)
    importer.post(by=by, now=now, usages=[usage])
    # What the undone charge gave back to its job's hold, and the new one did not take, is nobody's hold any more.
    freed = books.held_by([subject]).get((owner, pool, subject), 0) - held if subject else 0
    if freed > 0:
        what = {"source": row.source, "key": f"{key}/release", "subject": subject, "amount": freed}
        ledger.release(by=by, now=now, owner=owner, pool=pool, **what)
    return _decided(by, now, row, DifferenceState.SETTLED, reason, revision=row.revision + 1)


@action
def dismiss(*, by: Actor, now: datetime, difference: int, reason: str) -> UsageDifference:
    """Leaves the book as it stands, with a reason. Refused as `settle`, for what is no charge not."""
    return _decided(by, now, _decidable(by, difference), DifferenceState.DISMISSED, reason)


def _decidable(by: Actor, difference: int) -> UsageDifference:
    rules.refuse_unless_checking(by)
    row = UsageDifference.objects.filter(pk=difference).first()
    if row is None:
        raise Refused("not_found")
    if row.state != DifferenceState.OPEN:
        raise Refused("difference_decided")
    return row


def _decided(
    by: Actor, now: datetime, row: UsageDifference, state: DifferenceState, reason: str, **more: int
) -> UsageDifference:
    said = rules.refuse_unless_reason(reason)
    _swap(row, state=state, decided_by=by.person, decided_at=now, reason=said, **more)
    did = "months.settle" if state == DifferenceState.SETTLED else "months.dismiss"
    facts = {"source": row.source, "key": row.key, "stands": row.stands, "came": row.came}
    record(by=by, now=now, did=did, kind="usage_difference", subject=row.pk, **facts)
    return UsageDifference.objects.get(pk=row.pk)


@action
def want_check(*, by: Actor, now: datetime, month: str) -> MonthCheck:
    """Asks the worker for a check of a month that is over. Refused: ``month_not_over_yet``, ``month_closed``."""
    rules.refuse_unless_checking(by)
    place = queries.month(month, now)
    if place.state != MonthState.GRACE:
        rules.refuse_unless_closable(place.state, month, place.closes_from)
    given = {"asked_by_id": by.person, "asked_at": now}
    row, made = MonthCheck.objects.get_or_create(month=month, state=CheckState.WANTED, defaults=given)
    if made:
        record(by=by, now=now, did="months.want_check", kind="accounting_month", subject=month)
    return row


@action
def store_check(*, by: Actor, now: datetime, check: MonthCheck, lines: Sequence[Compared]) -> None:
    """Keeps what the worker compared. Stale where another worker was first."""
    differing = sum(1 for line in lines if line.booked != line.reported)
    found = {"equal": len(lines) - differing, "differing": differing, "digest": _digest(check.month)}
    wanted = MonthCheck.objects.filter(pk=check.pk, state=CheckState.WANTED)
    if not wanted.update(state=CheckState.DONE, checked_at=now, **found):
        raise Stale("month_check")
    rows = (CheckLine(check_of=check, **line._asdict()) for line in lines)
    CheckLine.objects.bulk_create(rows, batch_size=1000)
    record(by=by, now=now, did="months.check", kind="accounting_month", subject=check.month, **found)


def _digest(month: str) -> str:
    return rules.digest(monthly.used_by_source(month))


@action
def accept(*, by: Actor, now: datetime, line: int, reason: str) -> CheckLine:
    """Accepts a difference of the last check by name. Refused: ``reason_needed``, ``check_line_equal``."""
    rules.refuse_unless_checking(by)
    said = rules.refuse_unless_reason(reason)
    rows = queries.differing(CheckLine.objects.filter(pk=line, accepted_at__isnull=True))
    if not rows.update(reason=said, accepted_by=by.person, accepted_at=now):
        raise Refused("check_line_equal")
    row = CheckLine.objects.select_related("check_of").get(pk=line)
    facts = {"owner": row.owner, "unit": row.unit, "booked": row.booked, "reported": row.reported}
    record(by=by, now=now, did="months.accept", kind="accounting_month", subject=row.check_of.month, **facts)
    return row


@action
def draft_close(*, by: Actor, now: datetime, number: int, comment: str) -> Approval:
    """Lays the close of a month before an approver.

    Refused: ``month_not_over_yet``, ``month_still_in_grace``, ``month_closed``, ``check_missing``, ``check_outdated``,
    ``check_differs`` (count), ``differences_open`` (count), and as `approvals.draft`.
    """
    check = _closable(rules.month_of(number), now)
    facts = {"month": check.month, "check": check.pk}
    kind = ApprovalKind.CLOSE_MONTH
    return approvals.draft(by=by, now=now, kind=kind, subject=number, comment=comment, **facts)


@action
def close(*, by: Actor, now: datetime, number: int, comment: str, document_number: str) -> MonthClose:
    """Approves the drafted close and closes the month. Refused as `draft_close` and `approvals.approve`, and
    ``check_outdated`` where another check was made since.
    """
    month, given = rules.month_of(number), {"comment": comment, "document_number": document_number}
    approval = approvals.approve(by=by, now=now, kind=ApprovalKind.CLOSE_MONTH, subject=number, **given)
    check = _closable(month, now)
    if check.pk != approval.facts["check"]:
        raise Refused("check_outdated", month=month)
    ledger.close_month(now=now, month=month)
    # The month is ours now: use that was posted since the check was read would show here.
    if check.digest != _digest(month):
        raise Refused("check_outdated", month=month)
    row = MonthClose.objects.create(month=month, check_of=check, approval=approval, closed_at=now)
    facts = {"check": check.pk, "equal": check.equal, "differing": check.differing, "digest": check.digest}
    record(by=by, now=now, did="months.close", kind="accounting_month", subject=month, **facts)
    return row


def _closable(month: str, now: datetime) -> MonthCheck:
    place = queries.month(month, now)
    rules.refuse_unless_closable(place.state, month, place.closes_from)
    if place.open_differences:
        raise Refused("differences_open", month=month, count=place.open_differences)
    check = queries.last_check(month)
    if check is None:
        raise Refused("check_missing", month=month)
    if check.digest != _digest(month):
        raise Refused("check_outdated", month=month)
    if count := queries.unaccepted(check.pk):
        raise Refused("check_differs", month=month, count=count)
    return check


@action
def draft_reopening(*, by: Actor, now: datetime, number: int, comment: str) -> Approval:
    """Lays the reopening of a month before an approver; the comment is the reason.

    Refused: ``reason_needed``, ``month_not_closed``, ``month_already_issued``, and as `approvals.draft`.
    """
    month = rules.month_of(number)
    if not comment.strip():
        raise Refused("reason_needed", field="comment")
    _reopenable(month, now)
    kind = ApprovalKind.REOPEN_MONTH
    return approvals.draft(by=by, now=now, kind=kind, subject=number, comment=comment, month=month)


def _reopenable(month: str, now: datetime) -> None:
    place = queries.month(month, now)
    if place.state == MonthState.ISSUED:
        raise Refused("month_already_issued", month=month)
    if place.state != MonthState.CLOSED:
        raise Refused("month_not_closed", month=month)


@action
def reopen(*, by: Actor, now: datetime, number: int, comment: str, document_number: str) -> int:
    """Approves the reopening: adjustments count in their month again, and a new check is asked for. Gives how many.

    Refused as `draft_reopening`, `ledger.reopen_month` and `approvals.approve`.
    """
    month, given = rules.month_of(number), {"comment": comment, "document_number": document_number}
    approval = approvals.approve(by=by, now=now, kind=ApprovalKind.REOPEN_MONTH, subject=number, **given)
    _reopenable(month, now)
    back = ledger.reopen_month(month=month)
    MonthClose.objects.filter(month=month, reopened_at__isnull=True).update(reopening=approval, reopened_at=now)
    MonthCheck.objects.get_or_create(month=month, state=CheckState.WANTED, defaults={"asked_at": now})
    record(by=by, now=now, did="months.reopen", kind="accounting_month", subject=month, adjustments=back)
    return back
