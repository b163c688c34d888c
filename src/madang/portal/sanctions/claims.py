"""Works out what a finding asks for, won, months of a ban or discounts withdrawn, and what it reaches later."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from madang.errors import Refused
from madang.portal.billing import withdrawals
from madang.portal.billing.models import StatementLine
from madang.portal.entitlements import queries as entitlements
from madang.portal.sanctions import queries, rules
from madang.portal.sanctions.models import Sanction
from madang.portal.sanctions.rules import STANDING, SanctionAct, Terms


def terms(day_of: date) -> Terms:
    """What counts on a day. Refused: "sanction_terms_missing" (day)."""
    found = queries.terms_on(day_of)
    if found is None:
        raise Refused("sanction_terms_missing", day=day_of.isoformat())
    return found


def asked(act: SanctionAct, ground: str, done_on: date, now: datetime, **given: Any) -> dict[str, Any]:
    """The columns of an act by what was found; see `actions.find` for what each act takes and what is refused."""
    if act == SanctionAct.BAN:
        return _ban(done_on, given["months"])
    if given["award"] is None:
        raise Refused("sanction_award_needed", field="award")
    if act == SanctionAct.BACK_CHARGE:
        return _back_charge(done_on, now, given["award"], given["rule"], given["first_month"], given["last_month"])
    return _money(act, ground, done_on, given["award"], given["source"], given["year"], given["base"])


def _ban(done_on: date, months: int | None) -> dict[str, Any]:
    if months is None:
        raise Refused("sanction_months_needed", field="months")
    rules.check_months(months, terms(done_on).ban_months)
    return {"months": months}


def _money(
    act: SanctionAct, ground: str, done_on: date, award: int, source: int | None, year: int | None, base: int | None
) -> dict[str, Any]:
    if source is None or year is None or base is None:
        raise Refused("sanction_award_needed", field="award")
    rules.check_base(base, queries.supported(award, source, year))
    rate = rules.permille(terms(done_on), ground) if act == SanctionAct.SURCHARGE else rules.WHOLE
    return {
        "source_id": source,
        "year": year,
        "base": base,
        "permille": rate,
        "amount": rules.surcharge(base, rate),
    }


def _back_charge(
    done_on: date, now: datetime, award: int, rule: int | None, first_month: str | None, last_month: str | None
) -> dict[str, Any]:
    found = entitlements.back_charges_on(done_on).filter(pk=rule).first()
    if found is None or not first_month or not last_month:
        raise Refused("back_charge_rule_needed", field="rule")
    rules.check_span(first_month, last_month)
    if standing_over(award, found.pk, first_month, last_month).exists():
        raise Refused("back_charge_stands", field="first_month")
    base = sum(one.left for one in withdrawals.lines(award, first_month, last_month, now))
    amount = rules.surcharge(base, found.permille)
    if not amount:
        raise Refused("back_charge_of_nothing", field="first_month")
    days = {"rule_id": found.pk, "first_month": first_month, "last_month": last_month}
    return days | {"base": base, "permille": found.permille, "amount": amount}


def standing_over(award: int, rule: int, first_month: str, last_month: str) -> QuerySet[Sanction]:
    """Back charges of an award that follow a rule, stand, and bear on one of these months, billed already or not."""
    rows = Sanction.objects.filter(act=SanctionAct.BACK_CHARGE, state__in=STANDING, award=award, rule=rule)
    return rows.filter(first_month__lte=last_month, last_month__gte=first_month)


def to_follow() -> list[int]:
    """Back charges that stand and whose award got a discount on a statement since they were found."""
    lines = StatementLine.objects.filter(
        award=OuterRef("award"), statement__issued_at__gt=OuterRef("found_at"), withdraws__isnull=True, discount__gt=0
    )
    rows = Sanction.objects.filter(Exists(lines), act=SanctionAct.BACK_CHARGE, state__in=STANDING).order_by("pk")
    return [row.pk for row in rows if withdrawals.later(*bearing_on(row).values())]


def bearing_on(row: Sanction) -> dict[str, Any]:
    """Which discounts a back charge withdraws of statements that were issued since it was found."""
    span = {"first_month": row.first_month, "last_month": row.last_month, "issued_after": row.found_at}
    return {"act": queries.number(row), "award": row.award_id} | span
