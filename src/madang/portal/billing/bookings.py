"""Reads which bookings of facilities a month's statements bill, and what each of them had, by calendar day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db.models import Q, QuerySet

from madang.portal.billing.rules import Holding
from madang.portal.bookings.models import BookedFacility, Booking
from madang.portal.bookings.rules import BookingState
from madang.portal.fees import queries as fees
from madang.portal.fees import rules
from madang.values import Month, Period


def _ends_in(month: Month, place: str = "") -> Q:
    """Bookings whose last instant lies in a month, when it is known what came of them."""
    period = month.period(settings.MADANG_ZONE)
    return Q(**{f"{place}ends_at__gt": period.start, f"{place}ends_at__lte": period.end})


def charged_in(month: Month) -> QuerySet[BookedFacility]:
    """The facilities that cost something of the bookings that a month bills."""
    return BookedFacility.objects.filter(
        _ends_in(month, "booking__"), booking__charged__gt=0, product__isnull=False
    ).order_by()


def charged(organisations: Sequence[int], month: Month) -> Iterable[tuple[int, Holding]]:
    """What each booking that a month bills had of each product, by organisation; two queries."""
    rows = charged_in(month).filter(booking__organisation__in=organisations).select_related("booking", "product")
    listed = list(rows.order_by("booking", "product__code"))
    counts = Counter((row.booking_id, row.product_id) for row in listed)
    for row in {(row.booking_id, row.product_id): row for row in listed}.values():
        booking, product = row.booking, row.product
        amounts = rules.amounts(
            Period(booking.starts_at, booking.ends_at),
            product.grain,
            settings.MADANG_ZONE,
            percent=booking.charged,
            facilities=counts[booking.pk, product.pk],
        )
        place = (None, product.pk, product.code, product.pool_id)
        yield booking.organisation_id, Holding(*place, amounts, rules.STACKING, booking.pk)


def not_released(month: Month) -> int:
    """Bookings of a month to which nobody came, which is not noted yet, where that costs something."""
    if not fees.terms().missed:
        return 0
    rows = Booking.objects.filter(_ends_in(month), state=BookingState.CONFIRMED, booked__product__isnull=False)
    return rows.distinct().count()
