"""The worker's part of outcome reports: notes what is owed when an award has ended, and reminds of it."""

from __future__ import annotations

from datetime import datetime

from madang.portal.outcomes import actions, queries


def owe(now: datetime) -> int:
    """Notes the reports of awards that ended."""
    return sum(actions.owe(now=now, award=award) for award in queries.without_duties())


def owe_interim(now: datetime) -> int:
    """Notes the interim reports of awards that come in two instalments."""
    return sum(actions.owe_interim(now=now, award=award) for award in queries.without_interim())


def remind(now: datetime) -> int:
    """Writes to owners once a report's time is over, a week before it is due, and when it is late."""
    return sum(actions.remind(now=now, duty=duty) for duty in queries.to_remind(queries.today(now)))


EVERY = {owe: 600.0, owe_interim: 600.0, remind: 600.0}
