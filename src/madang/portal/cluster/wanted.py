"""Reads what awards should have on the cluster: limits, budgets, months, members and kept nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from django.conf import settings

from madang.accounting.ledger import Balances
from madang.compute.protocol import MANY, ClassShares
from madang.compute.slurm import desired
from madang.compute.slurm.desired import OnCluster, Reach, Thresholds, stage_of
from madang.compute.slurm.standing import Look
from madang.compute.slurm.windows import Windows, granted_by_month, released
from madang.portal.awards.models import Award, AwardLine
from madang.portal.awards.queries import owner_of
from madang.portal.awards.rules import jobs_until
from madang.portal.cluster.models import ClusterTerms
from madang.portal.cluster.rules import name_of, parts_of
from madang.portal.cluster.uncounted import uncounted
from madang.portal.jobs.rules import MOST_WALL_SECONDS
from madang.portal.ledger import queries as ledger
from madang.portal.people.models import Membership
from madang.portal.resources.rules import Grain
from madang.portal.shares import queries as shares
from madang.values import Month, months_from


@dataclass(frozen=True)
class Wanted:
    """What awards should have on the cluster; `without_user` people and `without_partition` pools get nothing there.

    `fresh` holds award, kind and the seconds used before of what the cluster does not count yet.
    """

    awards: list[OnCluster]
    without_user: int = 0
    without_partition: list[str] = field(default_factory=list)
    fresh: list[tuple[int, str, int]] = field(default_factory=list)


def wanted(now: datetime, partitions: Mapping[str, str], only: Award | None = None, seen: Look | None = None) -> Wanted:
    """What the awards that run today, or `only` this one, should have: in a few queries however many there are.

    `partitions` gives the partition of each type of GPU, and under "" that of cores. What the cluster of `seen` does
    not count yet is looked up, so that a budget that it begins to count holds no more than is left.
    """
    today = now.astimezone(settings.MADANG_ZONE).date()
    running = Award.objects.filter(state="in_force", starts_on__lte=today, ends_on__gt=today)
    rows = running.filter(pk=only.pk) if only else running
    awards = list(rows.select_related("cluster_terms", "organisation").order_by("pk"))
    members = _members({award.organisation_id for award in awards})
    pools, used = _pools([award.pk for award in awards]), _used_by_month(awards, now)
    balances = ledger.balances_of([owner_of(award.pk) for award in awards])
    kinds = {
        pk: {name_of(kind): {line.pool_id for line in lines} for kind, lines in own.items()}
        for pk, own in pools.items()
    }
    before = uncounted(kinds, balances, today, seen)
    weights = (shares.present() or ClassShares()).weights
    missing: set[str] = set()
    found = []
    for award in awards:
        reaches, units = [], 0
        for kind, lines in pools[award.pk].items():
            if kind not in partitions:
                missing |= {line.pool for line in lines}
                continue
            reach = _reach(kind, partitions[kind], lines, balances.get(owner_of(award.pk), {}))
            reach = replace(reach, before_seconds=before.get((award.pk, reach.kind), 0))
            if award.pk in used:
                reach = replace(reach, window_seconds=_window(award, lines, reach, used[award.pk], now))
            reaches.append(reach)
            units += sum(line.units for line in lines)
        users = tuple(sorted(filter(None, members[award.organisation_id].values())))
        kind = award.organisation.kind
        found.append(_on_cluster(award, users, tuple(reaches), max(1, units) * weights.get(kind, 1)))
    lacking = {person for people in members.values() for person, name in people.items() if not name}
    fresh = [
        (int(one.code), reach.kind, reach.before_seconds)
        for one in found
        for reach in one.reaches
        if seen and not seen.counts(one.code, reach.kind)
    ]
    return Wanted(found, len(lacking), sorted(missing), fresh)


@dataclass(frozen=True)
class Stand:
    """How far an award has used up one kind of resource: seconds granted, used, and open until the month's end."""

    kind: str
    unit: str
    granted: int
    used: int
    window: int | None
    stage: str


def stands(award: Award, now: datetime, partitions: Mapping[str, str]) -> list[Stand]:
    """Where one award stands on the cluster today, by type of GPU; empty while it does not run."""
    return [
        Stand(
            "" if reach.kind == "cpu" else reach.kind.upper(),
            "core" if reach.kind == "cpu" else "gpu",
            reach.budget_seconds or 0,
            reach.used_seconds,
            reach.window_seconds,
            stage_of(reach, one.thresholds).value,
        )
        for one in wanted(now, partitions, award).awards
        for reach in one.reaches
    ]


def _on_cluster(award: Award, users: tuple[str, ...], reaches: tuple[Reach, ...], weight: int) -> OnCluster:
    """One award; its nodes stay kept until what still runs after its end is cancelled."""
    own = _own_terms(award)
    over = datetime.combine(award.ends_on, time.min, tzinfo=settings.MADANG_ZONE)
    return OnCluster(
        code=str(award.pk),
        organisation=str(award.organisation_id),
        users=users,
        reaches=reaches,
        wall_minutes=MOST_WALL_SECONDS // 60,
        shares=weight,
        hold=desired.Hold(own.hold),
        thresholds=Thresholds(stop=own.stop_percent),
        pool=award.organisation.kind,
        nodes=tuple(own.nodes.split()),
        until=int(jobs_until(over, settings.MADANG_JOB_NOTICE_HOURS).timestamp()),
    )


def _own_terms(award: Award) -> ClusterTerms:
    try:
        return award.cluster_terms
    except ClusterTerms.DoesNotExist:
        return ClusterTerms(award=award)


@dataclass(frozen=True)
class _Line:
    pool: str
    pool_id: int
    units: int
    by_hour: bool
    seconds: int
    months: tuple[Month, ...]


def _pools(awards: Collection[int]) -> dict[int, dict[str, list[_Line]]]:
    """The lines of each award by the type of their pool; "" for cores."""
    found: dict[int, dict[str, list[_Line]]] = defaultdict(lambda: defaultdict(list))
    for row in AwardLine.objects.filter(award__in=awards).select_related("product__pool").order_by("pk"):
        pool, product = row.product.pool, row.product
        months = tuple(months_from(Month.parse(row.first_month), row.months))
        by_hour = product.grain == Grain.HOUR
        line = _Line(pool.code, pool.pk, row.quantity * product.units, by_hour, row.seconds, months)
        found[row.award_id][pool.backend_type if pool.unit == "gpu" else ""].append(line)
    return found


def _reach(kind: str, partition: str, lines: list[_Line], balances: Mapping[int, Balances]) -> Reach:
    """All lines of one type together: by the hour as many at once as there are, and what was granted as budget."""
    units = None if any(line.by_hour for line in lines) else min(MANY, sum(line.units for line in lines))
    own = [balances.get(pool, Balances()) for pool in {line.pool_id for line in lines}]
    budget = sum(one.granted - one.returned - one.expired - one.overrun for one in own)
    return Reach(name_of(kind), partition, units, max(0, budget), sum(one.used for one in own))


def _used_by_month(awards: Iterable[Award], now: datetime) -> dict[int, dict[int, list[int]]]:
    """Of each award that is given by month what was used of each pool, from its first month to the present one."""
    present = Month.of(now, settings.MADANG_ZONE)
    monthly = [award for award in awards if _own_terms(award).monthly]
    spans = {award.pk: _months_of(award)[: _first_month(award).until(present) + 1] for award in monthly}
    every = {str(month) for months in spans.values() for month in months}
    found: dict[int, dict[int, list[int]]] = {award.pk: {} for award in monthly}
    by_owner = {owner_of(award.pk): award.pk for award in monthly}
    for (owner, pool), used in ledger.used_by_month(by_owner, every).items() if by_owner else ():
        award = by_owner[owner]
        found[award][pool] = [used.get(str(month), 0) for month in spans[award]]
    return found


def _first_month(award: Award) -> Month:
    return Month(award.starts_on.year, award.starts_on.month)


def _months_of(award: Award) -> list[Month]:
    last = award.ends_on - timedelta(days=1)
    return months_from(_first_month(award), _first_month(award).until(Month(last.year, last.month)) + 1)


def _window(award: Award, lines: list[_Line], reach: Reach, used: Mapping[int, list[int]], now: datetime) -> int:
    """What the award may have used of one type by the end of the present month."""
    months, own = _months_of(award), _own_terms(award)
    upto = _first_month(award).until(Month.of(now, settings.MADANG_ZONE)) + 1
    parts = dict.fromkeys(months, 0)
    for line in lines:
        weights = [1 if line.by_hour else month.period(settings.MADANG_ZONE).seconds for month in line.months]
        for month, part in zip(line.months, parts_of(line.seconds, weights), strict=True):
            parts[month] = parts.get(month, 0) + part
    pools = {line.pool_id for line in lines}
    spent = [sum(used[pool][month] for pool in pools if pool in used) for month in range(upto)]
    present = min(upto, len(parts)) - 1
    granted = granted_by_month(list(parts.values()), reach.budget_seconds or 0, present)
    ahead = granted[present + 1] * own.borrow_percent // 100 if present + 1 < len(granted) else 0
    return released(Windows(granted, own.carry, ahead), spent[: present + 1])


def _members(organisations: Collection[int]) -> dict[int, dict[int, str]]:
    """The Unix user of each member by organisation and person; empty for those who have none."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    rows = Membership.objects.filter(organisation__in=organisations, left_at__isnull=True, person__is_active=True)
    for organisation, person, name in rows.values_list("organisation", "person", "person__unix_user__name"):
        found[organisation][person] = name or ""
    return found
