"""From when and until when applicants may reply to their reviews, and what a reply holds."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.errors import Refused

LEAST_TIME = timedelta(days=2)
LONGEST = 4000


def check_opening(state: str, waiting: int, back: int, until: datetime, now: datetime) -> None:
    """While the intake is in review and every sheet that is out has come back, for at least two days."""
    if state != "in_review":
        raise Refused("replies_not_now")
    if waiting or not back:
        raise Refused("replies_before_sheets", sheets=waiting)
    if until < now + LEAST_TIME:
        raise Refused("replies_too_short", days=LEAST_TIME.days, field="until")


def kept(text: str, until: datetime, now: datetime) -> str:
    """A reply as it is kept, before the deadline alone."""
    if now >= until:
        raise Refused("replies_over", until=until)
    found = text.replace("\r\n", "\n").strip()
    if not found:
        raise Refused("reply_empty", field="text")
    if len(found) > LONGEST:
        raise Refused("reply_too_long", limit=LONGEST, field="text")
    return found
