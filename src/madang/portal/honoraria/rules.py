"""What a reviewer's work comes to at dated rates, and what of it is withheld as tax: whole won throughout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from madang.errors import Refused
from madang.portal.actors import Actor, Role

RATE_MOST = 100_000_000
WHOLE = 1000  # permille


class FeeWork(StrEnum):
    """What is paid for: a sheet filled in on one's own, or a day with a committee."""

    SHEET = "sheet"
    DAY = "day"


class IncomeKind(StrEnum):
    """As what a fee is taxed: income on occasion, or income from working as an expert."""

    OTHER = "other"
    BUSINESS = "business"


@dataclass(frozen=True)
class Rate:
    """Won for a sheet and for a day with a committee, from a day on."""

    starts_on: date
    sheet_won: int
    day_won: int
    income: IncomeKind = IncomeKind.OTHER

    def of(self, work: FeeWork) -> int:
        return self.sheet_won if work is FeeWork.SHEET else self.day_won


@dataclass(frozen=True)
class Withholding:
    """What the payer keeps back, from a day on.

    Of a payment `expense_permille` counts as its recipient's expenses; the rest is income. Income up to `free_won`
    bears no tax. The tax is `tax_permille` of the income, the local tax `local_permille` of that tax; each is cut down
    to a multiple of `cut_won`, and nothing else is rounded.
    """

    starts_on: date
    income: IncomeKind
    expense_permille: int
    tax_permille: int
    local_permille: int
    free_won: int
    cut_won: int


class _Dated(Protocol):
    @property
    def starts_on(self) -> date: ...


D = TypeVar("D", bound=_Dated)


def in_force(rows: Iterable[D], day: date) -> D | None:
    """The row that counts on a day: of those that have begun the one that began last; of two, what comes later."""
    found: D | None = None
    for row in rows:
        if row.starts_on <= day and (found is None or row.starts_on >= found.starts_on):
            found = row
    return found


@dataclass(frozen=True, order=True)
class FeeLine:
    """So many pieces of one kind of work at one rate."""

    work: FeeWork
    each_won: int
    count: int

    @property
    def sum_won(self) -> int:
        return self.each_won * self.count


def lines(work: Iterable[tuple[FeeWork, date]], rates: Sequence[Rate]) -> list[FeeLine]:
    """Work at the rates of the days on which it was done, sheets last. Refused: ``fee_rate_missing`` (day)."""
    counted: Counter[tuple[FeeWork, int]] = Counter()
    for kind, day in work:
        rate = in_force(rates, day)
        if rate is None:
            raise Refused("fee_rate_missing", day=day.isoformat())
        counted[kind, rate.of(kind)] += 1
    return sorted(FeeLine(kind, won, count) for (kind, won), count in counted.items())


@dataclass(frozen=True)
class Fee:
    """A payment before tax and what is kept back of it, in won."""

    gross_won: int
    tax_won: int = 0
    local_won: int = 0

    @property
    def net_won(self) -> int:
        return self.gross_won - self.tax_won - self.local_won


def withheld(gross: int, rule: Withholding) -> Fee:
    """What is kept back of one payment under a rule."""
    # in thousandths of a won, so that nothing is rounded before the tax is cut
    income = gross * (WHOLE - rule.expense_permille)
    if income <= rule.free_won * WHOLE:
        return Fee(gross)
    tax = _cut(income * rule.tax_permille // (WHOLE * WHOLE), rule.cut_won)
    return Fee(gross, tax, _cut(tax * rule.local_permille // WHOLE, rule.cut_won))


def _cut(won: int, to: int) -> int:
    return won // to * to


def refuse_unless_setting(by: Actor) -> None:
    """Rates, rules and lists of fees are a programme manager's."""
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")


def check_withholding(given: Withholding) -> None:
    """Refused: ``withholding_invalid`` (field) for shares above the whole and for cutting to nothing."""
    for name in ("expense_permille", "tax_permille", "local_permille"):
        if not 0 <= getattr(given, name) <= WHOLE:
            raise Refused("withholding_invalid", field=name)
    if not 0 <= given.free_won <= RATE_MOST:
        raise Refused("withholding_invalid", field="free_won")
    if given.cut_won not in (1, 10, 100, 1000):
        raise Refused("withholding_invalid", field="cut_won")


def check_rate(given: Rate) -> None:
    """Refused: ``fee_rate_invalid`` (field)."""
    for name in ("sheet_won", "day_won"):
        if not 0 <= getattr(given, name) <= RATE_MOST:
            raise Refused("fee_rate_invalid", field=name)
