"""Submits, cancels, follows and settles jobs; every amount moves through the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from madang.compute.protocol import JobReport
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.awards.models import Award
from madang.portal.environments import actions as environments
from madang.portal.environments import rules as building
from madang.portal.environments import shelf
from madang.portal.environments.models import Environment
from madang.portal.files.models import StoredFile
from madang.portal.jobs import arrays, machine, queries, rules, sharing, waiting, waits
from madang.portal.jobs.models import Job, JobFile, JobOutput, UsageCursor
from madang.portal.jobs.rules import FINAL_STATES, USUAL, JobState, Shape, Terms
from madang.portal.journal import actions as journal
from madang.portal.ledger import actions as ledger
from madang.portal.resources.models import Pool
from madang.portal.transactions import action

# of a worker that was killed, another takes the jobs so much later; the backend knows them, so too early does no harm
CLAIM = timedelta(seconds=30)
OVER = "award_over"
# what ends a job that nobody asked to cancel
CLOSED = frozenset({OVER, "booking_ended"})
# what of the terms stands in the job's own row
STEADY = ("priority", "on_hold", "requeue", "checkpoint_seconds")


def _day(now: datetime) -> date:
    return now.astimezone(settings.MADANG_ZONE).date()


def submit(
    *,
    by: Actor,
    now: datetime,
    award: Award,
    pool: Pool,
    name: str,
    argv: list[str],
    files: Sequence[tuple[str, StoredFile]],
    shape: Shape,
    key: uuid.UUID,
    environment: Environment | None = None,
    terms: Terms = USUAL,
) -> Job:
    """Accepts a job and sets aside what it can use at most; the same key again is the same job.

    Of an array each element is a job with a hold of its own, all or none are accepted, and the first is given.
    Refused: ``jobs_off`` with the reason, ``environment_unknown``, ``environment_not_here``, ``award_not_in_force``,
    ``award_not_now``, ``job_gpus`` and the like, ``job_command``, ``job_name``, ``job_path``, ``job_pool``,
    ``job_after``, ``not_enough_left`` with the figures, ``part_used_up`` (of a shared award), ``job_key_reused``.
    """
    machine.require_on(environments=environment is not None, nodes=shape.nodes, priority=terms.priority)
    given = {"name": name, "argv": argv, "files": files, "shape": shape, "key": key, "terms": terms}
    return _accept(by=by, now=now, award=award, pool=pool, environment=environment, **given)


def build(
    *,
    by: Actor,
    now: datetime,
    award: Award,
    pool: Pool,
    name: str,
    lock: StoredFile,
    base: Environment | None,
    shape: Shape,
    key: uuid.UUID,
) -> Job:
    """Submits the job that builds an organisation's own environment from a lock file, charged like any other.

    What is building or ready from the same lock on the same base is not built again: its job comes back. Refused as
    `submit`, and ``environment_no_packages``, ``environment_name``.
    """
    machine.require_on(environments=True, nodes=shape.nodes)
    argv = building.build_command(str(shelf.packages()))
    code = building.code_of(organisation=award.organisation_id, base=base.pk if base else None, lock=lock.sha256)
    given = {"award": award, "pool": pool, "name": name, "argv": argv, "shape": shape, "key": key}
    return _build(by=by, now=now, code=code, lock=lock, base=base, **given)


@action
def _build(
    *,
    by: Actor,
    now: datetime,
    award: Award,
    code: str,
    name: str,
    lock: StoredFile,
    base: Environment | None,
    **given: Any,
) -> Job:
    known = Job.objects.filter(builds__code=code, builds__state__in=building.LIVE).first()
    if known and by.member_of(award.organisation_id):
        return known
    row = environments.begin(
        by=by, now=now, organisation=award.organisation_id, code=code, name=name, lock=lock, base=base
    )
    files = [(building.LOCK_NAME, lock)]
    return _accept(by=by, now=now, award=award, name=name, files=files, environment=base, builds=row, **given)


def repeat(*, by: Actor, now: datetime, job: Job, key: uuid.UUID) -> Job:
    """Submits a job again as it was: command, amounts, files. Refused as `submit`, and ``job_cleared``."""
    if job.cleared_at:
        raise Refused("job_cleared")
    files = [(row.path, row.file) for row in queries.input_files(job.pk)]
    if job.builds_id:
        raise Refused("job_builds")
    terms = Terms(priority=job.priority, requeue=job.requeue, checkpoint_seconds=job.checkpoint_seconds)
    given = {"award": job.award, "pool": job.pool, "name": job.name, "argv": job.argv, "files": files}
    return submit(by=by, now=now, shape=job.shape, key=key, terms=terms, environment=job.environment, **given)


@action
def _accept(
    *,
    by: Actor,
    now: datetime,
    award: Award,
    pool: Pool,
    name: str,
    argv: list[str],
    files: Sequence[tuple[str, StoredFile]],
    shape: Shape,
    key: uuid.UUID,
    environment: Environment | None,
    builds: Environment | None = None,
    terms: Terms = USUAL,
) -> Job:
    if not by.member_of(award.organisation_id):
        raise Refused("not_allowed_for_role")
    known = Job.objects.filter(Q(key=key) | Q(array=key, array_index=0)).first()
    if known:
        return _same(known, by, award, argv, shape, terms, environment)
    _check_environment(environment, award)
    _check(award, pool, name, argv, [path for path, _ in files], shape, _day(now))
    rules.check_terms(terms, shape, len(files))
    waiting.check_after(award, terms)
    _keep_in_force(award)
    asked: dict[str, Any] = {"award": award, "pool": pool, "submitted_by_id": by.person, "name": name, "argv": argv}
    asked |= {"environment": environment, "builds": builds}
    asked |= {"share_class": award.organisation.kind, "held": rules.amount_held(shape, pool.unit), "submitted_at": now}
    asked |= asdict(shape) | {name: getattr(terms, name) for name in STEADY} | {"array_count": terms.elements}
    jobs = Job.objects.bulk_create([Job(**asked, **numbered) for numbered in arrays.numbers(key, terms.elements)])
    JobFile.objects.bulk_create(
        [JobFile(job=job, path=path, file=file) for job in jobs for path, file in files], batch_size=1000
    )
    waiting.note_after(jobs, terms)
    _hold(by, now, jobs)
    sharing.refuse_beyond_part(award.pk, jobs[0].submitted_by_id, pool.pk)
    first, held = jobs[0], asked["held"] * len(jobs)
    facts = {"award": award.pk, "held": held, "elements": len(jobs)}
    journal.record(by=by, now=now, did="jobs.submit", kind="job", subject=first.pk, **facts)
    return first


def _hold(by: Actor, now: datetime, jobs: list[Job]) -> None:
    place, amount = _place(jobs[0], "hold"), jobs[0].held
    if len(jobs) == 1:
        ledger.hold(by=by, now=now, amount=amount, **place)
        return
    places = [(f"{job.key}/hold", rules.subject_of(job.pk)) for job in jobs]
    where = {name: place[name] for name in ("owner", "pool", "source")}
    ledger.hold_each(by=by, now=now, amount=amount, places=places, **where)


def _same(
    known: Job,
    by: Actor,
    award: Award,
    argv: list[str],
    shape: Shape,
    terms: Terms,
    environment: Environment | None,
) -> Job:
    told = (known.award_id, known.submitted_by_id, known.argv, replace(known.shape, memory_mb=shape.memory_mb))
    asked = (award.pk, by.person, argv, shape)
    software = environment.pk if environment else None
    if (*told, known.array_count, known.environment_id) != (*asked, terms.elements, software):
        raise Refused("job_key_reused")
    return known


def _check_environment(environment: Environment | None, award: Award) -> None:
    """It must be ready and the centre's or the award's own organisation's; a write waits for who withdraws it now."""
    if environment is None:
        return
    ready = Environment.objects.filter(pk=environment.pk, state=building.State.READY)
    if environment.organisation_id not in (None, award.organisation_id) or not ready.update(state=building.State.READY):
        raise Refused("environment_unknown", field="environment", named=environment.code)


def _check(award: Award, pool: Pool, name: str, argv: list[str], paths: list[str], shape: Shape, today: date) -> None:
    rules.check_award(award.state, award.starts_on, award.ends_on, today)
    if not pool.runs_jobs or not award.lines.filter(product__pool=pool).exists():
        raise Refused("job_pool", field="pool")
    rules.check_name(name)
    rules.check_argv(argv)
    rules.check_paths(paths)
    rules.check_shape(shape, pool.unit)


def _keep_in_force(award: Award) -> None:
    """The hold rests on the award's state, which somebody may end at this moment: a write makes the one wait."""
    if not Award.objects.filter(pk=award.pk, state=award.state).update(state=award.state):
        raise Stale("award", state=Award.objects.values_list("state", flat=True).get(pk=award.pk))


def _place(job: Job, what: str) -> dict[str, Any]:
    """Where a job's amounts lie in the book, and the key under which one of them moves once."""
    place = {"owner": rules.owner_of(job.award_id), "pool": job.pool_id, "subject": rules.subject_of(job.pk)}
    return {**place, "source": "job", "key": f"{job.key}/{what}"}


@action
def cancel(*, by: Actor, now: datetime, job: Job) -> None:
    """Asks for the job to end; one that the backend does not have yet ends at once."""
    if not by.member_of(job.award.organisation_id):
        raise Refused("not_allowed_for_role")
    if not _ask_to_end(now, Job.objects.filter(pk=job.pk), "cancelled"):
        raise Stale("job", state=Job.objects.values_list("state", flat=True).get(pk=job.pk))
    journal.record(by=by, now=now, did="jobs.cancel", kind="job", subject=job.pk)


@action
def cancel_array(*, by: Actor, now: datetime, jobs: QuerySet[Job]) -> int:
    """Asks for all jobs of an array that have not ended to end; gives how many. Stale where there are none."""
    first = jobs.first()
    if first is None or not by.member_of(first.award.organisation_id):
        raise Refused("not_allowed_for_role")
    asked = _ask_to_end(now, Job.objects.filter(pk__in=jobs.values("pk")), "cancelled")
    if not asked:
        raise Stale("job", state=first.state)
    journal.record(by=by, now=now, did="jobs.cancel", kind="job", subject=first.pk, jobs=asked)
    return asked


@action
def close(*, now: datetime, job: Job, why: str = OVER) -> bool:
    """Ends a job whose award is no longer in force, or `why` else; when that is due, `queries.to_close` says."""
    if not _ask_to_end(now, Job.objects.filter(pk=job.pk), why):
        return False
    Job.objects.filter(pk=job.pk).exclude(state__in=FINAL_STATES).update(reason_code=why, reason_facts={})
    journal.record(by=WORKER, now=now, did="jobs.close", kind="job", subject=job.pk, award=job.award_id)
    return True


def _ask_to_end(now: datetime, jobs: QuerySet[Job], why: str) -> int:
    """Jobs that nobody is handing over end here; those that the backend may have are cancelled there by a chore."""
    asked = jobs.filter(cancel_asked_at__isnull=True).exclude(state__in=FINAL_STATES).update(cancel_asked_at=now)
    if asked:
        here = jobs.filter(state=JobState.ACCEPTED, claimed_until__isnull=True, cancel_asked_at__isnull=False)
        here.update(state=JobState.CANCELLED, ended_at=now, reason_code=why)
    return asked


@action
def claim(*, now: datetime, jobs: Iterable[Job]) -> list[Job]:
    """Takes accepted jobs for handing over; another worker that came first keeps its own.

    From here on the backend may have the job, so that even one that is to be cancelled is handed over (again) first.
    """
    taken = []
    for job in jobs:
        rows = Job.objects.filter(pk=job.pk, state=JobState.ACCEPTED, claimed_until=job.claimed_until)
        if rows.update(claimed_until=now + CLAIM):
            taken.append(job)
    return taken


@action
def handed_over(*, now: datetime, job: Job, backend_id: str, network: bool = False) -> None:
    """Notes that the backend has the job, and whether with the `network`."""
    if Job.objects.filter(pk=job.pk, state=JobState.ACCEPTED).update(
        state=JobState.WAITING, backend_id=backend_id, network=network, claimed_until=None
    ):
        facts = {"backend_id": backend_id, "network": network}
        journal.record(by=WORKER, now=now, did="jobs.hand_over", kind="job", subject=job.pk, **facts)


@action
def refused_by_backend(*, now: datetime, job: Job, refused: Refused) -> None:
    """Notes that the backend will not take the job, and why; its hold comes back when it is settled."""
    facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int)}
    if Job.objects.filter(pk=job.pk, state=JobState.ACCEPTED).update(
        state=JobState.REFUSED, ended_at=now, reason_code=refused.code, reason_facts=facts, claimed_until=None
    ):
        journal.record(by=WORKER, now=now, did="jobs.refuse", kind="job", subject=job.pk, code=refused.code)


@action
def give_up_claim(*, now: datetime, job: Job) -> None:
    """Frees a job whose handing over failed for the moment; the claim stays as one that has run out, not as none.

    The backend may have taken the job before it failed, so that a cancellation must still go there.
    """
    Job.objects.filter(pk=job.pk, state=JobState.ACCEPTED).update(claimed_until=now)


@action
def follow(*, now: datetime, job: Job, report: JobReport) -> bool:
    """Brings the job to what its backend reports; False when nothing changed."""
    code, facts = waiting.named(report.reason)
    state = JobState(report.state.value)
    if state is JobState.CANCELLED and job.idle_stopped_at:
        code, facts = "idle_stopped", {}
    elif job.reason_code in CLOSED and state in (JobState.CANCELLED, job.state):
        code, facts = job.reason_code, {}
    if not rules.may_follow(job.state, state, again=report.restarts > 0):
        return _follow_reason(now, job, code, facts, report.restarts)
    rows = Job.objects.filter(pk=job.pk, state=job.state)
    if not rows.update(
        state=state,
        started_at=report.started_at,
        ended_at=report.ended_at,
        exit_code=report.exit_code,
        reason_code=code,
        reason_facts=facts,
        restarts=report.restarts,
        **waits.passed(job, code, now),
        # what has started is held back no more, whoever was faster
        on_hold=job.on_hold and state is JobState.WAITING,
    ):
        return False
    if report.started_at and job.started_at is None and not report.restarts:
        waits.note_start(job, report.started_at, now)
    if state in FINAL_STATES:
        _keep_outputs(job, report)
    journal.record(by=WORKER, now=now, did="jobs.follow", kind="job", subject=job.pk, state=state.value)
    return True


def _keep_outputs(job: Job, report: JobReport) -> None:
    fitting = [one for one in report.outputs if len(one.path) <= rules.MOST_OUTPUT_PATH]
    JobOutput.objects.bulk_create(
        [JobOutput(job=job, path=one.path, size=one.size, sha256=one.sha256) for one in fitting], batch_size=1000
    )
    left_out = report.outputs_left_out + len(report.outputs) - len(fitting)
    Job.objects.filter(pk=job.pk).update(outputs_left_out=left_out)


def _follow_reason(now: datetime, job: Job, code: str, facts: dict[str, int | str], restarts: int) -> bool:
    """Why a job waits may change while its state does not; that is no deed and leaves no journal line."""
    if (code, facts, restarts) == (job.reason_code, job.reason_facts, job.restarts) or job.state in FINAL_STATES:
        return False
    rows = Job.objects.filter(pk=job.pk, state=job.state)
    passed = waits.passed(job, code, now)
    return bool(rows.update(reason_code=code, reason_facts=facts, restarts=restarts, **passed))


@action
def move_cursor(*, now: datetime, backend: str, old: str, new: str) -> None:
    """Notes how far usage was posted; posting again from `old` would change nothing, so losing a race is harmless."""
    UsageCursor.objects.get_or_create(backend=backend, defaults={"moved_at": now})
    UsageCursor.objects.filter(backend=backend, cursor=old).update(cursor=new, moved_at=now)


@action
def settle(*, now: datetime, job: int) -> bool:
    """Gives back what an ended job did not use of its hold, once."""
    if not Job.objects.filter(pk=job, state__in=FINAL_STATES, settled_at__isnull=True).update(settled_at=now):
        return False
    row = Job.objects.get(pk=job)
    released = ledger.release(by=WORKER, now=now, **_place(row, "release"))
    amount = released.amount if released else 0
    journal.record(by=WORKER, now=now, did="jobs.settle", kind="job", subject=job, released=amount)
    return True
