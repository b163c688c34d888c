"""The API of reviews: one's own assignments, a sheet, its points, its submission."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.reviews import actions, queries
from madang.portal.reviews.rules import AssignmentState

router = Router(tags=["reviews"])
LARGEST_POINTS = 32_767


class AssignmentOut(Schema):
    """One's own sheet: of which application, until when, and how many criteria have points."""

    id: int
    number: str
    state: AssignmentState
    due_at: datetime
    answered: int
    criteria: int
    version: int

    @staticmethod
    def resolve_number(row: Any) -> str:
        return str(row.application.number)


class LineOut(Schema):
    """One criterion of a sheet with what it holds."""

    criterion: str
    title_ko: str
    title_en: str
    most_points: int
    points: int | None
    comment: str


class SheetOut(AssignmentOut):
    """A sheet with the submission in force that it judges."""

    title: str
    organisation: str
    comment: str
    lines: list[LineOut]
    content: dict[str, Any]

    @staticmethod
    def resolve_title(row: Any) -> str:
        return str(row.application.title)

    @staticmethod
    def resolve_organisation(row: Any) -> str:
        return str(row.application.organisation.name)

    @staticmethod
    def resolve_content(row: Any) -> Any:
        return row.application.in_force.content


class LineIn(Schema):
    """Points (none: not answered) and a comment on one criterion."""

    criterion: str = Field(max_length=30)
    points: int | None = Field(None, ge=-LARGEST_POINTS, le=LARGEST_POINTS)
    comment: str = Field("", max_length=4000)


class SheetIn(Schema):
    """A whole sheet; `version` is the one that was read. Criteria left out lose their points."""

    version: int = Field(ge=1, le=2**31 - 1)
    comment: str = Field("", max_length=8000)
    lines: list[LineIn] = Field(max_length=100)


class SavedOut(Schema):
    """The version to send with the next change."""

    version: int


@router.get("/reviews", response=list[AssignmentOut], operation_id="list_reviews")
@paginate(LimitOffsetPagination)
def list_reviews(request: HttpRequest) -> Any:
    """One's own assignments, open ones by due date first."""
    return queries.my_assignments(request.actor)


def _row(request: HttpRequest, review: int) -> Any:
    row = queries.open_to_reviewer(request.actor, review, timezone.now()) if 0 < review < 2**63 else None
    if row is None:
        raise Http404
    return row


@router.get("/reviews/{review}", response=SheetOut, operation_id="get_review")
def get_review(request: HttpRequest, review: int) -> Any:
    """A sheet with its application; 404 for what is not one's own, or is closed by a conflict of interest."""
    row = _row(request, review)
    given = queries.points(review)
    actions.open_file(by=request.actor, now=timezone.now(), assignment=review)
    row.lines = [
        {
            "criterion": criterion.code,
            "title_ko": criterion.title_ko,
            "title_en": criterion.title_en,
            "most_points": criterion.points,
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
