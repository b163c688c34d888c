"""Writes a table as an XLSX file with one sheet; openpyxl is loaded only in the process that this module is run as."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from madang.portal import apart

Cell = str | int


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


if __name__ == "__main__":
    sys.exit(apart.answer(written))
