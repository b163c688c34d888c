"""The catalogue as a sheet in the reader's language, and the words by which such a sheet is read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from madang.portal import sheets
from madang.portal.facilities import queries, rules, sheet
from madang.portal.facilities.sentences import COLUMNS, FACILITY_KINDS, FIELDS, SAFETY, SLOT_GRAINS, STATES
from madang.portal.fees import queries as fees
from madang.portal.files import tables
from madang.portal.files.models import StoredFile

CHOICES = {"kind": FACILITY_KINDS, "field": FIELDS, "safety": SAFETY, "grain": SLOT_GRAINS}


def words() -> sheet.Words:
    """Headings and choices as they stand in either language, and as the API names them."""
    headings = {name.casefold(): name for name in COLUMNS}
    choices = {name: {value.casefold(): value for value in of} for name, of in CHOICES.items()}
    choices["needs_approval"] = dict.fromkeys(sheet.YES, "yes") | dict.fromkeys(sheet.NO, "no")
    for language, _name in settings.LANGUAGES:
        with override(language):
            headings |= {_(word).casefold(): name for name, word in COLUMNS.items()}
            for name, of in CHOICES.items():
                choices[name] |= {_(word).casefold(): value for value, word in of.items()}
            choices["needs_approval"] |= {_("Yes").casefold(): "yes", _("No").casefold(): "no"}
    return sheet.Words(headings, choices)


def read(stored: StoredFile) -> sheet.Sheet:
    """The facilities and faults of a kept sheet; never inside a transaction. Refused as `sheet.read`."""
    rows, meant = tables.rows(stored, sheet.ROWS_AT_MOST + 2), words()
    headings = enumerate(rows[0] if rows else [])
    where = [place for place, cell in headings if meant.headings.get(cell.strip().casefold()) == "code"]
    codes = {row[place].strip() for place in where for row in rows if len(row) > place}
    found = sheet.read(rows, meant, queries.known(codes))
    emails = {one.responsible for _place, one in found.listed if one.responsible.strip()}
    unknown = {email for email in emails if queries.responsible(email) is None}
    fits = fees.sold_as()
    wrong = {place: sheet.SheetFault(place, "product", "fee_product_wrong", {}) for place, one in found.listed
             if found.charged.get(one.code) and found.charged[one.code] not in fits[one.terms.grain]}  # fmt: skip
    wrong |= {place: sheet.SheetFault(place, "responsible", "responsible_unknown", {}) for place, one in found.listed
              if one.responsible in unknown}  # fmt: skip
    listed = tuple(pair for pair in found.listed if pair[0] not in wrong)
    faults = sorted([*found.faults, *wrong.values()], key=lambda fault: fault.place)
    return sheet.Sheet(listed, tuple(faults), found.charged)


def new_and_changed(found: sheet.Sheet) -> tuple[set[str], set[str]]:
    """The codes of a sheet that the catalogue does not have, and those that it has otherwise or under another fee."""
    codes = [one.code for _place, one in found.listed]
    known, charged = queries.known(codes), fees.charged_by_code(codes)
    changed = {
        one.code
        for _place, one in found.listed
        if one.code in known
        and (known[one.code] != one or found.charged.get(one.code, fee := charged.get(one.code, "")) != fee)
    }
    return set(codes) - set(known), changed


_SHOWN: dict[str, Callable[[Any], sheets.Cell]] = {
    "opens": rules.clock,
    "closes": rules.clock,
    "weekdays": lambda bits: "".join(str(day + 1) for day in rules.days_of(bits)),
    "needs_approval": lambda needed: _("Yes") if needed else _("No"),
    "calibrated_until": lambda day: day.isoformat() if day else "",
    "accessories": lambda listed: rules.accessories_text(listed, "; "),
}


def table(rows: Iterable[Any]) -> list[list[sheets.Cell]]:
    """Headings and one row a facility; what comes out here can be brought in again."""
    headings: list[sheets.Cell] = [_(word) for word in COLUMNS.values()]
    listed = list(rows)
    charged = fees.charged_as(row.pk for row in listed)
    return [[*headings, _("State")], *([*_cells(row, charged.get(row.pk)), _(STATES[row.state])] for row in listed)]


def _cells(row: Any, product: Any) -> list[sheets.Cell]:
    given = queries.particulars_of(row)
    found: list[sheets.Cell] = []
    for name in COLUMNS:
        if name == "product":
            found.append(product.code if product else "")
            continue
        value = getattr(given, name) if hasattr(given, name) else getattr(given.terms, name)
        if name in CHOICES:
            found.append(_(CHOICES[name][value]))
        else:
            found.append(_SHOWN[name](value) if name in _SHOWN else value)
    return found
