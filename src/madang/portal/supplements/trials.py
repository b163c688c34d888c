"""Who could have asked for a supplement in the last months, and how much of which pool, had a rule been in force."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q

from madang.portal.awards.models import Award, AwardLine
from madang.portal.awards.queries import owner_of
from madang.portal.awards.rules import seconds_of
from madang.portal.billing.trials import months_before
from madang.portal.entitlements.rules import SupplementRule
from madang.portal.ledger import queries as ledger
from madang.portal.plans.problems import promised
from madang.portal.resources.models import Pool, PoolMonth
from madang.portal.supplements import rules
from madang.portal.supplements.queries import given_by
from madang.values import Month


@dataclass(frozen=True)
class PoolEffect:
    """Of one pool: the awards that held it, how many of them could have asked, for at most so many seconds.

    `short` are the months in which all of that together would have been more than the pool has free.
    """

    pool: Pool
    awards: int
    could_ask: int
    most: int
    short: tuple[str, ...]


@dataclass(frozen=True)
class SupplementTrial:
    """By month the awards in force at its end and those that could ask from then on; and the effect pool by pool."""

    by_month: tuple[tuple[str, int, int], ...]
    pools: tuple[PoolEffect, ...]

    @property
    def could_ask(self) -> int:
        """The awards that could have asked at all, each counted once."""
        return sum(count for _, _, count in self.by_month)


def tried(rule: SupplementRule, today: date) -> SupplementTrial:
    """What a rule would have opened in the last three whole months, in five queries however many awards there are.

    Judged on the last day of each month by the use of whole months until then, for the lines of the agreement: what
    came later by a supplement is left out on both sides. An award counts in the first month in which it could ask.
    """
    months = [Month.parse(month) for month in months_before(today)]
    awards = _awards(months)
    used = _used(awards, months[-1])
    asked: dict[int, tuple[Month, list[AwardLine]]] = {}
    running: Counter[Month] = Counter()
    for month in months:
        for award in awards:
            if _in_force(award, month):
                running[month] += 1
                if award.pk not in asked and (found := _possible(award, rule, month, used)):
                    asked[award.pk] = month, found
    began = Counter(month for month, _ in asked.values())
    by_month = tuple((str(month), running[month], began[month]) for month in months)
    held = Counter(pool for award in awards for pool in {line.product.pool for line in award.lines.all()})
    return SupplementTrial(by_month, _by_pool(held, [line for _, lines in asked.values() for line in lines]))


def _awards(months: list[Month]) -> list[Award]:
    first, end = months[0].period(settings.MADANG_ZONE).start, months[-1].period(settings.MADANG_ZONE).end
    zone = settings.MADANG_ZONE
    rows = Award.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gte=first),
        in_force_at__lt=end,
        starts_on__lt=end.astimezone(zone).date(),
        ends_on__gt=first.astimezone(zone).date(),
    )
    return list(rows.order_by("pk").prefetch_related("lines__product__pool"))


def _in_force(award: Award, month: Month) -> bool:
    """Whether it was in force on the last day of a month."""
    end = month.period(settings.MADANG_ZONE).end
    last = end.astimezone(settings.MADANG_ZONE).date() - timedelta(days=1)
    begun = award.in_force_at is not None and award.in_force_at < end and award.starts_on <= last
    return begun and award.ends_on > last and (award.ended_at is None or award.ended_at >= end)


def _used(awards: Iterable[Award], last: Month) -> dict[tuple[str, int], dict[str, int]]:
    begun = [Month(award.starts_on.year, award.starts_on.month) for award in awards]
    if not begun:
        return {}
    first = min(begun)
    span = [str(first.plus(n)) for n in range(first.until(last) + 1)]
    return ledger.used_by_month((owner_of(award.pk) for award in awards), span)


def _possible(
    award: Award, rule: SupplementRule, month: Month, used: dict[tuple[str, int], dict[str, int]]
) -> list[AwardLine]:
    """The lines, not stored, that the largest supplement would be on the last day of a month."""
    lines = [line for line in award.lines.all() if line.added_on is None]
    granted: dict[int, int] = defaultdict(int)
    for line in lines:
        granted[line.product.pool_id] += line.seconds
    found = []
    for line in lines:
        pool, given = line.product.pool_id, given_by(line)
        so_far = sum(net for day, net in used.get((owner_of(award.pk), pool), {}).items() if day <= str(month))
        most = rules.most(given, rule.permille, month)
        if most and rules.used_enough(so_far, granted[pool], rule.from_percent):
            span = {"first_month": str(rules.first_month(given, month)), "months": rules.months_left(given, month)}
            seconds = seconds_of(
                by_hour=given.by_hour, quantity=most, units=line.product.units, zone=settings.MADANG_ZONE, **span
            )
            found.append(AwardLine(award=award, product=line.product, quantity=most, seconds=seconds, **span))
    return found


def _by_pool(held: Counter[Pool], lines: list[AwardLine]) -> tuple[PoolEffect, ...]:
    wanted: dict[int, Counter[str]] = defaultdict(Counter)
    seconds: Counter[int] = Counter()
    asking: dict[int, set[int]] = defaultdict(set)
    for line in lines:
        seconds[line.product.pool_id] += line.seconds
        asking[line.product.pool_id].add(line.award_id)
        for (pool, month), units in promised(line).items():
            wanted[pool][month] += units
    rows = PoolMonth.objects.filter(pool__in=[pool.pk for pool in held])
    free = {(row.pool_id, row.month): row.funded - row.committed for row in rows}
    return tuple(
        PoolEffect(
            pool,
            awards,
            len(asking[pool.pk]),
            seconds[pool.pk],
            tuple(month for month, units in sorted(wanted[pool.pk].items()) if units > free.get((pool.pk, month), 0)),
        )
        for pool, awards in sorted(held.items(), key=lambda one: one[0].code)
    )
