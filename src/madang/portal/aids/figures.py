"""Works out what is published of aid: people and companies that got some in a year that is settled, and how much."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum

from madang.portal.aids.models import AidPayment
from madang.portal.aids.rules import published
from madang.portal.funding.models import FiscalYear


def by_year(now: datetime, earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each fiscal year that is settled and paid some; what is known of one is kept. Two queries."""
    known = {row["year"]: row for row in earlier}
    settled = FiscalYear.objects.filter(settled_at__lte=now).exclude(year__in=list(known))
    rows = AidPayment.objects.filter(year__in=list(settled.values_list("year", flat=True))).order_by()
    years: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for year, learner, to, won in rows.values_list("year", "learner", "organisation").annotate(won=Sum("amount")):
        years[year][learner or 0, to or 0] = won
    for year, sums in years.items():
        known[year] = {"year": year, **published(sums, settings.MADANG_SMALL_CELL)}
    return [known[year] for year in sorted(known)]
