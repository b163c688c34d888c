"""Energy measured by pool and month, for the public figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.conf import settings
from django.db.models import Sum

from madang.portal.energy.models import MeasuredUse
from madang.portal.indicators.models import DayUse
from madang.portal.indicators.rules import Row
from madang.portal.ledger.models import AccountingMonth
from madang.portal.outcomes.rules import shown
from madang.portal.resources.models import Pool


def by_month(earlier: list[Row]) -> list[Row]:
    """A row for each pool and month whose books are closed in which energy was measured; what is known of one is kept.

    Joules and measured seconds are withheld together. One query, and three more where a month may be new.
    """
    known = {row["month"] for row in earlier}
    closed = AccountingMonth.objects.filter(closed_at__isnull=False).exclude(month__in=known).values("month")
    sums = MeasuredUse.objects.filter(month__in=closed).order_by().values("month", "pool", "award__organisation")
    found: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for row in sums.annotate(joules_sum=Sum("joules"), seconds_sum=Sum("seconds")):
        found[row["month"], row["pool"]].append((row["joules_sum"], row["seconds_sum"]))
    if not found:
        return earlier
    pools = {pool.pk: pool for pool in Pool.objects.filter(pk__in={pool for _month, pool in found})}
    used = _used(found)
    new = [
        {
            "pool": pools[pool].code,
            "unit": pools[pool].unit,
            "month": month,
            **_shown(parts),
            "used_seconds": used.get((month, pool), 0),
        }
        for (month, pool), parts in found.items()
    ]
    return sorted([*earlier, *new], key=lambda row: (row["month"], row["pool"]))


def _shown(parts: list[tuple[int, int]]) -> dict[str, int | None]:
    names = ("measured_joules", "measured_seconds")
    sums = [shown(list(one), len(parts), settings.MADANG_SMALL_CELL) for one in zip(*parts, strict=True)]
    return dict(zip(names, sums if None not in sums else (None, None), strict=True))


def _used(places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
    first, last = min(month for month, _pool in places), max(month for month, _pool in places)
    days = DayUse.objects.filter(pool__in={pool for _month, pool in places}, day__gte=f"{first}-01").order_by()
    rows = days.values_list("day__year", "day__month", "pool").annotate(n=Sum("seconds"))
    found = {(f"{year:04d}-{month:02d}", pool): seconds for year, month, pool, seconds in rows}
    return {place: seconds for place, seconds in found.items() if place[0] <= last}
