"""Tells people of running jobs that do next to nothing, puts their end off where asked, and ends them where set."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from madang.errors import Refused, Stale
from madang.portal import formats
from madang.portal.actors import WORKER, Actor
from madang.portal.jobs import uses
from madang.portal.jobs.clearing import people_to_tell
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import IdleTerms, JobState, Need, idle_step
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions as outbox
from madang.portal.transactions import action


def terms() -> IdleTerms:
    """What the centre has set."""
    stopped = settings.MADANG_IDLE_STOP_MINUTES
    return IdleTerms(
        told_after=timedelta(minutes=settings.MADANG_IDLE_MINUTES),
        stopped_after=timedelta(minutes=stopped) if stopped else None,
        kept=timedelta(hours=settings.MADANG_IDLE_KEEP_HOURS),
    )


def look(now: datetime) -> int:
    """Looks at what every running job uses; gives how many people's jobs something was done about.

    What was not measured is never taken for idle.
    """
    done = 0
    rows = Job.objects.filter(state=JobState.RUNNING, backend_id__isnull=False, cancel_asked_at__isnull=True)
    for job in rows.select_related("submitted_by", "award").order_by("pk"):
        use = uses.of(job)
        if use is None:
            continue
        idle = timedelta(seconds=use.idle_seconds)
        step = idle_step(job.idle_since, job.idle_until, idle, now, terms())
        done += step is not None and _STEPS[step](now=now, job=job, idle=idle)
    return done


@action
def tell(*, now: datetime, job: Job, idle: timedelta) -> bool:
    """Tells the job's people that it has been idle, and from when on it will be stopped, where that is set."""
    stopped_after = terms().stopped_after
    until = now + stopped_after if stopped_after else None
    rows = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, idle_since=job.idle_since, idle_until__isnull=True)
    if not rows.update(idle_since=job.idle_since or now - idle, idle_until=until, idle_need=""):
        return False
    _mail(job, "job_idle_stops" if until else "job_idle", now, idle=idle, until=until)
    journal.record(by=WORKER, now=now, did="jobs.tell_of_idle", kind="job", subject=job.pk, stops=until is not None)
    return True


@action
def works_again(*, now: datetime, job: Job, idle: timedelta) -> bool:
    """Notes that a job that was idle uses what it holds again, so that nothing is stopped."""
    rows = Job.objects.filter(pk=job.pk, idle_since__isnull=False, idle_stopped_at__isnull=True)
    if not rows.update(idle_since=None, idle_until=None, idle_need=""):
        return False
    journal.record(by=WORKER, now=now, did="jobs.works_again", kind="job", subject=job.pk)
    return True


@action
def stop(*, now: datetime, job: Job, idle: timedelta) -> bool:
    """Asks for the end of a job whose time is over; one that somebody has put off meanwhile goes on."""
    rows = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, idle_until__lte=now, cancel_asked_at__isnull=True)
    if not rows.update(cancel_asked_at=now, idle_stopped_at=now):
        return False
    _mail(job, "job_idle_stopped", now, idle=idle)
    journal.record(by=WORKER, now=now, did="jobs.stop_idle", kind="job", subject=job.pk)
    return True


@action
def keep(*, by: Actor, now: datetime, job: Job, need: Need) -> datetime:
    """Puts the end of an idle job off, once as long as it stays idle; gives the new instant.

    Refused: ``not_allowed_for_role``, ``job_not_idle``, ``job_kept_already``. Stale where it has ended meanwhile.
    """
    if not by.member_of(job.award.organisation_id):
        raise Refused("not_allowed_for_role")
    if not job.will_stop:
        raise Refused("job_not_idle")
    if job.idle_need:
        raise Refused("job_kept_already")
    until: datetime = job.idle_until + terms().kept
    rows = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, idle_until=job.idle_until, idle_need="")
    if not rows.filter(cancel_asked_at__isnull=True).update(idle_until=until, idle_need=need):
        raise Stale("job", state=Job.objects.values_list("state", flat=True).get(pk=job.pk))
    journal.record(by=by, now=now, did="jobs.keep", kind="job", subject=job.pk, need=need.value)
    return until


def _mail(job: Job, code: str, now: datetime, *, idle: timedelta, **facts: Any) -> None:
    for person in people_to_tell(job):
        outbox.write(
            now=now,
            key=f"{code}-{job.pk}-{person.pk}-{now.timestamp():.0f}",
            code=code,
            person=person.pk,
            address=person.email or "",
            language=person.language,
            link=f"/jobs/{job.pk}/",
            name=job.title,
            job=job.pk,
            award=job.award.number,
            idle=formats.duration(int(idle.total_seconds()), person.language),
            centre=settings.MADANG_CENTRE_NAME[person.language],
            **{name: value for name, value in facts.items() if value is not None},
        )


_STEPS = {"tell": tell, "works": works_again, "stop": stop}
