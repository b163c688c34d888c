"""How long a lesson is, when its code is good, and what share of the lessons somebody came to."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.errors import Refused
from madang.values import Period

TITLE_LIMIT, WHY_LIMIT, WEEKS_MOST = 120, 300, 26
LONGEST = timedelta(hours=12)
# a code is good from so long before a lesson begins until it ends
EARLY = timedelta(minutes=15)
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6


def checked(title: str, period: Period, first: datetime, last: datetime) -> str:
    """A lesson's title as it is kept.

    Refused: ``lesson_title_needed`` (most), ``lesson_length_wrong``, ``lesson_outside_cohort``.
    """
    kept = " ".join(title.split())
    if not 1 <= len(kept) <= TITLE_LIMIT:
        raise Refused("lesson_title_needed", field="title", most=TITLE_LIMIT)
    if period.end <= period.start or period.end - period.start > LONGEST:
        raise Refused("lesson_length_wrong", field="ends_at")
    if period.start < first or period.end > last:
        raise Refused("lesson_outside_cohort", field="starts_at")
    return kept


def refuse_outside(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refused: ``lesson_too_early``, ``lesson_over``."""
    if now < starts_at - EARLY:
        raise Refused("lesson_too_early")
    if now >= ends_at:
        raise Refused("lesson_over")


def plain_code(given: str) -> str:
    """A code as it was typed, without spaces and hyphens, in capitals."""
    return "".join(sign for sign in given.upper() if sign.isalnum())[:CODE_LENGTH]
