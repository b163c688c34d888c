"""Drafts and approves tariffs, each ending the one before it, and opens and ends discounts and limits of subsidies."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.journal.actions import record
from madang.portal.ledger import actions as ledger
from madang.portal.ledger import queries as books
from madang.portal.prices import queries
from madang.portal.prices.models import Discount, SubsidyLimit, Tariff
from madang.portal.prices.rules import (
    Quoted,
    Vat,
    kind_for,
    limit_of,
    refuse_issued,
    refuse_unless_drafter,
    refuse_unless_rule_days,
)
from madang.portal.resources import queries as resources
from madang.portal.transactions import action


@action
def draft_tariff(
    *,
    by: Actor,
    now: datetime,
    product: int,
    price: int,
    reference_price: int | Quoted,
    reference_source: str,
    reference_source_en: str = "",
    starts_on: date,
    vat: Vat = Vat.NONE,
    vat_permille: int = 0,
    comment: str = "",
) -> Tariff:
    """A price that charges nobody until another person approves it. It is of the product's kind.

    A reference price in another currency is converted once, here, and keeps its rate.
    Refused: ``price_negative``, ``vat_rate_wrong``, ``price_starts_in_issued_month``.
    """
    refuse_unless_drafter(by)
    refuse_issued(starts_on, books.issued_months())
    quoted = reference_price if isinstance(reference_price, Quoted) else None
    reference = reference_price.won if isinstance(reference_price, Quoted) else reference_price
    _refuse_figures(price, reference, vat, vat_permille)
    stored = resources.products(by).filter(pk=product).first()
    if stored is None:
        raise Refused("product_unknown", field="product")
    tariff = Tariff.objects.create(
        product=stored,
        kind=kind_for(stored.grain),
        price=price,
        reference_price=reference,
        **_as_quoted(quoted),
        reference_source=reference_source,
        reference_source_en=reference_source_en,
        vat=vat,
        vat_permille=vat_permille,
        starts_on=starts_on,
        drafted_by_id=by.person,
        drafted_at=now,
    )
    facts = {"product": stored.code, "price_won": price, "starts_on": str(starts_on)}
    approvals.draft(by=by, now=now, kind=ApprovalKind.CHANGE_TARIFF, subject=tariff.pk, comment=comment, **facts)
    record(by=by, now=now, did="prices.draft_tariff", kind="tariff", subject=tariff.pk, **facts)
    return tariff


def _as_quoted(quoted: Quoted | None) -> dict[str, object]:
    if quoted is None:
        return {}
    given = {"quoted_currency": quoted.currency, "quoted_minor": quoted.minor, "rate": quoted.rate}
    return given | {"rate_per": quoted.per, "rate_on": quoted.day, "rate_source": quoted.source}


def _refuse_figures(price: int, reference_price: int, vat: Vat, vat_permille: int) -> None:
    if price < 0 or reference_price < 0:
        raise Refused("price_negative", price=price, reference=reference_price)
    if vat_permille < 0 or (vat in (Vat.NONE, Vat.ZERO)) != (vat_permille == 0):
        raise Refused("vat_rate_wrong", vat=str(vat), rate_permille=vat_permille, field="vat_permille")


@action
def approve_tariff(*, by: Actor, now: datetime, tariff: int, comment: str, document_number: str) -> None:
    """Puts a drafted tariff in force from its day, ending the one before on that day.

    Where a later tariff is approved already, this one ends when that one starts. Refused as `approvals.approve`, and
    ``month_already_issued``, ``tariff_starts_same_day``; Stale where it is approved already.
    """
    row = queries.drafted(tariff)
    if row is None:
        raise Stale("tariff")
    approvals.approve(
        by=by,
        now=now,
        kind=ApprovalKind.CHANGE_TARIFF,
        subject=tariff,
        comment=comment,
        document_number=document_number,
    )
    ledger.keep_open_since(day=row.starts_on, now=now)
    ends_on = _make_room(row)
    waiting = Tariff.objects.filter(pk=tariff, approved_at__isnull=True)
    if not waiting.update(approved_by_id=by.person, approved_at=now, ends_on=ends_on):
        raise Stale("tariff")
    record(by=by, now=now, did="prices.approve_tariff", kind="tariff", subject=tariff, document=document_number)


@action
def reject_tariff(*, by: Actor, now: datetime, tariff: int, comment: str) -> None:
    """Turns a drafted tariff down; it stays in the list as rejected and never charges anybody."""
    if queries.drafted(tariff) is None:
        raise Stale("tariff")
    approvals.reject(by=by, now=now, kind=ApprovalKind.CHANGE_TARIFF, subject=tariff, comment=comment)
    record(by=by, now=now, did="prices.reject_tariff", kind="tariff", subject=tariff)


def _make_room(row: Tariff) -> date | None:
    """Ends the tariff before this one and gives the day on which this one must end, if a later one stands."""
    approved = Tariff.objects.filter(product=row.product_id, kind=row.kind, approved_at__isnull=False)
    if approved.filter(starts_on=row.starts_on).exists():
        raise Refused("tariff_starts_same_day", product=row.product.code, starts_on=row.starts_on)
    open_then = Q(ends_on__isnull=True) | Q(ends_on__gt=row.starts_on)
    approved.filter(open_then, starts_on__lt=row.starts_on).update(ends_on=row.starts_on)
    return (
        approved.filter(starts_on__gt=row.starts_on).order_by("starts_on").values_list("starts_on", flat=True).first()
    )


@action
def create_discount(
    *,
    by: Actor,
    now: datetime,
    code: str,
    name_ko: str,
    name_en: str,
    sentence_ko: str,
    sentence_en: str,
    applies_to: str,
    permille: int,
    starts_on: date,
    ends_on: date | None = None,
    after: str = "",
) -> Discount:
    """A reduction for who holds an attribute on a day, where `after` is given off what that discount left.

    Refused: ``discount_rate_wrong``, ``discount_code_taken``, ``discount_for_unknown``, ``discount_after_unknown``,
    ``days_end_before_start``, ``price_starts_in_issued_month``.
    """
    refuse_unless_drafter(by)
    refuse_issued(starts_on, books.issued_months())
    if not 1 <= permille <= 1000:
        raise Refused("discount_rate_wrong", name=code, rate_permille=permille, field="permille")
    if applies_to not in queries.attributes():
        raise Refused("discount_for_unknown", applies_to=applies_to, field="applies_to")
    if after and not Discount.objects.filter(code=after).exists():
        raise Refused("discount_after_unknown", after=after, field="after")
    refuse_unless_rule_days(starts_on, ends_on)
    if Discount.objects.filter(code=code).exists():
        raise Refused("discount_code_taken", taken=code, field="code")
    ledger.keep_open_since(day=starts_on, now=now)
    discount = Discount.objects.create(
        code=code,
        name_ko=name_ko,
        name_en=name_en,
        sentence_ko=sentence_ko,
        sentence_en=sentence_en,
        applies_to=applies_to,
        permille=permille,
        after=after,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    facts = {"code": code, "applies_to": applies_to, "permille": permille, "starts_on": str(starts_on)}
    record(by=by, now=now, did="prices.create_discount", kind="discount", subject=discount.pk, **facts)
    return discount


@action
def end_discount(*, by: Actor, now: datetime, discount: int, ends_on: date) -> None:
    """Ends a discount from a day on. Refused: ``price_starts_in_issued_month``, ``days_end_before_start``."""
    refuse_unless_drafter(by)
    refuse_issued(ends_on, books.issued_months())
    row = Discount.objects.filter(pk=discount).first()
    if row is None:
        raise Refused("discount_unknown")
    refuse_unless_rule_days(row.starts_on, ends_on)
    ledger.keep_open_since(day=ends_on, now=now)
    open_then = Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on)
    if not Discount.objects.filter(open_then, pk=discount).update(ends_on=ends_on):
        raise Stale("discount")
    record(by=by, now=now, did="prices.end_discount", kind="discount", subject=discount, ends_on=str(ends_on))


@action
def create_limit(
    *,
    by: Actor,
    now: datetime,
    code: str,
    kind: str,
    name_ko: str,
    name_en: str,
    sentence_ko: str,
    sentence_en: str,
    figure: int,
    starts_on: date,
    applies_to: str = "",
    years: int = 0,
    ends_on: date | None = None,
) -> SubsidyLimit:
    """Opens a self-pay part or a ceiling of support, for everybody or for who holds an attribute on a day.

    Refused: ``limit_figure_wrong``, ``limit_years_wrong``, ``limit_code_taken``, ``discount_for_unknown``,
    ``days_end_before_start``, ``price_starts_in_issued_month``.
    """
    refuse_unless_drafter(by)
    refuse_issued(starts_on, books.issued_months())
    if applies_to and applies_to not in queries.attributes():
        raise Refused("discount_for_unknown", applies_to=applies_to, field="applies_to")
    refuse_unless_rule_days(starts_on, ends_on)
    limit_of(code, kind, applies_to, figure, years, starts_on, ends_on)
    if SubsidyLimit.objects.filter(code=code).exists():
        raise Refused("limit_code_taken", taken=code, field="code")
    ledger.keep_open_since(day=starts_on, now=now)
    names = {"name_ko": name_ko, "name_en": name_en, "sentence_ko": sentence_ko, "sentence_en": sentence_en}
    what = {"kind": kind, "figure": figure, "years": years, "applies_to": applies_to}
    limit = SubsidyLimit.objects.create(code=code, **names, **what, starts_on=starts_on, ends_on=ends_on)
    facts = {"code": code, "of": kind, "figure": figure, "applies_to": applies_to, "starts_on": str(starts_on)}
    record(by=by, now=now, did="prices.create_limit", kind="subsidy_limit", subject=limit.pk, **facts)
    return limit


@action
def end_limit(*, by: Actor, now: datetime, limit: int, ends_on: date) -> None:
    """Ends a limit from a day on. Refused: ``price_starts_in_issued_month``, ``days_end_before_start``."""
    refuse_unless_drafter(by)
    refuse_issued(ends_on, books.issued_months())
    row = SubsidyLimit.objects.get(pk=limit)
    refuse_unless_rule_days(row.starts_on, ends_on)
    ledger.keep_open_since(day=ends_on, now=now)
    open_then = Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on)
    if not SubsidyLimit.objects.filter(open_then, pk=limit).update(ends_on=ends_on):
        raise Stale("limit")
    record(by=by, now=now, did="prices.end_limit", kind="subsidy_limit", subject=limit, ends_on=str(ends_on))
