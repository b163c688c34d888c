"""The API of sheets that are opened again and of their earlier versions."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.reviews import queries as reviews
from madang.portal.revisions import actions, queries
from madang.portal.schemas import Instant

router = Router(tags=["reviews"])


class SheetVersionOut(Schema):
    """A sheet as it was handed in once: points (none: not answered) and comments by criterion."""

    number: int
    points: dict[str, int | None]
    comments: dict[str, str]
    comment: str
    submitted_at: datetime
    reopened_at: datetime
    reason: str
    restored_at: datetime | None


class ReopenIn(Schema):
    """Why a sheet is opened again, which its reviewer reads, and until when."""

    reason: str = Field(max_length=500)
    due_at: Instant


@router.get("/reviews/{int:review}/versions", response=list[SheetVersionOut], operation_id="list_sheet_versions")
def list_versions(request: HttpRequest, review: int) -> Any:
    """What a sheet said before it was opened again, newest first; for staff, who leads the meeting, and one's own."""
    row = queries.sheet(request.actor, review, request.now) if 0 < review < 2**63 else None
    if row is None:
        raise Http404
    given = {"kind": "application", "subject": row.application_id, "organisation": row.application.organisation_id}
    as_reviewer = not request.actor.reads_everything
    read(by=request.actor, now=request.now, what="view", as_reviewer=as_reviewer, **given)
    return list(row.versions.all())


@router.post("/reviews/{int:review}/reopening", response={201: SheetVersionOut}, operation_id="reopen_review")
@known_to(*READING_ROLES)
def reopen(request: HttpRequest, review: int, given: ReopenIn) -> Any:
    """Lets a reviewer change a sheet that was handed in; what it said is kept and answered."""
    one(reviews.all_sheets(request.actor), pk=review)
    return Status(201, actions.reopen(by=request.actor, now=request.now, assignment=review, **given.dict()))


@router.post("/reviews/{int:review}/restoration", response={204: None}, operation_id="restore_review")
@known_to(*READING_ROLES)
def restore(request: HttpRequest, review: int) -> Any:
    """Puts back what a sheet said before it was opened again."""
    one(reviews.all_sheets(request.actor), pk=review)
    actions.restore(by=request.actor, now=request.now, assignment=review)
    return Status(204, None)
