"""Rows of a CSV file as a cube, and a release as a CSV file: a withheld cell is empty there, a zero is a zero."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from madang.disclosure.tables import Cube, Entry, Place
from madang.disclosure.withholding import Release
from madang.errors import Refused

SHOWN, WITHHELD = "shown", "withheld"


def read_cube(path: Path, dimensions: Sequence[str], contributors: str, amount: str, tables: Sequence[str]) -> Cube:
    """The rows of a file added up by the columns `dimensions`.

    `contributors` and `amount` name columns of whole numbers; an empty name counts each row as one contributor, and
    nothing as the amount. `tables`: the dimensions of each table with commas between, "" for the total; every set of
    dimensions where none is named. Refused: "disclosure_file_unreadable" (file, why), "disclosure_row" (file, line,
    column, value), "disclosure_columns_missing" (file, missing), and what a cube refuses.
    """
    entries: dict[Place, Entry] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            wanted = [*dimensions, *filter(None, (contributors, amount))]
            missing = [name for name in wanted if name not in (rows.fieldnames or ())]
            if missing:
                raise Refused("disclosure_columns_missing", file=str(path), missing=", ".join(missing))
            for row in rows:
                place = tuple((row[name] or "").strip() for name in dimensions)
                entry = Entry(
                    *(_whole(path, rows.line_num, row, name, n) for name, n in ((contributors, 1), (amount, 0)))
                )
                entries[place] = entries.get(place, Entry()) + entry
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused("disclosure_file_unreadable", file=str(path), why=str(error)) from error
    return Cube(tuple(dimensions), _groupings(dimensions, tables), entries)


def _groupings(dimensions: Sequence[str], tables: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    if tables:
        return tuple(tuple(filter(None, table.split(","))) for table in tables)
    return tuple(one for n in range(len(dimensions) + 1) for one in itertools.combinations(dimensions, n))


def _whole(path: Path, line: int, row: Mapping[str, str | None], column: str, otherwise: int) -> int:
    if not column:
        return otherwise
    text = (row[column] or "").strip()
    if not text.isascii() or not text.isdecimal():
        raise Refused("disclosure_row", file=str(path), line=line, column=column, value=text)
    return int(text)


def write_release(file: TextIO, dimensions: Sequence[str], release: Release) -> None:
    """All cells of all tables, one a row: a category for each dimension ("" where the table does not divide by it)."""
    writer = csv.writer(file)
    writer.writerow([*dimensions, "contributors", "amount", "state"])
    for cell in sorted(release.cells, key=lambda one: (len(one.dimensions), one)):
        named, entry = dict(zip(cell.dimensions, cell.categories, strict=True)), release.cells[cell]
        numbers = ["", "", WITHHELD] if entry is None else [entry.contributors, entry.amount, SHOWN]
        writer.writerow([*(named.get(name, "") for name in dimensions), *numbers])
