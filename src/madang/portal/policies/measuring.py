"""Measures on the book how much of what awards were granted is used, pool by pool."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise

from django.conf import settings
from django.db.models import Case, CharField, F, Sum, Value, When
from django.db.models.functions import Cast

from madang.accounting.ledger import Bucket
from madang.portal.awards.models import Award, AwardLine
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
    since = now.replace(year=now.year - YEARS, month=1, day=1)
    months = _ended(since, now)
    amounts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    owners: dict[str, set[str]] = defaultdict(set)
    buckets = [Bucket.USED, Bucket.SOURCE, Bucket.RETURNED]
    rows = LedgerAccount.objects.filter(pool__code__in=pools, bucket__in=buckets).exclude(amount=0)
    for owner, code, bucket, amount in rows.values_list("owner", "pool__code", "bucket", "amount"):
        if owner in months:
            amounts[code][bucket] += amount
            owners[code].add(owner)
    return {
        code: Measured(amounts[code][Bucket.USED], granted, len(mine), *_ends(months[owner] for owner in mine))
        for code, mine in owners.items()
        if (granted := -amounts[code][Bucket.SOURCE] - amounts[code][Bucket.RETURNED]) > 0
    }


def _ended(since: datetime, now: datetime) -> dict[str, str]:
    """By owner, the month in which an award ran to its end."""

    @cache
    def day(instant: str) -> str:
        read = datetime.fromisoformat(instant)
        aware = read if read.tzinfo else read.replace(tzinfo=UTC)
        return f"{aware.astimezone(settings.MADANG_ZONE):%Y-%m-%d}"

    rows = Award.objects.filter(state=AwardState.ENDED, in_force_at__isnull=False)
    rows = rows.filter(ended_at__gte=since, ended_at__lte=now)
    # as text: thousands of instants take longer to read than all else, and most are the same few
    told = rows.values_list("pk", Cast("ended_at", CharField()), Cast("ends_on", CharField()))
    return {f"award:{award}": day(ended_at)[:7] for award, ended_at, ends_on in told if day(ended_at) >= ends_on}


def _ends(months: Iterable[str]) -> tuple[str, str]:
    known = sorted(months)
    return known[0], known[-1]


def last_quarters(now: datetime, pools: Collection[str]) -> dict[str, Measured]:
    """What was used in the last four whole quarters of what awards in force held in them, month by month."""
    this = Month.of(now, settings.MADANG_ZONE)
    after = Month(this.year, (this.number - 1) // 3 * 3 + 1)
    months = [str(month) for month in months_from(after.plus(-3 * QUARTERS), 3 * QUARTERS)]
    granted, awards = _granted(months, pools)
    rows = MonthTotal.objects.filter(month__range=(months[0], months[-1]), account__bucket=Bucket.USED)
    rows = rows.filter(account__pool__code__in=pools, account__owner__startswith="award:")
    sums = rows.values_list("account__pool__code")
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
    zone = settings.MADANG_ZONE

    @cache
    def share(first: str, count: int, last: str) -> tuple[int, int]:
        """Seconds of a line's months that lie within, and of all."""
        span = months_from(Month.parse(first), count)
        lengths = {str(month): month.period(zone).seconds for month in span}
        held = (length for month, length in lengths.items() if months[0] <= month <= last)
        return sum(held), sum(lengths.values())

    starts = {month: Month.parse(month).period(zone).start for month in months}
    rows = AwardLine.objects.filter(award__in_force_at__isnull=False, first_month__lte=months[-1])
    rows = rows.filter(product__pool__code__in=pools).exclude(award__ended_at__lt=starts[months[0]])
    # the last of the months that an award holds, told by the database: see `_ended`
    earlier = [When(award__ended_at__lt=starts[after], then=Value(month)) for month, after in pairwise(months)]
    rows = rows.annotate(until=Case(*earlier, default=Value(months[-1])))
    granted: dict[str, int] = defaultdict(int)
    awards: dict[str, set[int]] = defaultdict(set)
    columns = ("award", "until", "product__pool__code", "first_month", "months", "seconds")
    for award, until, code, first, count, seconds in rows.values_list(*columns):
        within, whole = share(first, count, until)
        if within:
            granted[code] += seconds * within // whole
            awards[code].add(award)
    return granted, awards
