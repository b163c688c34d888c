"""What a rule of each kind must say, and which one counts on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from madang.accounting.credits import WaitCredit
from madang.accounting.pricing import Days
from madang.errors import Refused
from madang.values import SECONDS_PER_HOUR

WAIT_CREDIT = "wait_credit"
MOST_HOURS, MOST_WON = 1000, 10**12


class EntitlementKind(StrEnum):
    """More of the same award once, money off where jobs waited longer than was promised, or discounts withdrawn for
    what was used while a condition was broken.
    """

    SUPPLEMENT = "supplement"
    WAIT_CREDIT = WAIT_CREDIT
    BACK_CHARGE = "back_charge"


@dataclass(frozen=True)
class SupplementRule:
    """At most `permille` of what was granted, once, and only when `from_percent` of it is used."""

    permille: int
    from_percent: int

    def __post_init__(self) -> None:
        if not 1 <= self.permille <= 1000 or not 0 <= self.from_percent <= 100:
            raise Refused("supplement_rule_wrong", field="permille")


@dataclass(frozen=True)
class Figures:
    """The figures of a rule as they are stored; those that its kind does not have are nought."""

    permille: int = 0
    from_percent: int = 0
    promise_seconds: int = 0
    won: int = 0
    cap_permille: int = 0


def figures_of(
    kind: EntitlementKind,
    *,
    permille: int = 0,
    from_percent: int = 0,
    promise_hours: int = 0,
    won: int = 0,
    cap_permille: int = 0,
) -> Figures:
    """What is stored of what was filled in.

    Refused: ``supplement_rule_wrong``, ``wait_credit_wrong``, ``back_charge_rule_wrong``.
    """
    if kind is EntitlementKind.BACK_CHARGE:
        if not 1 <= permille <= 1000:
            raise Refused("back_charge_rule_wrong", field="permille")
        return Figures(permille=permille)
    if kind is EntitlementKind.SUPPLEMENT:
        SupplementRule(permille, from_percent)
        return Figures(permille=permille, from_percent=from_percent)
    found = Figures(permille, 0, promise_hours * SECONDS_PER_HOUR, won, cap_permille)
    wait_credit("", found, date.min)
    return found


def wait_credit(
    name: str, figures: Figures, start: date, end: date | None = None, sentence_en: str = "", sentence_ko: str = ""
) -> WaitCredit:
    """The rule as the library takes it. Refused: ``wait_credit_wrong``."""
    given = (figures.promise_seconds, figures.permille, figures.won, figures.cap_permille)
    return WaitCredit(name, *given, Days(start, end), sentence_en, sentence_ko)
