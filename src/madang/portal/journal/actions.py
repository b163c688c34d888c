"""Writes journal entries and readings, and seals what is committed into the chain."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from madang.portal.actors import Actor
from madang.portal.journal import queries
from madang.portal.journal.models import JournalEntry, JournalHead, JournalSeal, Reading
from madang.portal.journal.rules import FIRST_HASH, chain_hash
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
    *, by: Actor, now: datetime, what: str, kind: str, subject: object, whose: int | None = None, purpose: str = ""
) -> None:
    """Notes that somebody opened, searched or downloaded another person's data; nobody's own, and never the public's."""
    if by.person is None or by.person == whose:
        return
    Reading.objects.create(
        reader=by.person,
        what=what,
        subject_kind=kind,
        subject=str(subject),
        whose=whose,
        purpose=purpose,
        address=by.address[:64],
        read_at=now,
    )


@action
def seal(*, now: datetime) -> int:
    """Numbers and chains up to 200 committed entries, oldest first; returns how many.

    Only one sealer can win a number (primary key); a second one at the same moment is refused and tries again later.
    """
    last = queries.last_seal()
    number, previous = (last.number, last.hash) if last else (0, FIRST_HASH)
    seals = []
    for entry in queries.unsealed(SEALED_AT_ONCE):
        number += 1
        own = chain_hash(number, previous, entry)
        seals.append(JournalSeal(number=number, entry_id=entry.id, previous_hash=previous, hash=own, sealed_at=now))
        previous = own
    JournalSeal.objects.bulk_create(seals)
    return len(seals)


@action
def publish_head(*, now: datetime, day: date) -> bool:
    """Publishes the chain's head once a day; False when that day has one or nothing is sealed yet."""
    last = queries.last_seal()
    if last is None or JournalHead.objects.filter(day=day).exists():
        return False
    JournalHead.objects.create(day=day, number=last.number, hash=last.hash, published_at=now)
    return True
