"""Reads jobs: which a person may see, what is owed to the backend, what is left to settle."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.compute.protocol import Capacity, InputFile, LogChunk
from madang.portal import backends
from madang.portal.actors import Actor, Role
from madang.portal.awards.models import Award
from madang.portal.files import queries as files
from madang.portal.jobs.models import Job, JobFile, JobOutput, UsageCursor
from madang.portal.jobs.rules import FINAL_STATES, JobState
from madang.portal.resources.models import Pool
from madang.portal.tasks import Task

CAPACITY_SECONDS = 30.0
MANY = 1_000_000
_capacity: tuple[float, Capacity] | None = None


def jobs(by: Actor) -> QuerySet[Job]:
    """Those of the actor's organisations, newest first; all for operators and auditors."""
    rows = Job.objects.select_related("award__organisation", "pool", "submitted_by").order_by("-pk")
    if by.has(Role.OPERATOR, Role.AUDITOR):
        return rows
    return rows.filter(award__organisation__in=by.memberships)


def awards_in_force(by: Actor) -> QuerySet[Award]:
    """Awards of the actor's organisations under which a job may run now, with the pools that run jobs."""
    rows = Award.objects.filter(state="in_force", organisation__in=by.memberships)
    return rows.filter(lines__product__pool__runs_jobs=True).select_related("organisation").distinct().order_by("pk")


def pools_of(award: int) -> QuerySet[Pool]:
    """The pools that an award's jobs can run in, in the order of its lines."""
    return Pool.objects.filter(runs_jobs=True, products__awardline__award=award).distinct().order_by("pk")


def input_files(job: int) -> QuerySet[JobFile]:
    """The files given to a job that the caller has already been allowed to see."""
    return JobFile.objects.filter(job=job).select_related("file").order_by("path")


def outputs(job: int) -> QuerySet[JobOutput]:
    """The files that a job left, for a caller who has already been allowed to see it."""
    return JobOutput.objects.filter(job=job).order_by("path")


def to_hand_over(now: datetime, limit: int) -> list[Job]:
    """Accepted jobs that nobody is handing over at this moment, oldest first."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    rows = Job.objects.filter(free, state=JobState.ACCEPTED, cancel_asked_at__isnull=True)
    return list(rows.select_related("award", "pool").order_by("pk")[:limit])


def to_follow(limit: int) -> list[Job]:
    """Jobs that the backend has and that have not ended."""
    rows = Job.objects.filter(backend_id__isnull=False).exclude(state__in=FINAL_STATES)
    return list(rows.order_by("pk")[:limit])


def to_cancel(limit: int) -> list[Job]:
    """Jobs that somebody asked to cancel and that the backend still has."""
    return [job for job in to_follow(limit) if job.cancel_asked_at]


def to_settle(limit: int) -> list[int]:
    """Ended jobs whose hold has not been released, by id."""
    rows = Job.objects.filter(state__in=FINAL_STATES, settled_at__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def by_backend_id(ids: list[str]) -> dict[str, Job]:
    """The jobs behind the backend's ids."""
    return {str(job.backend_id): job for job in Job.objects.filter(backend_id__in=ids).select_related("pool")}


def by_keys(keys: list[str]) -> dict[str, Job]:
    """Jobs that are still owed to the backend, by their key."""
    return {str(job.key): job for job in Job.objects.filter(key__in=keys, state=JobState.ACCEPTED)}


def cursor(backend: str) -> str:
    """How far the backend's usage has been posted."""
    row = UsageCursor.objects.filter(backend=backend).first()
    return row.cursor if row else ""


def input_list(job: int) -> tuple[InputFile, ...]:
    """A job's files as the backend takes them."""
    return tuple(
        InputFile(path=row.path, source=files.path_of(row.file), sha256=row.file.sha256, size=row.file.size)
        for row in input_files(job)
    )


def capacity() -> Capacity:
    """What the backend can give, asked at most twice a minute."""
    global _capacity
    if _capacity is None or time.monotonic() - _capacity[0] > CAPACITY_SECONDS:
        _capacity = (time.monotonic(), backends.backend().capacity())
    return _capacity[1]


def log(job: Job, offset: int) -> LogChunk:
    """The next part of a job's output; empty while the backend does not have the job."""
    if job.backend_id is None:
        return LogChunk(b"", 0, job.state in FINAL_STATES)
    return backends.backend().log(job.backend_id, offset)


def output_file(job: Job, path: str) -> Path:
    """An output as a file on this machine."""
    return backends.backend().fetch(str(job.backend_id), path)


def limits() -> list[tuple[int, int, int, bool]]:
    """(award, GPUs at once, cores at once, open) for every award that was ever in force: what the backend enforces.

    An award of GPUs may use any number of cores beside them; an award of cores only those.
    """
    rows = Award.objects.filter(in_force_at__isnull=False).order_by("pk")
    units = F("lines__quantity") * F("lines__product__units")
    found: dict[int, tuple[int, int, bool]] = {}
    for award, state, unit, amount in rows.values_list("pk", "state", "lines__product__pool__unit", units):
        gpus, cores, _ = found.get(award, (0, 0, False))
        if unit == "gpu":
            gpus, cores = gpus + amount, MANY
        else:
            cores = min(MANY, cores + (amount or 0))
        found[award] = (gpus, cores, state == "in_force")
    return [(award, *limit) for award, limit in found.items()]


def tasks(by: Actor, now: datetime) -> list[Task]:
    """Running and waiting jobs of the person."""
    going = Job.objects.filter(submitted_by=by.person).exclude(state__in=FINAL_STATES).count() if by.person else 0
    text = gettext("Jobs that wait or run")
    return [Task(text=text, url=reverse("jobs"), count=going)] if going else []
