"""Writes a table as comma-separated text or as an XLSX file with one sheet, and reads one.

openpyxl is loaded only in a process of its own.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from madang.errors import Refused
from madang.portal import apart
from madang.portal.formats import plain_cell

Cell = str | int
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"


def comma_separated(rows: Iterable[Sequence[Cell]], *, bom: bool = True) -> bytes:
    """UTF-8, with a byte order mark as Korean spreadsheets need one; no text can be taken for a formula."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    for row in rows:
        write([plain_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return ((BOM if bom else "") + text.getvalue()).encode()


def xlsx(title: str, rows: Iterable[Sequence[Cell]], *, heading: int = 1) -> bytes:
    """One sheet; row `heading` (from 1) is bold and stays in sight. Whole numbers stay numbers, and text stays text:

    what somebody typed into a title never becomes a formula.
    """
    return apart.made(__spec__.name, {"title": title, "rows": [list(row) for row in rows], "heading": heading})


def written(given: dict[str, Any]) -> bytes:
    """The file itself, made in this process."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book, bold = Workbook(write_only=True), Font(bold=True)
    sheet = book.create_sheet(given["title"])
    sheet.freeze_panes = f"A{given['heading'] + 1}"
    for number, row in enumerate(given["rows"], start=1):
        cells = [WriteOnlyCell(sheet, value=value) for value in row]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
            if number == given["heading"]:
                cell.font = bold
        sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def cells(content: Path, most: int) -> list[list[str]]:
    """The first sheet of a workbook as text, at most `most` rows; whole numbers without a point, days as 2026-05-01.

    Refused: ``workbook_not_readable``.
    """
    found: list[list[str]] = json.loads(apart.made(__spec__.name, {"workbook": str(content), "most": most}))
    return found


def _read(given: dict[str, Any]) -> bytes:
    from openpyxl import load_workbook

    try:
        with Path(given["workbook"]).open("rb") as stream:
            sheet = load_workbook(stream, read_only=True, data_only=True).worksheets[0]
            rows = islice(sheet.iter_rows(values_only=True), given["most"])
            return json.dumps([[_text(value) for value in row] for row in rows], ensure_ascii=False).encode()
    except (OSError, ValueError, KeyError, IndexError, BadZipFile) as error:
        raise Refused("workbook_not_readable", field="file") from error


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _answered(given: dict[str, Any]) -> bytes:
    return _read(given) if "workbook" in given else written(given)


if __name__ == "__main__":
    sys.exit(apart.answer(_answered))
