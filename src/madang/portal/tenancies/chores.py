"""The worker's part of tenancies: what a day brings, months that are owed, and mails about them."""

from __future__ import annotations

from datetime import datetime

from madang.portal.tenancies import actions, queries, reporting
from madang.portal.tenancies.rules import TenancyState


def move_on(now: datetime) -> int:
    """Offers that lapsed, tenancies that begin and that end."""
    day, done = queries.today(now), 0
    for state in (TenancyState.OFFERED, TenancyState.SIGNED, TenancyState.RUNNING):
        for tenancy in queries.to_move(state, day):
            actions.move_on(now=now, tenancy=tenancy)
            done += 1
    return done


def owe(now: datetime) -> int:
    """Notes the reports of months that are over."""
    return sum(reporting.owe(now=now, tenancy=tenancy) for tenancy in queries.to_owe(now))


def remind(now: datetime) -> int:
    """Writes about reports that are due or late."""
    found = queries.to_tell(queries.today(now))
    for duty in found:
        reporting.remind(now=now, duty=duty)
    return len(found)


EVERY = {move_on: 600.0, owe: 3600.0, remind: 600.0}
