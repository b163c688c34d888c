"""Every sheet of an intake with its earlier versions as comma-separated text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.calls.sentences import STEPS
from madang.portal.reviews.models import ReviewAssignment
from madang.portal.reviews.rules import AssignmentState


def table(rows: Iterable[ReviewAssignment]) -> list[list[sheets.Cell]]:
    """Headings and a line for each criterion of each version; the last version of a sheet is what counts now."""
    headings = [
        _("Application"), _("Reviewer"), _("Step"), _("Version"), _("Handed in"), _("Opened again"), _("Reason"),
        _("Criterion"), _("Points"), _("Comment"), _("Overall opinion"),
    ]  # fmt: skip
    return [headings, *(line for row in rows for line in _lines(row))]


def _lines(row: ReviewAssignment) -> Iterable[list[sheets.Cell]]:
    start = [str(row.application.number), row.reviewer.person.name or "–", _(STEPS[row.step])]
    for kept in sorted(row.versions.all(), key=lambda one: one.number):
        about = [*start, kept.number, _written(kept.submitted_at), _written(kept.reopened_at), kept.reason]
        for code, points in kept.points.items():
            yield [*about, code, "" if points is None else points, kept.comments.get(code, ""), kept.comment]
    if row.state == AssignmentState.SUBMITTED:
        about = [*start, len(row.versions.all()) + 1, _written(row.ended_at), "", ""]
        for one in row.points.all():
            points = "" if one.points is None else one.points
            yield [*about, one.criterion.code, points, one.comment, row.comment]


def _written(instant: datetime | None) -> str:
    return instant.astimezone(settings.MADANG_ZONE).isoformat(timespec="seconds") if instant else ""
