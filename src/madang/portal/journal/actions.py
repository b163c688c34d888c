"""Writes journal entries and readings, and seals what is committed into the chain."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from madang.errors import Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.journal import queries
from madang.portal.journal.models import (
    Destruction,
    JournalEntry,
    JournalHead,
    JournalSeal,
    Reading,
    RetentionRule,
)
from madang.portal.journal.rules import FIRST_HASH, chain_hash, reading_roles
from madang.portal.journal.seeds.retention import RULES
from madang.portal.transactions import action

SEALED_AT_ONCE = 200


def digest(text: str) -> str:
    """A keyed digest of something personal (an address, an e-mail): the same text gives the same digest here only."""
    if not text:
        return ""
    return hmac.new(settings.MADANG_DIGEST_KEY.encode(), text.lower().encode(), hashlib.sha256).hexdigest()


def record(*, by: Actor, now: datetime, did: str, kind: str, subject: object, **facts: object) -> None:
    """Writes one line in the caller's transaction. `facts` are ids, codes, numbers, digests: never personal data."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a journal line belongs to its action's transaction")
    JournalEntry.objects.create(
        action=did,
        actor=by.person,
        via=by.via,
        subject_kind=kind,
        subject=str(subject),
        facts=facts,
        address_digest=digest(by.address),
        happened_at=now,
    )


def read(
    *,
    by: Actor,
    now: datetime,
    what: str,
    kind: str,
    subject: object,
    whose: int | None = None,
    organisation: int | None = None,
    purpose: str = "",
    as_reviewer: bool = False,
    once_in: timedelta | None = None,
) -> None:
    """Notes that somebody opened, searched or downloaded another's data; never one's own, nor by the public.

    What belongs to an organisation is its members' own. `as_reviewer`: it was read for a review, whatever else the
    reader is. `once_in`: what is asked for again and again counts once in this time.
    """
    if by.person is None or by.person == whose or (organisation is not None and by.member_of(organisation)):
        return
    if once_in and queries.was_read(by.person, what, kind, str(subject), now - once_in):
        return
    Reading.objects.create(
        reader=by.person,
        roles=reading_roles(by, as_reviewer=as_reviewer),
        what=what,
        subject_kind=kind,
        subject=str(subject),
        whose=whose,
        organisation=organisation,
        purpose=purpose,
        address=by.address[:64],
        read_at=now,
    )


@action
def seal(*, now: datetime) -> int:
    """Numbers and chains up to 200 committed entries, oldest first; returns how many.

    Only one sealer can win a number (primary key); a second one at the same moment is Stale and comes again later.
    """
    last = queries.last_seal()
    number, previous = (last.number, last.hash) if last else (0, FIRST_HASH)
    seals = []
    for entry in queries.unsealed(SEALED_AT_ONCE):
        number += 1
        own = chain_hash(number, previous, entry)
        seals.append(JournalSeal(number=number, entry_id=entry.id, previous_hash=previous, hash=own, sealed_at=now))
        previous = own
    try:
        with transaction.atomic():
            JournalSeal.objects.bulk_create(seals)
    except IntegrityError as error:
        raise Stale("seal") from error
    return len(seals)


@action
def publish_head(*, now: datetime, day: date) -> bool:
    """Publishes the chain's head once a day; False when that day has one or nothing is sealed yet."""
    last = queries.last_seal()
    if last is None or JournalHead.objects.filter(day=day).exists():
        return False
    JournalHead.objects.create(day=day, number=last.number, hash=last.hash, published_at=now)
    return True


@action
def destroyed(*, now: datetime, kind: str, subjects: Sequence[object], due_before: datetime) -> None:
    """Enters in the register that records of a kind were destroyed; for the action that destroyed them.

    `subjects` are their ids: the register keeps how many there were and a digest of which, never what they held.
    """
    listed = digest(",".join(sorted(str(subject) for subject in subjects)))
    row = Destruction.objects.create(
        kind=kind, count=len(subjects), digest=listed, due_before=due_before, destroyed_at=now
    )
    record(by=WORKER, now=now, did="journal.destroyed", kind=kind, subject=row.pk, count=len(subjects), digest=listed)


@action
def destroy_readings(*, now: datetime, before: datetime, limit: int = 500) -> int:
    """Deletes readings older than an instant, and enters that in the register."""
    ids = list(Reading.objects.filter(read_at__lt=before).order_by("pk").values_list("pk", flat=True)[:limit])
    if ids:
        Reading.objects.filter(pk__in=ids).delete()
        destroyed(now=now, kind="reading", subjects=ids, due_before=before)
    return len(ids)


@action
def seed_retention(*, by: Actor, now: datetime) -> int:
    """Adds the retention rules that the table lacks; those that are there stay as the centre set them."""
    known = set(RetentionRule.objects.values_list("kind", flat=True))
    missing = [RetentionRule(**seed._asdict()) for seed in RULES if seed.kind not in known]
    RetentionRule.objects.bulk_create(missing)
    if missing:
        kinds = [rule.kind for rule in missing]
        record(by=by, now=now, did="journal.seed_retention", kind="retention_rule", subject="all", kinds=kinds)
    return len(missing)
