"""What a GPU-hour cost the centre by year and pool, for the public figures."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.conf import settings

from madang.portal.expenses import queries
from madang.portal.indicators.rules import Row
from madang.portal.resources.models import Pool
from madang.values import Month

MONTHS = 12


def by_year(now: datetime) -> list[Row]:
    """Rows of each year that is over, of which every month has an agreed sheet and all its rent is agreed on.

    The pool is empty in the row of all. One query where no year is.
    """
    this_year, years = Month.of(now, settings.MADANG_ZONE).year, defaultdict(list)
    covered = queries.covered()
    for month in covered:
        years[int(month[:4])].append(month)
    found = []
    for year, months in sorted(years.items()):
        if year < this_year and len(months) == MONTHS:
            found += _year(year, months, sorted({covered[month] for month in months}))
    return found


def _year(year: int, months: list[str], sheets: list[int]) -> list[Row]:
    rented = queries.rent(months)
    if rented.missing:
        return []
    codes = dict(Pool.objects.values_list("pk", "code"))
    return [
        {
            "year": year,
            "pool": codes.get(one.pool, ""),
            "spent_won": one.won,
            "funded_seconds": one.funded,
            "used_seconds": one.used,
            "provided_hour_won": one.provided_won,
            "used_hour_won": one.used_won,
        }
        for one in queries.hours(sheets, months, rented)
    ]
