"""Brings receipts in once, puts them onto statements, credits or refunds what is too much, reminds who owes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import queries as awards
from madang.portal.billing.models import Statement
from madang.portal.billing.rules import StatementState
from madang.portal.formats import day, won
from madang.portal.journal.actions import record
from madang.portal.outbox import actions as outbox
from madang.portal.receipts import queries
from madang.portal.receipts.bankfile import Content, digests
from madang.portal.receipts.matching import proposals
from madang.portal.receipts.models import Bank, Chase, ChaseStop, Posting, Receipt, ReceiptFile, Received
from madang.portal.receipts.rules import Balance, Found, PostingKind, refuse_unless_cashier
from madang.portal.transactions import action

BATCH = 500


@action
def set_bank(*, by: Actor, now: datetime, code: str, name: str, columns: dict[str, str], version: int = 0) -> Bank:
    """Notes an account of the centre (`version` 0), or how its files name their columns; Stale where it changed."""
    refuse_unless_cashier(by)
    given = {"name": name, "columns": columns, "changed_at": now}
    if version:
        rows = Bank.objects.filter(code=code, version=version)
        if not rows.update(**given, version=F("version") + 1):
            raise Stale("bank")
    else:
        Bank.objects.create(code=code, **given)
    bank = Bank.objects.get(code=code)
    record(by=by, now=now, did="receipts.set_bank", kind="bank", subject=bank.pk, columns=sorted(columns))
    return bank


@action
def bring_in(*, by: Actor, now: datetime, bank: int, stored: int, name: str, content: Content) -> ReceiptFile:
    """Stores the receipts of a bank's file that are not here yet, all or none, and puts those that fit onto statements.

    `stored` is the kept file that `content` was read from. Refused: ``receipts_have_faults`` (rows),
    ``receipt_file_known``, ``receipts_none``.
    """
    refuse_unless_cashier(by)
    if content.faults:
        raise Refused("receipts_have_faults", rows=len(content.faults))
    if not content.lines:
        raise Refused("receipts_none")
    row = Bank.objects.get(pk=bank)
    file = _file(by, now, row, stored, name)
    listed = list(digests(row.code, content.lines))
    known = queries.known_digests(digest for _, digest in listed)
    fresh = [_receipt(file, line, digest) for line, digest in listed if digest not in known]
    # another file may bring the same rows at the same moment: whoever is second stores none of them
    Receipt.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=BATCH)
    done = Receipt.objects.filter(file=file).count()
    ReceiptFile.objects.filter(pk=file.pk).update(stored=done, repeated=len(listed) - done)
    matched = _match_untouched(by, now)
    facts = {"bank": row.code, "stored": done, "repeated": len(listed) - done, "matched": matched}
    record(by=by, now=now, did="receipts.bring_in", kind="receipt_file", subject=file.pk, **facts)
    return ReceiptFile.objects.get(pk=file.pk)


def _file(by: Actor, now: datetime, bank: Bank, stored: int, name: str) -> ReceiptFile:
    given = {"bank": bank, "file_id": stored, "name": name[:150], "stored": 0, "repeated": 0}
    try:
        with transaction.atomic():
            return ReceiptFile.objects.create(**given, imported_by_id=by.person, imported_at=now)
    except IntegrityError as error:
        raise Refused("receipt_file_known") from error


def _receipt(file: ReceiptFile, line: Any, digest: str) -> Receipt:
    return Receipt(
        file=file,
        place=line.place,
        digest=digest,
        paid_on=line.paid_on,
        amount=line.amount,
        payer=line.payer,
        text=line.text,
        reference=line.reference,
        left=line.amount,
    )


@action
def match_untouched(*, now: datetime) -> int:
    """Puts receipts onto statements that were issued after they came; gives how many."""
    matched = _match_untouched(WORKER, now)
    if matched:
        record(by=WORKER, now=now, did="receipts.match_untouched", kind="receipt", subject="many", matched=matched)
    return matched


def _match_untouched(by: Actor, now: datetime) -> int:
    waiting = queries.untouched()
    found = proposals(waiting, queries.payable()) if waiting else []
    for one in found:
        _match(by, now, one.receipt, one.statement, one.amount, one.found)
    return len(found)


@action
def match(*, by: Actor, now: datetime, receipt: int, statement: int, amount: int) -> Posting:
    """Puts won of a receipt onto an issued statement, also more than it asks for.

    Refused: ``statement_not_issued``, ``receipt_left_too_little`` (left), ``amount_not_above_zero``.
    """
    refuse_unless_cashier(by)
    if not Statement.objects.filter(pk=statement, state=StatementState.ISSUED).exists():
        raise Refused("statement_not_issued", field="statement")
    if amount <= 0:
        raise Refused("amount_not_above_zero", field="amount", amount=amount)
    row = _match(by, now, receipt, statement, amount, Found.PERSON)
    facts = {"receipt": receipt, "amount_won": amount}
    record(by=by, now=now, did="receipts.match", kind="statement", subject=statement, **facts)
    return row


def _match(by: Actor, now: datetime, receipt: int, statement: int, amount: int, found: Found) -> Posting:
    draw(receipt, amount)
    return _post(by, now, statement, amount, kind=PostingKind.MATCH, receipt_id=receipt, found=found)


def draw(receipt: int, amount: int) -> None:
    """Takes won off what is left of a receipt. Refused: ``receipt_left_too_little`` (left)."""
    if not Receipt.objects.filter(pk=receipt, left__gte=amount).update(left=F("left") - amount):
        left = Receipt.objects.filter(pk=receipt).values_list("left", flat=True).first() or 0
        raise Refused("receipt_left_too_little", field="amount", left=left)


def lay_back(receipt: int, amount: int) -> None:
    """Lays won with their receipt again."""
    Receipt.objects.filter(pk=receipt).update(left=F("left") + amount)


def _post(by: Actor, now: datetime, statement: int, amount: int, *, keep: int = 0, **given: Any) -> Posting:
    """One posting, and the sum of its statement with it; what is taken off leaves at least `keep`, or it is refused."""
    least = min(0, Statement.objects.values_list("payable", flat=True).get(pk=statement))
    sums, _ = Received.objects.get_or_create(statement_id=statement, defaults={"least": least})
    rows = Received.objects.filter(pk=sums.pk, amount__gte=keep - amount)
    if not rows.update(amount=F("amount") + amount):
        raise Refused("received_too_little")
    return Posting.objects.create(statement_id=statement, amount=amount, posted_by_id=by.person, posted_at=now, **given)


@action
def undo_match(*, by: Actor, now: datetime, posting: int, reason: str) -> Posting:
    """Takes a match back by a row of its own: the money lies with its receipt again.

    Refused: ``match_reason_needed``, ``match_undone_already``, ``received_too_little`` where the money has been
    credited or refunded meanwhile.
    """
    refuse_unless_cashier(by)
    if not reason.strip():
        raise Refused("match_reason_needed", field="reason")
    row = Posting.objects.filter(pk=posting, kind=PostingKind.MATCH, amount__gt=0).first()
    if row is None:
        raise Refused("not_found")
    if Posting.objects.filter(reverses=row).exists():
        raise Refused("match_undone_already")
    given = {"kind": PostingKind.MATCH, "receipt_id": row.receipt_id, "found": row.found, "reverses": row}
    try:
        with transaction.atomic():
            undone = _post(by, now, row.statement_id, -row.amount, reason=reason.strip(), **given)
    except IntegrityError as error:
        raise Refused("match_undone_already") from error
    lay_back(row.receipt_id, row.amount)
    facts = {"receipt": row.receipt_id, "amount_won": row.amount}
    record(by=by, now=now, did="receipts.undo_match", kind="statement", subject=row.statement_id, **facts)
    return undone


def _balance(statement: int) -> tuple[Statement, Balance]:
    rows = queries.with_received(Statement.objects.filter(pk=statement, state=StatementState.ISSUED))
    row = rows.first()
    if row is None:
        raise Refused("statement_not_issued")
    return row, queries.balance(row)


@action
def credit(*, by: Actor, now: datetime, statement: int, to: int | None = None) -> int:
    """Moves what was paid too much onto another statement of the organisation, as far as that asks for it; gives won.

    Without `to`, onto the one that is due first. Refused: ``nothing_paid_too_much``, ``nothing_to_credit``.
    """
    refuse_unless_cashier(by)
    row, balance = _balance(statement)
    if not balance.excess:
        raise Refused("nothing_paid_too_much")
    others = Statement.objects.filter(organisation=row.organisation_id, state=StatementState.ISSUED).exclude(pk=row.pk)
    owing = queries.with_received(others).filter(received_won__lt=F("asked_won")).order_by("due_on", "pk")
    other = (owing.filter(pk=to) if to else owing).first()
    if other is None:
        raise Refused("nothing_to_credit")
    amount = min(balance.excess, queries.balance(other).owed)
    _post(by, now, row.pk, -amount, keep=balance.payable, kind=PostingKind.CREDIT, other=other)
    _post(by, now, other.pk, amount, kind=PostingKind.CREDIT, other=row)
    record(by=by, now=now, did="receipts.credit", kind="statement", subject=row.pk, to=other.pk, amount_won=amount)
    return amount


@action
def draft_refund(*, by: Actor, now: datetime, statement: int, comment: str) -> int:
    """Lays before an approver that what was paid too much is to be paid back; gives the approval's id.

    Refused: ``nothing_paid_too_much``, and as `approvals.draft`.
    """
    row, balance = _balance(statement)
    if not balance.excess:
        raise Refused("nothing_paid_too_much")
    facts = {"number": row.number, "amount_won": balance.excess, "organisation": row.organisation_id}
    kind = ApprovalKind.REFUND
    return approvals.draft(by=by, now=now, kind=kind, subject=statement, comment=comment, **facts).pk


@action
def refund(*, by: Actor, now: datetime, statement: int, comment: str, document_number: str) -> Posting:
    """Approves the drafted refund and books it: the amount that was drafted, and not if less is too much by now.

    Refused as `approvals.approve`, and ``received_too_little``.
    """
    _row, balance = _balance(statement)
    given = {"comment": comment, "document_number": document_number}
    approval = approvals.approve(by=by, now=now, kind=ApprovalKind.REFUND, subject=statement, **given)
    amount = approval.facts["amount_won"]
    number = {"document_number": approval.document_number}
    posted = _post(by, now, statement, -amount, keep=balance.payable, kind=PostingKind.REFUND, **number)
    facts = {"approval": approval.pk, "amount_won": amount}
    record(by=by, now=now, did="receipts.refund", kind="statement", subject=statement, **facts)
    return posted


@action
def chase(*, now: datetime, statement: Statement, stage: int) -> None:
    """Writes once to the owners of who owes, with what is still to be paid; `statement` comes with `received_won`."""
    owed = queries.balance(statement).owed
    people = awards.owners_of({statement.organisation_id})[statement.organisation_id]
    Chase.objects.create(statement=statement, stage=stage, owed=owed, written_to=len(people), chased_at=now)
    for person in people:
        outbox.write(
            now=now,
            key=f"chase-{statement.pk}-{stage}-{person.pk}",
            code="payment_overdue",
            person=person.pk,
            address=person.email,
            language=person.language,
            link=reverse("statement", args=[statement.pk]),
            number=statement.number,
            owed=won(owed, person.language),
            due=day(statement.due_on, person.language),
            centre=settings.MADANG_CENTRE_NAME[person.language],
        )
    facts = {"stage": stage, "owed_won": owed, "written_to": len(people)}
    record(by=WORKER, now=now, did="receipts.chase", kind="statement", subject=statement.pk, **facts)


@action
def stop_chasing(*, by: Actor, now: datetime, organisation: int, reason: str) -> ChaseStop:
    """From now on nobody of the organisation is written to about what it owes; what it owes stays as it is.

    Refused: ``chase_reason_needed``, ``chase_stopped_already``.
    """
    refuse_unless_cashier(by)
    if not reason.strip():
        raise Refused("chase_reason_needed", field="reason")
    try:
        with transaction.atomic():
            row = ChaseStop.objects.create(
                organisation_id=organisation, reason=reason.strip(), stopped_by_id=by.person, stopped_at=now
            )
    except IntegrityError as error:
        raise Refused("chase_stopped_already") from error
    record(by=by, now=now, did="receipts.stop_chasing", kind="organisation", subject=organisation)
    return row


@action
def resume_chasing(*, by: Actor, now: datetime, organisation: int) -> None:
    """The organisation is chased again, from the next set day on. Stale where it is not stopped."""
    refuse_unless_cashier(by)
    rows = ChaseStop.objects.filter(organisation=organisation, ended_at__isnull=True)
    if not rows.update(ended_by=by.person, ended_at=now):
        raise Stale("chase_stop")
    record(by=by, now=now, did="receipts.resume_chasing", kind="organisation", subject=organisation)
