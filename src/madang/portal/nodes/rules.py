"""From where events are read again, which months can be shown, and how use stands beside what was there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from madang.compute.availability import Seconds
from madang.portal.actors import READING_ROLES
from madang.values import Month

READERS = tuple(sorted(READING_ROLES))
# slurmdbd mends what it noted when a controller that was away comes back: so much is read again each time
OVERLAP = timedelta(days=1)
# after so long without an answer people are told that what they see may have changed
OLD = timedelta(minutes=10)
FIRST_YEAR, LAST_YEAR = 2000, 2999


def window(born: datetime, since: datetime | None, until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """The stretch to read, on whole seconds: from a day before where the last reading ended, never from before `born`.

    `since` and `until` are what was read already, `born` is when the centre joined the cluster.
    """
    first = (since or born).replace(microsecond=0)
    start = max(first, until - OVERLAP) if until else first
    return start, max(now.replace(microsecond=0), start + timedelta(seconds=1))


def month_of(text: str) -> Month | None:
    """A month as an address has it; None for what is none, or lies outside any centre's life."""
    try:
        month = Month.parse(text)
    except ValueError:
        return None
    return month if FIRST_YEAR <= month.year <= LAST_YEAR else None


def days_of(month: Month) -> tuple[date, date]:
    """The first and the last day of a month."""
    after = month.plus(1)
    return date(month.year, month.number, 1), date(after.year, after.number, 1) - timedelta(days=1)


@dataclass(frozen=True)
class Use:
    """One resource over some days: what was there, and what the awards of the centre used of it, in seconds."""

    unit: str
    kind: str
    seconds: Seconds
    used: int
