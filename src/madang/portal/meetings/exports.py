"""The chair's room as a spreadsheet and as comma-separated text: totals, what is missing, and the order to discuss."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from madang.portal import formats, sheets
from madang.portal.meetings.room import Line, Room
from madang.portal.reviews.rules import AssignmentState


def table(found: Room) -> list[list[sheets.Cell]]:
    """Headings and a row for each application: totals by member, this step, points on top, the total, the place.

    Then whose sheets are missing, when it is discussed in the order of the chair's room, and who waits outside.
    """
    people = sorted(found.names, key=lambda pk: (found.names[pk], pk))
    headings = [
        _("Application"), _("Title"), *(found.names[pk] for pk in people), _("Score of this step"), _("Range"),
        _("Standard deviation"), _("Points of the committee"), _("Reason"), _("Total"), _("Place"),
        _("Sheets missing from"), _("In which order to discuss"), _("Who waits outside"),
    ]  # fmt: skip
    order, _crossings = found.discussion()
    turns = {line.application: turn for turn, line in enumerate(order, start=1)}
    rows = (_row(line, people) + _talk(line, turns[line.application], found.names) for line in found.lines)
    return [headings, *rows]


def _talk(line: Line, turn: int, names: Mapping[int, str]) -> list[sheets.Cell]:
    missing = [names[one.reviewer] for one in line.cells if one.state == AssignmentState.ASSIGNED]
    return [", ".join(missing), turn, ", ".join(names[pk] for pk in line.outside)]


def _row(line: Line, people: list[int]) -> list[sheets.Cell]:
    given = {one.reviewer: one for one in line.cells}
    totals = [_points(given[pk].total_milli) if pk in given else "" for pk in people]
    own = [_points(one) for one in (line.step_milli, line.spread_milli, line.deviation_milli)]
    last: list[sheets.Cell] = [line.points, line.reason, _points(line.scored.score.total_milli), line.scored.rank or ""]
    return [line.number, line.title, *totals, *own, *last]


def _points(milli: int | None) -> str:
    return "" if milli is None else formats.milli(milli)


FORMATS = {
    "csv": (lambda found: sheets.comma_separated(table(found)), sheets.CSV),
    "xlsx": (lambda found: sheets.xlsx("scores", table(found)), sheets.XLSX),
}
