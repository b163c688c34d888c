"""Tells people that what their jobs left will be destroyed, and destroys it: chores, their queries and actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from madang.compute.protocol import Forgetting
from madang.errors import Refused
from madang.portal import backends
from madang.portal.actors import WORKER
from madang.portal.jobs import rules
from madang.portal.jobs.models import Job, JobFile, JobOutput
from madang.portal.jobs.rules import NOTICE
from madang.portal.journal import actions as journal
from madang.portal.journal import queries as journals
from madang.portal.outbox import actions as outbox
from madang.portal.people import queries as people
from madang.portal.people.models import Person
from madang.portal.transactions import action

AT_ONCE = 50


def tell_of_clearing(now: datetime) -> int:
    """Tells people a fortnight before that what their jobs left will be destroyed."""
    before = journals.due_before("job_files", now)
    return tell(now=now, before=before + NOTICE) if before else 0


def clear(now: datetime) -> int:
    """Destroys what jobs were given, wrote and left when their retention is over and their people were told."""
    before = journals.due_before("job_files", now)
    due = _to_clear(before, now - NOTICE, AT_ONCE) if before else []
    backend = backends.backend()
    for job in due:
        if job.backend_id and isinstance(backend, Forgetting):
            _forget(backend, job.backend_id)
    if due and before:
        cleared(now=now, jobs=[job.pk for job in due], before=before)
    return len(due)


def _forget(backend: Forgetting, id: str) -> None:
    try:
        backend.forget(id)
    except Refused as refused:
        # a spool that was lost holds nothing of the job any more
        if refused.code != "no_such_job":
            raise


@action
def tell(*, now: datetime, before: datetime, limit: int = 200) -> int:
    """Tells people that what their jobs left will be destroyed, in one mail each; returns how many jobs.

    `before`: jobs that ended earlier are told of. A person who is gone is spoken for by the organisation's owners.
    """
    told: dict[int, list[Job]] = {}
    people: dict[int, Person] = {}
    jobs = [job for job in _to_tell_of(before, limit) if _told(job, now)]
    for job in jobs:
        for person in people_to_tell(job):
            people[person.pk] = person
            told.setdefault(person.pk, []).append(job)
    for pk, theirs in told.items():
        _write_notice(people[pk], theirs, now)
    if jobs:
        facts = {"jobs": len(jobs), "people": len(told)}
        journal.record(by=WORKER, now=now, did="jobs.tell_of_clearing", kind="job", subject="all", **facts)
    return len(jobs)


def _told(job: Job, now: datetime) -> int:
    return Job.objects.filter(pk=job.pk, notified_at__isnull=True).update(notified_at=now)


def _write_notice(person: Person, jobs: list[Job], now: datetime) -> None:
    outbox.write(
        now=now,
        key=f"job-files-{person.pk}-{jobs[0].pk}",
        code="job_files_due",
        person=person.pk,
        address=person.email or "",
        language=person.language,
        link="/jobs/",
        count=len(jobs),
        days=rules.NOTICE.days,
        centre=settings.MADANG_CENTRE_NAME[person.language],
    )


@action
def cleared(*, now: datetime, jobs: Sequence[int], before: datetime) -> None:
    """Forgets the files of jobs whose folders the backend has destroyed, and enters that in the register."""
    JobFile.objects.filter(job__in=jobs).delete()
    JobOutput.objects.filter(job__in=jobs).delete()
    Job.objects.filter(pk__in=jobs, cleared_at__isnull=True).update(cleared_at=now)
    journal.destroyed(now=now, kind="job_files", subjects=jobs, due_before=before)


def _to_tell_of(before: datetime, limit: int) -> list[Job]:
    """Settled jobs that ended before an instant and whose people have not been told that their files will go."""
    rows = Job.objects.filter(
        ended_at__lt=before, settled_at__isnull=False, cleared_at__isnull=True, notified_at__isnull=True
    )
    return list(rows.select_related("submitted_by", "award").order_by("pk")[:limit])


def people_to_tell(job: Job) -> list[Person]:
    """Who submitted the job, while they belong to its organisation; else that organisation's owners."""
    organisation = job.award.organisation_id
    held = {"memberships__organisation": organisation, "memberships__left_at__isnull": True}
    own = Person.objects.filter(pk=job.submitted_by_id, is_active=True, **held).first()
    return [own] if own else list(people.owners(organisation))


def _to_clear(before: datetime, told_before: datetime, limit: int) -> list[Job]:
    """Jobs that ended before an instant and whose people were told by another that their files will go."""
    rows = Job.objects.filter(ended_at__lt=before, cleared_at__isnull=True, notified_at__lte=told_before)
    return list(rows.order_by("pk")[:limit])
