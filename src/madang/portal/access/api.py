"""The API of access: a token for address and password, and one's own tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.access import actions
from madang.portal.actors import Actor, Via
from madang.portal.faces import one
from madang.portal.people import queries
from madang.portal.people.rules import TOKEN_DAYS, TokenScope

router = Router(tags=["access"])


class LogIn(Schema):
    """Address and password, typed once for a program."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=200)
    name: str = Field(default="madang", min_length=1, max_length=60)
    days: int = Field(default=90, ge=1, le=TOKEN_DAYS)
    scope: TokenScope = TokenScope.FULL


class NewToken(Schema):
    """What a token is for, for how many days, and whether it can change anything ("full") or only read ("read")."""

    name: str = Field(min_length=1, max_length=60)
    days: int = Field(ge=1, le=TOKEN_DAYS)
    scope: TokenScope = TokenScope.FULL


class TokenOut(Schema):
    """A token as its holder sees it: never its secret."""

    id: int
    name: str
    shown_start: str
    scope: TokenScope
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_on: str | None = None

    @staticmethod
    def resolve_last_used_on(token: Any) -> str | None:
        return token.last_used_on.isoformat() if token.last_used_on else None


class TokenMade(Schema):
    """A new token with its secret, which is shown this once."""

    token: str
    id: int
    expires_at: datetime


def _made(response: HttpResponse, made: tuple[Any, str]) -> Status:
    row, secret = made
    response["Cache-Control"] = "no-store"
    return Status(201, TokenMade(token=secret, id=row.pk, expires_at=row.expires_at))


@router.post("/log-in", response={201: TokenMade}, auth=None, operation_id="log_in")
def log_in(request: HttpRequest, response: HttpResponse, given: LogIn) -> Status:
    """A token for address and password; attempts are limited."""
    by = Actor(address=request.META.get("REMOTE_ADDR", ""), via=Via.API)
    return _made(response, actions.log_in_for_token(by=by, now=request.now, **given.dict()))


@router.get("/me/tokens", response=list[TokenOut], operation_id="list_tokens")
@paginate(LimitOffsetPagination)
def list_tokens(request: HttpRequest) -> Any:
    """One's own tokens, newest first."""
    return queries.tokens(request.actor)


@router.post("/me/tokens", response={201: TokenMade}, operation_id="create_token")
def create_token(request: HttpRequest, response: HttpResponse, given: NewToken) -> Status:
    """A new token; its secret is in this answer only."""
    return _made(response, actions.create_token(by=request.actor, now=request.now, **given.dict()))


@router.delete("/me/tokens/{token}", response={204: None}, operation_id="revoke_token")
def revoke_token(request: HttpRequest, token: int) -> Status:
    """Takes one of one's own tokens out of force at once."""
    one(queries.tokens(request.actor), pk=token)
    actions.revoke_token(by=request.actor, now=request.now, token=token)
    return Status(204, None)
