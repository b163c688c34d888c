"""Books what comes in for a demand, a recovery or a surcharge that stands, and takes it off again."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from madang.errors import Refused
from madang.portal.actors import WORKER, Actor
from madang.portal.funding import actions as funding
from madang.portal.journal.actions import record
from madang.portal.receipts import actions as receipts
from madang.portal.receipts.rules import refuse_unless_cashier
from madang.portal.sanctions import queries
from madang.portal.sanctions.models import Recovered, Sanction
from madang.portal.sanctions.rules import MoneyKind, SanctionState
from madang.portal.transactions import action


@action
def match(*, by: Actor, now: datetime, receipt: int, sanction: int, amount: int) -> Recovered:
    """Puts won of a receipt onto a demand that stands, never more than it asks for.

    Refused: "not_allowed_for_role", "amount_not_above_zero", "sanction_not_payable", "sanction_paid_enough" (owed),
    "receipt_left_too_little" (left).
    """
    refuse_unless_cashier(by)
    if amount <= 0:
        raise Refused("amount_not_above_zero", field="amount", amount=amount)
    row = queries.payable(sanction)
    if row is None:
        raise Refused("sanction_not_payable", field="statement")
    receipts.draw(receipt, amount)
    posted = _post(by, now, row, amount, kind=MoneyKind.MATCH, receipt_id=receipt)
    facts = {"receipt": receipt, "amount_won": amount}
    record(by=by, now=now, did="sanctions.match", kind="sanction", subject=row.pk, **facts)
    return posted


def _post(by: Actor, now: datetime, row: Sanction, amount: int, **given: object) -> Recovered:
    """One row of money, and the sum of its demand with it, which stays between nought and what is asked for."""
    year = queries.today(now).year
    funding.keep_year_open(year=year)
    kept = Sanction.objects.filter(pk=row.pk, state=row.state)
    kept = kept.filter(received__gte=-amount, amount__gte=F("received") + amount)
    if not kept.update(received=F("received") + amount):
        owed = Sanction.objects.filter(pk=row.pk).values_list(F("amount") - F("received"), flat=True).first() or 0
        raise Refused("sanction_paid_enough", field="amount", owed=f"{owed:,}")
    posted = {"posted_by_id": by.person, "posted_at": now}
    return Recovered.objects.create(sanction=row, amount=amount, year=year, **posted, **given)


@action
def undo_match(*, by: Actor, now: datetime, money: int, reason: str) -> Recovered:
    """Takes a match back by a row of its own: the money lies with its receipt again.

    Refused: "not_allowed_for_role", "not_found", "sanction_match_reason_needed", "sanction_match_undone".
    """
    refuse_unless_cashier(by)
    why = reason.strip()[:300]
    if not why:
        raise Refused("sanction_match_reason_needed", field="reason")
    row = Recovered.objects.filter(pk=money, kind=MoneyKind.MATCH, amount__gt=0).select_related("sanction").first()
    if row is None:
        raise Refused("not_found")
    given = {"kind": MoneyKind.MATCH, "receipt_id": row.receipt_id, "reverses": row, "reason": why}
    if Recovered.objects.filter(reverses=row).exists() or row.sanction.state == SanctionState.ANNULLED:
        raise Refused("sanction_match_undone")
    undone = _post(by, now, row.sanction, -row.amount, **given)
    receipts.lay_back(row.receipt_id or 0, row.amount)
    facts = {"receipt": row.receipt_id, "amount_won": row.amount}
    record(by=by, now=now, did="sanctions.undo_match", kind="sanction", subject=row.sanction_id, **facts)
    return undone


def pay_back(by: Actor, now: datetime, row: Sanction, document_number: str) -> None:
    """What came in for a demand that is annulled leaves the centre again, under the paper of that decision."""
    if row.received:
        _post(by, now, row, -row.received, kind=MoneyKind.REFUND, document_number=document_number)


@action
def match_named(*, now: datetime, receipt: int, sanction: int, amount: int) -> None:
    """Puts a receipt onto the one demand whose number stands in its text."""
    match(by=WORKER, now=now, receipt=receipt, sanction=sanction, amount=amount)
