"""Nodes and days as the page and the file show them: names of what is counted, rows, and the chart of a month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from madang.portal import charts, sheets
from madang.portal.nodes.rules import Use
from madang.portal.nodes.sentences import CONDITIONS, CORES
from madang.portal.states import BAD, WAITING
from madang.values import SECONDS_PER_HOUR

TONES = {"down": BAD, "drained": WAITING}


@dataclass(frozen=True)
class Stretch:
    """One stretch out of service: its row, its word and tone, what the node has, and for how many seconds so far."""

    row: Any
    word: str
    tone: str
    has: str
    seconds: int


def stretch(row: Any, now: datetime) -> Stretch:
    """A stretch as it is shown; one that goes on lasts until now."""
    has = [f"{number} {kind or 'GPU'}" for kind, number in sorted(row.gpus.items())]
    has.append(_("{n} cores").format(n=row.cores))
    lasted = int(((row.ends_at or max(now, row.starts_at)) - row.starts_at).total_seconds())
    return Stretch(row, _(CONDITIONS[row.condition]), TONES[row.condition], ", ".join(has), lasted)


def code_of(use: Use) -> str:
    """What names a resource in an address: a type of GPU, or cores."""
    return use.kind or use.unit


def name_of(use: Use) -> str:
    """What a resource is called: the type of GPU as pools name it, or cores."""
    return _(CORES) if use.unit == "core" else use.kind or "GPU"


def chart(days: Sequence[tuple[date, Use]], name: str) -> charts.Chart:
    """The hours of each day, by what they were, with a line for what was used."""
    return charts.stacked(
        title=_("{name}: what was there, by day, in hours").format(name=name),
        description=_("Working, down and taken out of service make up what is installed; the line is what was used."),
        category=_("Calendar day"),
        measure=_("Hours"),
        series=[_("Working"), _(CONDITIONS["down"]), _(CONDITIONS["drained"])],
        rows=[
            (str(day.day), [n // SECONDS_PER_HOUR for n in (at.available, at.down, at.drained)])
            for day, use in days
            for at in [use.seconds]
        ],
        limit=[use.used // SECONDS_PER_HOUR for _day, use in days],
        limit_name=_("Used"),
    )


def file(rows: Iterable[tuple[date, Use]]) -> list[list[sheets.Cell]]:
    """Headings and one row a day and resource, all amounts in seconds."""
    headings: list[sheets.Cell] = ["day", "resource", "unit", "installed_seconds", "down_seconds", "drained_seconds"]
    headings += ["available_seconds", "used_seconds"]
    return [headings, *(_row(day, use) for day, use in rows)]


def _row(day: date, use: Use) -> list[Any]:
    at = use.seconds
    return [
        *(day.isoformat(), code_of(use), use.unit),
        *(at.installed, at.down, at.drained, at.available, use.used),
    ]
