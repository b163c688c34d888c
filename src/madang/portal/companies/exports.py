"""The list of companies as a sheet, which can be brought in again; who is spoken to there is not in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.companies.models import Company, StageEntry
from madang.portal.companies.rules import CompanyStage
from madang.portal.companies.sentences import STAGES
from madang.portal.companies.sheet import TOLD


def table(rows: Sequence[Company]) -> list[list[sheets.Cell]]:
    """Headings and a row a company, with the first day of each stage over all that were merged into it; two queries."""
    followers: dict[int, int] = {row.pk: row.pk for row in rows}
    ids = list(followers)
    for pk, lead in Company.objects.filter(lead__in=ids).values_list("pk", "lead"):
        followers[pk] = lead
    entries: dict[int, dict[str, StageEntry]] = {}
    stood = StageEntry.objects.filter(company__in=list(followers), struck_at__isnull=True).order_by("-on", "-pk")
    for entry in stood:
        entries.setdefault(followers[entry.company_id], {})[entry.stage] = entry
    headings: list[sheets.Cell] = [
        _("Company"), _("Name in English"), _("Business registration number"), _("Field of business"),
        _("First contact"), _("Visit"), _("Memorandum"), _("Plan to invest"), _("Lease"), _("Office opened"),
        _("Departed"),
        _("Office's business registration number"), _("Office's address"), _("People working there"),
        _("Counted on"), _("Stage"), _("Next action"), _("Who does it"), _("Due by"),
    ]  # fmt: skip
    return [headings, *(_line(row, entries.get(row.pk, {})) for row in rows)]


def _line(row: Company, entries: dict[str, StageEntry]) -> list[sheets.Cell]:
    opened = entries.get(CompanyStage.OFFICE)
    days = [_day(entries[stage].on) if stage in entries else "" for stage in TOLD]
    office: list[sheets.Cell] = ["", "", "", ""]
    if opened is not None:
        office = [opened.number or "", opened.premises or "", opened.staff or "", _day(opened.staff_on)]
    step = [row.next_step, row.next_owner.name if row.next_owner else "", _day(row.next_due)]
    return [
        row.name,
        row.name_en,
        row.registration_number or "",
        row.field,
        *days,
        *office,
        _(STAGES[row.stage]),
        *step,
    ]


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def as_csv(rows: Iterable[Company]) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(list(rows)))


def as_xlsx(rows: Iterable[Company]) -> bytes:
    """One sheet of the same rows."""
    return sheets.xlsx(_("Companies"), table(list(rows)))


FORMATS: dict[str, tuple[Callable[[Iterable[Company]], bytes], str]] = {
    "csv": (as_csv, sheets.CSV),
    "xlsx": (as_xlsx, sheets.XLSX),
}
