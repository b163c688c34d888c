"""Claims a person's key for one request, keeps its answer, and forgets both after a day."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from madang.errors import Refused
from madang.portal.idempotency.models import AnsweredRequest
from madang.portal.idempotency.rules import abandoned
from madang.portal.journal import actions as journal
from madang.portal.transactions import action


@action
def claim(*, person: int, key: str, digest: str, now: datetime) -> AnsweredRequest | None:
    """None when this request is the first and has to be carried out, else the row with the first one's answer.

    Refused: "idempotency_key_reused" for another request under the same key, "request_in_progress" while the first is
    still being worked on.
    """
    try:
        with transaction.atomic():
            AnsweredRequest.objects.create(person_id=person, key=key, request_digest=digest, begun_at=now)
        return None
    except IntegrityError:
        row = AnsweredRequest.objects.filter(person=person, key=key).first()
    if row is None:
        raise Refused("request_in_progress")
    if row.request_digest != digest:
        raise Refused("idempotency_key_reused")
    if row.status is not None:
        return row
    unanswered = AnsweredRequest.objects.filter(pk=row.pk, status__isnull=True, begun_at=row.begun_at)
    if abandoned(row.begun_at, now) and unanswered.update(begun_at=now):
        return None
    raise Refused("request_in_progress")


@action
def keep(*, person: int, key: str, status: int, body: str, location: str, media_type: str) -> None:
    """Keeps the answer to the request that claimed the key."""
    AnsweredRequest.objects.filter(person=person, key=key, status__isnull=True).update(
        status=status, body=body, location=location, media_type=media_type
    )


@action
def release(*, person: int, key: str) -> None:
    """Frees the key of a request whose answer is not kept, so that it can be tried again."""
    AnsweredRequest.objects.filter(person=person, key=key, status__isnull=True).delete()


@action
def forget(*, now: datetime, before: datetime, limit: int = 500) -> int:
    """Deletes answers begun before an instant, and enters that in the register; returns how many."""
    ids = list(AnsweredRequest.objects.filter(begun_at__lt=before).values_list("pk", flat=True)[:limit])
    if ids:
        AnsweredRequest.objects.filter(pk__in=ids).delete()
        journal.destroyed(now=now, kind="answered_request", subjects=ids, due_before=before)
    return len(ids)
