"""Reads failed attempts, and what a link in a mail is about."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet

from madang.portal.people import links
from madang.portal.people.models import ApiToken, LoginFailure, Person
from madang.portal.people.queries import secret_hash
from madang.portal.people.rules import ATTEMPTS_WINDOW


def failures(digest: str, now: datetime) -> list[datetime]:
    """When attempts under this digest failed within the last quarter of an hour."""
    rows = LoginFailure.objects.filter(digest=digest, failed_at__gt=now - ATTEMPTS_WINDOW)
    return list(rows.order_by("failed_at").values_list("failed_at", flat=True))


def token_of(secret: str) -> QuerySet[ApiToken]:
    """The token with this secret, in force or not."""
    return ApiToken.objects.filter(secret_hash=secret_hash(secret))


def not_used_on(secret: str, day: date) -> bool:
    """The token was not yet noted as used on a day; asked before writing, since reading holds up nobody."""
    return token_of(secret).exclude(last_used_on=day).exists()


def state_of(person: Person) -> str:
    """A mark that changes with the password and with every log-in, so that a reset link works once."""
    return links.fingerprint(person.password, person.email, person.last_login)
