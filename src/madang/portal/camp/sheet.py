"""Reads a sheet of the camp's spaces: cells into spaces, or into faults that name their row and column; no table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madang.errors import Refused
from madang.portal.camp import rules
from madang.portal.camp.rules import Space, SpaceKind
from madang.portal.facilities.sheet import SheetFault, Words

ROWS_AT_MOST = 1000
NEEDED = ("code", "name_ko", "name_en", "kind", "floor", "x", "y", "width", "height")


@dataclass(frozen=True)
class SpaceSheet:
    """What a sheet holds, each with its row."""

    listed: tuple[tuple[int, Space], ...]
    faults: tuple[SheetFault, ...]


def read(rows: Sequence[Sequence[str]], words: Words, others: Sequence[Space] = ()) -> SpaceSheet:
    """The spaces of a sheet with headings in its first row, none over another or over `others` that it does not name.

    Refused: ``spaces_heading_missing`` (columns), ``spaces_too_many_rows`` (most), ``spaces_none``.
    """
    if len(rows) > ROWS_AT_MOST + 1:
        raise Refused("spaces_too_many_rows", most=ROWS_AT_MOST, field="file")
    headings = [words.headings.get(" ".join(cell.split()).casefold(), "") for cell in rows[0]] if rows else []
    if missing := [name for name in NEEDED if name not in headings]:
        raise Refused("spaces_heading_missing", columns=", ".join(missing), field="file")
    codes = {row[headings.index("code")].strip() for row in rows[1:] if len(row) > headings.index("code")}
    standing = [one for one in others if one.code not in codes]
    listed: list[tuple[int, Space]] = []
    faults: list[SheetFault] = []
    for place, row in enumerate(rows[1:], start=2):
        cells = {name: cell.strip() for name, cell in zip(headings, row, strict=False) if name}
        if not any(cells.values()):
            continue
        try:
            one = _space(cells, words)
            if any(other.code == one.code for _, other in listed):
                raise Refused("space_code_twice", field="code")
            rules.refuse_overlaps(one, [*standing, *(other for _, other in listed)])
            listed.append((place, one))
        except Refused as refused:
            facts = {name: value for name, value in refused.facts.items() if name != "field"}
            faults.append(SheetFault(place, str(refused.facts.get("field", "")), refused.code, facts))
    if not listed and not faults:
        raise Refused("spaces_none", field="file")
    return SpaceSheet(tuple(listed), tuple(faults))


def _space(cells: Mapping[str, str], words: Words) -> Space:
    kind = words.choices["kind"].get(cells["kind"].casefold())
    if kind is None:
        known = ", ".join(sorted(words.choices["kind"]))
        raise Refused("space_choice_unknown", field="kind", value=cells["kind"][:40], known=known)
    given: dict[str, Any] = {name: _number(name, cells[name]) for name in rules.NUMBERS if cells.get(name)}
    texts = {name: cells.get(name, "") for name in ("code", "name_ko", "name_en", "facility")}
    missing = next((name for name in NEEDED[4:] if name not in given), None)
    if missing:
        least, most = rules.NUMBERS[missing]
        raise Refused("space_number_wrong", field=missing, least=least, most=most)
    return rules.checked(Space(kind=SpaceKind(kind), **texts, **given))


def _number(name: str, cell: str) -> int:
    digits = cell.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 8):
        least, most = rules.NUMBERS[name]
        raise Refused("space_number_wrong", field=name, least=least, most=most)
    return int(cell)
