"""What accepted reports say as a sheet, one line an outcome; whoever wrote or looked at them is not in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.outcomes.models import OutcomeItem
from madang.portal.outcomes.rules import year_of
from madang.portal.outcomes.sentences import KINDS


def table(rows: Iterable[OutcomeItem]) -> list[list[sheets.Cell]]:
    """Headings and a row an outcome; `rows` come from `queries.accepted_items`."""
    headings: list[sheets.Cell] = [
        _("Call"), _("Award"), _("Organisation"), _("Year"), _("From"), _("Until"), _("Version"), _("Kind of outcome"),
        _("Code"), _("Number or amount"), _("What it is"), "DOI", _("File"),
    ]  # fmt: skip
    return [headings, *(_line(row) for row in rows)]


def _line(row: OutcomeItem) -> list[sheets.Cell]:
    duty = row.report.duty
    return [
        duty.award.application.intake.call.code, duty.award.number, duty.owed.organisation.name,
        year_of(duty.until_on), duty.from_on.isoformat(), duty.until_on.isoformat(), row.report.version,
        _(KINDS[row.kind]), row.kind, row.amount, row.what, row.doi, row.file_name,
    ]  # fmt: skip


def as_csv(rows: Iterable[OutcomeItem]) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(rows))


def as_xlsx(rows: Iterable[OutcomeItem]) -> bytes:
    """One sheet of the same rows."""
    return sheets.xlsx(_("Outcomes"), table(rows))


FORMATS: dict[str, tuple[Callable[[Iterable[OutcomeItem]], bytes], str]] = {
    "csv": (as_csv, sheets.CSV),
    "xlsx": (as_xlsx, sheets.XLSX),
}
