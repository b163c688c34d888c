"""The API of how jobs wait: its fields at submission, jobs held back, released and reordered, and arrays."""

# Annotations are kept as they are written, as in the module beside.
import uuid
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.faces import one
from madang.portal.jobs import actions, arrays, idling, queries, rules, steering, waiting
from madang.portal.jobs.rules import JobState, Need, Terms
from madang.portal.journal import actions as journal

router = Router(tags=["jobs"])
PRIORITY = {"ge": -rules.MOST_PRIORITY, "le": rules.MOST_PRIORITY}


class AfterIn(Schema):
    """Another job of the award, or all jobs of an array, that must have ended first; with `ok` without an error."""

    job: int | None = Field(None, ge=1, le=2**63 - 1)
    array: uuid.UUID | None = None
    ok: bool = True


class EndingIn(Schema):
    """How a job goes first and ends. `elements` above 1 makes an array of so many jobs, numbered from 0."""

    priority: int = Field(0, **PRIORITY, description="Within the award the higher goes first.")
    requeue: bool = Field(False, description="It may be run again where the machine ended it, within the same time.")
    checkpoint_seconds: int = Field(0, ge=0, le=rules.MOST_WALL_SECONDS, description="SIGUSR1 so long before its end.")
    elements: int = Field(1, ge=1, le=rules.MOST_ELEMENTS)


class TermsIn(EndingIn):
    """How a job waits and ends, all of it."""

    on_hold: bool = Field(False, description="It waits until it is released.")
    after: list[AfterIn] = Field([], max_length=100)

    def terms(self, by: Actor) -> Terms:
        """As the action takes them. Refused: ``job_after`` where a job or array to wait for is none of the caller's."""
        after: dict[int, bool] = {}
        for one_of in self.after:
            found = waiting.chosen(by, str(one_of.array or one_of.job or ""))
            if not found:
                raise Refused("job_after", field="after")
            after |= dict.fromkeys(found, one_of.ok)
        given = self.model_dump(include={"priority", "on_hold", "requeue", "checkpoint_seconds", "elements"})
        return Terms(**given, after=tuple(after.items()))


class TermsOut(Schema):
    """How a job waits and ends. `array` is the key that the jobs of an array share."""

    priority: int
    on_hold: bool
    requeue: bool
    checkpoint_seconds: int
    restarts: int
    array: uuid.UUID | None
    array_index: int | None
    array_count: int


class NeedIn(Schema):
    """Why an idle job is needed all the same."""

    need: Need


class SteeringIn(Schema):
    """What is to change of jobs that wait; what is left out stays."""

    on_hold: bool | None = None
    priority: int | None = Field(None, **PRIORITY)


class SteeringOut(Schema):
    """How many waiting jobs were changed."""

    changed: int


class KeptOut(Schema):
    """Until when an idle job goes on at least."""

    idle_until: datetime


class ArrayOut(Schema):
    """An array: how many of its `jobs` are in which state, and what they hold and have used in their unit's seconds."""

    array: uuid.UUID
    name: str
    award: str
    jobs: int
    states: dict[JobState, int]
    held_now_seconds: int
    used_seconds: int
    over: bool


@router.post("/jobs/{int:id}/steering", response=SteeringOut, operation_id="steer_job")
def steer_job(request: HttpRequest, id: int, change: SteeringIn) -> Any:
    """Holds a waiting job back, releases it, or changes its priority. 409 where it waits no more."""
    return _steered(request, _own(request, pk=min(id, 2**63 - 1)), change)


@router.post("/jobs/{int:id}/keep", response=KeptOut, operation_id="keep_job")
def keep_job(request: HttpRequest, id: int, given: NeedIn) -> Any:
    """Puts the end of a job that does next to nothing off, once. 409 where it is not about to be stopped."""
    job = one(_own(request, pk=min(id, 2**63 - 1)))
    return {"idle_until": idling.keep(by=request.actor, now=timezone.now(), job=job, need=given.need)}


@router.get("/jobs/arrays/{uuid:key}", response=ArrayOut, operation_id="job_array")
def job_array(request: HttpRequest, key: uuid.UUID) -> Any:
    """An array with its counts; its jobs are listed by `list_jobs`."""
    jobs = queries.listed(request.actor, array=key)
    first = one(jobs, array_index=0)
    given = {"whose": first.submitted_by_id, "organisation": first.award.organisation_id}
    journal.read(by=request.actor, now=timezone.now(), what="view", kind="job", subject=first.pk, **given)
    return _counted(jobs, first)


@router.post("/jobs/arrays/{uuid:key}/steering", response=SteeringOut, operation_id="steer_job_array")
def steer_job_array(request: HttpRequest, key: uuid.UUID, change: SteeringIn) -> Any:
    """The same for all jobs of an array that wait."""
    return _steered(request, _own(request, array=key), change)


@router.post("/jobs/arrays/{uuid:key}/cancel", response=ArrayOut, operation_id="cancel_job_array")
def cancel_job_array(request: HttpRequest, key: uuid.UUID) -> Any:
    """Asks for all jobs of an array that have not ended to end. 409 where there are none."""
    jobs = _own(request, array=key)
    actions.cancel_array(by=request.actor, now=timezone.now(), jobs=jobs)
    return _counted(jobs, one(jobs, array_index=0))


def _steered(request: HttpRequest, jobs: Any, change: SteeringIn) -> dict[str, int]:
    done = steering.steer(
        by=request.actor, now=timezone.now(), jobs=jobs, on_hold=change.on_hold, priority=change.priority
    )
    return {"changed": done}


def _counted(jobs: Any, first: Any) -> dict[str, Any]:
    states = arrays.counts([first.array])[first.array]
    held, used = queries.amounts(*jobs.values_list("pk", flat=True))
    figures = {"states": states, "held_now_seconds": held, "used_seconds": used}
    over = all(state in rules.FINAL_STATES for state in states)
    named = {"array": first.array, "name": first.name, "award": first.award.number, "jobs": first.array_count}
    return {**named, **figures, "over": over}


def _own(request: HttpRequest, **which: Any) -> Any:
    jobs = queries.jobs(request.actor).filter(**which)
    if not request.actor.member_of(one(jobs).award.organisation_id):
        raise Http404
    return jobs
