"""The list of an intake's applications as a table to take away: CSV that spreadsheets open in Korean, or XLSX."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from madang.portal import sheets
from madang.portal.calls.queries import titled
from madang.portal.eligibility.sentences import KINDS
from madang.portal.states import word


def heading() -> list[str]:
    """The names of the columns."""
    return [
        gettext("Receipt number"),
        gettext("Title"),
        gettext("State"),
        gettext("Track"),
        gettext("Organisation"),
        gettext("Business registration number"),
        gettext("Kind of organisation"),
        gettext("Region"),
        gettext("Submitted at"),
    ]


def lines(rows: Iterable[Any]) -> Iterable[list[str]]:
    """One line an application; registration numbers stay text."""
    for row in rows:
        submitted = row.submitted_at.astimezone(settings.MADANG_ZONE) if row.submitted_at else None
        yield [
            row.number or "",
            row.title,
            word(row.state),
            titled(row.track),
            row.organisation.name,
            row.organisation.registration_number,
            gettext(KINDS[row.organisation.kind]),
            titled(row.organisation.region, "name"),
            f"{submitted:%Y-%m-%d %H:%M:%S}" if submitted else "",
        ]


def as_csv(rows: Iterable[Any]) -> bytes:
    """UTF-8 with a byte order mark, which Korean spreadsheet programs need."""
    return sheets.comma_separated([heading(), *lines(rows)])


def as_xlsx(rows: Iterable[Any]) -> bytes:
    """One sheet."""
    return sheets.xlsx(gettext("Applications"), [heading(), *lines(rows)])
