"""Measures on the book how much of what awards were granted is used, pool by pool."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime

from django.conf import settings

from madang.portal.awards.models import AwardLine
from madang.portal.awards.rules import AwardState
from madang.portal.ledger import queries as ledger
from madang.portal.policies.rates import Measured, Source
from madang.values import Month, months_from

QUARTERS = 4
# Awards that ended longer ago say little about how the next ones will be used.
YEARS = 3


def measured(now: datetime) -> dict[str, dict[str, Measured]]:
    """By source (`ended`, `quarters`) and by the pool's code; a pool of which nothing was granted is left out."""
    return {Source.ENDED: ended_awards(now), Source.QUARTERS: last_quarters(now)}


def ended_awards(now: datetime) -> dict[str, Measured]:
    """What awards that ran to their end in the last three years used of all they were granted.

    Awards that were ended early are left out: what they had left went back, so that nothing says what they would have
    used.
    """
    rows = AwardLine.objects.filter(award__state=AwardState.ENDED, award__in_force_at__isnull=False)
    since = now.replace(year=now.year - YEARS, month=1, day=1)
    rows = rows.filter(award__ended_at__gte=since, award__ended_at__lte=now).order_by("award", "pk")
    columns = ("award", "award__ended_at", "award__ends_on", "product__pool", "product__pool__code")
    places = [row for row in rows.values_list(*columns).distinct() if _day(row[1]) >= row[2]]
    books = ledger.balances_of({f"award:{award}" for award, *_ in places})
    found: dict[str, Measured] = {}
    for award, ended_at, _ends_on, pool, code in places:
        book = books.get(f"award:{award}", {}).get(pool)
        if book is not None:
            month = str(Month.of(ended_at, settings.MADANG_ZONE))
            _add(found, code, Measured(book.used, book.granted - book.returned, 1, month, month))
    return {code: one for code, one in found.items() if one.granted > 0}


def _day(instant: datetime) -> date:
    return instant.astimezone(settings.MADANG_ZONE).date()


def _add(found: dict[str, Measured], code: str, one: Measured) -> None:
    known = found.get(code)
    found[code] = one if known is None else Measured(
        known.used + one.used, known.granted + one.granted, known.awards + one.awards,
        min(known.first, one.first), max(known.last, one.last),
    )  # fmt: skip


def last_quarters(now: datetime) -> dict[str, Measured]:
    """What was used in the last four whole quarters of what awards in force held in them, month by month."""
    this = Month.of(now, settings.MADANG_ZONE)
    after = Month(this.year, (this.number - 1) // 3 * 3 + 1)
    months = [str(month) for month in months_from(after.plus(-3 * QUARTERS), 3 * QUARTERS)]
    granted, awards = _granted(months)
    used: dict[str, int] = defaultdict(int)
    owners = {f"award:{award}" for members in awards.values() for award in members}
    codes = {pool: code for code, pool in awards}
    for (_owner, pool), by_month in ledger.used_by_month(owners, months).items():
        if pool in codes:
            used[codes[pool]] += sum(by_month.values())
    whole = Measured(0, 0, 0, months[0], months[-1])
    return {
        code: replace(whole, used=used[code], granted=granted[code], awards=len(members))
        for (code, _pool), members in awards.items()
        if granted[code] > 0
    }


def _granted(months: list[str]) -> tuple[dict[str, int], dict[tuple[str, int], set[int]]]:
    """Seconds that lines grant in some months by pool, each line's spread over its months by their length; and whose.

    An award that has ended holds nothing in the months after that in which it ended.
    """
    rows = AwardLine.objects.filter(award__in_force_at__isnull=False, first_month__lte=months[-1])
    columns = (
        "award", "award__ended_at", "product__pool", "product__pool__code", "first_month", "months", "seconds"
    )  # fmt: skip
    granted: dict[str, int] = defaultdict(int)
    awards: dict[tuple[str, int], set[int]] = defaultdict(set)
    for award, ended_at, pool, code, first, count, seconds in rows.values_list(*columns):
        span = months_from(Month.parse(first), count)
        last = str(Month.of(ended_at, settings.MADANG_ZONE)) if ended_at else months[-1]
        lengths = {str(month): month.period(settings.MADANG_ZONE).seconds for month in span}
        within = sum(length for month, length in lengths.items() if months[0] <= month <= min(last, months[-1]))
        if within:
            granted[code] += seconds * within // sum(lengths.values())
            awards[code, pool].add(award)
    return granted, awards
