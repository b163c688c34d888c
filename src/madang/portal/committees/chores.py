"""The worker's part of committees: who does not answer in time is followed by the next on the list."""

from __future__ import annotations

from datetime import datetime

from madang.portal.committees import actions


def lapse(now: datetime) -> int:
    """Notes as absent whoever has not answered in time, and invites who is next."""
    return actions.lapse(now=now)


EVERY = {lapse: 60.0}
