"""Every sheet of an intake as a spreadsheet and as comma-separated text: who reviews what, and what was given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from madang.portal import sheets, states
from madang.portal.calls.sentences import STEPS
from madang.portal.templatetags.madang import in_language


def table(rows: Iterable[Any]) -> list[list[sheets.Cell]]:
    """Headings and a row for each sheet, those that ended among them; points where any were given."""
    headings = [
        _("Application"), _("Title"), _("Track"), _("Reviewer"), _("Step"), _("State"), _("Due"), _("Points"),
        _("Criteria with points"), _("Overall opinion"),
    ]  # fmt: skip
    return [headings, *(_line(row) for row in rows)]


def _line(row: Any) -> list[sheets.Cell]:
    given = [line.points for line in row.points.all() if line.points is not None]
    file = row.application
    due = row.due_at.astimezone(settings.MADANG_ZONE)
    return [
        file.number or "",
        file.title,
        in_language(file.track, "title"),
        row.reviewer.person.name,
        _(STEPS[row.step]),
        states.word(row.state, "review"),
        f"{due:%Y-%m-%d %H:%M}",
        sum(given) if given else "",
        len(given),
        row.comment,
    ]


FORMATS: dict[str, tuple[Callable[[Iterable[Any]], bytes], str]] = {
    "csv": (lambda rows: sheets.comma_separated(table(rows)), sheets.CSV),
    "xlsx": (lambda rows: sheets.xlsx("sheets", table(rows)), sheets.XLSX),
}
