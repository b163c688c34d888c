"""Works out the statements of a month from awards, ledger and prices, and issues them with numbers that have no gap."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings

from madang.accounting.pricing import Quote
from madang.accounting.settlement import apportioned
from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.billing import queries
from madang.portal.billing.models import Statement, StatementLine, Support
from madang.portal.billing.rules import (
    StatementState,
    Terms,
    WorkedLine,
    number,
    refuse_unless_billing,
    refuse_unless_issuing,
    refuse_unless_over,
    totals,
    worked_out,
)
from madang.portal.funding import actions as funding
from madang.portal.funding import queries as funders
from madang.portal.journal.actions import record
from madang.portal.ledger import actions as ledger
from madang.portal.resources.rules import written_month
from madang.portal.transactions import action
from madang.values import Month

_FIGURES = ("reference", "list_price", "discount", "due", "subsidy", "supply", "vat", "payable")


@action
def work_out(*, by: Actor, now: datetime, organisation: int, month: str) -> Statement:
    """Makes or refreshes an organisation's draft for a month. Stale where it is issued already.

    A draft of a month that still runs shows what has come up so far. Refused: ``month_not_written``.
    """
    refuse_unless_billing(by)
    statement = _fresh_draft(organisation, written_month(month), now)
    facts = {"organisation": organisation, "month": month, "due_won": statement.due, "faults": statement.faults}
    record(by=by, now=now, did="billing.work_out", kind="statement", subject=statement.pk, **facts)
    return statement


@action
def work_out_month(*, by: Actor, now: datetime, month: str) -> int:
    """Makes or refreshes the drafts of every organisation with an award in the month; gives how many."""
    refuse_unless_billing(by)
    wanted = queries.organisations_to_bill(written_month(month))
    for organisation in wanted:
        work_out(by=by, now=now, organisation=organisation, month=month)
    return len(wanted)


@action
def issue(*, by: Actor, now: datetime, month: str) -> int:
    """Fixes every draft of a month that has ended, each worked out once more, and numbers them; gives how many.

    Refused: ``month_not_over``, ``statements_have_faults`` (month, statements), ``nothing_to_issue`` (month),
    ``year_settled``.
    """
    refuse_unless_issuing(by)
    refuse_unless_over(written_month(month), queries.today(now))
    drafts = queries.drafts_of(month)
    if not drafts:
        raise Refused("nothing_to_issue", month=month)
    funding.keep_year_open(year=Month.parse(month).year)
    # The month's row first: from here on no price of this month can change until we are done.
    numbers = ledger.number_statements(now=now, month=month, count=len(drafts))
    for organisation in drafts:
        _fresh_draft(organisation, Month.parse(month), now)
    faulty = queries.faulty_of(month)
    if faulty:
        raise Refused("statements_have_faults", month=month, statements=faulty)
    due_on = queries.today(now) + timedelta(days=settings.MADANG_PAYMENT_DAYS)
    for organisation, place in zip(drafts, numbers, strict=True):
        _fix(organisation, month, number(month, place), now, due_on)
    _divide_support(month, now)
    facts = {"statements": len(drafts), "first": numbers[0], "last": numbers[-1]}
    record(by=by, now=now, did="billing.issue", kind="month", subject=month, **facts)
    return len(drafts)


def _fix(organisation: int, month: str, given: str, now: datetime, due_on: date) -> None:
    draft = Statement.objects.filter(organisation=organisation, month=month, state=StatementState.DRAFT)
    if not draft.update(state=StatementState.ISSUED, number=given, issued_at=now, due_on=due_on):
        raise Stale("statement", month=month)


def _divide_support(month: str, now: datetime) -> None:
    """Divides what the month's statements support among those who fund each pool, to the won."""
    parts, own = funders.parts_in(month), [(funding.own_source(now), 1)]
    rows = []
    for statement, award, pool, amount in queries.undivided_support(month):
        shares = parts.get(pool, own)
        for (source, _), won in zip(shares, apportioned(amount, [share for _, share in shares]), strict=True):
            if won:
                place = {"statement_id": statement, "award_id": award, "pool_id": pool, "source_id": source}
                rows.append(Support(**place, year=Month.parse(month).year, amount=won))
    Support.objects.bulk_create(rows, batch_size=1000)


def _fresh_draft(organisation: int, month: Month, now: datetime) -> Statement:
    Statement.objects.get_or_create(
        organisation_id=organisation, month=str(month), defaults={"worked_out_at": now, "state": StatementState.DRAFT}
    )
    terms = queries.terms(organisation, month)
    worked = [
        line
        for holding in queries.holdings(organisation, month)
        for line in worked_out(
            holding,
            tariffs=terms.tariffs_of(holding.product),
            discounts=terms.discounts,
            attributes_on=terms.attributes_on,
        )
    ]
    total = _figures(totals(worked))
    faults = sum(1 for line in worked if line.fault)
    draft = Statement.objects.filter(organisation=organisation, month=str(month), state=StatementState.DRAFT)
    if not draft.update(**total, faults=faults, worked_out_at=now):
        raise Stale("statement", month=str(month))
    statement = draft.get()
    StatementLine.objects.filter(statement=statement).delete()
    StatementLine.objects.bulk_create(_stored(statement, line, terms) for line in worked)
    return statement


def _figures(quote: Quote) -> dict[str, int]:
    return {name: getattr(quote, name) for name in _FIGURES}


def _stored(statement: Statement, line: WorkedLine, terms: Terms) -> StatementLine:
    return StatementLine(
        statement=statement,
        award_id=line.holding.award,
        product_id=line.holding.product,
        tariff_id=terms.stored_tariff(line.holding.product, line.tariff) if line.tariff else None,
        first_day=line.first_day,
        last_day=line.last_day,
        quantity=line.amount,
        discounts=[terms.stored_discount(one) for one in line.discounts],
        fault=line.fault,
        **(_figures(line.quote) if line.quote else {}),
    )
