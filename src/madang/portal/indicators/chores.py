"""The worker's part of the figures: roll up, work out, draw."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from madang.portal import charts
from madang.portal.indicators import actions


def roll_up(now: datetime) -> int:
    """Brings the day totals up to the ledger."""
    return actions.roll_up(now=now)


def recount(now: datetime) -> int:
    """Puts right what the roll-up passed over, in its own time: a difference may only mean that it is still behind."""
    actions.recount(now=now)
    return 0


def work_out(now: datetime) -> int:
    """Releases and works the public figures out anew; reads outside any transaction, stores what changed."""
    actions.work_out(now=now)
    return 0


def draw(now: datetime) -> int:
    """Draws the charts that pages have asked for."""
    return charts.draw_asked(settings.MADANG_HOME / "charts")


def forget_charts(now: datetime) -> int:
    """Removes drawings older than a month."""
    charts.forget(settings.MADANG_HOME / "charts", now - timedelta(days=30))
    return 0


EVERY = {roll_up: 2.0, recount: 600.0, work_out: 20.0, draw: 1.0, forget_charts: 86_400.0}
