"""Reads the journal: what is unsealed, the chain for verification, entries and readings for the auditor."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from madang.portal.actors import Actor, Role
from madang.portal.journal.models import JournalEntry, JournalHead, JournalSeal, Reading
from madang.portal.journal.rules import Entry, Fault, Seal, first_fault


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
    for seal in JournalSeal.objects.order_by("number").select_related("entry").iterator(chunk_size=2000):
        yield Seal(seal.number, seal.entry_id, seal.previous_hash, seal.hash), _entry(seal.entry)


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


def heads() -> QuerySet[JournalHead]:
    """The published heads, newest first; public."""
    return JournalHead.objects.order_by("-day")
