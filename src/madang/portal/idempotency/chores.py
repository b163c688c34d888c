"""The worker's part of idempotency: forgetting answers after a day."""

from __future__ import annotations

from datetime import datetime

from madang.portal.idempotency import actions
from madang.portal.idempotency.rules import KEPT
from madang.portal.journal import queries as journal


def forget_answers(now: datetime) -> int:
    """Deletes what was answered longer ago than the retention rule says; a day where there is none."""
    return actions.forget(now=now, before=journal.due_before("answered_request", now) or now - KEPT)


EVERY = {forget_answers: 900.0}
