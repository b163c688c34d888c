"""The worker's part of screening: what was left open for changes at the deadline counts as last submitted."""

from __future__ import annotations

from datetime import datetime

from madang.portal.screening import actions, queries


def settle_left_open(now: datetime) -> int:
    """Puts up to fifty applications back to their submission in force."""
    due = list(queries.left_open(now).values_list("pk", flat=True)[:50])
    for application in due:
        actions.settle(now=now, application=application)
    return len(due)


EVERY = {settle_left_open: 30.0}
