"""The fees of an intake as a spreadsheet for whoever pays them; no resident registration number is kept here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.honoraria.rules import FeeWork
from madang.portal.honoraria.sentences import INCOMES
from madang.portal.reviews.models import Reviewer

Rows = Iterable[Mapping[str, Any]]


def table(rows: Rows, people: Mapping[int, Reviewer]) -> list[list[sheets.Cell]]:
    """Headings and a row for everybody who is paid; two columns stay empty, to be filled in where the pay is made."""
    headings = [
        _("Name"), _("Resident registration number"), _("Bank account"), _("E-mail"), _("Affiliation"),
        _("Kind of income"), _("Sheets handed in"), _("Days with a committee"), _("Fee before tax (won)"),
        _("Income tax (won)"), _("Local income tax (won)"), _("To be paid (won)"),
    ]  # fmt: skip
    return [headings, *(_row(row, people[row["reviewer"]]) for row in rows if row["gross_won"])]


def _row(row: Mapping[str, Any], one: Reviewer) -> list[sheets.Cell]:
    count = {kind: sum(line["count"] for line in row["lines"] if line["work"] == kind) for kind in FeeWork}
    who: list[sheets.Cell] = [one.person.name, "", "", one.person.email or "", one.affiliation]
    what: list[sheets.Cell] = [_(INCOMES[row["income"]]), count[FeeWork.SHEET], count[FeeWork.DAY]]
    return [*who, *what, *(row[name] for name in ("gross_won", "tax_won", "local_won", "net_won"))]


FORMATS: dict[str, tuple[Callable[[list[list[sheets.Cell]]], bytes], str]] = {
    "csv": (sheets.comma_separated, sheets.CSV),
    "xlsx": (lambda rows: sheets.xlsx("fees", rows), sheets.XLSX),
}
