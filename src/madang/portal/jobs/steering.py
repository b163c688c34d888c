"""Holds jobs that wait back, releases them, and changes their place among those of their award."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet

from madang.compute.protocol import Steering
from madang.errors import Refused, Stale
from madang.portal import backends
from madang.portal.actors import Actor
from madang.portal.jobs import machine
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import JobState
from madang.portal.journal import actions as journal
from madang.portal.transactions import action

NOT_STARTED = (JobState.ACCEPTED, JobState.WAITING)


def possible() -> bool:
    """Whether what runs the jobs here can change its queue."""
    return isinstance(backends.backend(), Steering)


def steer(
    *, by: Actor, now: datetime, jobs: QuerySet[Job], on_hold: bool | None = None, priority: int | None = None
) -> int:
    """Changes what is given for those of these jobs, all of one award, that wait; gives how many.

    Refused: ``not_allowed_for_role``, ``job_steering`` where the backend cannot, ``job_priority``. Stale where none of
    them waits any more.
    """
    first = jobs.first()
    if first is None or not by.member_of(first.award.organisation_id):
        raise Refused("not_allowed_for_role")
    if not possible():
        raise Refused("job_steering")
    machine.require_priority(priority or 0)
    return _steer(by=by, now=now, jobs=jobs, first=first, on_hold=on_hold, priority=priority)


@action
def _steer(
    *, by: Actor, now: datetime, jobs: QuerySet[Job], first: Job, on_hold: bool | None, priority: int | None
) -> int:
    wanted = {"on_hold": on_hold, "priority": priority}
    change = {name: value for name, value in wanted.items() if value is not None}
    waits = Job.objects.filter(pk__in=jobs.values("pk"), state__in=NOT_STARTED, cancel_asked_at__isnull=True)
    changed = waits.update(**change, steering=F("steering") + 1)
    if not changed:
        raise Stale("job", state=first.state)
    journal.record(by=by, now=now, did="jobs.steer", kind="job", subject=first.pk, jobs=changed, **change)
    return changed


def owed(limit: int) -> list[Job]:
    """Waiting jobs whose last change the backend has not been told."""
    rows = Job.objects.filter(state=JobState.WAITING, backend_id__isnull=False, steering__gt=F("steered"))
    return list(rows.order_by("pk")[:limit])


def tell(job: Job) -> Job:
    """Tells the backend how the job shall wait; told again, nothing changes."""
    backend, id = backends.backend(), str(job.backend_id)
    if isinstance(backend, Steering):
        (backend.hold if job.on_hold else backend.release)(id)
        backend.prioritise(id, job.priority)
    return job


@action
def told(*, job: Job) -> bool:
    """Notes that the backend knows of the job's changes up to the one in this row."""
    return bool(Job.objects.filter(pk=job.pk, steered__lt=job.steering).update(steered=job.steering))
