"""The API of the right of reply: the reviews of one's application with the answer, and the time for answers."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.replies import actions, queries
from madang.portal.replies.rules import LONGEST
from madang.portal.reviews import queries as reviews
from madang.portal.schemas import Instant

router = Router(tags=["replies"])


class AnonymousReviewOut(Schema):
    """One reviewer's opinion without the name, and the comments by title of criterion."""

    opinion: str
    comments: list[tuple[str, str]]


class ReplyOut(Schema):
    """The reviews of one application, until when they may be answered, and the answer; `version` 0: there is none."""

    reviews: list[AnonymousReviewOut]
    until: datetime
    text: str
    version: int


class ReplyIn(Schema):
    """An answer; `version` is the one that was read, 0 for the first."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    text: Annotated[str, Field(max_length=LONGEST)]


class PeriodIn(Schema):
    """Until when applicants may answer."""

    until: Instant


class PeriodOut(Schema):
    """The time for answers of an intake."""

    until: datetime
    opened_at: datetime


@router.get("/applications/{int:id}/reply", response=ReplyOut, operation_id="get_reply")
def get_reply(request: HttpRequest, id: int) -> Any:
    """What reviewers wrote on one's application, and one's answer; for its organisation's members."""
    row = one(queries.applications(request.actor), pk=id)
    given = queries.reply(request.actor, id)
    return {
        "reviews": [{"opinion": opinion, "comments": comments} for opinion, comments in reviews.comments(id)],
        "until": row.intake.reply_period.until,
        "text": given.text if given else "",
        "version": given.version if given else 0,
    }


@router.put("/applications/{int:id}/reply", response=ReplyOut, operation_id="write_reply")
def write_reply(request: HttpRequest, id: int, given: ReplyIn) -> Any:
    """Answers the reviews of one's application, until the deadline."""
    one(queries.applications(request.actor), pk=id)
    actions.write(by=request.actor, now=request.now, application=id, **given.dict())
    return get_reply(request, id)


@router.post("/intakes/{int:intake}/replies", response={201: PeriodOut}, operation_id="open_replies")
@known_to(*READING_ROLES)
def open_replies(request: HttpRequest, intake: int, given: PeriodIn) -> Any:
    """Lets the applicants of an intake read their reviews and answer."""
    one(reviews.intakes(request.actor), pk=intake)
    return Status(201, actions.open_period(by=request.actor, now=request.now, intake=intake, until=given.until))
