"""Works out the statements of a month from awards, ledger and prices, and issues them with numbers that have no gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from madang.accounting.limits import LimitKind
from madang.accounting.pricing import Quote
from madang.accounting.settlement import apportioned
from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.billing import bookings, queries, withdrawals
from madang.portal.billing.gathering import Gathered, gathered
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
    with_credits,
    within_ceilings,
    worked_out,
)
from madang.portal.funding import actions as funding
from madang.portal.funding import queries as funders
from madang.portal.journal.actions import record
from madang.portal.ledger import actions as ledger
from madang.portal.resources.rules import written_month
from madang.portal.transactions import action
from madang.values import Month

# so many organisations are gathered and written together
AT_ONCE = 500
_FIGURES = ("reference", "list_price", "discount", "due", "subsidy", "supply", "vat", "payable", "credit")
_TOTALS = (
    f"UPDATE portal_statement SET {', '.join(f'{name} = %s' for name in _FIGURES)}, faults = %s, worked_out_at = %s"  # noqa: S608
    " WHERE id = %s AND state = 'draft'"
)
_FIX = (
    "UPDATE portal_statement SET state = 'issued', number = %s, issued_at = %s, due_on = %s"
    " WHERE organisation_id = %s AND month = %s AND state = 'draft'"
)


@action
def work_out(*, by: Actor, now: datetime, organisation: int, month: str) -> Statement:
    """Makes or refreshes an organisation's draft for a month. Stale where it is issued already.

    A draft of a month that still runs shows what has come up so far. Refused: ``month_not_written``.
    """
    refuse_unless_billing(by)
    fresh_drafts([organisation], written_month(month), now)
    statement = Statement.objects.get(organisation=organisation, month=month)
    facts = {"organisation": organisation, "month": month, "due_won": statement.due, "faults": statement.faults}
    record(by=by, now=now, did="billing.work_out", kind="statement", subject=statement.pk, **facts)
    return statement


@action
def work_out_month(*, by: Actor, now: datetime, month: str) -> int:
    """Makes or refreshes the drafts of every organisation with an award or a booking in the month; gives how many."""
    refuse_unless_billing(by)
    wanted = queries.organisations_to_bill(written_month(month))
    fresh_drafts(wanted, Month.parse(month), now)
    record(by=by, now=now, did="billing.work_out", kind="month", subject=month, statements=len(wanted))
    return len(wanted)


@action
def issue(*, by: Actor, now: datetime, month: str) -> int:
    """Fixes every draft of a month that has ended, each worked out once more, and numbers them; gives how many.

    Refused: ``month_not_over``, ``statements_have_faults`` (month, statements), ``nothing_to_issue`` (month),
    ``bookings_not_released`` (month, bookings), ``year_settled``.
    """
    refuse_unless_issuing(by)
    refuse_unless_over(written_month(month), queries.today(now))
    drafts = queries.drafts_of(month)
    if not drafts:
        raise Refused("nothing_to_issue", month=month)
    if open_still := bookings.not_released(Month.parse(month)):
        raise Refused("bookings_not_released", month=month, bookings=open_still)
    funding.keep_year_open(year=Month.parse(month).year)
    # The month's row first: from here on no price of this month can change until we are done.
    numbers = ledger.number_statements(now=now, month=month, count=len(drafts))
    fresh_drafts(drafts, Month.parse(month), now)
    faulty = queries.faulty_of(month)
    if faulty:
        raise Refused("statements_have_faults", month=month, statements=faulty)
    _fix(month, {organisation: number(month, place) for organisation, place in zip(drafts, numbers, strict=True)}, now)
    _divide_support(month, now)
    facts = {"statements": len(drafts), "first": numbers[0], "last": numbers[-1]}
    record(by=by, now=now, did="billing.issue", kind="month", subject=month, **facts)
    return len(drafts)


def _fix(month: str, given: Mapping[int, str], now: datetime) -> None:
    """Numbers and fixes every draft of a month; Stale where one of them is no draft any more."""
    due_on = connection.ops.adapt_datefield_value(queries.today(now) + timedelta(days=settings.MADANG_PAYMENT_DAYS))
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.executemany(_FIX, [(place, at, due_on, organisation, month) for organisation, place in given.items()])
        if cursor.rowcount != len(given):
            raise Stale("statement", month=month)


def _divide_support(month: str, now: datetime) -> None:
    """Divides what the month's statements support among those who fund each pool, to the won."""
    parts, own = funders.parts_in(month), [(funding.own_source(now), 1)]
    found: Counter[tuple[int, int | None, int, int]] = Counter()
    for statement, award, pool, amount in queries.undivided_support(month):
        shares = parts.get(pool, own)
        for (source, _), won in zip(shares, apportioned(amount, [share for _, share in shares]), strict=True):
            found[statement, award, pool, source] += won
    # what was withdrawn is no support of this month's sources, but less of those that bore it
    issued = Statement.objects.filter(month=month, issued_at=now).values_list("pk", flat=True)
    found.subtract(withdrawals.supported_less(issued))
    places = ("statement_id", "award_id", "pool_id", "source_id")
    rows = [
        Support(**dict(zip(places, place, strict=True)), year=Month.parse(month).year, amount=won)
        for place, won in found.items()
        if won
    ]
    Support.objects.bulk_create(rows, batch_size=1000)


def fresh_drafts(organisations: Sequence[int], month: Month, now: datetime) -> None:
    """Makes or works out anew the drafts of these organisations, so many at a time; Stale where one is issued."""
    for at in range(0, len(organisations), AT_ONCE):
        some = list(organisations[at : at + AT_ONCE])
        made = [Statement(organisation_id=one, month=str(month), worked_out_at=now) for one in some]
        Statement.objects.bulk_create(made, ignore_conflicts=True)
        found = gathered(some, month)
        _write({one: _worked(found[one], month) for one in some}, {one: found[one].terms for one in some}, month, now)


def _worked(found: Gathered, month: Month) -> list[WorkedLine]:
    terms, limits = found.terms, found.limits
    worked = [
        line
        for holding in found.holdings
        for line in worked_out(
            holding,
            tariffs=terms.tariffs_of(holding.product),
            discounts=terms.discounts,
            attributes_on=terms.attributes_on,
            limits=limits,
        )
    ]
    if any(one.kind == LimitKind.CEILING for one in limits):
        worked = within_ceilings(
            worked, limits=limits, attributes_on=terms.attributes_on, supported=found.supported, year=month.year
        )
    return [*with_credits(worked, waits=found.waits, rules=found.credits, month=month), *found.withdrawn]


def _write(worked: Mapping[int, list[WorkedLine]], terms: Mapping[int, Terms], month: Month, now: datetime) -> None:
    """Writes totals and lines of drafts, in one statement each: a row at a time would take most of a close."""
    drafts = Statement.objects.filter(organisation__in=list(worked), month=str(month), state=StatementState.DRAFT)
    ids = dict(drafts.values_list("organisation", "pk"))
    if len(ids) != len(worked):
        raise Stale("statement", month=str(month))
    at = connection.ops.adapt_datetimefield_value(now)
    rows = [
        (*_figures(totals(lines)).values(), sum(1 for line in lines if line.fault), at, ids[organisation])
        for organisation, lines in worked.items()
    ]
    StatementLine.objects.filter(statement__in=list(ids.values())).delete()
    with connection.cursor() as cursor:
        cursor.executemany(_TOTALS, rows)
    StatementLine.objects.bulk_create(
        (_stored(ids[one], line, terms[one]) for one, lines in worked.items() for line in lines), batch_size=500
    )


def _figures(quote: Quote) -> dict[str, int]:
    return {name: getattr(quote, name) for name in _FIGURES}


def _stored(statement: int, line: WorkedLine, terms: Terms) -> StatementLine:
    return StatementLine(
        statement_id=statement,
        award_id=line.holding.award,
        booking_id=line.holding.booking,
        product_id=line.holding.product,
        tariff_id=terms.stored_tariff(line.holding.product, line.tariff) if line.tariff else None,
        first_day=line.first_day,
        last_day=line.last_day,
        quantity=line.amount,
        discounts=[terms.stored_discount(one) for one in line.discounts],
        limits=[terms.stored_limit(one) for one in line.limits],
        credits=[terms.stored_credit(one) for one in line.credits],
        fault=line.fault,
        withdraws_id=line.withdraws,
        act=line.act,
        **(_figures(line.quote) if line.quote else {}),
    )
