"""The API of challenges: an applicant's own, and for staff those of an intake and their decision."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.challenges import actions, queries
from madang.portal.challenges.rules import ChallengeState
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Comment, Id

router = Router(tags=["challenges"])


class ChallengeIn(Schema):
    """Whom one challenges, where they work, and why."""

    name: Annotated[str, Field(max_length=80)]
    organisation: str = Field("", max_length=120)
    reason: Annotated[str, Field(max_length=2000)]


class ChallengeOut(ChallengeIn):
    """A challenge and what came of it."""

    id: int
    state: ChallengeState
    filed_at: datetime
    decision: str
    decided_at: datetime | None


class StaffChallengeOut(ChallengeOut):
    """The same with the application, and whom it was found to mean (by place in the pool)."""

    application: int = Field(alias="application_id")
    number: str = Field(alias="application.number")
    reviewer: int | None = Field(alias="reviewer_id")


class ChallengeDecisionIn(Schema):
    """Whether it is upheld, the grounds that the applicant reads, and whom it means (none: everybody of that name)."""

    upheld: bool
    decision: Comment
    reviewer: Id | None = None


@router.get("/applications/{int:id}/challenges", response=list[ChallengeOut], operation_id="list_challenges")
@paginate(LimitOffsetPagination)
def list_own(request: HttpRequest, id: int) -> Any:
    """Whom one's organisation challenged for an application, newest first."""
    one(queries.applications(request.actor), pk=id)
    return queries.own(request.actor, id)


@router.post("/applications/{int:id}/challenges", response={201: ChallengeOut}, operation_id="file_challenge")
def file(request: HttpRequest, id: int, given: ChallengeIn) -> Any:
    """Asks that a named person take no part in the review; they are kept out until it is decided."""
    one(queries.applications(request.actor), pk=id)
    return Status(201, actions.file(by=request.actor, now=request.now, application=id, **given.dict()))


@router.get("/intakes/{int:intake}/challenges", response=list[StaffChallengeOut], operation_id="list_intake_challenges")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_of_intake(request: HttpRequest, intake: int) -> Any:
    """The challenges of an intake, those that wait first; that they were read is noted."""
    one(queries.intakes(request.actor), pk=intake)
    read(by=request.actor, now=request.now, what="search", kind="challenge", subject="all")
    return queries.challenges(request.actor, intake)


@router.put("/challenges/{int:challenge}/decision", response=StaffChallengeOut, operation_id="decide_challenge")
@known_to(*READING_ROLES)
def decide(request: HttpRequest, challenge: int, given: ChallengeDecisionIn) -> Any:
    """Upholds or dismisses a challenge; the applicant is told."""
    one(queries.challenges(request.actor), pk=challenge)
    actions.decide(by=request.actor, now=request.now, challenge=challenge, **given.dict())
    return one(queries.challenges(request.actor), pk=challenge)
