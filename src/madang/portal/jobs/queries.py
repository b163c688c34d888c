"""Reads jobs: which a person may see, what is owed to the backend, what is left to settle."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Q, QuerySet, Sum, When
from django.urls import reverse
from django.utils.translation import gettext

from madang.accounting.ledger import Bucket
from madang.compute.protocol import InputFile
from madang.portal.actors import Actor, Role
from madang.portal.awards.models import Award
from madang.portal.files import queries as files
from madang.portal.jobs import waiting
from madang.portal.jobs.models import Job, JobFile, JobOutput, UsageCursor
from madang.portal.jobs.rules import FINAL_STATES, JobState, subject_of
from madang.portal.ledger import queries as ledger
from madang.portal.ledger.models import Movement
from madang.portal.tasks import Task

# how many jobs a member finds on their own page
AT_HOME = 5
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_STARTED = (JobState.ACCEPTED, JobState.WAITING)


def jobs(by: Actor) -> QuerySet[Job]:
    """Those of the actor's organisations, newest first; all for operators and auditors."""
    shown = ("award__organisation", "pool", "submitted_by", "estimate", "environment")
    rows = Job.objects.select_related(*shown).order_by("-pk")
    if by.has(Role.OPERATOR, Role.AUDITOR):
        return rows
    return rows.filter(award__organisation__in=by.memberships)


def listed(by: Actor, *, state: str = "", award: str = "", array: uuid.UUID | None = None) -> QuerySet[Job]:
    """The actor's jobs in one state, of one award and of one array, where these are given."""
    rows = jobs(by)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(array=array) if array else rows
    return rows.filter(award__number=award) if award else rows


def awards_with_jobs(by: Actor) -> QuerySet[Award]:
    """The awards under which the actor sees jobs, for a list to choose from; at most 200."""
    return Award.objects.filter(pk__in=jobs(by).order_by().values("award")).order_by("-pk")[:200]


def last_job(by: Actor, award: str = "") -> Job | None:
    """The job that the person submitted last, in the award with this number if given; its form is offered again."""
    rows = Job.objects.filter(submitted_by=by.person, award__organisation__in=by.memberships, builds__isnull=True)
    return (rows.filter(award__number=award) if award else rows).select_related("environment").order_by("-pk").first()


def amounts(*jobs: int) -> tuple[int, int]:
    """What jobs still hold and what they have used, together, in their pool unit's seconds."""
    subjects = [subject_of(job) for job in jobs]
    rows = Movement.objects.filter(subject__in=subjects)
    used = {
        side: rows.filter(**{f"{side}__bucket": Bucket.USED}).aggregate(sum=Sum("amount"))["sum"] or 0
        for side in ("to_account", "from_account")
    }
    return sum(ledger.held_by(subjects).values()), used["to_account"] - used["from_account"]


def input_files(job: int) -> QuerySet[JobFile]:
    """The files given to a job that the caller has already been allowed to see."""
    return JobFile.objects.filter(job=job).select_related("file").order_by("path")


def outputs(job: int) -> QuerySet[JobOutput]:
    """The files that a job left, for a caller who has already been allowed to see it."""
    return JobOutput.objects.filter(job=job).order_by("path")


def to_hand_over(now: datetime, limit: int) -> list[Job]:
    """Accepted jobs that nobody is handing over now and that wait for none that the backend lacks, oldest first."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    rows = Job.objects.filter(free, state=JobState.ACCEPTED).exclude(pk__in=waiting.unmet())
    return list(
        rows.select_related("award", "pool", "submitted_by", "environment__base", "builds").order_by("pk")[:limit]
    )


def to_follow(limit: int) -> list[Job]:
    """Jobs that the backend has and that have not ended."""
    rows = Job.objects.filter(backend_id__isnull=False).exclude(state__in=FINAL_STATES)
    return list(rows.order_by("pk")[:limit])


def to_follow_of(ids: list[str]) -> list[Job]:
    """Those of these that have not ended, by the backend's ids."""
    return list(Job.objects.filter(backend_id__in=ids).exclude(state__in=FINAL_STATES).order_by("pk"))


def to_cancel(limit: int) -> list[Job]:
    """Jobs that somebody asked to cancel and that the backend still has."""
    rows = Job.objects.filter(backend_id__isnull=False, cancel_asked_at__isnull=False)
    return list(rows.exclude(state__in=FINAL_STATES).order_by("pk")[:limit])


def to_close(now: datetime, limit: int) -> list[Job]:
    """Jobs whose award is no longer in force: those that wait, and those that still run when its notice is over."""
    over = now - timedelta(hours=settings.MADANG_JOB_NOTICE_HOURS)
    due = Q(state__in=NOT_STARTED) | Q(state=JobState.RUNNING, award__ended_at__lte=over)
    rows = Job.objects.filter(due, cancel_asked_at__isnull=True).exclude(award__state="in_force")
    return list(rows.order_by("pk")[:limit])


def to_settle(limit: int) -> list[int]:
    """Ended jobs whose hold has not been released, by id."""
    rows = Job.objects.filter(state__in=FINAL_STATES, settled_at__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def by_backend_id(ids: list[str]) -> dict[str, Job]:
    """The jobs behind the backend's ids."""
    return {str(job.backend_id): job for job in Job.objects.filter(backend_id__in=ids).select_related("pool")}


def by_keys(keys: list[str]) -> dict[str, Job]:
    """Jobs that are still owed to the backend, by their key; a key that cannot be ours is left out."""
    ours = [key for key in keys if _UUID.fullmatch(key)]
    return {str(job.key): job for job in Job.objects.filter(key__in=ours, state=JobState.ACCEPTED)}


def cursor(backend: str) -> str:
    """How far the backend's usage has been posted."""
    return UsageCursor.objects.filter(backend=backend).values_list("cursor", flat=True).first() or ""


def input_list(job: int) -> tuple[InputFile, ...]:
    """A job's files as the backend takes them."""
    return tuple(
        InputFile(path=row.path, source=files.path_of(row.file), sha256=row.file.sha256, size=row.file.size)
        for row in input_files(job)
    )


def home_panels(by: Actor, now: datetime) -> list[dict[str, Any]]:
    """For a member: the jobs of one's organisations that wait or run, and the last that ended; one query."""
    rows = Job.objects.filter(award__organisation__in=by.memberships).select_related("award")
    ended = Case(When(state__in=FINAL_STATES, then=1), default=0)
    shown = list(rows.order_by(ended, "-pk")[:AT_HOME]) if by.memberships else []
    return [{"template": "jobs/panel.html", "jobs": shown}] if shown else []


def tasks(by: Actor, now: datetime) -> list[Task]:
    """Running and waiting jobs of the person."""
    if not by.person:
        return []
    idle = Q(state=JobState.RUNNING, idle_until__isnull=False, cancel_asked_at__isnull=True)
    rows = Job.objects.filter(submitted_by=by.person).exclude(state__in=FINAL_STATES)
    counts = rows.aggregate(going=Count("pk"), idle=Count("pk", filter=idle))
    words = {"idle": gettext("Jobs that do nothing and will be stopped"), "going": gettext("Jobs that wait or run")}
    return [Task(text=words[name], url=reverse("jobs"), count=counts[name]) for name in words if counts[name]]
