"""When a message is tried again, and when it counts as failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

TRIES = 8


class MessageState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after `tries` failures: 1, 2, 4 … minutes; None once it counts as failed."""
    return now + timedelta(minutes=2 ** (tries - 1)) if tries < TRIES else None
