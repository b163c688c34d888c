"""Reads Unix users, the last look at the cluster and the changes to it, and what awards should have there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.accounting.ledger import Balances
from madang.compute.protocol import MANY
from madang.compute.slurm import desired
from madang.compute.slurm.desired import OnCluster, Reach, Thresholds
from madang.portal.actors import Actor, Role
from madang.portal.awards.models import Award, AwardLine
from madang.portal.awards.queries import owner_of
from madang.portal.cluster.models import ClusterChange, ClusterLook, ClusterTerms
from madang.portal.cluster.rules import READERS, ChangeState, Hold, Judged, judged
from madang.portal.jobs.rules import MOST_WALL_SECONDS
from madang.portal.ledger import queries as ledger
from madang.portal.people.models import Membership, Person, UnixUser
from madang.portal.resources.rules import Grain
from madang.portal.tasks import Task

THE_LOOK = 1


@dataclass(frozen=True)
class Wanted:
    """What awards should have on the cluster; `without_user` people and `without_partition` pools get nothing there."""

    awards: list[OnCluster]
    without_user: int = 0
    without_partition: list[str] = field(default_factory=list)


def unix_users(by: Actor) -> QuerySet[UnixUser]:
    """All, by name, for the operator and the auditor."""
    rows = UnixUser.objects.select_related("person").order_by("name")
    return rows if by.has(*READERS) else rows.none()


def without_unix_user(by: Actor) -> QuerySet[Person]:
    """Members of organisations with an award in force who have no Unix user."""
    rows = Person.objects.filter(
        is_active=True,
        unix_user__isnull=True,
        memberships__left_at__isnull=True,
        memberships__organisation__awards__state="in_force",
    )
    return rows.distinct().order_by("pk") if by.has(*READERS) else rows.none()


def judge(lines: Iterable[tuple[str, str]]) -> list[Judged]:
    """What an import of these lines would do now."""
    given = list(lines)
    emails = [email for email, _ in given]
    people = Person.objects.filter(email__in=emails, is_active=True).values_list("email", "unix_user__name")
    known = {email.lower(): name or "" for email, name in people}
    taken = UnixUser.objects.filter(name__in=[name for _, name in given]).values_list("name", "person__email")
    return judged(given, known, {name: (email or "").lower() for name, email in taken})


def look(by: Actor) -> ClusterLook | None:
    """The cluster as it was last looked at."""
    return ClusterLook.objects.filter(pk=THE_LOOK).first() if by.has(*READERS) else None


def changes(by: Actor) -> QuerySet[ClusterChange]:
    """All changes, newest first."""
    rows = ClusterChange.objects.select_related("asked_by").order_by("-pk")
    return rows if by.has(*READERS) else rows.none()


def going_on(now: datetime) -> ClusterChange | None:
    """The change that nobody is carrying on at this moment."""
    row = ClusterChange.objects.filter(state=ChangeState.ASKED).first()
    return row if row and (row.claimed_until is None or row.claimed_until <= now) else None


def look_due(now: datetime) -> bool:
    """Whether somebody asked for a look that has not been taken."""
    return ClusterLook.objects.filter(pk=THE_LOOK, asked_at__isnull=False).exists()


def terms(award: Award) -> ClusterTerms:
    """How an award holds its part: as it was set, or as usual."""
    return ClusterTerms.objects.filter(award=award).first() or ClusterTerms(award=award)


def wanted(now: datetime, partitions: Mapping[str, str]) -> Wanted:
    """What the awards that run today should have, in five queries however many there are.

    `partitions` gives the partition of each type of GPU, and under "" that of cores.
    """
    today = now.astimezone(settings.MADANG_ZONE).date()
    running = Award.objects.filter(state="in_force", starts_on__lte=today, ends_on__gt=today)
    rows = list(
        running.order_by("pk").values_list("pk", "organisation", "cluster_terms__hold", "cluster_terms__stop_percent")
    )
    members = _members({organisation for _, organisation, _, _ in rows})
    pools = _pools([award for award, *_ in rows])
    balances = ledger.balances_of([owner_of(award) for award, *_ in rows])
    missing: set[str] = set()
    found = []
    for award, organisation, hold, stop in rows:
        reaches, shares = [], 0
        for kind, lines in pools[award].items():
            if kind not in partitions:
                missing |= {line.pool for line in lines}
                continue
            reaches.append(_reach(kind, partitions[kind], lines, balances.get(owner_of(award), {})))
            shares += sum(line.units for line in lines)
        found.append(
            OnCluster(
                code=str(award),
                organisation=str(organisation),
                users=tuple(sorted(filter(None, members[organisation].values()))),
                reaches=tuple(reaches),
                wall_minutes=MOST_WALL_SECONDS // 60,
                shares=max(1, shares),
                hold=desired.Hold(hold or Hold.CAP),
                thresholds=Thresholds(stop=stop or 100),
            )
        )
    lacking = {person for people in members.values() for person, name in people.items() if not name}
    return Wanted(found, len(lacking), sorted(missing))


@dataclass(frozen=True)
class _Line:
    pool: str
    pool_id: int
    units: int
    by_hour: bool


def _pools(awards: Collection[int]) -> dict[int, dict[str, list[_Line]]]:
    """The lines of each award by the type of their pool; "" for cores."""
    found: dict[int, dict[str, list[_Line]]] = defaultdict(lambda: defaultdict(list))
    rows = AwardLine.objects.filter(award__in=awards).order_by("pk")
    units = F("quantity") * F("product__units")
    pool = "product__pool__"
    for award, code, pk, unit, kind, grain, count in rows.values_list(
        "award", f"{pool}code", f"{pool}id", f"{pool}unit", f"{pool}backend_type", "product__grain", units
    ):
        type_ = kind if unit == "gpu" else ""
        found[award][type_].append(_Line(code, pk, count, grain == Grain.HOUR))
    return found


def _reach(kind: str, partition: str, lines: list[_Line], balances: Mapping[int, Balances]) -> Reach:
    """All lines of one type together: by the hour as many at once as there are, and what was granted as budget."""
    units = None if any(line.by_hour for line in lines) else min(MANY, sum(line.units for line in lines))
    own = [balances.get(pool, Balances()) for pool in {line.pool_id for line in lines}]
    budget = sum(one.granted - one.returned - one.expired - one.overrun for one in own)
    name = kind.lower() if kind else "cpu"
    return Reach(name, partition, units, max(0, budget), sum(one.used for one in own))


def _members(organisations: Collection[int]) -> dict[int, dict[int, str]]:
    """The Unix user of each member by organisation and person; empty for those who have none."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    rows = Membership.objects.filter(organisation__in=organisations, left_at__isnull=True, person__is_active=True)
    for organisation, person, name in rows.values_list("organisation", "person", "person__unix_user__name"):
        found[organisation][person] = name or ""
    return found


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For the operator: what was changed by hand on the cluster."""
    row = look(by) if by.has(Role.OPERATOR) else None
    if row is None or not row.drift:
        return []
    return [Task(gettext("Changed by hand on the cluster"), reverse("cluster"), len(row.drift))]
