"""Problems from two CSV files, one of pools and one of requests, as offices keep them (docs/allocation.md).

A fault is refused as everywhere, ``Refused("allocation_problem_invalid", file, field, rule)``, `field` being the line
of the file and the column, such as "line 7, asked".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from madang.allocation.document import read_rules
from madang.allocation.parts import (
    INVALID,
    Alternative,
    Item,
    MonthCapacity,
    Pool,
    Product,
    Reference,
    Request,
    Rule,
)
from madang.allocation.problem import Problem
from madang.errors import Refused
from madang.reading import Node, read_csv, read_json
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
OF_A_REQUEST = ("organisation", "score", "error")  # as are its criteria and attributes
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

    def must_say(self, column: str, first: Line, rule: str) -> None:
        """Refuses a cell that says otherwise than the first line of what it belongs to; an empty one says the same."""
        if column in self.cells and self.cells[column] != first.cells.get(column):
            self.refuse(column, rule)

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
    def is_known(name: str) -> bool:
        return name in known or (part == "requests" and name.startswith((CRITERION, ATTRIBUTE)))

    return [Line(str(path), number, cells) for number, cells in read_csv(path, INVALID, NEEDED[part], is_known)]


def _pools(lines: list[Line]) -> tuple[Pool, ...]:
    first: dict[str, Line] = {}
    months: dict[str, dict[Month, MonthCapacity]] = {}
    for line in lines:
        code, month, funded = line.text("pool"), line.month("month"), line.number_of("funded")
        for column in ("unit", "reference"):
            line.must_say(column, first.setdefault(code, line), "must_be_the_same_for_a_pool")
        if month in months.setdefault(code, {}):
            line.refuse("month", "must_be_unique")
        capacity = MonthCapacity(line.number_of("physical", funded), funded, line.number_of("held", 0))
        months[code][month] = capacity
    return tuple(Pool(code, first[code].text("unit"), found) for code, found in months.items())


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
        for column in line.cells:
            if column in OF_A_REQUEST or column.startswith((CRITERION, ATTRIBUTE)):
                line.must_say(column, first, "must_be_the_same_for_a_request")
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
    for line in lines:
        line.must_say("later", lines[0], "must_be_the_same_for_an_alternative")
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
