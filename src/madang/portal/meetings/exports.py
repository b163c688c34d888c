"""The score table of a meeting as a spreadsheet and as comma-separated text, with everybody's total."""

from __future__ import annotations

from django.utils.translation import gettext as _

from madang.portal import formats, sheets
from madang.portal.meetings.room import Line, Room


def table(found: Room) -> list[list[sheets.Cell]]:
    """Headings and a row for each application: totals by member, this step, points on top, the total, the place."""
    people = sorted(found.names, key=lambda pk: (found.names[pk], pk))
    headings = [
        _("Application"), _("Title"), *(found.names[pk] for pk in people), _("Score of this step"), _("Range"),
        _("Standard deviation"), _("Points of the committee"), _("Reason"), _("Total"), _("Place"),
    ]  # fmt: skip
    return [headings, *(_row(line, people) for line in found.lines)]


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
