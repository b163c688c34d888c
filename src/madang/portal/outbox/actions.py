"""Writes messages beside the action that causes them, and notes what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation

from madang.errors import Refused, Stale
from madang.portal.actors import Actor, Role
from madang.portal.journal import actions as journal
from madang.portal.outbox import mail
from madang.portal.outbox.models import Message
from madang.portal.outbox.rules import MessageState, next_try
from madang.portal.outbox.texts import text_of
from madang.portal.transactions import action

CLAIM = timedelta(minutes=2)


def write(
    *,
    now: datetime,
    key: str,
    code: str,
    person: int | None,
    address: str,
    language: str,
    link: str = "",
    calendar: str = "",
    **facts: object,
) -> None:
    """Owes one message. The same `key` twice is one message. `link` is a path on the portal; facts fill the text.

    `calendar`: an entry for the reader's calendar, with its METHOD; it goes along as a file.
    """
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
        "calendar": calendar,
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
    free = Message.objects.filter(state=MessageState.WAITING, next_try_at__lte=now).filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    )
    # one at a time under the condition: of two workers only one finds each row still free
    ids = list(free.order_by("pk").values_list("pk", flat=True)[:limit])
    taken = [pk for pk in ids if free.filter(pk=pk).update(claimed_until=now + CLAIM)]
    return list(Message.objects.filter(pk__in=taken).order_by("pk"))


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


@action
def forget(*, person: int, address: str) -> int:
    """Deletes every message to a person or to their address, sent or not, and from the mail folder; for erasing."""
    found = Message.objects.filter(Q(person_id=person) | Q(address__iexact=address))
    _remove_files(found)
    count, _ = found.delete()
    return count


def _remove_files(messages: QuerySet[Message]) -> None:
    """Once the transaction holds, the mails that were put into a folder instead of being sent go too."""
    keys = list(messages.values_list("key", flat=True))
    transaction.on_commit(lambda: mail.remove(keys))


@action
def try_again(*, by: Actor, now: datetime, message: int) -> None:
    """An operator has a failed message tried again from the beginning; Stale when it has not failed."""
    if not by.has(Role.OPERATOR):
        raise Refused("not_allowed_for_role")
    again = Message.objects.filter(pk=message, state=MessageState.FAILED)
    if not again.update(state=MessageState.WAITING, tries=0, next_try_at=now, claimed_until=None):
        raise Stale("message")
    journal.record(by=by, now=now, did="outbox.try_again", kind="message", subject=message)


@action
def empty(*, before: datetime, now: datetime, limit: int = 200) -> int:
    """Empties messages sent or given up before an instant of all that is personal, and enters that in the register."""
    over = Q(state=MessageState.SENT, sent_at__lt=before) | Q(state=MessageState.FAILED, written_at__lt=before)
    old = Message.objects.filter(over).exclude(body="")
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return 0
    _remove_files(Message.objects.filter(pk__in=ids))
    Message.objects.filter(pk__in=ids).update(subject="", body="", link="", address="", last_error="", calendar="")
    journal.destroyed(now=now, kind="message", subjects=ids, due_before=before)
    return len(ids)
