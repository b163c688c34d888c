"""Reads a list of who completed a piece of coursework: rows and what is wrong with them, values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madang.errors import Refused
from madang.portal.coursework.seeds.headings import DONE, HEADINGS, NOT_DONE
from madang.portal.learners import sheet
from madang.portal.learners.sheet import ProgressFault

ROWS_AT_MOST = sheet.ROWS_AT_MOST


@dataclass(frozen=True)
class MarkRow:
    """One row: the learner by their application's number, whether completed, and whether before."""

    place: int
    email: str
    learner: int
    done: bool
    before: bool


@dataclass(frozen=True)
class MarkList:
    """What a file holds."""

    rows: tuple[MarkRow, ...]
    faults: tuple[ProgressFault, ...]


def read(rows: Sequence[Sequence[str]], known: Mapping[str, tuple[int, bool]]) -> MarkList:
    """Who completed a piece, by a list with the headings e-mail and completed, in Korean or English.

    `known`: of each address of who is given it, in small letters, the learner and whether they completed it. Refused:
    ``marks_heading_missing``, ``progress_too_many_rows`` (most), ``marks_none``.
    """
    if len(rows) > ROWS_AT_MOST:
        raise Refused("progress_too_many_rows", field="file", most=ROWS_AT_MOST)
    found: dict[str, MarkRow] = {}
    faults: list[ProgressFault] = []
    for place, cells in sheet.cells_under(rows, HEADINGS, "marks_heading_missing"):
        email = cells["email"].casefold()
        try:
            if email in found:
                raise Refused("progress_row_twice", row=found[email].place)
            if email not in known:
                raise Refused("marks_unknown", email=cells["email"][:80])
            learner, before = known[email]
            found[email] = MarkRow(place, cells["email"], learner, _done(cells["done"]), before)
        except Refused as refused:
            faults.append(ProgressFault(place, refused.code, refused.facts))
    if not found and not faults:
        raise Refused("marks_none", field="file")
    return MarkList(tuple(found.values()), tuple(faults))


def _done(cell: str) -> bool:
    """Refused: ``marks_unreadable`` (value)."""
    word = "".join(cell.split()).casefold()
    if word not in DONE | NOT_DONE:
        raise Refused("marks_unreadable", value=cell[:40])
    return word in DONE
