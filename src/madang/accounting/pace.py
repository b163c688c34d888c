"""When an amount runs out, from the pace at which it was used: an expected day and a range, in whole numbers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = 7
WEEKS = 4


@dataclass(frozen=True)
class RunOut:
    """The days on which the rest is gone at three paces; None where it is not gone within `FAR` days at that pace.

    `weeks` are the sums used in each whole week that counts, oldest first, in the unit's seconds. `expected` goes by
    their mean, `earliest` by the busiest of them, `latest` by the quietest.
    """

    weeks: tuple[int, ...]
    expected: date | None
    earliest: date | None
    latest: date | None


FAR = 3650


def run_out(*, used: Mapping[date, int], since: date, today: date, rest: int) -> RunOut | None:
    """When `rest` (seconds, not below 0) is gone if use goes on as in the last weeks.

    `used` gives the seconds of each day (a day that is missing used none), `since` is the first day of which anything
    could be used. Method: the last four whole weeks before `today`, or as many as there are since then; the rest lasts
    rest x 7 / (a week's sum) days, rounded up, counted from today. A mean of few weeks says little, therefore the
    busiest and the quietest week bound it; the range is what was seen, not a probability. None before a whole week is
    over.
    """
    count = min(WEEKS, max(0, (today - since).days) // WEEK)
    if not count:
        return None
    starts = [today - timedelta(days=WEEK * back) for back in range(count, 0, -1)]
    weeks = tuple(sum(used.get(start + timedelta(days=day), 0) for day in range(WEEK)) for start in starts)
    return RunOut(
        weeks,
        expected=_day(rest * count, sum(weeks), today),
        earliest=_day(rest, max(weeks), today),
        latest=_day(rest, min(weeks), today),
    )


def _day(rest: int, a_week: int, today: date) -> date | None:
    if not a_week:
        return today if not rest else None
    days = -(-rest * WEEK // a_week)
    return today + timedelta(days=days) if days <= FAR else None


def share_crossed(*, used_before: int, used_now: int, granted: int, shares: tuple[int, ...]) -> int | None:
    """The largest of some shares (percent of `granted`) that use has reached now and had not reached before."""
    reached = [share for share in shares if used_before * 100 < share * granted <= used_now * 100]
    return max(reached, default=None)
