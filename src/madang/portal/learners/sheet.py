"""Reads a list of hours that learners spent in an online course: rows and what is wrong with them, values only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madang.errors import Refused
from madang.portal.learners.seeds.headings import HEADINGS

ROWS_AT_MOST, HEADING_WITHIN = 3000, 10


@dataclass(frozen=True)
class ProgressRow:
    """One row: the learner by their application's number, and whole hours; `before` is what was there."""

    place: int
    email: str
    learner: int
    hours: int
    before: int | None = None


@dataclass(frozen=True)
class ProgressFault:
    """A row that cannot be used: which, a refusal's code, and its facts."""

    place: int
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProgressList:
    """What a file holds."""

    rows: tuple[ProgressRow, ...]
    faults: tuple[ProgressFault, ...]


def read(rows: Sequence[Sequence[str]], known: Mapping[str, tuple[int, int | None]], most: int) -> ProgressList:
    """The hours of a list with the headings e-mail and hours, in Korean or English.

    `known`: of each address whose application stands, in small letters, the application and the hours there are.
    `most`: the hours of the course; a platform that counted more is taken for all of them. Refused:
    ``progress_heading_missing``, ``progress_too_many_rows`` (most), ``progress_none``.
    """
    if len(rows) > ROWS_AT_MOST:
        raise Refused("progress_too_many_rows", field="file", most=ROWS_AT_MOST)
    found: dict[str, ProgressRow] = {}
    faults: list[ProgressFault] = []
    for place, cells in cells_under(rows, HEADINGS, "progress_heading_missing"):
        email = cells["email"].casefold()
        try:
            if email in found:
                raise Refused("progress_row_twice", row=found[email].place)
            if email not in known:
                raise Refused("progress_unknown", email=cells["email"][:80])
            learner, before = known[email]
            found[email] = ProgressRow(place, cells["email"], learner, min(most, _hours(cells["hours"])), before)
        except Refused as refused:
            faults.append(ProgressFault(place, refused.code, refused.facts))
    if not found and not faults:
        raise Refused("progress_none", field="file")
    return ProgressList(tuple(found.values()), tuple(faults))


def cells_under(
    rows: Sequence[Sequence[str]], headings: Mapping[str, str], missing: str
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the headings that are not empty, each with its place and its cells by name.

    `headings`: the name of each word, in small letters without spaces. Refused: `missing`, where no row near the top
    has every name.
    """
    heading, where = _heading(rows, headings, missing)
    for place, row in enumerate(rows[heading + 1 :], start=heading + 2):
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in where.items()}
        if any(cells.values()):
            yield place, cells


def _heading(rows: Sequence[Sequence[str]], headings: Mapping[str, str], missing: str) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(rows[:HEADING_WITHIN]):
        where: dict[str, int] = {}
        for at, cell in enumerate(row):
            name = headings.get("".join(cell.split()).casefold())
            if name is not None:
                where.setdefault(name, at)
        if set(where) == set(headings.values()):
            return number, where
    raise Refused(missing, field="file")


def _hours(cell: str) -> int:
    """Whole hours; part of an hour does not count. Refused: ``progress_hours_unreadable`` (value)."""
    whole, point, part = cell.replace(",", "").partition(".")
    if not (whole.isascii() and whole.isdecimal() and len(whole) < 6 and (not point or part.isdecimal())):
        raise Refused("progress_hours_unreadable", value=cell[:40])
    return int(whole)
