"""The pool of experts as a spreadsheet and as comma-separated text: a file that can be brought in again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.experts.rules import LONG_AGO


def table(rows: Iterable[Any]) -> list[list[sheets.Cell]]:
    """Headings and a row for each post of each expert; who has none has one row."""
    headings = [
        _("Name"), _("E-mail"), _("Fields"), _("Languages"), _("Region"), _("Open reviews at most"),
        _("Other spellings"), _("Organisation"), _("Business registration number"), _("Since"), _("Until"),
        _("Department"),
    ]  # fmt: skip
    return [headings, *(line for row in rows for line in _lines(row))]


def _lines(row: Any) -> list[list[sheets.Cell]]:
    profile = getattr(row, "profile", None)
    own: list[sheets.Cell] = [
        row.person.name,
        row.person.email or "",
        "; ".join(row.fields),
        "; ".join(profile.languages) if profile else "",
        profile.region.name_ko if profile and profile.region else "",
        row.load_limit,
        "; ".join(profile.other_names) if profile else "",
    ]
    posts = [_post(post) for post in row.affiliations.all()]
    return [[*own, *post] for post in posts] or [[*own, "", "", "", "", ""]]


def _post(row: Any) -> list[str]:
    known = row.organisation
    name, number = (known.name, known.registration_number) if known else (row.name, row.registration_number)
    since = "" if row.since == LONG_AGO else row.since.isoformat()
    return [name, number, since, row.until.isoformat() if row.until else "", row.department]


def as_csv(rows: Iterable[Any]) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(rows))


def as_xlsx(rows: Iterable[Any]) -> bytes:
    """One sheet of the same rows."""
    return sheets.xlsx("experts", table(rows))


FORMATS: dict[str, tuple[Callable[[Iterable[Any]], bytes], str]] = {
    "csv": (as_csv, sheets.CSV),
    "xlsx": (as_xlsx, sheets.XLSX),
}
