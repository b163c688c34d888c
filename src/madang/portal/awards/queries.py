"""Reads awards, as far as the actor may see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.accounting.ledger import Balances, Bucket
from madang.portal.actors import Actor, MemberRole
from madang.portal.awards.models import Award, AwardLine, SecondInstalment
from madang.portal.awards.rules import AwardState
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import FINAL_STATES, JobState
from madang.portal.ledger import queries as ledger
from madang.portal.ledger.models import LedgerAccount
from madang.portal.people.models import Membership, Person
from madang.portal.resources.models import Pool
from madang.portal.tasks import Task

# how many awards a member finds on their own page
AT_HOME = 5
PUBLIC_STATES = ("offered", "accepted", "declined", "lapsed", "in_force", "ended")


def owner_of(award: int) -> str:
    """The award's name in the ledger."""
    return f"award:{award}"


def _lines() -> Prefetch:
    return Prefetch("lines", AwardLine.objects.select_related("product__pool").order_by("pk"))


def awards(by: Actor) -> QuerySet[Award]:
    """Awards with their lines, newest first: one's own once they are published; all for staff and auditors."""
    rows = Award.objects.select_related(
        "organisation", "application__intake__call", "application__track", "second_instalment"
    )
    rows = rows.prefetch_related(_lines()).order_by("-pk")
    if by.reads_everything:
        return rows
    return rows.filter(organisation__in=by.memberships).exclude(state=AwardState.HELD)


def second_instalment(award: int) -> SecondInstalment | None:
    """What is granted of an award only after a report; for somebody who may see the award."""
    return SecondInstalment.objects.filter(award=award).first()


def in_intake(by: Actor, intake: int) -> QuerySet[Award]:
    """An intake's awards by number, as far as the actor may see them."""
    return awards(by).filter(application__intake=intake).order_by("number")


def figures(award: Award) -> list[tuple[Pool, Balances]]:
    """The ledger's figures of an award, pool by pool; empty before it is in force."""
    return _by_pool(award, ledger.balances(owner_of(award.pk)))


def _by_pool(award: Award, found: dict[int, Balances]) -> list[tuple[Pool, Balances]]:
    pools = {line.product.pool_id: line.product.pool for line in award.lines.all()}
    return [(pools[pool], balances) for pool, balances in sorted(found.items()) if pool in pools]


def members(award: Award) -> list[Membership]:
    """Who may use the award: the organisation's members in force, the first fifty of them."""
    rows = Membership.objects.filter(organisation=award.organisation_id, left_at__isnull=True)
    return list(rows.select_related("person").order_by("joined_at", "pk")[:50])


def owners_of(organisations: set[int]) -> dict[int, list[Person]]:
    """Active owners with an address, by organisation, in one query; for mails."""
    rows = Membership.objects.filter(
        organisation__in=organisations, role=MemberRole.OWNER, left_at__isnull=True, person__is_active=True
    ).select_related("person")
    found: dict[int, list[Person]] = {organisation: [] for organisation in organisations}
    for row in rows.order_by("pk"):
        found[row.organisation_id].append(row.person)
    return found


def open_jobs(award: int) -> tuple[int, int]:
    """How many jobs of an award wait, and how many run."""
    rows = Job.objects.filter(award=award).exclude(state__in=FINAL_STATES)
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    running = found.pop(JobState.RUNNING, 0)
    return sum(found.values()), running


def with_open_jobs(award: int) -> list[Person]:
    """The active people whose jobs under an award wait or run."""
    rows = Job.objects.filter(award=award).exclude(state__in=FINAL_STATES)
    return list(Person.objects.filter(pk__in=rows.order_by().values("submitted_by"), is_active=True).order_by("pk"))


def lapsing(now: datetime) -> list[int]:
    """Offers whose deadline is over."""
    rows = Award.objects.filter(state=AwardState.OFFERED, accept_by__lte=now)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:50])


def past_their_end(today: date) -> list[int]:
    """Awards in force whose days are over."""
    rows = Award.objects.filter(state=AwardState.IN_FORCE, ends_on__lte=today)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:50])


def ended_with_rest() -> list[tuple[int, int, int, bool]]:
    """(award, pool, what is left, ended early) of ended awards to which a job that ended late gave something back."""
    rows = LedgerAccount.objects.filter(bucket=Bucket.LEFT, amount__gt=0, owner__startswith="award:")
    left = [
        (int(owner[len("award:") :]), pool, amount)
        for owner, pool, amount in rows.values_list("owner", "pool", "amount")
    ]
    ended = Award.objects.filter(pk__in={award for award, _, _ in left}, state=AwardState.ENDED)
    early = {
        award: ended_at.astimezone(settings.MADANG_ZONE).date() < ends_on
        for award, ended_at, ends_on in ended.values_list("pk", "ended_at", "ends_on")
    }
    return [(award, pool, amount, early[award]) for award, pool, amount in left if award in early]


def home_panels(by: Actor, now: datetime) -> list[dict[str, Any]]:
    """For a member: the running awards of one's organisations with what is left of each; three queries."""
    if not by.memberships:
        return []
    going = (AwardState.OFFERED, AwardState.ACCEPTED, AwardState.IN_FORCE)
    rows = Award.objects.filter(organisation__in=by.memberships, state__in=going).order_by("-pk")
    shown = list(rows.prefetch_related(_lines())[:AT_HOME])
    balances = ledger.balances_of({owner_of(row.pk) for row in shown})
    listed = [(row, _by_pool(row, balances.get(owner_of(row.pk), {}))) for row in shown]
    return [{"template": "awards/panel.html", "awards": listed}] if listed else []


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For an owner: offers to answer, each with its deadline."""
    owned = [organisation for organisation, role in by.memberships.items() if role is MemberRole.OWNER]
    rows = Award.objects.filter(organisation__in=owned, state=AwardState.OFFERED, accept_by__gt=now)
    text = gettext("An award to accept or decline: {title}")
    return [
        Task(text.format(title=row.title), reverse("award", args=[row.number]), 1, row.accept_by)
        for row in rows.order_by("accept_by")
    ]
