"""The API of misconduct in an evaluation: what was found of an expert; confirming it is one of the approvals."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.misconduct import actions, queries
from madang.portal.schemas import Comment, Day

router = Router(tags=["misconduct"])


class MisconductIn(Schema):
    """What was found of an expert, when, and by which decision; a comment to the approver."""

    found_on: Day
    ground: str = Field(max_length=1000)
    reference: str = Field(max_length=120)
    comment: Comment = ""


class MisconductOut(Schema):
    """A finding; it counts while it is confirmed and not annulled."""

    id: int
    found_on: date
    ground: str
    reference: str
    noted_at: datetime
    confirmed_at: datetime | None
    annulled_at: datetime | None
    annulled_reason: str


class AnnulmentIn(Schema):
    reason: str = Field(max_length=500)


@router.get("/reviewers/{int:reviewer}/misconduct", response=list[MisconductOut], operation_id="list_misconduct")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_misconduct(request: HttpRequest, reviewer: int) -> Any:
    """What was found of an expert, newest first; that it was read is noted."""
    row = one(queries.experts(request.actor), pk=reviewer)
    given = {"what": "view", "kind": "reviewer", "subject": row.pk, "whose": row.person_id}
    read(by=request.actor, now=request.now, **given)
    return queries.findings(request.actor, reviewer)


@router.post("/reviewers/{int:reviewer}/misconduct", response={201: MisconductOut}, operation_id="note_misconduct")
@known_to(*READING_ROLES)
def note(request: HttpRequest, reviewer: int, given: MisconductIn) -> Any:
    """Notes what was found of an expert and lays it before an approver."""
    one(queries.experts(request.actor), pk=reviewer)
    return Status(201, actions.note(by=request.actor, now=request.now, reviewer=reviewer, **given.dict()))


@router.post("/misconduct/{int:misconduct}/annulment", response=MisconductOut, operation_id="annul_misconduct")
@known_to(*READING_ROLES)
def annul(request: HttpRequest, misconduct: int, given: AnnulmentIn) -> Any:
    """An approver annuls a finding, with a reason; it stays on record."""
    one(queries.findings(request.actor), pk=misconduct)
    actions.annul(by=request.actor, now=request.now, misconduct=misconduct, reason=given.reason)
    return one(queries.findings(request.actor), pk=misconduct)
