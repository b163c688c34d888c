"""The camp's spaces as a sheet in the reader's language, and the words by which such a sheet is read again."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from madang.portal import sheets
from madang.portal.camp import queries, sheet
from madang.portal.camp.models import CampSpace
from madang.portal.camp.sentences import COLUMNS, SPACE_KINDS, SPACE_STATES
from madang.portal.facilities.sheet import Words
from madang.portal.files import tables
from madang.portal.files.models import StoredFile


def words() -> Words:
    """Headings and kinds as they stand in either language, and as the API names them."""
    headings = {name.casefold(): name for name in COLUMNS}
    kinds = {value.casefold(): value for value in SPACE_KINDS}
    for language, _name in settings.LANGUAGES:
        with override(language):
            headings |= {_(word).casefold(): name for name, word in COLUMNS.items()}
            kinds |= {_(word).casefold(): value for value, word in SPACE_KINDS.items()}
    return Words(headings, {"kind": kinds})


def read(stored: StoredFile) -> sheet.SpaceSheet:
    """The spaces and faults of a kept sheet; never inside a transaction. Refused as `sheet.read`."""
    others = [queries.space_of(row) for row in queries.spaces()]
    return sheet.read(tables.rows(stored, sheet.ROWS_AT_MOST + 2), words(), others)


def table(rows: Iterable[CampSpace]) -> list[list[sheets.Cell]]:
    """Headings and one row a space; what comes out here can be brought in again."""
    headings: list[sheets.Cell] = [_(word) for word in COLUMNS.values()]
    return [[*headings, _("State")], *(_line(row) for row in rows)]


def _line(row: CampSpace) -> list[sheets.Cell]:
    given = queries.space_of(row)
    cells: list[sheets.Cell] = [getattr(given, name) for name in COLUMNS]
    cells[list(COLUMNS).index("kind")] = _(SPACE_KINDS[row.kind])
    return [*cells, _(SPACE_STATES[row.state])]
