"""A fixed list of living aid as a spreadsheet for whoever pays it; no registration number or account is kept here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.learners.models import Learner

Rows = Iterable[Mapping[str, Any]]


def by_learner(month: str, lines: Rows) -> dict[int, dict[str, int]]:
    """Of every learner of a list: won for its month, adjustments of other months, and both together."""
    found: dict[int, dict[str, int]] = {}
    for line in lines:
        sums = found.setdefault(line["learner"], {"own": 0, "adjusted": 0, "won": 0, "days": 0, "came": 0, "held": 0})
        own = line["of_month"] == month
        sums["own" if own else "adjusted"] += line["amount"]
        sums["won"] += line["amount"]
        if own:
            sums |= {name: line[name] for name in ("days", "came", "held")}
    return found


def table(month: str, lines: Rows, people: Mapping[int, Learner]) -> list[list[sheets.Cell]]:
    """Headings and a row for every learner; two columns stay empty, to be filled in where the aid is paid."""
    headings: list[sheets.Cell] = [
        _("Name"), _("Resident registration number"), _("Bank account"), _("E-mail"), _("Month"),
        _("Days attended"), _("For this month (won)"), _("Adjustments of other months (won)"), _("To be paid (won)"),
    ]  # fmt: skip
    rows: list[list[sheets.Cell]] = []
    for learner, sums in by_learner(month, lines).items():
        person = people[learner].person if learner in people else None
        who: list[sheets.Cell] = [person.name if person else "", "", "", (person and person.email) or ""]
        rows.append([*who, month, *(sums[name] for name in ("days", "own", "adjusted", "won"))])
    return [headings, *sorted(rows, key=lambda row: str(row[0]))]


FORMATS: dict[str, tuple[Callable[[list[list[sheets.Cell]]], bytes], str]] = {
    "csv": (sheets.comma_separated, sheets.CSV),
    "xlsx": (lambda rows: sheets.xlsx("aid", rows), sheets.XLSX),
}
