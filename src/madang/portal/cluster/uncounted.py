"""Reads what awards used that the cluster itself never counted: before it began to, or in accounts of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from madang.accounting.ledger import Balances
from madang.compute.slurm.standing import Look
from madang.portal.awards.queries import owner_of
from madang.portal.cluster.models import ClusterCount, JoinedAccount
from madang.portal.jobs.places import joined_source
from madang.portal.ledger import monthly
from madang.portal.ledger import queries as ledger
from madang.values import Month

# the pools of each kind of resource, by award and by the kind's name on the cluster
Kinds = Mapping[int, Mapping[str, Iterable[int]]]


def uncounted(
    kinds: Kinds, balances: Mapping[str, Mapping[int, Balances]], today: date, seen: Look | None
) -> dict[tuple[int, str], int]:
    """Seconds by award and kind, up to the midnight before `today`, so that they stay the same for a day.

    Where the cluster of `seen` counts nothing of a kind yet, that is all that was used; else what was used before the
    count began and, since the day on which it did, in accounts of others. Left out where there is none.
    """
    counts = {(row.award_id, row.kind): row for row in ClusterCount.objects.filter(award__in=kinds)}
    places = [(award, kind) for award, own in kinds.items() for kind in own]
    fresh = [place for place in places if seen and not seen.counts(str(place[0]), place[1])]
    found: dict[tuple[int, str], int] = {}
    spent = _before_today([award for award, _ in fresh], balances, today)
    for award, kind in fresh:
        found[award, kind] = sum(spent.get((award, pool), 0) for pool in kinds[award][kind])
    joined = _joined(kinds, today)
    for place in set(places) - set(fresh):
        count = counts.get(place)
        pools = set(kinds[place[0]][place[1]])
        days = ((day, amount) for pool in pools for day, amount in joined.get((place[0], pool), {}).items())
        found[place] = sum(amount for day, amount in days if count is None or day >= count.since)
        found[place] += count.before_seconds if count else 0
    return {place: seconds for place, seconds in found.items() if seconds > 0}


def _before_today(
    awards: Iterable[int], balances: Mapping[str, Mapping[int, Balances]], today: date
) -> dict[tuple[int, int], int]:
    """What each award has used of each pool until the last midnight."""
    owners = {owner_of(award): award for award in awards}
    used = {owner: pools for owner, pools in balances.items() if owner in owners}
    lately = ledger.used_by_day(used, str(Month(today.year, today.month))) if used else {}
    return {
        (owners[owner], pool): one.used - sum(n for day, n in lately.get((owner, pool), {}).items() if day >= today)
        for owner, pools in used.items()
        for pool, one in pools.items()
    }


def _joined(kinds: Kinds, today: date) -> dict[tuple[int, int], dict[date, int]]:
    """What each award used in accounts of others, by pool and day, until the last midnight."""
    rows = JoinedAccount.objects.filter(award__in=kinds).values_list("pk", "award")
    sources = {joined_source(pk): award for pk, award in rows}
    found: dict[tuple[int, int], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for (source, pool), days in monthly.used_from(sources).items() if sources else ():
        for day, amount in days.items():
            if day < today:
                found[sources[source], pool][day] += amount
    return found
