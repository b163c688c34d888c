"""An estimated start as every face shows it: in words that say how sure it is, and in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext

from madang.portal import formats
from madang.portal.forecasts import rules
from madang.portal.forecasts.rules import Basis, Unknown
from madang.portal.forecasts.sentences import FARED, SHORT, STARTS, UNKNOWN
from madang.portal.jobs.queries import NOT_STARTED


@dataclass(frozen=True)
class Shown:
    """What a person reads of a job's start: the whole sentence, a short form for a list, and the row behind it."""

    sentence: str
    short: str
    row: Any


def start_of(job: Any, now: datetime) -> Shown | None:
    """What is told of the start of a job that waits; None for any other."""
    if job.state not in NOT_STARTED:
        return None
    row = getattr(job, "estimate", None)
    if row is None:
        return Shown(gettext(UNKNOWN[Unknown.COMING]), "", None)
    if row.unknown:
        return Shown(gettext(UNKNOWN[row.unknown]), "", row)
    form = _form(row)
    facts = {name: clock(getattr(row, name), now) for name in ("early", "middle", "late")}
    if row.late < now and row.basis == Basis.HISTORY:
        return Shown(gettext(STARTS["passed"]).format(**facts), "", row)
    told = gettext(STARTS[form]).format(**facts, made=clock(row.made_at, now), replays=row.replays)
    return Shown(told, gettext(SHORT[form]).format(**facts), row)


def _form(row: Any) -> str:
    """Which words fit a range: of minutes, within one, or by limits alone."""
    if row.basis == Basis.LIMITS:
        return "limits"
    return "range" if (row.late - row.early).total_seconds() > rules.MINUTE else "minute"


def fared(job: Any) -> str:
    """How the first estimate of a job that has started fared; empty where none was made or judged."""
    row = getattr(job, "estimate", None)
    if row is None or row.started_at is None:
        return ""
    first = rules.told_of(row.kept[0])
    facts = {name: clock(getattr(first, name), row.started_at) for name in ("early", "middle", "late")}
    told = gettext(SHORT[_form(first)]).format(**facts)
    outcome = "within" if row.within else "before" if row.started_at < first.early else "after"
    return gettext(FARED[outcome]).format(told=told)


def clock(instant: datetime, now: datetime) -> str:
    """The time of day on the centre's clock, with the day before it where that is not today's."""
    local, today = instant.astimezone(settings.MADANG_ZONE), now.astimezone(settings.MADANG_ZONE).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{formats.day(local.date(), get_language() or 'ko')} {local:%H:%M}"
