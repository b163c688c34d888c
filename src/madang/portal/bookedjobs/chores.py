"""The worker's part: submits jobs when their bookings have begun, and ends them with their bookings."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Stale
from madang.portal.bookedjobs import actions, queries

AT_ONCE = 20


def begin(now: datetime) -> int:
    """Submits what bookings carry that have begun and were checked in; each may be refused without the others."""
    done = 0
    for row in queries.to_begin(now, AT_ONCE):
        try:
            done += actions.begin(now=now, row=row)
        except Stale:
            # its award or the row itself changed at this moment: the next turn looks again
            continue
    return done


def end(now: datetime) -> int:
    """Ends jobs that go on though their booking is over."""
    return actions.end_with_bookings(now=now, limit=AT_ONCE)


EVERY = {begin: 5.0, end: 15.0}
