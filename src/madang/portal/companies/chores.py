"""The worker's part of companies: reminds people of next steps that are due."""

from __future__ import annotations

from datetime import datetime

from madang.portal.companies import reminders

AT_ONCE = 20


def remind(now: datetime) -> int:
    """Writes to whose step is due tomorrow or today, and once more when it is a week late."""
    return sum(reminders.tell(now=now, company=pk) for pk in reminders.due(now)[:AT_ONCE])


EVERY = {remind: 600.0}
