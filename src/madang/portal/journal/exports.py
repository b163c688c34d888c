"""A search of the journal as comma-separated text, in the reader's language, written out row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override

from madang.portal.formats import plain_cell
from madang.portal.journal.deeds import DEEDS
from madang.portal.journal.kinds import FACES, KINDS

# A file of more rows opens in no spreadsheet; whoever needs more narrows the search by its days.
MOST = 100_000


class _Echo:
    """What a csv writer writes to when each line is wanted at once."""

    def write(self, line: str) -> str:
        return line


def heading() -> list[str]:
    """The names of the columns."""
    return [
        gettext("Number"),
        gettext("Action"),
        gettext("Code of the action"),
        gettext("Person number"),
        gettext("On what"),
        gettext("Its number"),
        gettext("When"),
        gettext("By which face"),
        gettext("Facts"),
        gettext("Hash"),
    ]


def line(entry: Any) -> list[str | int]:
    """One entry; what is not sealed yet has neither number nor hash."""
    seal = getattr(entry, "seal", None)
    return [
        seal.number if seal else "",
        gettext(DEEDS[entry.action]) if entry.action in DEEDS else entry.action,
        entry.action,
        entry.actor or "",
        gettext(KINDS[entry.subject_kind]) if entry.subject_kind in KINDS else entry.subject_kind,
        plain_cell(entry.subject),
        entry.happened_at.astimezone(settings.MADANG_ZONE).isoformat(timespec="seconds"),
        gettext(FACES[entry.via]),
        json.dumps(entry.facts, ensure_ascii=False, sort_keys=True),
        seal.hash if seal else "",
    ]


def as_csv(entries: Iterable[Any], language: str) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, which Korean spreadsheets need; the words are those of `language` to the end."""
    writer = csv.writer(_Echo())
    with override(language):
        yield ("\ufeff" + writer.writerow(heading())).encode()
    for entry in entries:
        with override(language):
            yield writer.writerow(line(entry)).encode()
