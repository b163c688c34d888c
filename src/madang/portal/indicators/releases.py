"""The files of a frozen year: its text, each table as CSV and, where it can be written, Parquet, and their checksums.

They are made of the frozen text alone, so that they stay as they are whatever the tables say later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from madang.portal import sheets
from madang.portal.indicators import dictionary, parquet, queries
from madang.portal.indicators.models import YearFigures
from madang.portal.indicators.rules import Row

SUMS = "SHA256SUMS"


def comma_separated(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, bom: bool = False) -> bytes:
    """Rows of a table as CSV, empty where a number is withheld."""
    return sheets.comma_separated(
        [list(columns), *([_blank(row.get(one)) for one in columns] for row in rows)], bom=bom
    )


def _blank(value: Any) -> Any:
    return "" if value is None else value


def file(row: YearFigures, name: str) -> bytes | None:
    """One file of the release by the name that it is saved under; None where there is no such file."""
    return _made(row.year, row.content, _tables(row.content), name)


def sums(row: YearFigures) -> list[tuple[str, str]]:
    """Every file's name with its SHA-256."""
    return [*_sums(row.year, row.content)]


@lru_cache(maxsize=8)
def _sums(year: int, content: str) -> tuple[tuple[str, str], ...]:
    found = _tables(content)
    made = [(name, _made(year, content, found, name)) for name in _names(year, found)]
    return tuple((name, queries.digest(file)) for name, file in made if file is not None)


def _names(year: int, found: Iterable[str]) -> list[str]:
    endings = ("csv", "parquet") if parquet.available() else ("csv",)
    return [name_of(year), *(name_of(year, code, ending) for code in found for ending in endings)]


def name_of(year: int, code: str = "", ending: str = "json") -> str:
    """The name that a file of a year is saved under."""
    return f"madang-{year}-{code}.{ending}" if code else f"madang-{year}.{ending}"


def _tables(content: str) -> dict[str, list[Row]]:
    """The tables of a frozen year that have rows, by code."""
    return {code: rows for code, rows in json.loads(content)["figures"].items() if rows}


def _made(year: int, content: str, found: Mapping[str, list[Row]], name: str) -> bytes | None:
    if name == name_of(year):
        return content.encode()
    code, _dot, ending = name.removeprefix(f"madang-{year}-").rpartition(".")
    if code not in found or name not in _names(year, found):
        return None
    columns = _columns(code, found[code])
    write = parquet.written if ending == "parquet" else comma_separated
    return write(columns, found[code])


def _columns(code: str, rows: Sequence[Row]) -> list[str]:
    """Those that were frozen, in today's order; what later versions add is not in them, what they drop is."""
    there = {name for row in rows for name in row}
    today = [name for name in dictionary.columns(code) if name in there]
    return [*today, *sorted(there.difference(today))]
