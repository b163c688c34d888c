"""Withdraws discounts of issued statements for an act that was decided, and gives them back when it is annulled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import F

from madang.accounting.withdrawal import divided, same_share
from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.awards.models import Award
from madang.portal.billing import withdrawals
from madang.portal.billing.actions import fresh_drafts
from madang.portal.billing.models import BackCharge, Statement
from madang.portal.funding import actions as funding
from madang.portal.journal.actions import record
from madang.portal.ledger import actions as ledger
from madang.portal.transactions import action
from madang.values import Month


@action
def withdraw(
    *, by: Actor, now: datetime, act: str, award: int, first_month: str, last_month: str, issued_until: datetime,
    amount: int,
) -> str:  # fmt: skip
    """Turns won of the discounts of an award's use in these months into an amount due on the statement of the month
    that runs, whose name it gives; the statements that gave the discounts stay as they are.

    Stale where less is left of the discounts than that. Refused: "month_already_issued".
    """
    _alone(award)
    lines = withdrawals.lines(award, first_month, last_month, issued_until)
    if sum(one.left for one in lines) < amount:
        raise Stale("statement")
    month = _booked(now)
    funded = withdrawals.funded(one.place for one in lines)
    given = {"act": act, "booked": month, "posted_at": now}
    parts = divided(amount, lines, funded, funding.own_source(now))
    made = [BackCharge(line_id=one.line, source_id=one.source, amount=one.won, **given) for one in parts]
    _post(now, award, month, made)
    facts = {"act": act, "amount_won": amount, "month": month}
    record(by=by, now=now, did="billing.withdraw", kind="award", subject=award, **facts)
    return month


@action
def follow(
    *, by: Actor, now: datetime, act: str, award: int, first_month: str, last_month: str, issued_after: datetime,
    share: tuple[int, int],
) -> tuple[int, str]:  # fmt: skip
    """Withdraws the same share, so much of so much, of the discounts of these months on statements issued since.

    Each line is followed once. Gives the won and the month that bills them; nought where there is nothing to follow.
    Refused: "month_already_issued".
    """
    _alone(award)
    found = same_share(withdrawals.later(act, award, first_month, last_month, issued_after), *share)
    month = _booked(now)
    if not found:
        return 0, month
    funded, own = withdrawals.funded(line.place for line, _ in found), funding.own_source(now)
    made = []
    for line, won in found:
        bearing = funded.setdefault(line.place, {})
        for one in divided(won, [line], funded, own):
            bearing[one.source] = bearing.get(one.source, 0) - one.won
            given = {"line_id": one.line, "source_id": one.source, "amount": one.won}
            made.append(BackCharge(act=act, booked=month, posted_at=now, **given))
    _post(now, award, month, made)
    total = sum(won for _, won in found)
    facts = {"act": act, "amount_won": total, "month": month}
    record(by=by, now=now, did="billing.withdraw", kind="award", subject=award, **facts)
    return total, month


@action
def give_back(*, by: Actor, now: datetime, act: str, award: int) -> str:
    """Gives back all that an act withdrew, source by source, on the statement of the month that runs.

    Refused: "not_found", "month_already_issued".
    """
    _alone(award)
    rows = list(BackCharge.objects.filter(act=act, reverses__isnull=True).order_by("pk"))
    if not rows:
        raise Refused("not_found")
    month = _booked(now)
    given = {"act": act, "booked": month, "posted_at": now}
    back = [
        BackCharge(line_id=row.line_id, source_id=row.source_id, amount=-row.amount, reverses=row, **given)
        for row in rows
    ]
    _post(now, award, month, back)
    facts = {"act": act, "amount_won": sum(row.amount for row in rows), "month": month}
    record(by=by, now=now, did="billing.give_back", kind="award", subject=award, **facts)
    return month


def _alone(award: int) -> None:
    # a credit note to one of these statements, and whoever else withdraws or gives back, waits for us or we see it
    Statement.objects.filter(lines__award=award).update(credited=F("credited"))


def _booked(now: datetime) -> str:
    """The month that runs: its statement cannot be issued yet, nor while this goes on."""
    month = str(Month.of(now, settings.MADANG_ZONE))
    ledger.keep_months_open(months=[month])
    return month


def _post(now: datetime, award: int, month: str, rows: Sequence[BackCharge]) -> None:
    BackCharge.objects.bulk_create(rows, batch_size=500)
    organisation = Award.objects.values_list("organisation", flat=True).get(pk=award)
    fresh_drafts([organisation], Month.parse(month), now)
