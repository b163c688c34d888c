"""The list of companies as a sheet, which can be brought in again; who is spoken to there is not in it."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.companies.models import Company, StageEntry
from madang.portal.companies.rules import CompanyStage
from madang.portal.companies.sentences import STAGES
from madang.portal.companies.sheet import TOLD

# plain columns instead of rows of the tables: of 2,000 companies those would be 12,000
ABOUT = ("pk", "name", "name_en", "registration_number", "field", "stage", "next_step", "next_owner__name")
OFFICE = ("number", "premises", "staff")
NO_OFFICE: list[sheets.Cell] = ["", "", "", ""]


def table(rows: QuerySet[Company]) -> list[list[sheets.Cell]]:
    """Headings and a row a company, with the first day of each stage over all that were merged in; four queries."""
    ids = rows.order_by().values("pk")
    leads = dict(Company.objects.filter(lead__in=ids).values_list("pk", "lead"))
    stood = StageEntry.objects.filter(Q(company__in=ids) | Q(company__in=list(leads)), struck_at__isnull=True)
    # the first day comes last and stays
    stood = stood.order_by("-on", "-pk")
    days: dict[int, dict[str, str]] = {}
    for company, stage, on in stood.values_list("company", "stage", _text("on")):
        days.setdefault(leads.get(company, company), {})[stage] = on
    offices: dict[int, list[sheets.Cell]] = {}
    opened = stood.filter(stage=CompanyStage.OFFICE)
    for company, *office in opened.values_list("company", *OFFICE, _text("staff_on")):
        offices[leads.get(company, company)] = [cell or "" for cell in office]
    headings: list[sheets.Cell] = [
        _("Company"), _("Name in English"), _("Business registration number"), _("Field of business"),
        _("First contact"), _("Visit"), _("Memorandum"), _("Plan to invest"), _("Lease"), _("Office opened"),
        _("Departed"),
        _("Office's business registration number"), _("Office's address"), _("People working there"),
        _("Counted on"), _("Stage"), _("Next action"), _("Who does it"), _("Due by"),
    ]  # fmt: skip
    words = {stage: _(word) for stage, word in STAGES.items()}
    found: list[list[sheets.Cell]] = [headings]
    for pk, name, name_en, number, field, stage, step, owner, due in rows.values_list(*ABOUT, _text("next_due")):
        own = days.get(pk, {})
        told = [own.get(one, "") for one in TOLD]
        office = offices.get(pk, NO_OFFICE)
        found.append([name, name_en, number or "", field, *told, *office, words[stage], step, owner or "", due or ""])
    return found


def _text(day: str) -> Cast:
    """A day as the database writes it, 2026-05-01."""
    return Cast(day, CharField())


def as_csv(rows: QuerySet[Company]) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(rows))


def as_xlsx(rows: QuerySet[Company]) -> bytes:
    """One sheet of the same rows."""
    return sheets.xlsx(_("Companies"), table(rows))


FORMATS: dict[str, tuple[Callable[[QuerySet[Company]], bytes], str]] = {
    "csv": (as_csv, sheets.CSV),
    "xlsx": (as_xlsx, sheets.XLSX),
}
