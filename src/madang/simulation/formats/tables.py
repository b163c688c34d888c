"""Gathers jobs one row at a time, for layouts that are tables of text, and reads the values in their cells."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import numpy as np

from madang.errors import Refused
from madang.simulation.formats import streams
from madang.simulation.formats.bad_rows import Tally
from madang.simulation.formats.checks import Draft
from madang.simulation.trace import COLUMNS, MOST

_LABELLED = {"account": "accounts", "share_class": "classes", "qos": "qoses", "gpu_type": "gpu_types"}
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]*)?")
NUMBERS = tuple(name for name in COLUMNS if name not in _LABELLED and name != "job")


class Bad(Exception):
    """A cell that no job can be made of: rule, column, value."""


class Gathered:
    """The rows so far: numbers in arrays, names once each. `submit` is an instant in epoch seconds."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._numbers = {name: array("q") for name in (*NUMBERS, *_LABELLED, "line")}
        self._names: dict[str, dict[str, int]] = {name: {} for name in _LABELLED}

    def add(self, line: int, job: str, numbers: Mapping[str, int], names: Mapping[str, str]) -> None:
        """One job. A number that is not given is 0; an empty GPU type is none."""
        beyond = next((name for name, value in numbers.items() if abs(value) > MOST), None)
        if beyond:
            raise Bad("too_large", beyond, numbers[beyond])
        if numbers["submit"] < 0:  # here, since time is told from the first submission later on
            raise Bad("negative_time", "submit", numbers["submit"])
        for name in NUMBERS:
            self._numbers[name].append(numbers.get(name, 0))
        self._ids.append(job)
        self._numbers["line"].append(line)
        for name, known in self._names.items():
            text = names.get(name, "")
            self._numbers[name].append(-1 if name == "gpu_type" and not text else known.setdefault(text, len(known)))

    def draft(self) -> Draft:
        """All rows as columns; time begins with the first submission, which becomes the origin."""
        columns = {name: np.array(values, np.int64) for name, values in self._numbers.items()}
        line = columns.pop("line")
        numeric = all(job.isascii() and job.isdigit() and len(job) <= 18 for job in self._ids)
        known: dict[str, int] = {}
        ids = [int(job) if numeric else known.setdefault(job, len(known)) for job in self._ids]
        columns["job"] = np.array(ids, np.int64)
        origin = int(columns["submit"].min(initial=MOST)) if len(line) else 0
        columns["submit"] -= origin
        labels = {
            of: tuple(self._names[name]) or (("",) if of != "gpu_types" else ()) for name, of in _LABELLED.items()
        }
        return Draft(columns, line, labels, names=() if numeric else tuple(known), origin=origin)


class Row:
    """The cells of one row by the name of their column; a column that the file has not is empty."""

    def __init__(self, cells: list[str], places: Mapping[str, int]) -> None:
        self._cells, self._places = cells, places

    def __getitem__(self, column: str) -> str:
        place = self._places.get(column)
        return "" if place is None else self._cells[place].strip()

    def has(self, *columns: str) -> bool:
        """Whether the file has any of these columns."""
        return any(column in self._places for column in columns)

    def whole(self, column: str, *, otherwise: int | None = None) -> int:
        """The whole number in a cell, ``66.0`` included; a fraction is rounded up. `Bad` where there is none."""
        text = self[column]
        if not text and otherwise is not None:
            return otherwise
        if text.isascii() and text.isdigit():
            return int(text)
        if not _NUMBER.fullmatch(text):
            raise Bad("not_a_number", column, text)
        return _rounded_up(float(text))

    def amount(self, column: str, *, otherwise: int | None = None) -> int:
        """The same for what cannot lie below zero; `Bad` where it does."""
        found = self.whole(column, otherwise=otherwise)
        if found < 0:
            raise Bad("negative_amount", column, found)
        return found

    def instant(self, column: str, zone: tzinfo) -> int:
        """The epoch second in a cell: digits, or a date and time that without a zone of its own is in `zone`."""
        text = self[column]
        found = epoch_second(text, zone)
        if found is None:
            raise Bad("not_a_time", column, text)
        return found


def _rounded_up(value: float) -> int:
    whole = int(value)
    return whole + (value > whole)


def epoch_second(text: str, zone: tzinfo) -> int | None:
    """The second since 1970 that a text names, or None."""
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    since = found - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400 + since.seconds


def table(path: Path, tally: Tally, *, required: Iterable[str], lower: bool = False) -> Iterator[tuple[int, Row]]:
    """(line, row) of a CSV file with a heading. Refuses ``trace_heading`` where a required column is missing."""
    reader = csv.reader(streams.lines(path, tally), strict=True)
    heading = next(reader, [])
    places = {name.strip().lower() if lower else name.strip(): place for place, name in enumerate(heading)}
    require(places, required, tally)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            tally.bad("csv", reader.line_num, "", error)
            continue
        if cells is None:
            return
        if not cells:
            continue
        if len(cells) != len(heading):
            tally.bad("columns", reader.line_num, "", len(cells))
            continue
        yield reader.line_num, Row(cells, places)


def require(places: Mapping[str, int], required: Iterable[str], tally: Tally) -> None:
    """Refuses ``trace_heading`` (file, missing) unless every required column is there; ``a|b`` is either."""
    missing = [name for name in required if not any(one in places for one in name.split("|"))]
    if missing:
        raise Refused("trace_heading", file=tally.file, missing=", ".join(missing).replace("|", " / "))


def span(row_start: int, row_end: int, submit: int) -> int:
    """The run time between two instants; `Bad` where a job starts before it came or ends before it started."""
    if row_start < submit:
        raise Bad("start_before_submit", "start", row_start)
    if row_end < row_start:
        raise Bad("end_before_start", "end", row_end)
    return row_end - row_start


def only(fields: Iterable[str], known: Iterable[str]) -> None:
    """Refuses ``trace_field`` (field, known) where somebody chose a column that the layout has not."""
    for one in fields:
        if one not in known:
            raise Refused("trace_field", field=one, known=", ".join(known))


def each(rows: Iterable[tuple[int, Row]], take: Callable[[int, Row], None], tally: Tally) -> None:
    """Hands each row to `take`; one in which it finds a bad cell is refused or counted with its line."""
    for line, row in rows:
        try:
            take(line, row)
        except Bad as bad:
            rule, column, value = bad.args
            tally.bad(rule, line, column, value)
