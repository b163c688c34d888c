"""What an award that is given by month may have used by the end of a month, with carry-over and borrowing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from madang.errors import Refused


def granted_by_month(parts: Sequence[int], budget: int, present: int) -> list[int]:
    """The seconds granted for each month of an award, whose lines give `parts` month by month and which has `budget`.

    What was added besides the lines counts in the month with index `present`, and so goes on with it until it is used;
    what was returned or has expired is taken off the last months first.
    """
    granted = list(parts)
    over = budget - sum(granted)
    if over > 0:
        granted[present] += over
    for month in reversed(range(len(granted))):
        off = min(granted[month], max(0, -over))
        granted[month] -= off
        over += off
    return granted


@dataclass(frozen=True)
class Windows:
    """An award that is given by month: `granted` seconds by month in order, `carry` of last month's rest goes on.

    `borrow` seconds of the next month may be used before it begins.
    """

    granted: Sequence[int]
    carry: bool = True
    borrow: int = 0


def released(windows: Windows, used: Sequence[int]) -> int:
    """All that an award may have used by the end of the present month: the budget of a QOS that never fades.

    `used` are the seconds used in each month from the first to the present one; the present one is the last. What is
    left of a month may be used in the next one and then expires; borrowed seconds are taken from the month after.
    With one month of carry-over this is the rule of programmes that give a twelfth each month.
    Refused ``slurm_window`` where no month is left or a number is negative.
    """
    months = len(used)
    if not 1 <= months <= len(windows.granted) or min(*windows.granted, *used, windows.borrow, 0) < 0:
        raise Refused("slurm_window", months=len(windows.granted), month=months)
    spent = carried = owed = 0
    for month, taken in enumerate(used[:-1]):
        own = windows.granted[month] - owed
        from_own = max(0, taken - carried)
        # what came over is used first, as it expires first
        owed, rest = max(0, from_own - own), max(0, own - from_own)
        carried = rest if windows.carry else 0
        spent += taken
    own = windows.granted[months - 1] - owed
    ahead = min(windows.borrow, windows.granted[months]) if months < len(windows.granted) else 0
    return spent + max(0, carried + own + ahead)
