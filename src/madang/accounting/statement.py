"""Turns what was held or used day by day into the lines of a monthly statement and their totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby

from madang.accounting.limits import Limit, self_pay
from madang.accounting.pricing import (
    Discount,
    Quote,
    Stacking,
    Tariff,
    applying,
    counted,
    quote,
    tariff_on,
)
from madang.errors import Refused
from madang.values import Month, Won


@dataclass(frozen=True, slots=True)
class Line:
    """Days in a row of one product and month under one tariff and the same discounts: what is rounded once.

    `amount` is product-days or GPU-seconds (core-seconds), as the tariff's kind says; `last_day` is counted. `limit` is
    the self-pay part that counted, where there is one.
    """

    month: Month
    first_day: date
    last_day: date
    tariff: Tariff
    discounts: tuple[Discount, ...]
    amount: int
    quote: Quote
    limit: Limit | None = None


def lines(
    *,
    product: str,
    amounts: Mapping[date, int],
    tariffs: Iterable[Tariff],
    discounts: Iterable[Discount],
    attributes_on: Callable[[date], AbstractSet[str]],
    stacking: Stacking,
    limits: Iterable[Limit] = (),
) -> list[Line]:
    """The lines for one organisation and product, in order of days.

    `amounts` gives for each of the centre's days the products held that day (a `reserved` tariff) or the GPU-seconds
    used (a `used` one); a day with nothing is left out. `attributes_on` says what the organisation held on a day, so a
    verdict that ends within the month ends its discount that day. Of `limits` the self-pay parts count here; ceilings
    need all lines of a statement (`limits.under_ceilings`). Refused: as `tariff_on` and `quote`.
    """
    known, offered, limiting = tuple(tariffs), tuple(discounts), tuple(limits)
    for day, amount in amounts.items():
        if amount < 0:
            raise Refused("amount_negative", amount=amount, day=day)

    def terms(day: date) -> tuple[Month, Tariff, tuple[Discount, ...], Limit | None]:
        held = attributes_on(day)
        taken = tuple(counted(applying(offered, held, day), stacking))
        return Month(day.year, day.month), tariff_on(known, product, day), taken, self_pay(limiting, held, day)

    made = []
    held = sorted(day for day, amount in amounts.items() if amount)
    for (month, tariff, taken, limit), run in groupby(held, key=terms):
        days = list(run)
        amount = sum(amounts[day] for day in days)
        cost = quote(
            tariff=tariff,
            amount=amount,
            month=month,
            discounts=taken,
            stacking=stacking,
            least_permille=limit.figure if limit else 0,
        )
        made.append(Line(month, days[0], days[-1], tariff, taken, amount, cost, limit))
    return made


def statement(quotes: Iterable[Quote]) -> Quote:
    """The totals of a statement: each figure is the sum of that figure over the lines, with no further rounding."""
    rows = list(quotes)
    return Quote(**{field.name: Won(sum(getattr(row, field.name) for row in rows)) for field in fields(Quote)})
