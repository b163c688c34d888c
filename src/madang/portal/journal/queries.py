"""Reads the journal: what is unsealed, the chain for verification, entries and readings for the auditor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import QuerySet

from madang.portal.actors import Actor, Role
from madang.portal.journal.models import (
    Destruction,
    JournalEntry,
    JournalHead,
    JournalSeal,
    Reading,
    RetentionRule,
)
from madang.portal.journal.rules import Entry, Fault, Seal, first_fault

_AT_ONCE = 500


def _entry(row: JournalEntry) -> Entry:
    return Entry(
        id=row.pk,
        action=row.action,
        actor=row.actor,
        via=row.via,
        subject_kind=row.subject_kind,
        subject=row.subject,
        facts=row.facts,
        address_digest=row.address_digest,
        happened_at=row.happened_at,
        written_at=row.written_at,
    )


def last_seal() -> JournalSeal | None:
    """The head of the chain."""
    return JournalSeal.objects.order_by("-number").first()


def unsealed(limit: int) -> list[Entry]:
    """Committed entries without a place in the chain, oldest first."""
    rows = JournalEntry.objects.filter(seal__isnull=True).order_by("pk")[:limit]
    return [_entry(row) for row in rows]


def _pairs() -> Iterator[tuple[Seal, Entry | None]]:
    """Every seal with its entry; looked up apart, since a join would drop a seal whose entry was deleted."""
    for seals in _batched(JournalSeal.objects.order_by("number").iterator(chunk_size=_AT_ONCE)):
        entries = JournalEntry.objects.in_bulk([seal.entry_id for seal in seals])
        for seal in seals:
            row = entries.get(seal.entry_id)
            yield Seal(seal.number, seal.entry_id, seal.previous_hash, seal.hash), _entry(row) if row else None


def _batched(seals: Iterator[JournalSeal]) -> Iterator[list[JournalSeal]]:
    """Seals in lists of a few hundred, as many as one query can name."""
    while some := list(islice(seals, _AT_ONCE)):
        yield some


def verify() -> Fault | None:
    """The first altered, missing or reordered entry, or None when the whole chain holds."""
    return first_fault(_pairs(), {head.number: head.hash for head in JournalHead.objects.all()})


def entries(by: Actor) -> QuerySet[JournalEntry]:
    """All entries for an auditor or an operator, newest first; nothing for others."""
    if not by.has(Role.AUDITOR, Role.OPERATOR):
        return JournalEntry.objects.none()
    return JournalEntry.objects.select_related("seal").order_by("-pk")


def readings(by: Actor) -> QuerySet[Reading]:
    """All readings for an auditor; a person's own data's readings for that person."""
    if by.has(Role.AUDITOR):
        return Reading.objects.order_by("-pk")
    return Reading.objects.filter(whose=by.person, whose__isnull=False).order_by("-pk")


def entries_found(
    by: Actor,
    *,
    did: str = "",
    actor: int | None = None,
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[JournalEntry]:
    """Entries by action ("calls.close", or "calls." for all of a part), actor, subject ("call" or "call:12") and time.

    The time is half-open: [since, until).
    """
    rows = entries(by)
    kind, _, number = subject.partition(":")
    wanted = {
        "action__startswith" if did.endswith(".") else "action": did,
        "actor": actor,
        "subject_kind": kind,
        "subject": number,
        "happened_at__gte": since,
        "happened_at__lt": until,
    }
    found = rows.filter(**{lookup: value for lookup, value in wanted.items() if value not in ("", None)})
    # Within a time, and of one action, an index has them in the order of time already.
    timed = since or until or (did and not did.endswith("."))
    return found.order_by("-happened_at", "-pk") if timed else found


def readings_of(by: Actor) -> QuerySet[Reading]:
    """Who opened the actor's own data, newest first."""
    return Reading.objects.filter(whose=by.person, whose__isnull=False).order_by("-pk")


def readings_of_organisation(by: Actor, organisation: int) -> QuerySet[Reading]:
    """Who opened an organisation's data, newest first, for its owners."""
    rows = Reading.objects.filter(organisation=organisation).order_by("-pk")
    return rows if by.owner_of(organisation) else rows.none()


def was_read(reader: int, what: str, kind: str, subject: str, since: datetime) -> bool:
    """The same reader did the same to the same thing after an instant."""
    rows = Reading.objects.filter(subject_kind=kind, subject=subject, reader=reader, what=what)
    return rows.filter(read_at__gt=since).exists()


def own_entries(by: Actor) -> QuerySet[JournalEntry]:
    """What the actor did themselves, newest first."""
    return JournalEntry.objects.filter(actor=by.person, actor__isnull=False).order_by("-pk")


def due_before(kind: str, now: datetime) -> datetime | None:
    """Records of this kind from before this instant are due for destruction; None where no rule says so."""
    rule = RetentionRule.objects.filter(kind=kind).first()
    return now - timedelta(days=rule.days) if rule else None


def kept_until(kind: str, began: datetime | None) -> datetime | None:
    """When the retention of a record of this kind is over whose time began at an instant; None while it is open."""
    rule = RetentionRule.objects.filter(kind=kind).first() if began else None
    return began + timedelta(days=rule.days) if began and rule else None


def retention(by: Actor) -> QuerySet[RetentionRule]:
    """The retention rules, for an auditor or an operator."""
    rows = RetentionRule.objects.order_by("kind")
    return rows if by.has(Role.AUDITOR, Role.OPERATOR) else rows.none()


def destructions(by: Actor) -> QuerySet[Destruction]:
    """The register of destructions, newest first, for an auditor or an operator."""
    rows = Destruction.objects.order_by("-pk")
    return rows if by.has(Role.AUDITOR, Role.OPERATOR) else rows.none()


def heads() -> QuerySet[JournalHead]:
    """The published heads, newest first; public."""
    return JournalHead.objects.order_by("-day")
