"""Reads a sheet of facilities: cells into particulars, or into faults that name their row and column; no table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from madang.errors import Refused
from madang.portal.facilities import rules
from madang.portal.facilities.rules import FacilityField, FacilityKind, Particulars, SafetyClass, SlotGrain, Terms

ROWS_AT_MOST = 2000
NEEDED = ("code", "name_ko", "name_en", "kind")
TEXTS = ("name_ko", "name_en", "maker", "model", "specification_ko", "specification_en", "place_ko", "place_en",
         "responsible")  # fmt: skip
CHOICES: dict[str, type[StrEnum]] = {
    "kind": FacilityKind, "field": FacilityField, "safety": SafetyClass, "grain": SlotGrain,
}  # fmt: skip
NUMBERS = ("before", "after", "notice_hours", "ahead_days", "longest", "grace_minutes", "each_night")
YES, NO = frozenset({"y", "yes", "true", "1", "o"}), frozenset({"n", "no", "false", "0", "x"})


@dataclass(frozen=True)
class Words:
    """What may stand in a sheet, in small letters: headings by column, and the words of each choice with its value."""

    headings: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class SheetFault:
    """A row that cannot be taken over: which, which column, and the refusal's code and facts."""

    place: int
    column: str
    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """What a sheet holds, each with its row.

    `charged`: the code of the product as which a facility is charged, by the facility's code; empty is free of charge.
    Without that column it is empty, and fees stay as they are.
    """

    listed: tuple[tuple[int, Particulars], ...]
    faults: tuple[SheetFault, ...]
    charged: Mapping[str, str] = field(default_factory=dict)


def read(rows: Sequence[Sequence[str]], words: Words, known: Mapping[str, Particulars]) -> Sheet:
    """The facilities of a sheet with headings in its first row. A column that is not there leaves what is `known`.

    Refused: ``facilities_heading_missing`` (columns), ``facilities_too_many_rows`` (most), ``facilities_none``.
    """
    if len(rows) > ROWS_AT_MOST + 1:
        raise Refused("facilities_too_many_rows", most=ROWS_AT_MOST, field="file")
    headings = [words.headings.get(" ".join(cell.split()).casefold(), "") for cell in rows[0]] if rows else []
    if missing := [name for name in NEEDED if name not in headings]:
        raise Refused("facilities_heading_missing", columns=", ".join(missing), field="file")
    listed: list[tuple[int, Particulars]] = []
    faults: list[SheetFault] = []
    charged: dict[str, str] = {}
    for place, row in enumerate(rows[1:], start=2):
        cells = {name: cell.strip() for name, cell in zip(headings, row, strict=False) if name}
        if not any(cells.values()):
            continue
        try:
            one = particulars(cells, words, known)
            if any(other.code == one.code for _, other in listed):
                raise Refused("facility_code_twice", field="code")
            listed.append((place, one))
            if "product" in cells:
                charged[one.code] = cells["product"]
        except Refused as refused:
            facts = {name: value for name, value in refused.facts.items() if name != "field"}
            faults.append(SheetFault(place, str(refused.facts.get("field", "")), refused.code, facts))
    if not listed and not faults:
        raise Refused("facilities_none", field="file")
    return Sheet(tuple(listed), tuple(faults), charged)


def particulars(cells: Mapping[str, str], words: Words, known: Mapping[str, Particulars]) -> Particulars:
    """A facility of its cells. Refused as `rules.check`, ``facility_choice_unknown``, ``facility_day_unreadable``."""
    code = cells.get("code", "")
    old = known.get(code) or Particulars(code, "", "")
    changed: dict[str, Any] = {name: cells[name] for name in TEXTS if name in cells}
    terms: dict[str, Any] = {}
    for name, kind in CHOICES.items():
        if cells.get(name):
            (terms if name == "grain" else changed)[name] = kind(_chosen(name, cells[name], words))
    for name in NUMBERS:
        if cells.get(name):
            terms[name] = _number(name, cells[name])
    terms |= _hours(cells)
    if "calibrated_until" in cells:
        terms["calibrated_until"] = _day(cells["calibrated_until"])
    if cells.get("needs_approval"):
        terms["needs_approval"] = _chosen("needs_approval", cells["needs_approval"], words) == "yes"
    if "accessories" in cells:
        changed["accessories"] = rules.accessories_of(cells["accessories"])
    base = old.terms if code in known else _usual(terms)
    found = replace(old, **changed, terms=replace(base, **terms))
    rules.check(found)
    return found


def _usual(terms: Mapping[str, Any]) -> Terms:
    """What a new facility has where the sheet says nothing: a day's loan is a month at the longest."""
    return Terms(longest=30, grace_minutes=240) if terms.get("grain") is SlotGrain.DAY else Terms()


def _chosen(name: str, cell: str, words: Words) -> str:
    known = words.choices[name]
    if (value := known.get(cell.casefold())) is None:
        raise Refused("facility_choice_unknown", field=name, value=cell[:40], known=", ".join(sorted(known)))
    return value


def _number(name: str, cell: str) -> int:
    if not (cell.isascii() and cell.isdecimal() and len(cell) < 8):
        least, most = rules.NUMBER_LIMITS[name]
        raise Refused("facility_number_out_of_range", field=name, least=least, most=most)
    return int(cell)


def _hours(cells: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for name in ("opens", "closes"):
        if cells.get(name):
            try:
                found[name] = rules.minutes_of(cells[name])
            except ValueError as error:
                raise Refused("facility_hours_wrong", field=name) from error
    if cells.get("weekdays"):
        digits = set(cells["weekdays"]) - set(" ,")
        if not digits <= set("1234567"):
            raise Refused("facility_number_out_of_range", field="weekdays", least=1, most=7)
        found["weekdays"] = rules.weekdays_of(int(digit) - 1 for digit in digits)
    return found


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell[:10]) if cell else None
    except ValueError as error:
        raise Refused("facility_day_unreadable", field="calibrated_until", value=cell[:40]) from error
