"""What the centre spends in a period, and what one GPU-hour that it provides, or that is used, comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from madang.accounting.settlement import apportioned
from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.resources.rules import written_month
from madang.values import SECONDS_PER_HOUR, Month, divide_half_up, months_from

# a month, a quarter, a half, a fiscal year; each begins where its like do from January on
LENGTHS = (1, 3, 6, 12)
MOST_WON = 10**14


class ExpenseKind(StrEnum):
    """What money is spent on. Rent is none: it is read from what is owed to suppliers."""

    ELECTRICITY = "electricity"
    STAFF = "staff"
    DEPRECIATION = "depreciation"
    PREMISES = "premises"
    MAINTENANCE = "maintenance"
    OTHER = "other"


class SheetState(StrEnum):
    """Entered until two people agree on it; then it stays, until a later one of its period replaces it."""

    DRAFT = "draft"
    AGREED = "agreed"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Hour:
    """Of one pool of GPUs, or (None) of all: won spent, GPU-seconds funded and used, and won for an hour of each."""

    pool: int | None
    won: int
    funded: int
    used: int

    @property
    def provided_won(self) -> int | None:
        """Won for one GPU-hour funded, half a won rounded up; None where there was none."""
        return divide_half_up(self.won * SECONDS_PER_HOUR, self.funded) if self.funded else None

    @property
    def used_won(self) -> int | None:
        """Won for one GPU-hour used, half a won rounded up; None where there was none."""
        return divide_half_up(self.won * SECONDS_PER_HOUR, self.used) if self.used else None


def hours(spent: Iterable[tuple[int | None, int]], funded: Mapping[int, int], used: Mapping[int, int]) -> list[Hour]:
    """What GPUs cost: all of them first, then each pool that had funded capacity, in the order of `funded`.

    `spent` are (pool, won), None for all pools; `funded` has every pool of GPUs, what is spent on others does not
    count. What is spent on all is divided by funded capacity and no won is lost; where none was, it stands in the
    first row alone.
    """
    own: dict[int | None, int] = defaultdict(int)
    for pool, won in spent:
        if pool is None or pool in funded:
            own[pool] += won
    with_capacity = [pool for pool, seconds in funded.items() if seconds]
    weights = [funded[pool] for pool in with_capacity]
    shared = apportioned(own[None], weights) if weights else ()
    whole = Hour(None, sum(own.values()), sum(funded.values()), sum(used.get(pool, 0) for pool in funded))
    parts = zip(with_capacity, shared, strict=True)
    return [whole, *(Hour(pool, own[pool] + won, funded[pool], used.get(pool, 0)) for pool, won in parts)]


def period(first_month: str, length: int) -> list[str]:
    """The months of a period. Refused: ``month_not_written``, ``expense_period_wrong`` (months)."""
    first = written_month(first_month, field="first_month")
    if length not in LENGTHS or (first.number - 1) % length:
        raise Refused("expense_period_wrong", months=length, field="first_month")
    return [str(month) for month in months_from(first, length)]


def refuse_unless_over(months: Sequence[str], this_month: Month) -> None:
    """Refuses ``expense_period_runs``: what is spent is known once the period is over."""
    if Month.parse(months[-1]) >= this_month:
        raise Refused("expense_period_runs")


def refuse_line(won: int, document: str) -> None:
    """Refuses ``expense_negative`` and ``expense_document_needed``."""
    if not 0 <= won <= MOST_WON:
        raise Refused("expense_negative", field="amount")
    if not document.strip():
        raise Refused("expense_document_needed", field="document")


def refuse_unless_entering(by: Actor) -> None:
    """The centre's costs are entered by a programme manager; an approver agrees."""
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
