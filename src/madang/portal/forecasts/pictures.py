"""Charts of forecasts, from stored figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.portal import charts, formats
from madang.portal.people.sentences import ORGANISATION_KINDS
from madang.portal.templatetags.madang import month
from madang.values import divide_half_up

HOUR, MINUTE = 3600, 60
# from so many hours on waits are drawn in hours, below in minutes
HOURS_FROM = 12


def quality(rows: Sequence[Any], wanted: int) -> charts.Chart:
    """Per cent of the starts that fell within what was first told, by month, beside what is aimed at."""
    ordered = sorted(rows, key=lambda row: row.month)
    return charts.lines(
        title=_("Starts within what was first told"),
        description=_("Per cent of the jobs that started in the month. The other line is what is aimed at."),
        category=_("Month"),
        measure=_("Per cent"),
        series=[_("Within"), _("Aimed at")],
        rows=[(month(row.month), [divide_half_up(row.within * 100, row.jobs), wanted]) for row in ordered],
    )


def kind_name(kind: str) -> str:
    """A kind of organisation in words."""
    return _(ORGANISATION_KINDS[kind]) if kind in ORGANISATION_KINDS else kind or "–"


def week_name(begin: int) -> str:
    """The day on which a week begins."""
    instant = datetime.fromtimestamp(begin, UTC)
    return formats.day_of(instant, get_language() or "ko", settings.MADANG_ZONE)


def waits_by_week(series: dict[str, list[dict[str, Any]]], title: str) -> charts.Chart | None:
    """What nine in ten jobs did not wait longer than, by the week of their submission; None without any job."""
    weeks = sorted({week["begin"] for one in series.values() for week in one})
    if not weeks:
        return None
    in_hours = max(week["p90"] for one in series.values() for week in one) >= HOURS_FROM * HOUR
    unit = HOUR if in_hours else MINUTE
    found = [{week["begin"]: divide_half_up(week["p90"], unit) for week in one} for one in series.values()]
    return charts.lines(
        title=title,
        description=_("Nine in ten jobs of a week did not wait longer. A gap is a week without jobs."),
        category=_("Week from"),
        measure=_("Hours") if in_hours else _("Minutes"),
        series=list(series),
        rows=[(week_name(week), [one.get(week) for one in found]) for week in weeks],
    )


def use_by_month(pool: dict[str, Any], name: str) -> charts.Chart:
    """What would be used of what a plan gives, month by month, under the line of what could be given; in hours."""
    return charts.stacked(
        title=_("{pool}: what would be used of what the plan gives").format(pool=name),
        description=_("Hours; the mean of all draws. The line shows what could be given."),
        category=_("Month"),
        measure=_("Hours"),
        series=[_("Would be used"), _("Would go unused")],
        rows=[
            (month(one["month"]), [one["used"] // HOUR, max(one["granted"] - one["used"], 0) // HOUR])
            for one in pool["months"]
        ],
        limit=[one["available"] // HOUR for one in pool["months"]],
        limit_name=_("Could be given"),
    )


def across_plans(rows: Sequence[tuple[str, dict[str, Any]]], pool: str) -> charts.Chart:
    """One pool under several plans: hours used, unused and lost to others."""
    return charts.grouped(
        title=_("{pool}: the plans side by side").format(pool=pool),
        description=_("Hours; means of all draws."),
        category=_("Plan"),
        measure=_("Hours"),
        series=[_("Would be used"), _("Would go unused"), _("Lost to others")],
        rows=[(name, [one[part][0] // HOUR for part in ("used", "unused", "lost")]) for name, one in rows],
    )


def waited(runs: Sequence[dict[str, Any]], names: dict[str, str]) -> charts.Chart:
    """How many jobs waited how long under each run."""
    labels = [
        *(_("up to 1 minute"), _("up to 10 minutes"), _("up to 1 hour")),
        *(_("up to 6 hours"), _("up to 1 day"), _("longer")),
    ]
    return charts.grouped(
        title=_("How long jobs waited"),
        description=_("Jobs by how long they waited from submission to start."),
        category=_("Wait"),
        measure=_("Jobs"),
        series=[names[run["name"]] for run in runs],
        rows=[(label, [run["steps"][place] for run in runs]) for place, label in enumerate(labels)],
    )


def compared(runs: Sequence[dict[str, Any]], duration: Callable[[int], str]) -> list[tuple[str, list[str]]]:
    """The rows of the table that sets runs side by side."""

    def row(label: str, show: Callable[[dict[str, Any]], str]) -> tuple[str, list[str]]:
        return label, [show(run) for run in runs]

    def times(label: str, name: str) -> tuple[str, list[str]]:
        return row(label, lambda run: duration(run[name]))

    return [
        row(_("Jobs that started"), lambda run: formats.number(run["started"])),
        row(_("Jobs that never started"), lambda run: formats.number(run["never"])),
        times(_("Mean wait"), "mean"),
        times(_("Median wait"), "median"),
        times(_("Wait that 90 % did not exceed"), "p90"),
        times(_("Wait that 99 % did not exceed"), "p99"),
        times(_("Longest wait"), "longest"),
        row(_("Mean bounded slowdown"), lambda run: formats.decimal(run["slowdown_milli"], 1000, 2)),
        row(_("Utilisation"), lambda run: formats.percent(run["utilisation_permille"], 1000)),
        row(_("Hours used"), lambda run: formats.number(run["used"] // HOUR)),
        row(_("Hours unused though wanted"), lambda run: formats.number(run["unused_wanted"] // HOUR)),
        row(_("Most jobs in the queue"), lambda run: formats.number(run["queue"])),
        row(_("Gini of the accounts' mean waits"), lambda run: formats.decimal(run["gini_milli"], 1000, 3)),
    ]
