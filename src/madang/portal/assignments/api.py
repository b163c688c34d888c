"""The API by which staff run reviews: coverage, sheets given out, reminders, ranking."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.reviews import actions, queries, reading
from madang.portal.reviews.calibration import calibrate, calibrated
from madang.portal.reviews.rules import AssignmentState
from madang.portal.schemas import Id, Instant

router = Router(tags=["assignments"])


class CoverageOut(Schema):
    """An application in review: how many sheets it should have, has and has back."""

    id: int
    number: str
    title: str
    wanted: int = Field(alias="track.reviews_wanted")
    assigned: int
    submitted: int = Field(alias="returned")


class PairIn(Schema):
    """An application by its id with the reviewers who get it."""

    application: Id
    reviewers: list[Id] = Field(max_length=50)


class AssignIn(Schema):
    """Sheets to give out, all of them or none, and until when they are due."""

    due_at: Instant
    chosen: list[PairIn] = Field(max_length=10_000)


class ReviewCountOut(Schema):
    """For how many it was done."""

    count: int


class PointsOut(Schema):
    criterion: str = Field(alias="criterion.code")
    points: int | None
    comment: str


class AssignedOut(Schema):
    """A reviewer's sheet on an application, as staff see it."""

    id: int
    reviewer: int
    name: str = Field(alias="reviewer.person.name")
    state: AssignmentState
    due_at: datetime
    comment: str
    ended_reason: str
    points: list[PointsOut]

    @staticmethod
    def resolve_reviewer(row: Any) -> int:
        return int(row.reviewer_id)

    @staticmethod
    def resolve_points(row: Any) -> Any:
        return list(row.points.all())


class ReasonIn(Schema):
    reason: str = Field(max_length=500)


class RankedOut(Schema):
    """An application's place and score in thousandths of a point, with what committees added to it and took off it,

    and how many minimums it misses.
    """

    application: int
    number: str
    title: str
    rank: int | None
    score_milli: int | None
    bonus_milli: int
    penalty_milli: int
    minimums_missed: int

    @staticmethod
    def resolve_score_milli(row: Any) -> int | None:
        return row.score.total_milli

    @staticmethod
    def resolve_minimums_missed(row: Any) -> int:
        return len(row.shortfalls)


class PlacesIn(Schema):
    """For how many places to say what calibration would change."""

    places: int = Field(0, ge=0, le=1_000_000)


class CalibratedOut(Schema):
    """An application's mean of sheets as given and as calibrated, with its standard error: thousandths of 100."""

    application: int
    number: str
    raw_milli: int
    score_milli: int
    error_milli: int


class LeaningOut(Schema):
    """A reviewer's points above others, and how wide he spreads (1000: as others), each with its standard error."""

    name: str
    sheets: int
    offset_milli: int
    offset_error_milli: int
    scale_permille: int
    scale_error_permille: int


class CalibrationOut(Schema):
    """A stored calibration; `come` and `go` are numbers of applications that would change for so many places."""

    number: int
    places: int
    made_at: datetime
    scores: list[CalibratedOut]
    reviewers: list[LeaningOut]
    come: list[str]
    go: list[str]
    stale: bool


@router.get("/intakes/{int:intake}/reviews", response=list[CoverageOut], operation_id="list_coverage")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_coverage(request: HttpRequest, intake: int) -> Any:
    """How many sheets each application of an intake has and lacks."""
    one(queries.intakes(request.actor), pk=intake)
    return queries.reviewed(request.actor, intake)


@router.post("/intakes/{int:intake}/assignments", response={201: ReviewCountOut}, operation_id="assign_reviewers")
@known_to(*READING_ROLES)
def assign(request: HttpRequest, intake: int, given: AssignIn) -> Any:
    """Gives sheets out, all of them or none; each reviewer is told once."""
    one(queries.intakes(request.actor), pk=intake)
    chosen = {pair.application: sorted(set(pair.reviewers)) for pair in given.chosen}
    count = actions.assign(by=request.actor, now=request.now, intake=intake, chosen=chosen, due_at=given.due_at)
    return Status(201, {"count": count})


@router.post("/intakes/{int:intake}/reminders", response=ReviewCountOut, operation_id="remind_reviewers")
@known_to(*READING_ROLES)
def remind(request: HttpRequest, intake: int) -> Any:
    """Writes to every reviewer with sheets that are not back, at most once a day."""
    one(queries.intakes(request.actor), pk=intake)
    return {"count": actions.remind(by=request.actor, now=request.now, intake=intake)}


@router.get("/intakes/{int:intake}/ranking", response=list[RankedOut], operation_id="list_ranking")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_ranking(request: HttpRequest, intake: int) -> Any:
    """Scores and places from the sheets that are back, best first."""
    one(queries.intakes(request.actor), pk=intake)
    return list(queries.scores(request.actor, intake).values())


@router.get("/intakes/{int:intake}/calibration", response=CalibrationOut, operation_id="get_calibration")
@known_to(*READING_ROLES)
def get_calibration(request: HttpRequest, intake: int) -> Any:
    """The calibrated scores that were stored last; that they were read is noted."""
    one(queries.intakes(request.actor), pk=intake)
    found = calibrated(request.actor, intake)
    if found is None:
        raise Http404
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    return found


@router.post("/intakes/{int:intake}/calibration", response={201: CalibrationOut}, operation_id="calibrate_intake")
@known_to(*READING_ROLES)
def calibrate_intake(request: HttpRequest, intake: int, given: PlacesIn) -> Any:
    """Works calibrated scores out and stores them; refused where too few sheets link too few reviewers."""
    one(queries.intakes(request.actor), pk=intake)
    calibrate(by=request.actor, now=request.now, intake=intake, places=given.places)
    return Status(201, calibrated(request.actor, intake))


@router.get("/applications/{int:id}/reviews", response=list[AssignedOut], operation_id="list_application_reviews")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_sheets(request: HttpRequest, id: int) -> Any:
    """All sheets on one application with their points; the reading is logged."""
    file = one(queries.files(request.actor), pk=id)
    given = {"application": id, "organisation": file.organisation_id}
    reading.note_reading(by=request.actor, now=request.now, **given)
    return queries.sheets(request.actor, id)


@router.post("/reviews/{int:review}/withdrawal", response={204: None}, operation_id="withdraw_review")
@known_to(*READING_ROLES)
def withdraw(request: HttpRequest, review: int, given: ReasonIn) -> Any:
    """Takes a sheet back that is not submitted yet, with the reason."""
    one(queries.all_sheets(request.actor), pk=review)
    actions.withdraw_assignment(by=request.actor, now=request.now, assignment=review, reason=given.reason)
    return Status(204, None)
