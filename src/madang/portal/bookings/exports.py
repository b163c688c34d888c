"""Utilisation as comma-separated text and as rows of a page: by facility, and by class."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.bookings import slots
from madang.portal.bookings.rules import Utilisation
from madang.portal.facilities.sentences import FACILITY_KINDS
from madang.portal.formats import decimal

Rows = Iterable[tuple[Any, Utilisation]]


def by_kind(rows: Rows) -> list[tuple[str, Utilisation]]:
    """The same by class, in the order of the classes: minutes and facilities added up."""
    found: dict[str, Utilisation] = {}
    for row, use in rows:
        so_far = found.get(row.kind, Utilisation(0, 0))
        found[row.kind] = Utilisation(so_far.minutes + use.minutes, so_far.facilities + use.facilities)
    return [(kind, found[kind]) for kind in FACILITY_KINDS if kind in found]


def table(rows: Rows) -> list[list[sheets.Cell]]:
    """Headings and one row a facility; hours to two places, a share in per cent to one."""
    headings: list[sheets.Cell] = [
        _("Code"), _("Name in Korean"), _("Name in English"), _("Class"), _("Hours used"), _("Standard hours"),
        _("Utilisation (%)"),
    ]  # fmt: skip
    return [headings, *(_row(row, use) for row, use in rows)]


def _row(row: Any, use: Utilisation) -> list[sheets.Cell]:
    hours, share = decimal(use.minutes, 60, 2), decimal(use.minutes * 100, use.standard, 1)
    plain = [text.replace(",", "") for text in (hours, share)]
    return [row.code, row.name_ko, row.name_en, _(FACILITY_KINDS[row.kind]), plain[0], slots.STANDARD_HOURS, plain[1]]
