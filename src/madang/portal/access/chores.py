"""The worker's part of access: forgetting failed attempts and expired sessions."""

from __future__ import annotations

from datetime import datetime

from madang.portal.access import actions
from madang.portal.journal import queries as journal


def forget_attempts(now: datetime) -> int:
    """Deletes failed attempts that no throttle needs any more."""
    before = journal.due_before("login_failure", now)
    return actions.forget_attempts(now=now, before=before) if before else 0


def clear_sessions(now: datetime) -> int:
    """Deletes sessions that expired longer ago than the retention rule says; at once where there is none."""
    return actions.clear_sessions(now=now, before=journal.due_before("session", now) or now)


EVERY = {forget_attempts: 3600.0, clear_sessions: 3600.0}
