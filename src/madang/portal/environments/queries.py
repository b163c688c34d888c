"""Which environments a person may see and an award may use, and which the machine has to keep or destroy."""

from __future__ import annotations

from django.db.models import Count, Max, Q, QuerySet

from madang.portal.actors import Actor, Role
from madang.portal.environments.models import Environment
from madang.portal.environments.rules import Kind, State
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import FINAL_STATES

MANY = 200


def environments(by: Actor) -> QuerySet[Environment]:
    """The centre's, and those of the actor's organisations; all for operators and auditors. Newest first."""
    rows = Environment.objects.select_related("organisation", "base", "lock").order_by("-pk")
    if by.has(Role.OPERATOR, Role.AUDITOR):
        return rows
    return rows.filter(Q(organisation__isnull=True) | Q(organisation__in=by.memberships))


def listed(by: Actor) -> QuerySet[Environment]:
    """The same with `jobs` that named each and `last_used_at`; withdrawn ones are left out."""
    rows = environments(by).exclude(state=State.WITHDRAWN)
    return rows.annotate(jobs=Count("users", distinct=True), last_used_at=Max("users__submitted_at"))


def usable(by: Actor) -> QuerySet[Environment]:
    """Those that a job of the actor could name; at most 200."""
    own = Q(organisation__isnull=True) | Q(organisation__in=by.memberships)
    return Environment.objects.filter(own, state=State.READY).order_by("kind", "code")[:MANY]


def of_award(organisation: int, code: str) -> Environment | None:
    """The one that a job of this organisation means by a code."""
    own = Q(organisation__isnull=True) | Q(organisation=organisation)
    # a NUL in a job's JSON comes this far, and PostgreSQL cannot be asked for one
    return Environment.objects.filter(own, state=State.READY, code=code).first() if "\0" not in code else None


def live(code: str) -> Environment | None:
    """The one that is building or ready under a code, whoever's it is."""
    return Environment.objects.filter(code=code, state__in=[State.BUILDING, State.READY]).first()


def built(limit: int) -> list[tuple[Environment, Job]]:
    """Those whose building job has ended and been settled, with that job."""
    jobs = Job.objects.filter(builds__state=State.BUILDING, state__in=FINAL_STATES, settled_at__isnull=False)
    return [(job.builds, job) for job in jobs.select_related("builds").order_by("pk")[:limit] if job.builds]


def to_drop(limit: int) -> list[Environment]:
    """Built ones that were withdrawn, are still on the machine, and in which no job waits or runs."""
    rows = Environment.objects.filter(kind=Kind.BUILT, state=State.WITHDRAWN, dropped_at__isnull=True)
    busy = Job.objects.exclude(state__in=FINAL_STATES).filter(environment__isnull=False).values("environment")
    return list(rows.exclude(pk__in=busy).order_by("pk")[:limit])
