"""Reads Unix users, the last look at the cluster and the changes to it, and what awards should have there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.compute.slurm.backend import SlurmBackend
from madang.portal import backends
from madang.portal.actors import Actor, Role
from madang.portal.awards.models import Award
from madang.portal.cluster.models import ClusterChange, ClusterLook, ClusterTerms, JoinedAccount
from madang.portal.cluster.rules import (
    JOINABLE,
    READERS,
    ChangeState,
    Hold,
    Judged,
    JudgedAccount,
    judged,
    judged_accounts,
)
from madang.portal.people.models import Person, UnixUser
from madang.portal.tasks import Task

THE_LOOK = 1


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


def joined_accounts(by: Actor) -> QuerySet[JoinedAccount]:
    """The accounts of others that are charged to awards now, by name, for the operator and the auditor."""
    rows = JoinedAccount.objects.filter(until=None).select_related("award__organisation").order_by("name")
    return rows if by.has(*READERS) else rows.none()


def judge_accounts(lines: Iterable[tuple[str, str]]) -> list[JudgedAccount]:
    """What an import of these lines would do now; awards that were published and are not over can have accounts."""
    given = list(lines)
    awards = Award.objects.filter(number__in={award for _, award in given}, state__in=JOINABLE)
    joined = JoinedAccount.objects.filter(name__in={name for name, _ in given}, until=None)
    found = backends.backend()
    own = found.owns if isinstance(found, SlurmBackend) else lambda name: False
    return judged_accounts(
        given, set(awards.values_list("number", flat=True)), dict(joined.values_list("name", "award__number")), own
    )


def others(by: Actor) -> list[str]:
    """Accounts of others that were there at the last look and are charged to no award."""
    seen = look(by)
    named = seen.notes.get("others", []) if seen else []
    taken = set(joined_accounts(by).values_list("name", flat=True))
    return [name for name in named if name not in taken]


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


def change_goes_on() -> bool:
    """Whether a change has not ended, whoever carries it on."""
    return ClusterChange.objects.filter(state=ChangeState.ASKED).exists()


def look_due(now: datetime) -> bool:
    """Whether somebody asked for a look that has not been taken."""
    return ClusterLook.objects.filter(pk=THE_LOOK, asked_at__isnull=False).exists()


def terms(award: Award) -> ClusterTerms:
    """How an award holds its part: as it was set, or as usual."""
    return ClusterTerms.objects.filter(award=award).first() or ClusterTerms(award=award)


def kept_nodes_beside(award: Award) -> list[tuple[str, set[str]]]:
    """(number, nodes) of the other awards for which nodes are kept on days of this one."""
    rows = ClusterTerms.objects.filter(hold=Hold.NODES, award__state__in=("offered", "accepted", "in_force"))
    rows = rows.filter(award__starts_on__lt=award.ends_on, award__ends_on__gt=award.starts_on).exclude(award=award)
    return [(number, set(nodes.split())) for number, nodes in rows.values_list("award__number", "nodes")]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For the operator: what was changed by hand on the cluster."""
    row = look(by) if by.has(Role.OPERATOR) else None
    if row is None or not row.drift:
        return []
    return [Task(gettext("Changed by hand on the cluster"), reverse("cluster"), len(row.drift))]
