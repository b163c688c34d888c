"""Where a statement's payment stands, how old what is owed is, when it is chased, and who may touch money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role, Via

CASHIERS = (Role.OPERATOR, Role.PROGRAMME_MANAGER)
# the last day of each age of what is owed, in days after the due date
AGES = (0, 30, 60, 90)


class PaymentState(StrEnum):
    """Where a statement's payment stands on a day; worked out from what was received, never stored."""

    NOTHING_OWED = "nothing_owed"
    OPEN = "open"
    PART_PAID = "part_paid"
    PAID = "paid"
    OVER_PAID = "over_paid"
    OVERDUE = "overdue"


class PostingKind(StrEnum):
    """What moves money onto a statement or off it."""

    MATCH = "match"
    CREDIT = "credit"
    REFUND = "refund"


class Found(StrEnum):
    """How a receipt found its statement."""

    NUMBER = "number"
    EXACT = "exact"
    PERSON = "person"


@dataclass(frozen=True)
class Balance:
    """What an issued statement asks for and what came in for it, in won, and the last day to pay it."""

    payable: int
    received: int
    due_on: date

    @property
    def owed(self) -> int:
        """What is still to be paid; nothing where too much came."""
        return max(0, self.payable - self.received)

    @property
    def excess(self) -> int:
        """What came in beyond what was asked for."""
        return max(0, self.received - self.payable)

    def days_late(self, today: date) -> int:
        """Days since the last day to pay; 0 or less as long as it is not over."""
        return (today - self.due_on).days

    def state(self, today: date) -> PaymentState:
        """Where it stands on a day; the last day to pay is not late yet."""
        if self.excess:
            return PaymentState.OVER_PAID
        if not self.owed:
            return PaymentState.PAID if self.payable else PaymentState.NOTHING_OWED
        if self.days_late(today) > 0:
            return PaymentState.OVERDUE
        return PaymentState.PART_PAID if self.received else PaymentState.OPEN


def age(days_late: int) -> int:
    """Which age a debt has: 0 not late, 1 to 30 days, 2 to 60, 3 to 90, 4 beyond."""
    return sum(1 for last in AGES if days_late > last)


def aged(balances: Iterable[Balance], today: date) -> tuple[int, ...]:
    """What is owed in won by age, five figures: not late, 1-30, 31-60, 61-90 days, more."""
    sums = [0] * (len(AGES) + 1)
    for one in balances:
        sums[age(one.days_late(today))] += one.owed
    return tuple(sums)


def stage_reached(days_late: int, stages: Sequence[int]) -> int | None:
    """The last of the set days (counted from the due day) that has come; those missed before it are not made up."""
    return max((stage for stage in stages if stage <= days_late), default=None)


def refuse_unless_cashier(by: Actor) -> None:
    """Receipts are brought in and matched by the operator or a programme manager, and by the worker."""
    if by.via is not Via.WORKER and not by.has(*CASHIERS):
        raise Refused("not_allowed_for_role")
