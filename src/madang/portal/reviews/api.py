"""The API of reviews: one's own assignments, a sheet with its files, points, submission, handing back, interests."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.errors import Refused
from madang.portal.files.faces import BINARY_ANSWER, answer
from madang.portal.reviews import actions, desk, queries, reading
from madang.portal.reviews.rules import AssignmentState, Interest
from madang.portal.reviews.veil import seen
from madang.portal.schemas import Day, Purpose

router = Router(tags=["reviews"])
LARGEST_POINTS = 32_767


class AssignmentOut(Schema):
    """One's own sheet: until when, how many criteria have points, and whether the call's terms come first."""

    id: int
    number: str
    state: AssignmentState
    due_at: datetime
    answered: int
    criteria: int
    version: int
    call: str = Field(alias="application.intake.call.code")
    owes_terms: bool

    @staticmethod
    def resolve_number(row: Any) -> str:
        return str(row.application.number)


class SheetLineOut(Schema):
    """One criterion of a sheet with what it holds."""

    criterion: str
    title_ko: str
    title_en: str
    most_points: int
    required: bool
    anchors_ko: str
    anchors_en: str
    points: int | None
    comment: str


class ReviewFileOut(Schema):
    """An attachment of the application."""

    id: int = Field(alias="pk")
    name: str
    size_bytes: int = Field(alias="file.size")
    sha256: str = Field(alias="file.sha256")


class SheetOut(AssignmentOut):
    """A sheet with the submission in force that it judges; in a blind call names are covered, files are copies."""

    title: str = Field(alias="seen.title")
    organisation: str = Field(alias="seen.organisation", description="Empty in a blind call.")
    blind: bool = Field(alias="seen.blind")
    comment: str
    lines: list[SheetLineOut]
    content: dict[str, Any] = Field(alias="seen.content")
    files: list[ReviewFileOut] = Field(alias="seen.files")


class SheetLineIn(Schema):
    """Points (none: not answered) and a comment on one criterion."""

    criterion: str = Field(max_length=30)
    points: int | None = Field(None, ge=-LARGEST_POINTS, le=LARGEST_POINTS)
    comment: str = Field("", max_length=4000)


class SheetIn(Schema):
    """A whole sheet; `version` is the one that was read. Criteria left out lose their points."""

    version: int = Field(ge=1, le=2**31 - 1)
    comment: str = Field("", max_length=8000)
    lines: list[SheetLineIn] = Field(max_length=100)


class DeclineReviewIn(Schema):
    """Why a sheet is handed back, if one likes to say so."""

    reason: str = Field("", max_length=500)


class RecuseIn(Schema):
    """The interest for which one steps back."""

    kind: Interest
    note: str = Field("", max_length=500)
    learnt_on: Day | None = Field(None, description="The day on which one learnt of it.")


class InterestIn(RecuseIn):
    """An interest towards an organisation, named by its business registration number."""

    registration_number: str = Field(max_length=20)
    ended_on: Day | None = Field(None, description="The day since which it is over; none: it holds.")


class SavedOut(Schema):
    """The version to send with the next change."""

    version: int


@router.get("/reviews", response=list[AssignmentOut], operation_id="list_reviews")
@paginate(LimitOffsetPagination)
def list_reviews(request: HttpRequest) -> Any:
    """One's own assignments, open ones by due date first."""
    return desk.mine(request.actor, request.now)


def _row(request: HttpRequest, review: int) -> Any:
    row = desk.opened(request.actor, review, timezone.now()) if 0 < review < 2**63 else None
    if row is None:
        raise Http404
    return row


@router.get("/reviews/{review}", response=SheetOut, operation_id="get_review")
def get_review(request: HttpRequest, review: int) -> Any:
    """A sheet with its application; 404 for what is not one's own, or is closed by a conflict of interest."""
    row = _row(request, review)
    given = queries.points(review)
    row.seen = seen(request.actor, row.application)
    reading.open_file(by=request.actor, now=timezone.now(), assignment=review)
    row.lines = [
        {
            "criterion": criterion.code,
            "title_ko": criterion.title_ko,
            "title_en": criterion.title_en,
            "most_points": criterion.points,
            "required": criterion.required,
            "anchors_ko": criterion.anchors_ko,
            "anchors_en": criterion.anchors_en,
            "points": given[criterion.code].points if criterion.code in given else None,
            "comment": given[criterion.code].comment if criterion.code in given else "",
        }
        for criterion in queries.criteria(row.application.track_id)
    ]
    return row


def _given(payload: SheetIn) -> dict[str, Any]:
    return {
        "version": payload.version,
        "comment": payload.comment,
        "points": {line.criterion: line.points for line in payload.lines},
        "comments": {line.criterion: line.comment for line in payload.lines},
    }


@router.put("/reviews/{review}/points", response=SavedOut, operation_id="put_review_points")
def put_points(request: HttpRequest, review: int, payload: SheetIn) -> Any:
    """Saves a sheet as a draft; 409 when it was saved elsewhere, submitted, or is past due."""
    _row(request, review)
    version = actions.save_draft(by=request.actor, now=timezone.now(), assignment=review, **_given(payload))
    return {"version": version}


@router.post("/reviews/{review}/submission", response={204: None}, operation_id="submit_review")
def submit_review(request: HttpRequest, review: int, payload: SheetIn) -> Any:
    """Saves a sheet and submits it for good; 422 while criteria lack points."""
    _row(request, review)
    actions.submit(by=request.actor, now=timezone.now(), assignment=review, **_given(payload))
    return Status(204, None)


@router.get("/reviews/{review}/files/{file}", operation_id="review_file", openapi_extra=BINARY_ANSWER)
def review_file(request: HttpRequest, review: int, file: int, purpose: Purpose = "") -> Any:
    """An attachment of the application that one reviews; what for is kept for two years."""
    row = desk.submitted_file(request.actor, review, file, timezone.now())
    if row is None:
        raise Http404
    if not purpose.strip():
        raise Refused("purpose_needed")
    reading.open_file(by=request.actor, now=timezone.now(), assignment=review, purpose=purpose.strip())
    return answer(row.file, row.name)


def _own(request: HttpRequest, review: int) -> dict[str, Any]:
    """What handing back needs; 404 for a sheet that is not one's own or not open."""
    if not desk.mine(request.actor, request.now).filter(pk=review, state=AssignmentState.ASSIGNED).exists():
        raise Http404
    return {"by": request.actor, "now": timezone.now(), "assignment": review}


@router.post("/reviews/{review}/refusal", response={204: None}, operation_id="decline_review")
def decline_review(request: HttpRequest, review: int, payload: DeclineReviewIn) -> Any:
    """Hands a sheet back, for want of time or knowledge."""
    actions.decline(**_own(request, review), reason=payload.reason)
    return Status(204, None)


@router.post("/reviews/{review}/recusal", response={204: None}, operation_id="recuse_review")
def recuse_review(request: HttpRequest, review: int, payload: RecuseIn) -> Any:
    """Steps back from one application for an interest, which is declared towards its organisation."""
    actions.recuse(**_own(request, review), kind=payload.kind, note=payload.note, learnt_on=payload.learnt_on)
    return Status(204, None)


@router.post("/interests", response={204: None}, operation_id="declare_interest")
def declare_interest(request: HttpRequest, payload: InterestIn) -> Any:
    """A reviewer declares an interest; applications of that organisation are closed to them at once."""
    if not request.actor.reviews:
        raise Http404
    organisation = queries.organisation_numbered(payload.registration_number)
    if organisation is None:
        raise Refused("organisation_not_registered", field="registration_number")
    given = {"organisation": organisation, **payload.dict(exclude={"registration_number"})}
    actions.declare_interest(by=request.actor, now=timezone.now(), **given)
    return Status(204, None)
