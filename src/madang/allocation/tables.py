"""Problems from two CSV files, one of pools and one of requests, as offices keep them (docs/allocation.md).

A fault is refused as everywhere, ``Refused("allocation_problem_invalid", file, field, rule)``, `field` being the line
of the file and the column, such as "line 7, asked".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from madang.allocation.document import read_rules
from madang.allocation.problem import (
    INVALID,
    Alternative,
    Item,
    MonthCapacity,
    Pool,
    Problem,
    Product,
    Reference,
    Request,
    Rule,
)
from madang.allocation.reading import Node, read_json
from madang.errors import Refused
from madang.values import Month

POOLS = ("pool", "unit", "month", "physical", "funded", "held", "reference")
REQUESTS = (
    "id",
    "organisation",
    "score",
    "error",
    "option",
    "later",
    "pool",
    "units",
    "asked",
    "least",
    "first",
    "months",
    "total",
)
NEEDED = {"pools": ("pool", "unit", "month", "funded"), "requests": ("id", "organisation", "score", "pool", "asked")}
CRITERION, ATTRIBUTE = "criterion:", "attribute:"
POINTS = re.compile(r"(\d+)(?:\.(\d{1,3}))?")
REFERENCE = "reference unit"


@dataclass(frozen=True)
class Line:
    """One line of a file with its columns; what is empty is absent."""

    file: str
    number: int
    cells: Mapping[str, str]

    def refuse(self, column: str, rule: str, **facts: object) -> NoReturn:
        raise Refused(INVALID, file=self.file, field=f"line {self.number}, {column}", rule=rule, **facts)

    def text(self, column: str, default: str | None = None) -> str:
        found = self.cells.get(column, default)
        return found if found is not None else self.refuse(column, "is_missing")

    def number_of(self, column: str, default: int | None = None) -> int:
        if column not in self.cells and default is not None:
            return default
        text = self.text(column)
        if not re.fullmatch(r"-?\d{1,12}", text):
            self.refuse(column, "must_be_a_whole_number")
        return int(text)

    def points(self, column: str, default: int | None = None) -> int:
        """Points as people write them (84.25), in thousandths."""
        if column not in self.cells and default is not None:
            return default
        match = POINTS.fullmatch(self.text(column))
        if match is None:
            self.refuse(column, "must_be_points")
        return int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0"))

    def month(self, column: str) -> Month:
        try:
            return Month.parse(self.text(column))
        except ValueError:
            self.refuse(column, "must_be_a_month")


def read_tables(pools: Path, requests: Path, rules: Path | None = None) -> Problem:
    """The problem in a table of pools and one of requests; `rules`: a JSON file with a list of rules as in a problem.

    Every pool is its own product, of one unit, unless a request's line says of how many `units` one is.
    """
    pool_lines, request_lines = _lines(pools, POOLS, "pools"), _lines(requests, REQUESTS, "requests")
    made = _pools(pool_lines)
    products = {_product(line): line for line in request_lines}
    found = _requests(request_lines, made)
    reference = _reference(pool_lines)
    try:
        return Problem(made, tuple(sorted(products, key=lambda one: one.code)), found, _rules(rules), reference)
    except Refused as refused:
        if refused.facts["file"] is not None:
            raise
        file = _blamed(str(refused.facts["field"]), pools, requests, rules)
        raise Refused(refused.code, **{**refused.facts, "file": file}) from None


def _blamed(field: str, pools: Path, requests: Path, rules: Path | None) -> str:
    """The file that a fault between the parts stems from."""
    if field.startswith("rules") and rules is not None:
        return str(rules)
    return str(pools if field.startswith(("pools", "reference")) else requests)


def _lines(path: Path, known: Iterable[str], part: str) -> list[Line]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except OSError as error:
        raise Refused(INVALID, file=str(path), field="$", rule="cannot_be_read", why=error.strerror or "") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(INVALID, file=str(path), field="$", rule="must_be_csv", why=str(error)) from error
    head = [name.strip() for name in rows[0]] if rows else []
    for name in head:
        if name not in known and not (part == "requests" and name.startswith((CRITERION, ATTRIBUTE))):
            raise Refused(INVALID, file=str(path), field=f"line 1, {name}", rule="is_not_known")
    for name in NEEDED[part]:
        if name not in head:
            raise Refused(INVALID, file=str(path), field=f"line 1, {name}", rule="is_missing")
    return [_line(str(path), number, head, row) for number, row in enumerate(rows[1:], start=2) if any(row)]


def _line(file: str, number: int, head: list[str], row: list[str]) -> Line:
    if len(row) != len(head):
        raise Refused(INVALID, file=file, field=f"line {number}", rule="must_have_a_cell_a_column")
    return Line(file, number, {name: cell.strip() for name, cell in zip(head, row, strict=True) if cell.strip()})


def _pools(lines: list[Line]) -> tuple[Pool, ...]:
    units: dict[str, str] = {}
    months: dict[str, dict[Month, MonthCapacity]] = {}
    for line in lines:
        code, month, funded = line.text("pool"), line.month("month"), line.number_of("funded")
        if units.setdefault(code, line.text("unit")) != line.text("unit"):
            line.refuse("unit", "must_be_the_same_for_a_pool")
        if month in months.setdefault(code, {}):
            line.refuse("month", "must_be_unique")
        capacity = MonthCapacity(line.number_of("physical", funded), funded, line.number_of("held", 0))
        months[code][month] = capacity
    return tuple(Pool(code, units[code], found) for code, found in months.items())


def _reference(lines: list[Line]) -> Reference | None:
    found = {line.text("pool"): line.number_of("reference") for line in lines if "reference" in line.cells}
    return Reference(REFERENCE, found) if found else None


def _product(line: Line) -> Product:
    units, pool = line.number_of("units", 1), line.text("pool")
    return Product(pool if units == 1 else f"{pool}x{units}", pool, units)


def _requests(lines: list[Line], pools: tuple[Pool, ...]) -> tuple[Request, ...]:
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.text("id"), []).append(line)
    known = {pool.code: pool for pool in pools}
    return tuple(_request(name, found, known) for name, found in grouped.items())


def _request(name: str, lines: list[Line], pools: Mapping[str, Pool]) -> Request:
    """Lines with the same id are one request: items of one alternative share its number, the lowest is preferred."""
    first = lines[0]
    options: dict[int, list[Line]] = {}
    for line in lines:
        options.setdefault(line.number_of("option", 1), []).append(line)
        for column in ("organisation", "score"):
            if line.cells.get(column, first.cells.get(column)) != first.cells.get(column):
                line.refuse(column, "must_be_the_same_for_a_request")
    cells = first.cells
    return Request(
        id=name,
        organisation=first.text("organisation"),
        score=first.points("score"),
        criteria={c.removeprefix(CRITERION): first.points(c) for c in cells if c.startswith(CRITERION)},
        options=tuple(_option(found, pools) for _, found in sorted(options.items())),
        attributes={c.removeprefix(ATTRIBUTE): text for c, text in cells.items() if c.startswith(ATTRIBUTE)},
        error=first.points("error", 0),
    )


def _option(lines: list[Line], pools: Mapping[str, Pool]) -> Alternative:
    return Alternative(tuple(_item(line, pools) for line in lines), lines[0].number_of("later", 0))


def _item(line: Line, pools: Mapping[str, Pool]) -> Item:
    """Without `first` and `months` an item runs through all of its pool's months."""
    pool = pools.get(line.text("pool"))
    if pool is None:
        line.refuse("pool", "pool_is_not_known")
    asked, first = line.number_of("asked"), line.month("first") if "first" in line.cells else min(pool.months)
    months = line.number_of("months", first.until(max(pool.months).plus(1)))
    total = line.text("total", "no")
    if total not in ("yes", "no"):
        line.refuse("total", "word_is_not_known", known="yes, no")
    return Item(_product(line).code, asked, line.number_of("least", asked), first, months, total == "yes")


def _rules(path: Path | None) -> tuple[Rule, ...]:
    return read_rules(Node(read_json(path, INVALID), "", str(path), INVALID)) if path else ()
