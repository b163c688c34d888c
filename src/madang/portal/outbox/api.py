"""The API of mails: one's own to read, and for the operator those that could not be delivered."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import Role
from madang.portal.faces import known_to, one
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions, queries
from madang.portal.outbox.rules import MessageState

router = Router(tags=["messages"])


class OwnMessageOut(Schema):
    """What was mailed to oneself, without its link: a token must not open what a mailed link opens."""

    id: int
    subject: str
    body: str
    written_at: datetime


class MessageOut(Schema):
    """A mail without its text: which, when, whether it went out, and why not."""

    id: int
    code: str
    state: MessageState
    tries: int
    last_error: str
    written_at: datetime
    sent_at: datetime | None


@router.get("/me/messages", response=list[OwnMessageOut], operation_id="list_own_messages")
@paginate(LimitOffsetPagination)
def list_own(request: HttpRequest) -> Any:
    """What was mailed to oneself, newest first."""
    return queries.own(request.actor)


@router.get("/messages", response=list[MessageOut], operation_id="list_messages")
@paginate(LimitOffsetPagination)
@known_to(Role.OPERATOR, Role.AUDITOR)
def list_messages(request: HttpRequest, state: MessageState | None = None) -> Any:
    """All mails without their texts, newest first; for operators and auditors, and looking is logged."""
    journal.read(by=request.actor, now=request.now, what="search", kind="message", subject="all")
    rows = queries.messages(request.actor)
    return rows.filter(state=state) if state else rows


@router.post("/messages/{int:message}/retry", response=MessageOut, operation_id="retry_message")
@known_to(Role.OPERATOR, Role.AUDITOR)
def retry(request: HttpRequest, message: int) -> Any:
    """Has a mail that failed tried again from the beginning."""
    one(queries.messages(request.actor), pk=message)
    actions.try_again(by=request.actor, now=request.now, message=message)
    return one(queries.messages(request.actor), pk=message)
