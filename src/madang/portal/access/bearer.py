"""Whom a request to the API speaks for: the bearer token's person; the public where an operation lets it in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from madang.errors import Refused
from madang.portal.access import actions
from madang.portal.people import queries as people

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class TokenAuth(HttpBearer):
    """Authorization: Bearer <token>; sets `request.actor`. A token that is good for reading changes nothing."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        actor = people.actor_of_token(token, now=timezone.now(), address=request.META.get("REMOTE_ADDR", ""))
        if actor.person is None:
            return None
        if actor.reads_only and request.method not in _READING:
            raise Refused("token_reads_only")
        actions.note_use(token=token, day=timezone.now().date())
        request.actor = actor
        return actor


def token_or_none(request: HttpRequest) -> Any:
    """For what is public and shows more to some: a token counts where one is sent, and a wrong one is said to be so."""
    return TokenAuth()(request) if "Authorization" in request.headers else request.actor
