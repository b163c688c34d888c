"""The camp in public figures: tenants, rooms and seats let, and residents on the last day of each month."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min

from madang.portal.camp.queries import filling
from madang.portal.tenancies.models import LetDay, Resident
from madang.portal.tenancies.queries import today
from madang.portal.tenancies.rules import LIVED
from madang.values import Month, months_from


def last_day(month: Month) -> date:
    """The last day of a calendar month."""
    following = month.plus(1)
    return date(following.year, following.number, 1) - timedelta(days=1)


def by_month(now: datetime, earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each month that is over since the first tenancy; what is known of one (`earlier`) is kept.

    Residents are withheld where fewer tenants than the threshold live in the camp.
    """
    lived = LetDay.objects.filter(tenancy__state__in=LIVED).order_by()
    known = {row["month"] for row in earlier}
    first = lived.aggregate(first=Min("day"))["first"]
    this = Month(today(now).year, today(now).month)
    if first is None:
        return earlier
    begun = Month(first.year, first.month)
    months = [month for month in months_from(begun, max(0, begun.until(this))) if str(month) not in known]
    if not months:
        return earlier
    days = {last_day(month): str(month) for month in months}
    counted = lived.filter(day__in=days).values("day").annotate(
        let=Count("space"), tenants=Count("tenancy__organisation", distinct=True)
    )  # fmt: skip
    let = {row["day"]: (row["tenants"], row["let"]) for row in counted}
    spans = list(Resident.objects.filter(tenancy__state__in=LIVED).values_list("from_on", "until_on"))
    spaces = filling(today(now))["spaces"]
    found = list(earlier)
    for day, month in days.items():
        tenants, held = let.get(day, (0, 0))
        residents = sum(since <= day and (until is None or until > day) for since, until in spans)
        shown = residents if tenants >= settings.MADANG_SMALL_CELL else None
        found.append({"month": month, "camp_tenants": tenants, "camp_let": held, "camp_spaces": max(spaces, held),
                      "camp_residents": shown})  # fmt: skip
    return sorted(found, key=lambda row: str(row["month"]))
