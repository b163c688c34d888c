"""The API of courses: cohorts that were announced, one of them, and announcing a draft."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.courses import actions, queries
from madang.portal.courses.rules import Band, CohortState, CourseKind, StageKind
from madang.portal.faces import known_to, one
from madang.portal.schemas import Id, Version

router = Router(tags=["courses"])


class StageOut(Schema):
    """A stage of the selection; `hours` of an online stage."""

    id: int
    kind: StageKind
    most: int
    least: int
    hours: int | None


class CohortOut(Schema):
    """A cohort on [starts_on, ends_on)."""

    id: int
    course: str
    kind: CourseKind
    number: int
    name_ko: str
    name_en: str
    state: CohortState
    places: int
    opens_at: datetime
    closes_at: datetime
    starts_on: date
    ends_on: date
    band: Band
    hours: int
    tracks: list[str]
    attendance_least_percent: int
    coursework_least_percent: int
    stages: list[StageOut]
    version: int

    @staticmethod
    def resolve_course(row: Any) -> str:
        return row.course.code

    @staticmethod
    def resolve_kind(row: Any) -> str:
        return row.course.kind

    @staticmethod
    def resolve_name_ko(row: Any) -> str:
        return row.course.name_ko

    @staticmethod
    def resolve_name_en(row: Any) -> str:
        return row.course.name_en

    @staticmethod
    def resolve_attendance_least_percent(row: Any) -> int:
        return row.attendance_least

    @staticmethod
    def resolve_coursework_least_percent(row: Any) -> int:
        return row.coursework_least

    @staticmethod
    def resolve_stages(row: Any) -> list[Any]:
        return list(row.stages.all())


class CohortVersionIn(Schema):
    """The version of the cohort that was read."""

    version: Version


@router.get("/cohorts", response=list[CohortOut], auth=None, operation_id="list_cohorts")
@paginate
def list_cohorts(request: HttpRequest) -> Any:
    """Cohorts that were announced, the latest first."""
    return queries.cohorts(request.actor).exclude(state=CohortState.DRAFT)


@router.get("/cohorts/{cohort}", response=CohortOut, auth=None, operation_id="get_cohort")
def get_cohort(request: HttpRequest, cohort: Id) -> Any:
    """One cohort."""
    return one(queries.cohorts(request.actor).exclude(state=CohortState.DRAFT), pk=cohort)


@router.post("/cohorts/{cohort}/announcement", response=CohortOut, operation_id="publish_cohort")
@known_to(*READING_ROLES)
def publish_cohort(request: HttpRequest, cohort: Id, given: CohortVersionIn) -> Any:
    """Announces a drafted cohort: everybody sees it, and every place becomes a seat."""
    one(queries.cohorts(request.actor), pk=cohort)
    actions.publish(by=request.actor, now=request.now, cohort=cohort, version=given.version)
    return one(queries.cohorts(request.actor), pk=cohort)
