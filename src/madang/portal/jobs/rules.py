"""How a job moves through its states, as the portal knows them."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """`accepted` is held for in the ledger and owed to the backend; the rest are what the backend reports."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    REFUSED = "refused"


FINAL_STATES = frozenset(
    {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.TIMED_OUT, JobState.LOST, JobState.REFUSED}
)
