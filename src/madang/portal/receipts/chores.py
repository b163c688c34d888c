"""The worker's part of money in: late matches, and letters to those who have not paid."""

from __future__ import annotations

from datetime import datetime

from madang.portal.billing.queries import today
from madang.portal.receipts import actions, queries

AT_ONCE = 20


def match_untouched(now: datetime) -> int:
    """Puts receipts onto statements that were issued after they came."""
    return actions.match_untouched(now=now)


def chase(now: datetime) -> int:
    """Writes to the owners of overdue statements whose next set day has come, a few at a time."""
    waiting = queries.to_chase(today(now))[:AT_ONCE]
    for statement, stage in waiting:
        actions.chase(now=now, statement=statement, stage=stage)
    return len(waiting)


EVERY = {match_untouched: 600, chase: 3600}
