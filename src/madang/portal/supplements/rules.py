"""How much more may be asked for, from which month on, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from madang.errors import Refused
from madang.values import Month


class SupplementState(StrEnum):
    """Asked for; then granted, or not, or taken back before that."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STANDING = (SupplementState.ASKED, SupplementState.GRANTED)


@dataclass(frozen=True)
class Given:
    """What a line of an award gives: a quantity in each of its months, or hours in all of them together."""

    by_hour: bool
    quantity: int
    first_month: str
    months: int

    @property
    def after(self) -> Month:
        """The first month after it."""
        return Month.parse(self.first_month).plus(self.months)


def first_month(given: Given, current: Month) -> Month:
    """From when a supplement counts: hours from this month on, what is held by the month from the next on.

    A month that has begun would be billed from its first day.
    """
    return max(Month.parse(given.first_month), current if given.by_hour else current.plus(1))


def months_left(given: Given, current: Month) -> int:
    """The months that a supplement would last; nought where none is left."""
    return max(0, first_month(given, current).until(given.after))


def most(given: Given, permille: int, current: Month) -> int:
    """The largest quantity: so many thousandths of what was granted, rounded down; nought where no month is left.

    What is held by the month counts in product-months: 4 for 6 months and a half of it are 12 product-months, which are
    6 for 2 months.
    """
    left = months_left(given, current)
    if not left:
        return 0
    if given.by_hour:
        return given.quantity * permille // 1000
    return given.quantity * given.months * permille // (1000 * left)


def check_quantity(quantity: int, at_most: int) -> None:
    """Refused: ``supplement_none_left`` where nothing can be asked for, ``supplement_quantity`` (most)."""
    if at_most < 1:
        raise Refused("supplement_none_left")
    if not 1 <= quantity <= at_most:
        raise Refused("supplement_quantity", most=at_most, field="quantity")


def used_enough(used: int, granted: int, from_percent: int) -> bool:
    """Whether so much of what was granted is used as a rule asks for."""
    return used * 100 >= granted * from_percent


def check_used(used: int, granted: int, from_percent: int) -> None:
    """Refused: ``supplement_too_early`` (percent) while less is used or set aside for jobs than the rule asks for."""
    if not used_enough(used, granted, from_percent):
        raise Refused("supplement_too_early", percent=from_percent)


def check_open(state: str) -> None:
    """Refused: ``supplement_decided``."""
    if state != SupplementState.ASKED:
        raise Refused("supplement_decided")
