"""The worker's part of idempotency: forgetting answers after a day."""

from __future__ import annotations

from datetime import datetime

from madang.portal.idempotency import actions
from madang.portal.idempotency.rules import KEPT


def forget_answers(now: datetime) -> int:
    """Deletes what was answered more than a day ago."""
    return actions.forget(before=now - KEPT)


EVERY = {forget_answers: 900.0}
