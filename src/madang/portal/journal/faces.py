"""Readings as those whose data they are see them: what was done, on what, and as what the reader read, never who."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from madang.portal.journal.kinds import KINDS
from madang.portal.journal.models import Reading
from madang.portal.journal.sentences import READERS, READINGS, RECORDS


def shown(readings: Iterable[Reading]) -> list[tuple[Reading, str, str, str]]:
    """Each reading with words for what was done, the kind of thing it was done on, and the reader's roles."""
    return [(row, gettext(READINGS[row.what]), kind(row.subject_kind), roles(row.roles)) for row in readings]


def kind(code: str) -> str:
    """A kind of thing in words; one that has none shows as its code."""
    return gettext(KINDS[code]) if code in KINDS else code


def record(kind: str) -> tuple[str, str]:
    """A kind of record in words, and what its retention counts from; a kind that a centre added shows as its code."""
    name, since = RECORDS.get(kind, (kind, "–"))
    return gettext(name), gettext(since)


def roles(written: str) -> str:
    """Roles as they are kept, in words."""
    return ", ".join(gettext(READERS[code]) for code in written.split(",") if code in READERS)
