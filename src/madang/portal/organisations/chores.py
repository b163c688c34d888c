"""The worker's part of organisations: forgetting the addresses of old invitations."""

from __future__ import annotations

from datetime import datetime

from madang.portal.journal import queries as journal
from madang.portal.organisations import actions


def forget_addresses(now: datetime) -> int:
    """Empties what the retention rule for invitations says is due."""
    before = journal.due_before("invitation", now)
    return actions.forget_addresses(now=now, before=before) if before else 0


EVERY = {forget_addresses: 3600.0}
