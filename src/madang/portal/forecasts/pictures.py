"""Charts of forecasts, from stored figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from madang.portal import charts
from madang.portal.templatetags.madang import month
from madang.values import divide_half_up


def quality(rows: Sequence[Any], wanted: int) -> charts.Chart:
    """Per cent of the starts that fell within what was first told, by month, beside what was promised."""
    ordered = sorted(rows, key=lambda row: row.month)
    return charts.lines(
        title=_("Starts within what was first told"),
        description=_("Per cent of the jobs that started in the month. The other line is what is aimed at."),
        category=_("Month"),
        measure=_("Per cent"),
        series=[_("Within"), _("Aimed at")],
        rows=[(month(row.month), [divide_half_up(row.within * 100, row.jobs), wanted]) for row in ordered],
    )
