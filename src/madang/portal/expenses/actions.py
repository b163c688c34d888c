"""Enters what the centre spent in a period, line by line, and agrees on it by two people."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals import queries as drafts
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.expenses import queries, rules
from madang.portal.expenses.models import ExpenseLine, ExpenseMonth, ExpenseSheet
from madang.portal.expenses.rules import ExpenseKind, SheetState
from madang.portal.journal.actions import record
from madang.portal.transactions import action
from madang.values import Month

KIND = ApprovalKind.AGREE_EXPENSES


@action
def start(*, by: Actor, now: datetime, first_month: str, length: int) -> ExpenseSheet:
    """Begins the sheet of a period that is over; a period that has one begins with its lines, to be put right.

    Refused: "not_allowed_for_role", "month_not_written", "expense_period_wrong", "expense_period_runs",
    "expense_draft_stands", "expense_overlaps" (month).
    """
    rules.refuse_unless_entering(by)
    months = rules.period(first_month, length)
    rules.refuse_unless_over(months, Month.of(now, settings.MADANG_ZONE))
    before = _replaced(months, first_month, length)
    try:
        with transaction.atomic():
            row = ExpenseSheet.objects.create(
                first_month=first_month, length=length, entered_by_id=by.person, entered_at=now
            )
    except IntegrityError as error:
        if queries.draft_of(first_month, length) is None:
            raise
        raise Refused("expense_draft_stands", field="first_month") from error
    lines = ExpenseLine.objects.filter(sheet=before).order_by("pk").values("kind", "pool_id", "amount", "document")
    ExpenseLine.objects.bulk_create(ExpenseLine(sheet=row, **line) for line in lines)
    facts = {"first_month": first_month, "months": length}
    record(by=by, now=now, did="expenses.start", kind="expense_sheet", subject=row.pk, **facts)
    return row


def _replaced(months: list[str], first_month: str, length: int) -> int | None:
    """The agreed sheet of this very period; refuses ``expense_overlaps`` where one of another period holds a month."""
    found = queries.agreed(months)
    for month, sheet in sorted(found.items()):
        if not ExpenseSheet.objects.filter(pk=sheet, first_month=first_month, length=length).exists():
            raise Refused("expense_overlaps", month=month, field="first_month")
    return next(iter(found.values()), None)


def _changing(by: Actor, sheet: int) -> None:
    # first the row, then the draft: whoever lays it before an approver meets us at the row
    rules.refuse_unless_entering(by)
    if not ExpenseSheet.objects.filter(pk=sheet, state=SheetState.DRAFT).update(version=F("version") + 1):
        raise Refused("expense_agreed")
    if drafts.waiting_for(KIND, sheet) is not None:
        raise Refused("expense_draft_waits")


@action
def add_line(
    *, by: Actor, now: datetime, sheet: int, kind: ExpenseKind, pool: int | None, amount: int, document: str
) -> ExpenseLine:
    """Enters what was spent, for one pool or for all.

    Refused: "not_allowed_for_role", "expense_agreed", "expense_draft_waits", and as `rules.refuse_line`.
    """
    _changing(by, sheet)
    rules.refuse_line(amount, document)
    given = {"pool_id": pool, "amount": amount, "document": document.strip()}
    row = ExpenseLine.objects.create(sheet_id=sheet, kind=ExpenseKind(kind), **given)
    facts = {"of": str(kind), "pool": pool, "amount_won": amount}
    record(by=by, now=now, did="expenses.add_line", kind="expense_sheet", subject=sheet, **facts)
    return row


@action
def remove_line(*, by: Actor, now: datetime, sheet: int, line: int) -> None:
    """Takes a line off a draft. Refused as `add_line`, and "not_found"."""
    _changing(by, sheet)
    if not ExpenseLine.objects.filter(pk=line, sheet=sheet).delete()[0]:
        raise Refused("not_found")
    record(by=by, now=now, did="expenses.remove_line", kind="expense_sheet", subject=sheet, line=line)


@action
def lay_before(*, by: Actor, now: datetime, sheet: int, comment: str) -> Approval:
    """Lays a sheet before an approver: these are all costs of the period. Refused: "expense_agreed", "expense_empty",
    "expense_draft_waits".
    """
    _changing(by, sheet)
    row = ExpenseSheet.objects.get(pk=sheet)
    won = sum(amount for _pool, amount in queries.spent([sheet]))
    if not won:
        raise Refused("expense_empty")
    facts = {"period": row.first_month, "months": row.length, "amount_won": won, "version": row.version}
    return approvals.draft(by=by, now=now, kind=KIND, subject=sheet, comment=comment, **facts)


@action
def agree(*, by: Actor, now: datetime, sheet: int, comment: str, document_number: str) -> None:
    """The second person agrees: the sheet stands for its months from now on, in place of an earlier one.

    Refused as `approvals.approve`, and "expense_overlaps" (month).
    """
    given = {"comment": comment, "document_number": document_number}
    approval = approvals.approve(by=by, now=now, kind=KIND, subject=sheet, **given)
    same = ExpenseSheet.objects.filter(pk=sheet, state=SheetState.DRAFT, version=approval.facts["version"])
    if not same.update(state=SheetState.AGREED, agreed_at=now):
        raise Stale("expense_sheet")
    row = ExpenseSheet.objects.get(pk=sheet)
    months = rules.period(row.first_month, row.length)
    before = _replaced(months, row.first_month, row.length)
    if before is None:
        ExpenseMonth.objects.bulk_create(ExpenseMonth(month=month, sheet=row) for month in months)
    elif ExpenseMonth.objects.filter(sheet=before).update(sheet=row) != len(months):
        raise Stale("expense_sheet")
    else:
        ExpenseSheet.objects.filter(pk=before, state=SheetState.AGREED).update(state=SheetState.REPLACED)
    facts = {"period": row.first_month, "months": row.length, "amount_won": approval.facts["amount_won"]}
    record(by=by, now=now, did="expenses.agree", kind="expense_sheet", subject=sheet, **facts)
