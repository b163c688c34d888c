"""Reminds applicants of the reviews that they owe, before these are due."""

from __future__ import annotations

from datetime import datetime

from madang.portal.exchanges import actions, queries


def remind_reviewers(now: datetime) -> int:
    """Reminds in every exchange that is going on; gives how many people were written to."""
    return sum(actions.remind_late(now=now, exchange=pk) for pk in queries.going(now).values_list("pk", flat=True))


EVERY = {remind_reviewers: 3600.0}
