"""Chooses the job that a booking carries, submits it once the booking has begun, and notes what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from madang.errors import Refused, Stale
from madang.portal import refusals
from madang.portal.actors import WORKER, Actor, Via
from madang.portal.awards.models import Award
from madang.portal.bookedjobs import queries, rules
from madang.portal.bookedjobs.models import BookedJob
from madang.portal.bookedjobs.rules import CarriedState
from madang.portal.bookings import queries as bookings
from madang.portal.bookings.models import Booking
from madang.portal.environments.models import Environment
from madang.portal.jobs import actions as jobs
from madang.portal.jobs import queries as job_queries
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import Shape, check_argv, check_award, check_name, check_shape
from madang.portal.journal.actions import record
from madang.portal.people import queries as people
from madang.portal.people.actions import write_mail
from madang.portal.resources.models import Pool
from madang.portal.transactions import action


@dataclass(frozen=True)
class Wanted:
    """A job as somebody fills it in for a booking; its key is given when it is chosen."""

    award: Award
    pool: Pool
    name: str
    argv: Sequence[str]
    shape: Shape
    environment: Environment | None = None
    files_of: Job | None = None


@action
def choose(*, by: Actor, now: datetime, booking: int, wanted: Wanted) -> BookedJob:
    """Has a booking of a simulator carry a job, instead of the one chosen before; nothing is set aside yet.

    Everything is judged again when it is submitted. Refused: ``booking_without_simulator``, ``booking_over``,
    ``booked_job_too_long`` (minutes), ``booked_job_begun``, ``booked_job_elsewhere``, and as a job is refused:
    ``award_not_in_force``, ``award_not_now``, ``job_pool``, ``job_name``, ``job_command``, ``job_gpus`` and the like.
    """
    row = _open(by, booking)
    period = bookings.period_of(row)
    rules.check_booking((one.facility.kind for one in row.booked.all()), row.state, period, now)
    _check(row, wanted)
    rules.check_time(wanted.shape.wall_seconds, period)
    _take_away(booking)
    shape = asdict(wanted.shape)
    del shape["nodes"]
    made = BookedJob.objects.create(
        booking=row, award=wanted.award, pool=wanted.pool, person_id=by.person, name=wanted.name,
        argv=list(wanted.argv), environment=wanted.environment, files_of=wanted.files_of, key=uuid.uuid4(),
        chosen_at=now, **shape,
    )  # fmt: skip
    record(by=by, now=now, did="bookedjobs.choose", kind="booking", subject=booking, award=wanted.award.pk)
    return made


@action
def drop(*, by: Actor, now: datetime, booking: int) -> None:
    """Has a booking carry no job. Refused: ``booked_job_begun``; Stale where there is none."""
    _open(by, booking)
    if not _take_away(booking):
        raise Stale("bookedjob")
    record(by=by, now=now, did="bookedjobs.drop", kind="booking", subject=booking)


def _open(by: Actor, booking: int) -> Booking:
    """The booking, for the members of its organisation; whoever else sees it may not."""
    row = bookings.bookings(by).filter(pk=booking).first()
    if row is None:
        raise Refused("not_found")
    if by.person is None or not by.member_of(row.organisation_id):
        raise Refused("not_allowed_for_role")
    return row


def _check(row: Booking, wanted: Wanted) -> None:
    """What would be refused at the start is refused now, as far as it can be known; of the award, for that day."""
    own = {wanted.award.organisation_id, wanted.files_of.award.organisation_id if wanted.files_of else None,
           wanted.environment.organisation_id if wanted.environment else None}  # fmt: skip
    if own - {None} != {row.organisation_id}:
        raise Refused("booked_job_elsewhere", field="where")
    award, day = wanted.award, row.starts_at.astimezone(settings.MADANG_ZONE).date()
    check_award(award.state, award.starts_on, award.ends_on, day)
    if not wanted.pool.runs_jobs or not award.lines.filter(product__pool=wanted.pool).exists():
        raise Refused("job_pool", field="where")
    check_name(wanted.name)
    check_argv(list(wanted.argv))
    check_shape(wanted.shape, wanted.pool.unit)


def _take_away(booking: int) -> int:
    """Takes away what has not begun. Refused: ``booked_job_begun``."""
    gone, _ = BookedJob.objects.filter(booking=booking, state__in=rules.OPEN).delete()
    if BookedJob.objects.filter(booking=booking).exists():
        raise Refused("booked_job_begun")
    return gone


def begin(*, now: datetime, row: BookedJob) -> bool:
    """Submits the job that a booking carries, by whoever chose it and with every check of a job; notes what came of it.

    A worker that dies in between leaves it `starting`; the next submits it under the same key, so that it is one job.
    """
    try:
        claimed = _claim(now=now, row=row)
        by = people.actor_of(claimed.person_id, address="", via=Via.WORKER)
        if not claimed.person.is_active:
            raise Refused("not_allowed_for_role")
        made = jobs.submit(
            by=by, now=now, award=claimed.award, pool=claimed.pool, name=claimed.name, argv=claimed.argv,
            files=_files(claimed), shape=claimed.shape, key=claimed.key, environment=claimed.environment,
        )  # fmt: skip
    except Refused as refused:
        return _refused(now=now, row=row, refused=refused)
    return _submitted(now=now, row=row, job=made)


def _files(row: BookedJob) -> list[tuple[str, Any]]:
    if row.files_of is None:
        return []
    if row.files_of.cleared_at:
        raise Refused("job_cleared")
    return [(one.path, one.file) for one in job_queries.input_files(row.files_of.pk)]


@action
def _claim(*, now: datetime, row: BookedJob) -> BookedJob:
    """From here on nobody changes it, and its time is what is left of the booking."""
    if row.state == CarriedState.OWED:
        left = rules.seconds_left(row.wall_seconds, bookings.period_of(row.booking), now)
        same = BookedJob.objects.filter(pk=row.pk, state=CarriedState.OWED)
        if not same.update(state=CarriedState.STARTING, wall_seconds=left, tried_at=now):
            raise Stale("bookedjob")
        row.wall_seconds = left
    return row


@action
def _submitted(*, now: datetime, row: BookedJob, job: Job) -> bool:
    same = BookedJob.objects.filter(pk=row.pk, state=CarriedState.STARTING)
    if not same.update(state=CarriedState.SUBMITTED, job=job):
        return False
    record(by=WORKER, now=now, did="bookedjobs.begin", kind="booking", subject=row.booking_id, job=job.pk)
    return True


@action
def _refused(*, now: datetime, row: BookedJob, refused: Refused) -> bool:
    """The booking stays as it is; who chose the job is told why there is none."""
    facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int)}
    same = BookedJob.objects.filter(pk=row.pk, state__in=[CarriedState.OWED, CarriedState.STARTING])
    given = {"reason_code": refused.code, "reason_facts": facts, "tried_at": now}
    if not same.update(state=CarriedState.REFUSED, **given):
        return False
    person = row.person
    if person.is_active:
        with override(person.language):
            why = refusals.sentence(Refused(refused.code, **facts))
        write_mail(person, now=now, code="booked_job_refused", key=f"booked_job_refused-{row.key}", name=row.name,
                   why=why, link=reverse("booking", args=[row.booking_id]))  # fmt: skip
    record(by=WORKER, now=now, did="bookedjobs.refuse", kind="booking", subject=row.booking_id, code=refused.code)
    return True


def end_with_bookings(*, now: datetime, limit: int) -> int:
    """Asks the jobs to end whose booking is over; gives how many."""
    return sum(jobs.close(now=now, job=job, why="booking_ended") for job in queries.to_end(now, limit))
