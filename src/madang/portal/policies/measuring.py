"""Measures on the book how much of what awards were granted is used, pool by pool."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db.models import F, Sum

from madang.accounting.ledger import Bucket
from madang.portal.awards.models import AwardLine
from madang.portal.awards.rules import AwardState
from madang.portal.ledger.models import LedgerAccount, MonthTotal
from madang.portal.policies.rates import Measured, Source
from madang.values import Month, months_from

QUARTERS = 4
# Awards that ended longer ago say little about how the next ones will be used.
YEARS = 3


def measured(now: datetime, pools: Collection[str]) -> dict[str, dict[str, Measured]]:
    """By source (`ended`, `quarters`) and by the pool's code; a pool of which nothing was granted is left out."""
    return {Source.ENDED: ended_awards(now, pools), Source.QUARTERS: last_quarters(now, pools)}


def ended_awards(now: datetime, pools: Collection[str]) -> dict[str, Measured]:
    """What awards that ran to their end in the last three years used of all they were granted.

    Awards that were ended early are left out: what they had left went back, so that nothing says what they would have
    used.
    """
    rows = AwardLine.objects.filter(award__state=AwardState.ENDED, award__in_force_at__isnull=False)
    rows = rows.filter(product__pool__code__in=pools)
    since = now.replace(year=now.year - YEARS, month=1, day=1)
    rows = rows.filter(award__ended_at__gte=since, award__ended_at__lte=now)
    columns = ("award", "award__ended_at", "award__ends_on", "product__pool__code")
    awards: dict[str, set[str]] = defaultdict(set)
    months: dict[str, set[str]] = defaultdict(set)
    for award, ended_at, ends_on, code in rows.values_list(*columns):
        day = ended_at.astimezone(settings.MADANG_ZONE).date()
        if day >= ends_on:
            awards[code].add(f"award:{award}")
            months[code].add(f"{day:%Y-%m}")
    found = {
        code: Measured(*_balance(code, owners), len(owners), min(months[code]), max(months[code]))
        for code, owners in awards.items()
    }
    return {code: one for code, one in found.items() if one.granted > 0}


def _balance(pool: str, owners: set[str]) -> tuple[int, int]:
    """Seconds that owners used of a pool, and those that they were granted and did not give back."""
    amounts: dict[str, int] = defaultdict(int)
    rows = LedgerAccount.objects.filter(pool__code=pool, bucket__in=[Bucket.USED, Bucket.SOURCE, Bucket.RETURNED])
    for owner, bucket, amount in rows.values_list("owner", "bucket", "amount"):
        if owner in owners:
            amounts[bucket] += amount
    return amounts[Bucket.USED], -amounts[Bucket.SOURCE] - amounts[Bucket.RETURNED]


def last_quarters(now: datetime, pools: Collection[str]) -> dict[str, Measured]:
    """What was used in the last four whole quarters of what awards in force held in them, month by month."""
    this = Month.of(now, settings.MADANG_ZONE)
    after = Month(this.year, (this.number - 1) // 3 * 3 + 1)
    months = [str(month) for month in months_from(after.plus(-3 * QUARTERS), 3 * QUARTERS)]
    granted, awards = _granted(months, pools)
    rows = MonthTotal.objects.filter(month__in=months, account__bucket=Bucket.USED, account__pool__code__in=pools)
    sums = rows.filter(account__owner__startswith="award:").values_list("account__pool__code")
    used = dict(sums.annotate(net=Sum(F("came_in") - F("went_out"))))
    return {
        code: Measured(used.get(code, 0), granted[code], len(members), months[0], months[-1])
        for code, members in awards.items()
        if granted[code] > 0
    }


def _granted(months: list[str], pools: Collection[str]) -> tuple[dict[str, int], dict[str, set[int]]]:
    """Seconds that lines grant in some months by pool, each line's spread over its months by their length; and whose.

    An award that has ended holds nothing in the months after that in which it ended.
    """

    @cache
    def share(first: str, count: int, last: str) -> tuple[int, int]:
        """Seconds of a line's months that lie within, and of all."""
        span = months_from(Month.parse(first), count)
        lengths = {str(month): month.period(settings.MADANG_ZONE).seconds for month in span}
        held = (length for month, length in lengths.items() if months[0] <= month <= last)
        return sum(held), sum(lengths.values())

    rows = AwardLine.objects.filter(award__in_force_at__isnull=False, first_month__lte=months[-1])
    rows = rows.filter(product__pool__code__in=pools)
    columns = ("award", "award__ended_at", "product__pool__code", "first_month", "months", "seconds")
    granted: dict[str, int] = defaultdict(int)
    awards: dict[str, set[int]] = defaultdict(set)
    for award, ended_at, code, first, count, seconds in rows.values_list(*columns):
        ended = f"{ended_at.astimezone(settings.MADANG_ZONE):%Y-%m}" if ended_at else months[-1]
        within, whole = share(first, count, min(ended, months[-1]))
        if within:
            granted[code] += seconds * within // whole
            awards[code].add(award)
    return granted, awards
