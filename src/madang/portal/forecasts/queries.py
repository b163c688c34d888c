"""Reads what is foreseen: jobs that wait with what is told of them, how good that was, and trials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from madang.portal.actors import Actor, Role
from madang.portal.forecasts.models import Estimate, EstimateMonth, Trial
from madang.portal.forecasts.rules import Basis, TrialKind, TrialState, parts_of_limit
from madang.portal.jobs.models import Job
from madang.portal.jobs.queries import NOT_STARTED
from madang.portal.jobs.rules import FINAL_STATES, JobState, owner_of
from madang.portal.resources.models import Pool, PoolMonth
from madang.portal.resources.rules import Grain
from madang.values import Month

# the jobs that say how much of their limits an award's, and all, jobs use: the latest so many
OWN_ENDED, ALL_ENDED = 5000, 500
EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class Queued:
    """A job whose start is foreseen; `told_at` says when last, None if never. `before` is when its award ends."""

    pk: int
    backend_id: str
    award: int
    reason_code: str
    cancel_asked: bool
    told_at: datetime | None
    before: datetime


def queued() -> list[Queued]:
    """Every job that the backend has and has not started."""
    rows = Job.objects.filter(state__in=NOT_STARTED, backend_id__isnull=False).order_by("pk")
    columns = ("pk", "backend_id", "award", "reason_code", "cancel_asked_at", "estimate__made_at", "award__ends_on")
    return [
        Queued(pk, str(id), award, reason, asked is not None, told_at, _midnight(ends_on))
        for pk, id, award, reason, asked, told_at, ends_on in rows.values_list(*columns)
    ]


def _midnight(day: object) -> datetime:
    """The instant at which a day of the centre begins."""
    return datetime.fromisoformat(f"{day}").replace(tzinfo=settings.MADANG_ZONE)


def is_due(jobs: Iterable[Queued], now: datetime) -> bool:
    """Whether some job has not been told a start yet, or not lately."""
    return any(job.told_at is None or now - job.told_at >= EVERY for job in jobs)


def parts() -> tuple[dict[str, list[int]], list[int]]:
    """What ended jobs used of their limits, in thousandths: of each award that has unfinished jobs, and of all."""
    # the machine ended a lost job, not its work
    ended = Job.objects.filter(started_at__isnull=False, ended_at__isnull=False).exclude(state=JobState.LOST)
    ended = ended.order_by("-pk")
    columns = ("started_at", "ended_at", "wall_seconds")
    open_awards = Job.objects.exclude(state__in=FINAL_STATES).values("award")
    own: dict[int, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    for award, *times in ended.filter(award__in=open_awards).values_list("award", *columns)[:OWN_ENDED]:
        own[award].append((times[0], times[1], times[2]))
    for award in open_awards.values_list("award", flat=True).distinct():
        own.setdefault(award, [])
    found = {owner_of(award): parts_of_limit(times) for award, times in own.items()}
    return found, parts_of_limit(list(ended.values_list(*columns)[:ALL_ENDED]))


def kept(jobs: Iterable[int]) -> dict[int, Estimate]:
    """What was told of these jobs before, by job."""
    return {row.job_id: row for row in Estimate.objects.filter(job__in=list(jobs))}


def to_judge(limit: int) -> list[Estimate]:
    """Estimates of jobs that have started since and were not judged."""
    rows = Estimate.objects.filter(first_at__isnull=False, started_at__isnull=True, job__started_at__isnull=False)
    return list(rows.select_related("job").order_by("pk")[:limit])


def judged(month: Month) -> dict[str, list[tuple[bool, int, int]]]:
    """(within, error, seconds from the first estimate to the start) of the jobs that started in a month, by basis."""
    period = month.period(settings.MADANG_ZONE)
    rows = Estimate.objects.filter(started_at__gte=period.start, started_at__lt=period.end)
    found: dict[str, list[tuple[bool, int, int]]] = {basis.value: [] for basis in Basis}
    for row in rows.only("kept", "within", "error_seconds", "started_at").iterator():
        first = row.kept[0]
        found[first[4]].append((row.within, row.error_seconds, int(row.started_at.timestamp()) - first[0]))
    return found


def quality(by: Actor, months: int = 12) -> list[EstimateMonth]:
    """How good estimates were, latest month first; anybody who is logged in may know."""
    if by.person is None:
        return []
    return list(EstimateMonth.objects.order_by("-month", "basis")[: 2 * months])


# --- trials ---


def trials(by: Actor) -> QuerySet[Trial]:
    """Those of plans for the body's people; the policy bench for operators and auditors."""
    rows = Trial.objects.select_related("plan__intake__call", "asked_by").order_by("-pk")
    rows = rows.defer(*(f"plan__{name}" for name in ("problem", "result", "reasons", "pseudonyms")))
    if by.has(Role.OPERATOR, Role.AUDITOR):
        return rows
    return rows.filter(kind=TrialKind.PLAN) if by.reads_everything else rows.none()


def of_plan(by: Actor, plan: int) -> QuerySet[Trial]:
    """The trials of one plan, latest first."""
    return trials(by).filter(kind=TrialKind.PLAN, plan=plan)


def bench(by: Actor) -> QuerySet[Trial]:
    """The policy bench's trials, latest first."""
    return trials(by).filter(kind=TrialKind.BENCH)


def to_answer() -> QuerySet[Trial]:
    """Trials that wait for their answer, or are being worked on."""
    return Trial.objects.filter(state=TrialState.WAITING)


def latest_of_plans(by: Actor, intake: int) -> list[Trial]:
    """The last answered trial of each plan of an intake, in the order of the plans' numbers."""
    done = trials(by).filter(kind=TrialKind.PLAN, plan__intake=intake, state=TrialState.DONE)
    found = {trial.plan_id: trial for trial in done.order_by("pk")}
    return sorted(found.values(), key=lambda trial: trial.plan.number if trial.plan else 0)


def present_units(pool: Pool, first: datetime, until: datetime) -> int:
    """The most units that stood in a pool in a month that begins within [first, until); of hours, as many as give
    them.
    """
    found = 0
    for row in PoolMonth.objects.filter(pool=pool):
        period = Month.parse(row.month).period(settings.MADANG_ZONE)
        if first <= period.start < until:
            hours = -(-row.physical * 3600 // period.seconds)
            found = max(found, hours if pool.grain == Grain.HOUR else row.physical)
    return found
