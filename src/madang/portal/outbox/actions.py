"""Writes messages beside the action that causes them, and notes what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation

from madang.portal.outbox.models import Message
from madang.portal.outbox.rules import MessageState, next_try
from madang.portal.outbox.texts import text_of
from madang.portal.transactions import action

CLAIM = timedelta(minutes=2)


def write(
    *, now: datetime, key: str, code: str, person: int | None, address: str, language: str, link: str = "", **facts: object
) -> None:
    """Owes one message. The same `key` twice is one message. `link` is a path on the portal; facts fill the text."""
    with translation.override(language):
        subject, body = text_of(code, facts)
    values = {
        "person_id": person,
        "address": address,
        "language": language,
        "code": code,
        "subject": subject,
        "body": body,
        "link": link,
        "next_try_at": now,
        "written_at": now,
    }
    try:
        with transaction.atomic():
            Message.objects.create(key=key, **values)
    except IntegrityError:
        if not Message.objects.filter(key=key).exists():
            raise


@action
def claim(*, now: datetime, limit: int = 20) -> list[Message]:
    """Takes due messages for two minutes, so that two workers do not send the same one at the same time."""
    waiting = Message.objects.filter(state=MessageState.WAITING, next_try_at__lte=now).order_by("pk")
    ids = [message.pk for message in waiting[: limit * 2] if not message.claimed_until or message.claimed_until <= now]
    taken = Message.objects.filter(pk__in=ids[:limit], state=MessageState.WAITING)
    taken.update(claimed_until=now + CLAIM)
    return list(Message.objects.filter(pk__in=ids[:limit]).order_by("pk"))


@action
def sent(*, message: int, now: datetime) -> None:
    """Notes that the mail server took the message."""
    Message.objects.filter(pk=message, state=MessageState.WAITING).update(state=MessageState.SENT, sent_at=now)


@action
def not_sent(*, message: int, tries: int, error: str, now: datetime) -> None:
    """Notes a failure; tries again later, or gives up visibly."""
    again = next_try(tries + 1, now)
    state = MessageState.WAITING if again else MessageState.FAILED
    Message.objects.filter(pk=message, state=MessageState.WAITING).update(
        tries=F("tries") + 1, state=state, next_try_at=again or now, last_error=error[:300], claimed_until=None
    )


@action
def mark_read(*, person: int, message: int, now: datetime) -> None:
    """Notes when a person first opened a message on the portal."""
    Message.objects.filter(pk=message, person_id=person, read_at__isnull=True).update(read_at=now)
