"""What a rule would have done to the statements of the last months, before anybody switches it on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from madang.accounting.credits import Wait, WaitCredit
from madang.accounting.limits import ceilings
from madang.accounting.pricing import Days
from madang.accounting.trial import PastLine, Totals, Waits, priced_again
from madang.portal.billing import aid, queries, withdrawals
from madang.portal.billing.models import Statement, StatementLine
from madang.portal.entitlements import queries as entitlements
from madang.portal.entitlements.rules import WAIT_CREDIT, EntitlementKind, figures_of, wait_credit
from madang.portal.jobs import waits
from madang.portal.people.models import Organisation
from madang.portal.prices import limits as stored_limits
from madang.portal.prices import queries as prices
from madang.portal.prices.rules import (
    TRIED,
    Discount,
    Limit,
    LimitKind,
    Stacking,
    attributes_on,
    rule_to_try,
)
from madang.values import Month

MONTHS = 3
SHOWN = 20
Rule = Discount | Limit | WaitCredit


@dataclass(frozen=True)
class Effect:
    """Statements with what was due and supported, and what would have been, in won; `changed` counts other totals."""

    statements: int
    changed: int
    list_price: int
    due_before: int
    due_after: int
    support_before: int
    support_after: int

    @property
    def due_more(self) -> int:
        """By how much more would have been due; below nought where it is less."""
        return self.due_after - self.due_before


@dataclass(frozen=True)
class Trial:
    """The effect by month and in all, and on the organisations that it moves most."""

    by_month: tuple[tuple[str, Effect], ...]
    total: Effect
    by_organisation: tuple[tuple[Organisation, Effect], ...]
    organisations_changed: int


def months_before(today: date) -> list[str]:
    """The last whole months, the first one first."""
    return [str(Month(today.year, today.month).plus(-back)) for back in range(MONTHS, 0, -1)]


def rule_of(
    *, kind: str, figure: int, day: date, promise_hours: int = 0, won: int = 0, cap_permille: int = 0, **given: Any
) -> Rule:
    """A rule to try: one of `prices.rules.rule_to_try`, or a service credit as if it had always been in force.

    Refused: as there, ``wait_credit_wrong``.
    """
    if kind != WAIT_CREDIT:
        return rule_to_try(kind=kind, figure=figure, day=day, **given)
    figures = figures_of(
        EntitlementKind.WAIT_CREDIT, permille=figure, promise_hours=promise_hours, won=won, cap_permille=cap_permille
    )
    return wait_credit(TRIED, figures, date.min)


def tried(rule: Rule, today: date) -> Trial:
    """The effect of a rule as if it had been in force in all of the last months, in eight queries.

    For whom it is, is judged on the first day of each line. Lines without a price are left out on both sides. Refused:
    ``discounts_in_circle``.
    """
    months = months_before(today)
    found = Statement.objects.filter(month__in=months).select_related("organisation").order_by("organisation")
    rows = _of_use(list(found), months)
    owners = {row.organisation_id: row.organisation for row in rows}
    past = _past(months)
    rules = [rule] if isinstance(rule, WaitCredit) else entitlements.wait_credits()
    awards = {line.place[0] for _, line in past}
    again = priced_again(
        _with(rule, past, owners),
        aid.supported_before(owners, months[0]),
        _waits(awards, months) if rules else {},
        rules,
    )
    moved = [(owners[pk], _effect([row for row in rows if row.organisation_id == pk], again)) for pk in owners]
    most = sorted((one for one in moved if one[1].changed), key=lambda one: (-abs(one[1].due_more), one[0].pk))
    by_month = [(month, _effect([row for row in rows if row.month == month], again)) for month in months]
    return Trial(tuple(by_month), _effect(rows, again), tuple(most[:SHOWN]), len(most))


def _effect(rows: list[Statement], again: Totals) -> Effect:
    pairs = [(row, again.get((row.organisation_id, Month.parse(row.month)))) for row in rows]
    return Effect(
        statements=len(rows),
        changed=sum(1 for row, after in pairs if after and after.due != row.due),
        list_price=sum(row.list_price for row in rows),
        due_before=sum(row.due for row in rows),
        due_after=sum(after.due if after else row.due for row, after in pairs),
        support_before=sum(row.subsidy for row in rows),
        support_after=sum(after.subsidy if after else row.subsidy for row, after in pairs),
    )


def _of_use(rows: list[Statement], months: list[str]) -> list[Statement]:
    """The statements without what acts withdrew or gave back: no rule bears on that."""
    undone = withdrawals.undone(months)
    for row in rows:
        due, support = undone.get(row.pk, (0, 0))
        row.due -= due
        row.subsidy -= support
    return rows


def _past(months: list[str]) -> list[tuple[date, PastLine]]:
    """The stored lines of these months with their first days, as the library prices them."""
    rows = StatementLine.objects.filter(statement__month__in=months, tariff__isnull=False, withdraws__isnull=True)
    by_award = F("award").asc(nulls_first=True)
    ordered = rows.order_by("first_day", by_award, "booking", "product__code").select_related(
        "statement", "tariff__product", "product"
    )
    return [(line.first_day, _past_line(line)) for line in queries.with_stacking(ordered)]


def _waits(awards: Iterable[int], months: list[str]) -> Waits:
    """The waits of these awards' jobs in the last months, by award and pool, and month."""
    found: dict[tuple[waits.Place, Month], list[Wait]] = defaultdict(list)
    first, after = Month.parse(months[0]), Month.parse(months[-1]).plus(1)
    days = date(first.year, first.number, 1), date(after.year, after.number, 1)
    for place, waited in waits.by_place(awards, *days).items():
        for one in waited:
            found[place, Month(one.day.year, one.day.month)].append(one)
    return found


def _past_line(line: StatementLine) -> PastLine:
    own = [one["figure"] for one in line.limits if one["kind"] == LimitKind.SELF_PAY]
    return PastLine(
        owner=line.statement.organisation_id,
        month=Month.parse(line.statement.month),
        of=Month(line.first_day.year, line.first_day.month),
        tariff=prices.as_value(line.tariff),
        amount=line.quantity,
        stacking=Stacking(line.stacking),
        discounts=tuple(_discount(one, line.first_day) for one in line.discounts),
        least_permille=max(own, default=0),
        # no job of an award waits for a facility
        place=(line.award_id or 0, line.product.pool_id),
    )


def _discount(stored: Mapping[str, object], day: date) -> Discount:
    return Discount(
        str(stored["code"]), "", int(str(stored["permille"])), Days(day), "", "", str(stored.get("after", ""))
    )


def _with(rule: Rule, past: Iterable[tuple[date, PastLine]], owners: Mapping[int, Organisation]) -> Iterable[PastLine]:
    """The lines with the ceilings that bind them today, and with the rule where it is for their organisation."""
    limits, held = stored_limits.values(), aid.verdicts_of(owners)
    for day, line in past:
        attributes = attributes_on(owners[line.owner].kind, held.get(line.owner, []), day)
        for one in ceilings(limits, attributes, day):
            line = line.under(one)
        yield line.under(rule) if not isinstance(rule, WaitCredit) and _is_for(rule, attributes) else line


def _is_for(rule: Discount | Limit, attributes: frozenset[str]) -> bool:
    return not rule.attribute or rule.attribute in attributes
