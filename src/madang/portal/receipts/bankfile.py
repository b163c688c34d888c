"""What a bank's file says: cells into receipts, or into faults that name their row; nothing here touches a table."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from madang.errors import Refused
from madang.portal.files.tables import day_in
from madang.portal.receipts.seeds.korean import WON

# what a column can be for; the first two have to be there
COLUMNS = ("paid_on", "came_in", "payer", "text", "reference")
NEEDED = ("paid_on", "came_in")
# a bank's file begins with the account's particulars; its heading stands within so many rows
HEADING_WITHIN = 30
ROWS_AT_MOST = 20_000
LARGEST = 10**12
PAYER, TEXT, REFERENCE = 120, 200, 80


@dataclass(frozen=True)
class Line:
    """One receipt as the bank wrote it: row of the file (from 1), day, won above zero, whose name, what text."""

    place: int
    paid_on: date
    amount: int
    payer: str
    text: str
    reference: str


@dataclass(frozen=True)
class Fault:
    """A row that cannot be read: which, a code with a sentence, and what stands there."""

    place: int
    code: str
    value: str


@dataclass(frozen=True)
class Content:
    """What a file holds: receipts, faults, and how many rows were money out or empty."""

    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    left_out: int

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)


def read(rows: Sequence[Sequence[str]], columns: Mapping[str, str], today: date) -> Content:
    """The receipts of a file whose heading row names the bank's columns; `columns` maps ours to the bank's words.

    Rows without an amount, or with nought, are money out or empty and are left out. Refused:
    ``receipts_heading_missing`` (columns), ``receipts_too_many_rows`` (most).
    """
    if len(rows) > ROWS_AT_MOST:
        raise Refused("receipts_too_many_rows", field="file", most=ROWS_AT_MOST)
    heading, where = _heading(rows, columns)
    lines: list[Line] = []
    faults: list[Fault] = []
    left_out = 0
    for place, row in enumerate(rows[heading + 1 :], start=heading + 2):
        found = _line(place, {name: _cell(row, at) for name, at in where.items()}, today)
        if isinstance(found, Line):
            lines.append(found)
        elif found:
            faults.append(found)
        else:
            left_out += 1
    return Content(tuple(lines), tuple(faults), left_out)


def _cell(row: Sequence[str], at: int) -> str:
    return " ".join(row[at].split()) if at < len(row) else ""


def _heading(rows: Sequence[Sequence[str]], columns: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    wanted = {name: " ".join(word.split()) for name, word in columns.items() if word.strip()}
    for number, row in enumerate(rows[:HEADING_WITHIN]):
        cells = [" ".join(cell.split()) for cell in row]
        if all(word in cells for word in wanted.values()):
            return number, {name: cells.index(word) for name, word in wanted.items()}
    raise Refused("receipts_heading_missing", field="file", columns=", ".join(sorted(wanted.values())))


def _line(place: int, cells: Mapping[str, str], today: date) -> Line | Fault | None:
    amount = WON.sub("", cells["came_in"])
    if amount in ("", "-", "0"):
        return None
    if not (amount.isascii() and amount.isdecimal()) or not 0 < int(amount[:20]) <= LARGEST:
        return Fault(place, "receipt_amount_unreadable", cells["came_in"])
    day = day_in(cells["paid_on"])
    if day is None:
        return Fault(place, "receipt_day_unreadable", cells["paid_on"])
    if day > today:
        return Fault(place, "receipt_day_ahead", cells["paid_on"])
    payer, text, reference = (cells.get(name, "") for name in ("payer", "text", "reference"))
    return Line(place, day, int(amount), payer[:PAYER], text[:TEXT], reference[:REFERENCE])


def digests(bank: str, lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    """Each line with what it is known by, wherever it comes again.

    Bank, day, amount, names and the bank's own reference; of rows alike in all of that, the second of a file is another
    than the first. So two files that overlap by whole days share their rows, and two equal payments of a day stay two.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    for line in lines:
        key = (bank, line.paid_on.isoformat(), line.amount, line.payer, line.text, line.reference)
        seen[key] += 1
        yield line, hashlib.sha256(json.dumps([*key, seen[key]], ensure_ascii=False).encode()).hexdigest()
