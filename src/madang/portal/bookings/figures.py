"""Facilities in public figures: hours used of each class against 2,000 standard hours a facility and year."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, Sum

from madang.portal.bookings import slots
from madang.portal.bookings.models import BookedFacility
from madang.portal.bookings.rules import BookingState
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import FacilityState
from madang.values import Month, Period

MONTHLY = slots.STANDARD_HOURS * 60 // 12


def by_year(now: datetime, earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each year since the first use and each class; of the running year the months that are over count.

    A year is worked out for good once it is over: what is retired later goes on counting in it.
    """
    zone = settings.MADANG_ZONE
    this = Month.of(now, zone)
    used = BookedFacility.objects.filter(booking__state=BookingState.USED).order_by()
    first = used.aggregate(first=Min("booking__starts_at"))["first"]
    if first is None:
        return earlier
    whole = {row["year"] for row in earlier if row["standard_minutes"] == row["facilities"] * MONTHLY * 12}
    found = [row for row in earlier if row["year"] in whole]
    for year in range(first.astimezone(zone).year, this.year + 1):
        months = this.number - 1 if year == this.year else 12
        if months and year not in whole:
            found += _of_year(year, months)
    return sorted(found, key=lambda row: (row["year"], row["class"]))


def _of_year(year: int, months: int) -> list[dict[str, Any]]:
    begin = Month(year, 1)
    zone = settings.MADANG_ZONE
    period = Period(begin.period(zone).start, begin.plus(months).period(zone).start)
    used = BookedFacility.objects.filter(
        booking__state=BookingState.USED, booking__starts_at__gte=period.start, booking__starts_at__lt=period.end
    ).order_by()
    minutes = dict(used.values_list("facility__kind").annotate(n=Sum("minutes")))
    there = Facility.objects.filter(~Q(state=FacilityState.RETIRED) | Q(pk__in=used.values("facility")))
    counts = there.filter(added_at__lt=period.end).order_by().values_list("kind").annotate(n=Count("pk"))
    return [
        {"year": year, "class": kind, "facilities": n, "facility_minutes": minutes.get(kind, 0),
         "standard_minutes": n * MONTHLY * months}
        for kind, n in sorted(counts)
    ]  # fmt: skip
