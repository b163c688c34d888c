"""What jobs wait for among each other: noted at submission, told to the backend, given up where it cannot be met."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from madang.compute.protocol import After, Reason
from madang.errors import Refused
from madang.portal.actors import WORKER, Actor
from madang.portal.awards.models import Award
from madang.portal.jobs import arrays
from madang.portal.jobs.models import Job, JobAfter
from madang.portal.jobs.rules import FINAL_STATES, JobState, Terms
from madang.portal.journal import actions as journal
from madang.portal.transactions import action

# the backend never had the other job
_NOT_THERE = Q(other__backend_id__isnull=True)
_ENDED = Q(other__state__in=FINAL_STATES)


def choices(by: Actor) -> QuerySet[Job]:
    """Jobs of the actor's organisations that a new one may wait for, the newest 100; an array by its first job."""
    own = Job.objects.filter(arrays.unended(), award__organisation__in=by.memberships)
    return arrays.shown_once(own).select_related("award").order_by("-pk")[:100]


def chosen(by: Actor, name: str) -> list[int]:
    """The job with this number, or the jobs of the array with this key, among the actor's; none for an empty name."""
    own = Job.objects.filter(award__organisation__in=by.memberships)
    which = {"pk": int(name)} if name.isdecimal() else {"array": uuid.UUID(name)} if name else {"pk__in": []}
    return list(own.filter(**which).order_by("pk").values_list("pk", flat=True))


def others(job: int) -> QuerySet[JobAfter]:
    """What a job waits for or has waited for, for a caller who may see it."""
    return JobAfter.objects.filter(job=job).select_related("other").order_by("other")


def check_after(award: Award, terms: Terms) -> None:
    """Refuses ``job_after`` where one of the jobs to wait for is not of the same award."""
    wanted = {job for job, _ in terms.after}
    if Job.objects.filter(pk__in=wanted, award=award).count() != len(wanted):
        raise Refused("job_after", field="after")


def note_after(jobs: Sequence[Job], terms: Terms) -> None:
    """Notes for each of these new jobs what it waits for."""
    rows = [JobAfter(job=job, other_id=other, ok=ok) for job in jobs for other, ok in dict(terms.after).items()]
    JobAfter.objects.bulk_create(rows, batch_size=1000)


def after(job: Job) -> tuple[After, ...]:
    """What the backend is told that the job waits for; what ended without ever being there needs no waiting."""
    rows = JobAfter.objects.filter(job=job, other__backend_id__isnull=False).order_by("other")
    return tuple(After(id, ok) for id, ok in rows.values_list("other__backend_id", "ok"))


def unmet() -> QuerySet[JobAfter, int]:
    """The jobs, by id, that cannot be handed over yet: what they wait for is not with the backend itself."""
    waits = JobAfter.objects.filter(_NOT_THERE, job__state=JobState.ACCEPTED).exclude(_ENDED, ok=False)
    return waits.values_list("job", flat=True)


def named(reason: Reason | None) -> tuple[str, dict[str, Any]]:
    """A reason's code and facts as the portal keeps them: another job goes by its number here."""
    if reason is None:
        return "", {}
    facts = dict(reason.facts)
    if "job" in facts:
        other = Job.objects.filter(backend_id=facts["job"]).values_list("pk", flat=True).first()
        facts["job"] = other or facts["job"]
    return reason.code, facts


@action
def give_up(*, now: datetime) -> int:
    """Cancels jobs that wait for the good end of one that ended before the backend had it; gives how many."""
    vain = JobAfter.objects.filter(_NOT_THERE, _ENDED, ok=True, job__state=JobState.ACCEPTED)
    done = 0
    for job, other in vain.order_by("job", "-other").values_list("job", "other"):
        rows = Job.objects.filter(pk=job, state=JobState.ACCEPTED)
        facts = {"job": other}
        if rows.update(state=JobState.CANCELLED, ended_at=now, reason_code="job_before_failed", reason_facts=facts):
            journal.record(by=WORKER, now=now, did="jobs.give_up", kind="job", subject=job, other=other)
            done += 1
    return done
