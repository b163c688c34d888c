"""The API of lessons: a class's timetable, one's own, and saying that one is there."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from madang.portal.courses import queries as courses
from madang.portal.faces import one
from madang.portal.learners import queries as learners
from madang.portal.lessons import actions, queries
from madang.portal.schemas import Id

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
