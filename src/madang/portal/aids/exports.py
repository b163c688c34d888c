"""A fixed list of aid as a spreadsheet for whoever pays it; no registration number or account of people is here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.learners.models import Learner
from madang.portal.people.models import Organisation

Rows = Iterable[Mapping[str, Any]]


Payee = tuple[int, Any]


def by_payee(month: str, lines: Rows) -> dict[Payee, dict[str, int]]:
    """Of every learner of a list, and who hired them (0 for nobody): won for its month, for others, and in all."""
    found: dict[Payee, dict[str, int]] = {}
    for line in lines:
        sums = found.setdefault(
            (line["organisation"], line["learner"]),
            {"own": 0, "adjusted": 0, "won": 0, "days": 0, "came": 0, "held": 0},
        )
        own = line["of_month"] == month
        sums["own" if own else "adjusted"] += line["amount"]
        sums["won"] += line["amount"]
        if own:
            sums |= {name: line[name] for name in ("days", "came", "held")}
    return found


def order(payee: Payee, people: Mapping[int, Learner], companies: Mapping[int, Organisation]) -> tuple[str, str, str]:
    """By who hired them, and by name."""
    to, learner = payee
    name = people[learner].person.name if learner in people else ""
    return companies[to].name if to in companies else "", name, str(learner)


def table(
    month: str, lines: Rows, people: Mapping[int, Learner], companies: Mapping[int, Organisation]
) -> list[list[sheets.Cell]]:
    """Headings and a row for every learner; what stays empty is filled in where the aid is paid.

    Of wage aid with the company that gets it and its business registration number.
    """
    headings: list[sheets.Cell] = [
        _("Name"), _("Resident registration number"), _("Bank account"), _("E-mail"), _("Month"),
        _("Days attended"), _("For this month (won)"), _("Adjustments of other months (won)"), _("To be paid (won)"),
    ]  # fmt: skip
    firms: list[sheets.Cell] = [_("Company"), _("Business registration number")] if companies else []
    rows: list[list[sheets.Cell]] = []
    sums_of = by_payee(month, lines)
    for to, learner in sorted(sums_of, key=lambda payee: order(payee, people, companies)):
        sums, firm = sums_of[to, learner], companies.get(to)
        of_firm: list[sheets.Cell] = [firm.name if firm else "", firm.registration_number if firm else ""]
        person = people[learner].person if learner in people else None
        who: list[sheets.Cell] = [person.name if person else "", "", "", (person and person.email) or ""]
        rows.append(
            [*(of_firm if companies else []), *who, month, *(sums[name] for name in ("days", "own", "adjusted", "won"))]
        )
    return [[*firms, *headings], *rows]


FORMATS: dict[str, tuple[Callable[[list[list[sheets.Cell]]], bytes], str]] = {
    "csv": (sheets.comma_separated, sheets.CSV),
    "xlsx": (lambda rows: sheets.xlsx("aid", rows), sheets.XLSX),
}
