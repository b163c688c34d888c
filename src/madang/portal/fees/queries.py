"""Reads as what facilities are charged, and works out what a booking costs, as its statement will."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import QuerySet

from madang.accounting.pricing import Quote
from madang.accounting.statement import Line, statement
from madang.portal.bookings.models import Booking
from madang.portal.facilities.rules import SlotGrain
from madang.portal.fees import rules
from madang.portal.fees.models import FacilityFee
from madang.portal.people.models import Organisation
from madang.portal.prices import limits
from madang.portal.prices import queries as prices
from madang.portal.prices.rules import attributes_on, preview
from madang.portal.resources.models import Product
from madang.portal.resources.rules import PoolUnit
from madang.values import Period


@dataclass(frozen=True)
class Cost:
    """What bookings cost one organisation: each line with its product, the totals, and days that have no price."""

    lines: tuple[tuple[Product, Line], ...]
    total: Quote
    unpriced: tuple[date, ...]


def terms() -> rules.FeeTerms:
    """What is charged for bookings that were missed or given up late, as the centre publishes it."""
    return rules.FeeTerms(
        settings.MADANG_MISSED_PERCENT, settings.MADANG_LATE_CANCEL_PERCENT, settings.MADANG_LATE_CANCEL_HOURS
    )


def products_for(grain: str) -> QuerySet[Product]:
    """As what a facility that is booked by this grain can be charged."""
    rows = Product.objects.filter(pool__unit=PoolUnit.ITEM, grain=rules.sold_by(grain), active=True)
    return rows.order_by("code")


def sold_as() -> dict[str, set[str]]:
    """The codes of the products as which facilities of each grain can be charged."""
    return {grain: set(products_for(grain).values_list("code", flat=True)) for grain in SlotGrain}


def charged_by_code(codes: Iterable[str]) -> dict[str, str]:
    """The code of the product as which each of these facilities, by its code, is charged; free ones are not in it."""
    rows = FacilityFee.objects.filter(facility__code__in=list(codes))
    return dict(rows.values_list("facility__code", "product__code"))


def charged_as(facilities: Iterable[int]) -> dict[int, Product]:
    """The product of each of these facilities that costs something."""
    rows = FacilityFee.objects.filter(facility__in=list(facilities)).select_related("product")
    return {row.facility_id: row.product for row in rows}


def cost(
    organisation: Organisation, products: Mapping[Product, int], periods: Sequence[Period], percent: int = rules.WHOLE
) -> Cost | None:
    """What bookings of so many facilities of each product in these periods come to; None where they cost nothing.

    Each booking is priced as its statement prices it, with the organisation's discounts; what a ceiling leaves is known
    only there.
    """
    if not products:
        return None
    tariffs = [prices.as_value(row) for row in prices.approved([one.pk for one in products])]
    discounts, bounds = prices.discount_values(), limits.values()
    verdicts, zone = prices.verdicts_held(organisation.pk), settings.MADANG_ZONE
    found: list[tuple[Product, Line]] = []
    unpriced: set[date] = set()
    for period in periods:
        for product, count in sorted(products.items(), key=lambda one: one[0].code):
            amounts = rules.amounts(period, product.grain, zone, percent=percent, facilities=count)
            shown = preview(
                product=product.code,
                amounts=amounts,
                tariffs=[one for one in tariffs if one.product == product.code],
                discounts=discounts,
                attributes={day: attributes_on(organisation.kind, verdicts, day) for day in amounts},
                stacking=rules.STACKING,
                limits=bounds,
            )
            found += [(product, line) for line in shown.lines]
            unpriced |= set(shown.unpriced)
    return Cost(tuple(found), statement(line.quote for _, line in found), tuple(sorted(unpriced)))


def of_new(organisation: int, facilities: Sequence[int], periods: Sequence[Period]) -> Cost | None:
    """What bookings of all these facilities in each of these periods would cost an organisation."""
    products = Counter(charged_as(facilities).values())
    return cost(Organisation.objects.get(pk=organisation), products, periods) if products else None


def of_booking(row: Booking, percent: int) -> Cost | None:
    """What a booking costs, under what its facilities were charged as when it was made."""
    products = Counter(one.product for one in row.booked.all() if one.product)
    return cost(row.organisation, products, [Period(row.starts_at, row.ends_at)], percent) if percent else None
