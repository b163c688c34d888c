"""The worker's part of bookings: releases what nobody came to, and what was not approved in time."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Stale
from madang.portal.bookings import actions, queries

AT_ONCE = 20


def release_missed(now: datetime) -> int:
    """Releases bookings whose time to check in is over, a few at a time; who waits for them moves up with it."""
    done = 0
    for booking in list(queries.due(now).values_list("pk", flat=True)[:AT_ONCE]):
        try:
            actions.release(now=now, booking=booking)
        except Stale:
            # somebody checked in, or cancelled, at the same moment
            continue
        done += 1
    return done


EVERY = {release_missed: 30.0}
