"""Measures how long jobs wait in the queue: what was their own doing apart from what a promise is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.conf import settings

from madang.accounting.credits import LEAST_PROMISE, Wait
from madang.portal.jobs.models import Job, JobWait

# Held back by its people, waiting for other jobs of theirs or for a limit of their own: no queue keeps it waiting then.
OWN_DOING = frozenset(
    {
        "held", "waits_for_job", "waits_for_success", "job_before_failed", "account_at_limit",
        "larger_than_account_limit", "account_closed",
        "slurm_held_user", "slurm_dependency", "slurm_dependency_never", "slurm_begin_time", "slurm_array_limit",
        "slurm_person_at_limit", "slurm_account_at_limit", "slurm_group_at_limit", "slurm_group_jobs",
        "slurm_group_minutes", "slurm_group_running_minutes", "slurm_job_wall", "slurm_job_over_limit",
        "slurm_job_under_limit", "slurm_job_minutes", "slurm_bad_constraints",
    }
)  # fmt: skip
Place = tuple[int, int]
_SECOND = timedelta(seconds=1)


def passed(job: Job, code: str, now: datetime) -> dict[str, object]:
    """What changes of a job that waits as the reason does: the time behind the old one is counted."""
    if code == job.reason_code:
        return {}
    return {"own_wait": job.own_wait + _since(job, now), "reason_since": now}


def _since(job: Job, until: datetime) -> int:
    """The seconds of its own doing since its reason last changed."""
    if job.reason_code not in OWN_DOING or job.reason_since is None:
        return 0
    return max(0, (until - job.reason_since) // _SECOND)


def note_start(job: Job, started_at: datetime, now: datetime) -> None:
    """Notes how long a job waited that starts for the first time, where that is an hour or more.

    The day is that on which it becomes known, so that it never falls into a month that is closed.
    """
    own = job.own_wait + _since(job, started_at)
    seconds = (started_at - job.submitted_at) // _SECOND - own
    if seconds >= LEAST_PROMISE:
        day = now.astimezone(settings.MADANG_ZONE).date()
        JobWait.objects.create(job=job, seconds=seconds, own_seconds=own, day=day)


def by_place(awards: Iterable[int], first: date, after: date) -> Mapping[Place, list[Wait]]:
    """The waits noted on days [first, after) of some awards, by (award, pool), in one query."""
    rows = JobWait.objects.filter(job__award__in=list(awards), day__gte=first, day__lt=after).order_by("pk")
    found: dict[Place, list[Wait]] = defaultdict(list)
    for award, pool, day, seconds in rows.values_list("job__award", "job__pool", "day", "seconds"):
        found[award, pool].append(Wait(day, seconds))
    return found
