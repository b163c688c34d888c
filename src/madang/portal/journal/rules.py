"""How an entry is written down for hashing, and what a broken chain looks like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from madang.portal.actors import Actor

FIRST_HASH = "0" * 64


@dataclass(frozen=True)
class Entry:
    """A journal entry as values; instants are aware."""

    id: int
    action: str
    actor: int | None
    via: str
    subject_kind: str
    subject: str
    facts: Mapping[str, object]
    address_digest: str
    happened_at: datetime
    written_at: datetime


@dataclass(frozen=True)
class Seal:
    """The place of an entry in the chain."""

    number: int
    entry: int
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Fault:
    """The first thing that does not hold: at which number, what, and in which entry."""

    number: int
    code: str
    entry: int | None = None


def reading_roles(by: Actor, *, as_reviewer: bool = False) -> str:
    """As what somebody read, with commas between several roles: the roles in the body, or "reviewer"."""
    if as_reviewer or (by.reviewer and not by.roles):
        return "reviewer"
    return ",".join(sorted(by.roles)) or "member"


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(entry: Entry) -> bytes:
    """The one way an entry is written for hashing: JSON, sorted keys, no spaces, UTF-8."""
    written = {
        "id": entry.id,
        "action": entry.action,
        "actor": entry.actor,
        "via": entry.via,
        "subject_kind": entry.subject_kind,
        "subject": entry.subject,
        "facts": entry.facts,
        "address_digest": entry.address_digest,
        "happened_at": _instant(entry.happened_at),
        "written_at": _instant(entry.written_at),
    }
    return json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def chain_hash(number: int, previous_hash: str, entry: Entry) -> str:
    """SHA-256 over the number, the hash before, and the entry."""
    head = f"{number}:{previous_hash}:".encode()
    return hashlib.sha256(head + canonical(entry)).hexdigest()


def first_fault(pairs: Iterable[tuple[Seal, Entry | None]], heads: Mapping[int, str]) -> Fault | None:
    """Walks the chain in order of number; None when all of it holds.

    `heads` maps the numbers that were published to their hashes; a head beyond the last seal means a cut-off tail.
    """
    expected, previous = 1, FIRST_HASH
    for seal, entry in pairs:
        fault = _fault_at(seal, entry, expected, previous)
        if fault:
            return fault
        if heads.get(seal.number, seal.hash) != seal.hash:
            return Fault(seal.number, "head_differs", seal.entry)
        expected, previous = expected + 1, seal.hash
    missing = sorted(number for number in heads if number >= expected)
    return Fault(expected, "tail_missing") if missing else None


def _fault_at(seal: Seal, entry: Entry | None, expected: int, previous: str) -> Fault | None:
    if seal.number != expected:
        return Fault(expected, "seal_missing")
    if entry is None:
        return Fault(seal.number, "entry_missing", seal.entry)
    if seal.previous_hash != previous:
        return Fault(seal.number, "order_changed", seal.entry)
    if seal.hash != chain_hash(seal.number, previous, entry):
        return Fault(seal.number, "entry_altered", seal.entry)
    return None
