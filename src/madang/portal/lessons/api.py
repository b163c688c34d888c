"""The API of lessons: a class's timetable, planning and cancelling a lesson, and saying that one is there."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.courses import queries as courses
from madang.portal.faces import known_to, one
from madang.portal.learners import queries as learners
from madang.portal.lessons import actions, queries, rules
from madang.portal.schemas import Code, Id, Instant
from madang.values import Period

router = Router(tags=["lessons"])


class LessonOut(Schema):
    """A lesson on [starts_at, ends_at), for one track or, where that is empty, for all."""

    id: int
    cohort_id: int
    title: str
    track: str
    starts_at: datetime
    ends_at: datetime
    rooms: list[str]
    cancelled_at: datetime | None

    @staticmethod
    def resolve_rooms(row: Any) -> list[str]:
        return [one_.facility.code for one_ in row.booking.booked.all()] if row.booking else []


class LessonCodeIn(Schema):
    """The code that the teacher shows."""

    code: Annotated[str, Field(min_length=1, max_length=12)]


class LessonIn(Schema):
    """A lesson on [starts_at, ends_at), for one track or for all, in a room by its code, for so many weeks."""

    title: Annotated[str, Field(min_length=1, max_length=rules.TITLE_LIMIT)]
    starts_at: Instant
    ends_at: Instant
    track: Annotated[str, Field(max_length=60)] = ""
    room: Code | None = None
    weeks: Annotated[int, Field(ge=1, le=rules.WEEKS_MOST)] = 1


class LessonCancelIn(Schema):
    """Why the lesson is not held."""

    why: Annotated[str, Field(min_length=1, max_length=rules.WHY_LIMIT)]


@router.post("/cohorts/{cohort}/lessons", response={201: list[LessonOut]}, operation_id="plan_lessons")
@known_to(*READING_ROLES)
def plan_lessons(request: HttpRequest, cohort: Id, given: LessonIn) -> Any:
    """Puts a lesson into the timetable, or the same one of so many weeks, with its room; all or none."""
    one(courses.cohorts(request.actor), pk=cohort)
    room = one(queries.rooms(), code=given.room).pk if given.room else None
    period = Period(given.starts_at, max(given.starts_at, given.ends_at))
    plain = {"title": given.title, "track": given.track, "room": room, "weeks": given.weeks}
    found = actions.plan(by=request.actor, now=request.now, cohort=cohort, period=period, **plain)
    return Status(201, list(queries.lessons(request.actor).filter(pk__in=[row.pk for row in found])))


@router.post("/lessons/{lesson}/cancellation", response=LessonOut, operation_id="cancel_lesson")
@known_to(*READING_ROLES)
def cancel_lesson(request: HttpRequest, lesson: Id, given: LessonCancelIn) -> Any:
    """Takes a lesson that has not begun out of the timetable and gives its room back."""
    one(queries.lessons(request.actor), pk=lesson)
    actions.cancel(by=request.actor, now=request.now, lesson=lesson, why=given.why)
    return one(queries.lessons(request.actor), pk=lesson)


@router.get("/cohorts/{cohort}/lessons", response=list[LessonOut], operation_id="list_lessons")
@paginate
def list_lessons(request: HttpRequest, cohort: Id) -> Any:
    """The timetable, for who teaches the cohort and for staff."""
    one(courses.taught(request.actor), pk=cohort)
    return queries.of_cohort(request.actor, cohort)


@router.post("/learners/{learner}/presence", response=LessonOut, operation_id="enter_lesson_code")
def enter_lesson_code(request: HttpRequest, learner: Id, given: LessonCodeIn) -> Any:
    """Says that one is there, with the code of the lesson that goes on."""
    one(learners.own(request.actor), pk=learner)
    return actions.enter_code(by=request.actor, now=request.now, learner=learner, code=given.code)
