"""Reads tariffs and discounts, which are public once in force, and works out what an ask would cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from madang.accounting.pricing import Days
from madang.portal.actors import Actor
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind, ApprovalState
from madang.portal.people.models import Organisation, Verdict
from madang.portal.people.rules import Attribute, OrganisationKind
from madang.portal.prices import limits, rules
from madang.portal.prices.models import Discount, Tariff
from madang.portal.prices.rules import (
    KIND_PREFIX,
    Held,
    Preview,
    Stacking,
    TariffKind,
    TariffStanding,
    Vat,
    kind_for,
)
from madang.portal.resources.models import Product
from madang.values import Month, Won


@dataclass(frozen=True)
class ListedTariff:
    """A tariff with where it stands on the day asked."""

    tariff: Tariff
    standing: TariffStanding


def today(now: datetime) -> date:
    """The centre's calendar day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def attributes() -> list[str]:
    """What a discount can be for: an attribute of the verdicts, or a kind of organisation."""
    return [*(one.value for one in Attribute), *(KIND_PREFIX + one.value for one in OrganisationKind)]


def drafted(tariff: int) -> Tariff | None:
    """A tariff that waits for approval, with its product."""
    rows = Tariff.objects.filter(pk=tariff, approved_at__isnull=True)
    waiting = Approval.objects.filter(kind=ApprovalKind.CHANGE_TARIFF, state=ApprovalState.WAITING)
    return rows.filter(pk__in=waiting.values("subject")).select_related("product").first()


def tariffs(by: Actor) -> QuerySet[Tariff]:
    """Approved tariffs for everybody; drafts and rejected ones for the body and its auditors too."""
    rows = Tariff.objects.select_related("product__pool").order_by("product__code", "kind", "-starts_on", "-pk")
    return rows if by.reads_everything else rows.filter(approved_at__isnull=False)


def tariffs_listed(by: Actor, now: datetime) -> list[ListedTariff]:
    """The tariffs that the actor may see with where each stands today, in one query."""
    refused = Approval.objects.filter(
        kind=ApprovalKind.CHANGE_TARIFF,
        state__in=[ApprovalState.REJECTED, ApprovalState.WITHDRAWN],
        subject=OuterRef("pk"),
    )
    day = today(now)
    return [
        ListedTariff(
            row,
            rules.standing(
                approved=row.approved_at is not None,
                rejected=row.rejected,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                day=day,
            ),
        )
        for row in tariffs(by).annotate(rejected=Exists(refused))
    ]


def in_force(by: Actor, now: datetime) -> list[Tariff]:
    """The prices of today, one a product and kind."""
    day = today(now)
    open_today = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    return list(tariffs(by).filter(open_today, approved_at__isnull=False, starts_on__lte=day))


def tariff_on(product: int, kind: TariffKind, day: date) -> Tariff | None:
    """The one approved tariff of a product on a day, None where it has no price then."""
    open_then = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    rows = Tariff.objects.filter(open_then, product=product, kind=kind, starts_on__lte=day, approved_at__isnull=False)
    return rows.order_by("-starts_on").first()


def approved(products: Iterable[int]) -> QuerySet[Tariff]:
    """Every approved tariff of some products, past ones too."""
    rows = Tariff.objects.filter(product__in=list(products), approved_at__isnull=False)
    return rows.select_related("product").order_by("product", "starts_on")


def quoted(row: Tariff) -> rules.Quoted | None:
    """A reference price in the currency in which it is quoted, with its rate; None where that is won."""
    if not row.quoted_currency:
        return None
    return rules.Quoted(row.quoted_currency, row.quoted_minor, row.rate, row.rate_per, row.rate_on, row.rate_source)


def as_value(row: Tariff) -> rules.Tariff:
    """A stored tariff as the pricing library takes it; its product is the code."""
    return rules.Tariff(
        product=row.product.code,
        kind=TariffKind(row.kind),
        price=Won(row.price),
        reference=Won(row.reference_price),
        days=Days(row.starts_on, row.ends_on),
        vat=Vat(row.vat),
        vat_permille=row.vat_permille,
    )


def discounts(by: Actor) -> QuerySet[Discount]:
    """All discounts, which are public."""
    return Discount.objects.order_by("starts_on", "code")


def discounts_open(by: Actor, day: date) -> QuerySet[Discount]:
    """The discounts of a day."""
    return discounts(by).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


def discount_values() -> list[rules.Discount]:
    """All discounts as the pricing library takes them, named by their codes."""
    return [
        rules.Discount(
            name=row.code,
            attribute=row.applies_to,
            rate_permille=row.permille,
            days=Days(row.starts_on, row.ends_on),
            sentence_en=row.sentence_en,
            sentence_ko=row.sentence_ko,
            after=row.after,
        )
        for row in Discount.objects.order_by("code")
    ]


def verdicts_held(organisation: int) -> list[Held]:
    """An organisation's verdicts as values."""
    rows = Verdict.objects.filter(organisation=organisation).order_by("valid_from", "pk")
    return [Held(row.attribute, row.holds, row.valid_from, row.valid_until) for row in rows]


def price_preview(
    by: Actor,
    product: Product,
    quantity: int,
    months: Sequence[Month],
    organisation: Organisation | None,
    stacking: Stacking,
) -> Preview:
    """What `quantity` of a product would cost in `months` (by the hour: that many hours in all), to the won.

    With an organisation that the actor belongs to, or reads as staff, its discounts count; otherwise none does.
    """
    amounts = rules.amounts_asked(product.grain, quantity, months)
    kind = kind_for(product.grain)
    known = [as_value(row) for row in approved([product.pk]) if row.kind == kind]
    held: dict[date, frozenset[str]] = {}
    if organisation is not None and (by.reads_everything or by.member_of(organisation.pk)):
        verdicts = verdicts_held(organisation.pk)
        held = {day: rules.attributes_on(organisation.kind, verdicts, day) for day in amounts}
    return rules.preview(
        product=product.code,
        amounts=amounts,
        tariffs=known,
        discounts=discount_values(),
        attributes=held,
        stacking=Stacking(stacking),
        limits=limits.values(),
    )
