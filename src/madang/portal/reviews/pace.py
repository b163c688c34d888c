"""How long sheets take: what counts as time at work, and what several reviewers' times come to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

# whoever saves nothing and opens nothing for longer was away
PAUSE = timedelta(minutes=30)
# of fewer reviewers nobody's time could be told from another's
REVIEWERS = 5


@dataclass(frozen=True)
class Pace:
    """Whole minutes: of a sheet in the middle, and the least and most of the middle half of all sheets."""

    minutes: int
    least: int
    most: int


def worked(touched: datetime | None, now: datetime) -> int:
    """Seconds of work between two touches of a sheet; none after a pause, or at the first touch."""
    gap = now - touched if touched else timedelta()
    return int(gap.total_seconds()) if timedelta() <= gap <= PAUSE else 0


def pace(times: Collection[tuple[int, int]]) -> Pace | None:
    """What (reviewer, seconds) of sheets come to; None where they are of fewer than five reviewers."""
    if len({reviewer for reviewer, _seconds in times}) < REVIEWERS:
        return None
    order = sorted(seconds for _reviewer, seconds in times)
    last = len(order) - 1
    middle = order[last // 2] + order[last - last // 2]
    return Pace(_minutes(middle, 120), _minutes(order[last // 4]), _minutes(order[last - last // 4]))


def _minutes(seconds: int, a_minute: int = 60) -> int:
    """Rounded, halves up; what took any time at all took a minute."""
    return max(1, (2 * seconds + a_minute) // (2 * a_minute))
