"""Recoveries, surcharges and bans in public figures, by year: all of a year's numbers, or none of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from madang.portal.sanctions.models import Sanction
from madang.portal.sanctions.rules import STANDING, SanctionAct

COLUMNS = {SanctionAct.RECOVERY: "recoveries", SanctionAct.SURCHARGE: "surcharges", SanctionAct.BAN: "bans"}


def counted(acts: Mapping[str, Collection[int]], least: int) -> dict[str, int | None]:
    """How many acts there were of each kind, given the organisation of each.

    Where fewer than `least` organisations stand behind one of the numbers, none is told: so nobody can say which of
    them is small, and each could still be 0 or any other.
    """
    small = any(0 < len({*organisations}) < least for organisations in acts.values())
    return {column: None if small else len(acts.get(act, ())) for act, column in COLUMNS.items()}


def by_year(now: datetime, earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each year that is over and had one; what is known of one (`earlier`) is kept. One query.

    Money counts in the year of its decision, a ban in each year of which it covers a day; what was annulled by then
    does not count.
    """
    known, zone = {row["year"]: row for row in earlier}, settings.MADANG_ZONE
    years: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    rows = Sanction.objects.filter(state__in=STANDING).order_by("pk")
    columns = ("act", "organisation", "decided_at", "starts_on", "ends_on")
    for act, organisation, decided_at, starts_on, ends_on in rows.values_list(*columns):
        first = starts_on.year if starts_on else decided_at.astimezone(zone).year
        last = (ends_on - timedelta(days=1)).year if ends_on else first
        for year in range(first, last + 1):
            years[year][act].append(organisation)
    for year, acts in years.items():
        if year < now.astimezone(zone).year and year not in known:
            known[year] = {"year": year, **counted(acts, settings.MADANG_SMALL_CELL)}
    return [known[year] for year in sorted(known)]
