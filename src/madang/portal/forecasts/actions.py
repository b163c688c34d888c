"""Keeps what was foreseen and how it fared; takes in, hands out and keeps trials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role
from madang.portal.files.models import StoredFile
from madang.portal.forecasts import queries, rules
from madang.portal.forecasts.models import Estimate, EstimateMonth, Trial
from madang.portal.forecasts.rules import BenchQuestion, Told, TrialKind, TrialState, Unknown
from madang.portal.jobs.models import Job
from madang.portal.jobs.queries import NOT_STARTED
from madang.portal.jobs.rules import FINAL_STATES
from madang.portal.journal import actions as journal
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PlanState
from madang.portal.transactions import action
from madang.values import Month

SOLVED = (PlanState.CHECKED, PlanState.ADOPTED, PlanState.SUPERSEDED)


@action
def tell(*, now: datetime, found: Mapping[int, Told | Unknown], replays: int) -> int:
    """Keeps what is foreseen of jobs, by job, of those that still wait. What is foreseen is no deed: no journal line.

    Returns how many were kept.
    """
    waiting = Job.objects.filter(pk__in=list(found), state__in=NOT_STARTED).values_list("pk", flat=True)
    before = queries.kept(waiting)
    rows = [_row(job, found[job], before.get(job), now, replays) for job in waiting]
    Estimate.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["job"],
        update_fields=["made_at", "unknown", "basis", "early", "middle", "late", "replays", "kept", "first_at"],
    )
    return len(rows)


def _row(job: int, told: Told | Unknown, before: Estimate | None, now: datetime, replays: int) -> Estimate:
    kept, first_at = (list(before.kept), before.first_at) if before else ([], None)
    if isinstance(told, Unknown):
        return Estimate(job_id=job, made_at=now, unknown=told.value, kept=kept, first_at=first_at)
    if rules.worth_keeping(kept, told.made_at):
        kept.append(told.to_json())
    return Estimate(
        job_id=job,
        made_at=told.made_at,
        basis=told.basis,
        early=told.early,
        middle=told.middle,
        late=told.late,
        replays=replays,
        kept=kept,
        first_at=first_at or told.made_at,
    )


@action
def judge(*, now: datetime, limit: int) -> int:
    """Compares the first estimates of jobs that have started with their real starts; forgets those of jobs that never
    will. Returns how many were judged.
    """
    rows = queries.to_judge(limit)
    for row in rows:
        found = rules.judged(rules.told_of(row.kept[0]), row.job.started_at)
        Estimate.objects.filter(pk=row.pk, started_at__isnull=True).update(
            started_at=row.job.started_at, within=found.within, error_seconds=found.error_seconds
        )
    Estimate.objects.filter(started_at__isnull=True, job__state__in=FINAL_STATES, job__started_at__isnull=True).delete()
    return len(rows)


@action
def count(*, now: datetime) -> int:
    """Counts anew how good the estimates of this and the last month were; returns of how many jobs."""
    month, jobs = Month.of(now, settings.MADANG_ZONE), 0
    for one in (month.plus(-1), month):
        for basis, found in queries.judged(one).items():
            quality = rules.quality(found)
            EstimateMonth.objects.filter(month=str(one), basis=basis).delete()
            if quality.jobs:
                figures = {name: getattr(quality, name) for name in rules.Quality.__dataclass_fields__}
                EstimateMonth.objects.create(month=str(one), basis=basis, counted_at=now, **figures)
            jobs += quality.jobs
    return jobs


# --- trials ---


@action
def ask_plan(*, by: Actor, now: datetime, plan: Plan, units: Mapping[str, int], replays: int, seed: int = 0) -> Trial:
    """Asks what a plan would do to the queues: `units` of each pool to a node, so many replays.

    Refused: ``not_allowed_for_role``, ``trial_plan`` for a plan without a sound result, ``trial_machine``,
    ``trial_replays``, ``trial_waits`` where one of the plan is under way, ``trial_too_many``.
    """
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER, Role.OPERATOR):
        raise Refused("not_allowed_for_role")
    if plan.state not in SOLVED:
        raise Refused("trial_plan")
    if not 1 <= replays <= rules.MOST_REPLAYS:
        raise Refused("trial_replays", field="replays", most=rules.MOST_REPLAYS)
    if any(not 1 <= one <= rules.MOST_UNITS for one in units.values()):
        raise Refused("trial_machine", most=rules.MOST_UNITS)
    if Trial.objects.filter(plan=plan, state=TrialState.WAITING).exists():
        raise Refused("trial_waits")
    question = {"units": dict(units), "replays": replays, "seed": seed}
    return _ask(by, now, TrialKind.PLAN, question, plan)


@action
def ask_bench(*, by: Actor, now: datetime, question: BenchQuestion) -> Trial:
    """Asks what another policy, or other nodes, would have made of a quarter's jobs.

    Refused: ``not_allowed_for_role``, ``trial_machine``, ``trial_policy``, ``trial_no_jobs``, ``trial_too_many``.
    """
    if by.person is None or not by.has(Role.OPERATOR):
        raise Refused("not_allowed_for_role")
    rules.check_bench(question)
    ran = Job.objects.filter(
        pool__code=question.pool, submitted_at__gte=question.first, submitted_at__lt=question.until
    )
    if not ran.filter(started_at__isnull=False, ended_at__isnull=False).exists():
        raise Refused("trial_no_jobs", quarter=question.quarter)
    return _ask(by, now, TrialKind.BENCH, question.to_json(), None)


def _ask(by: Actor, now: datetime, kind: TrialKind, question: dict[str, Any], plan: Plan | None) -> Trial:
    if Trial.objects.filter(state=TrialState.WAITING).count() >= rules.MOST_WAITING:
        raise Refused("trial_too_many", most=rules.MOST_WAITING)
    trial = Trial.objects.create(kind=kind, plan=plan, question=question, asked_by_id=by.person, asked_at=now)
    facts = {"of": kind.value, "plan": plan.pk if plan else None}
    journal.record(by=by, now=now, did="forecasts.ask", kind="trial", subject=trial.pk, **facts)
    return trial


@action
def stop(*, by: Actor, now: datetime, trial: Trial) -> None:
    """Ends a trial that is still under way; its worker notices within seconds. Stale when it has ended meanwhile."""
    roles = {TrialKind.PLAN: (Role.PROGRAMME_MANAGER, Role.OPERATOR), TrialKind.BENCH: (Role.OPERATOR,)}
    if by.person is None or not by.has(*roles[TrialKind(trial.kind)]):
        raise Refused("not_allowed_for_role")
    mine = Trial.objects.filter(pk=trial.pk, state=TrialState.WAITING)
    if not mine.update(state=TrialState.STOPPED, ended_at=now, claimed_until=None):
        raise Stale("trial", state=Trial.objects.values_list("state", flat=True).get(pk=trial.pk))
    journal.record(by=by, now=now, did="forecasts.stop", kind="trial", subject=trial.pk)


@action
def settle(
    *, now: datetime, trial: int, until: datetime, result: dict[str, Any], reports: Mapping[str, StoredFile]
) -> None:
    """Keeps the answer; Stale when the claim was lost."""
    files = {f"report_{language}": stored for language, stored in reports.items()}
    given = {"state": TrialState.DONE, "result": result, "ended_at": now, "claimed_until": None}
    if not _mine(trial, until).update(**given, **files):
        raise Stale("trial")
    journal.record(by=WORKER, now=now, did="forecasts.settle", kind="trial", subject=trial)


@action
def fail(*, now: datetime, trial: int, until: datetime, failure: dict[str, Any]) -> None:
    """Notes that a trial ended without an answer, with the code and facts of why; Stale when the claim was lost."""
    given = {"state": TrialState.FAILED, "failure": failure, "ended_at": now, "claimed_until": None}
    if not _mine(trial, until).update(**given):
        raise Stale("trial")
    journal.record(by=WORKER, now=now, did="forecasts.fail", kind="trial", subject=trial)


def _mine(trial: int, until: datetime) -> Any:
    return Trial.objects.filter(pk=trial, state=TrialState.WAITING, claimed_until=until)
