"""How a statement is worked out: days held of reserved products, seconds used of the others, each under its price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from madang.accounting.credits import Credit, Wait, WaitCredit, credits, taken_off
from madang.accounting.limits import Bounded, Limit, ceilings, under_ceilings
from madang.accounting.pricing import Discount, Quote, Stacking, Tariff, days_in
from madang.accounting.statement import lines, statement
from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.prices.rules import Held, attributes_on, priced_days
from madang.portal.resources.rules import Grain
from madang.values import Month, Won

WORKERS_OUT = (Role.OPERATOR, Role.PROGRAMME_MANAGER)
NO_TARIFF = "tariff_missing"


class StatementState(StrEnum):
    """A draft follows the ledger; an issued one is fixed."""

    DRAFT = "draft"
    ISSUED = "issued"


@dataclass(frozen=True)
class Holding:
    """What an award, or a booking, had of one product in a month, by day: products held, or seconds used.

    `stacking` is what the award's track says of several discounts.
    """

    award: int | None
    product: int
    code: str
    pool: int
    amounts: Mapping[date, int]
    stacking: Stacking
    booking: int | None = None


@dataclass(frozen=True)
class WorkedLine:
    """A line of a statement before it is stored: priced under `tariff`, or with the fault that it cannot be.

    One that `withdraws` takes back the discount of a line that is issued, or gives it back, by an act.
    """

    holding: Holding
    first_day: date
    last_day: date
    amount: int
    tariff: Tariff | None
    discounts: tuple[Discount, ...]
    quote: Quote | None
    limits: tuple[Limit, ...] = ()
    credits: tuple[Credit, ...] = ()
    withdraws: int | None = None
    act: str = ""

    @property
    def fault(self) -> str:
        """Why the line has no price; empty where it has one."""
        return "" if self.tariff else NO_TARIFF


@dataclass(frozen=True)
class Terms:
    """Prices and discounts, what the organisation holds, and the stored rows that they stand for."""

    kind: str
    verdicts: Sequence[Held]
    tariffs: dict[int, dict[int, Tariff]]
    discounts: Sequence[Discount]

    def tariffs_of(self, product: int) -> list[Tariff]:
        return list(self.tariffs.get(product, {}).values())

    def stored_tariff(self, product: int, tariff: Tariff) -> int:
        return next(pk for pk, value in self.tariffs[product].items() if value == tariff)

    def attributes_on(self, day: date) -> frozenset[str]:
        return attributes_on(self.kind, self.verdicts, day)

    @staticmethod
    def stored_discount(discount: Discount) -> dict[str, object]:
        """As a line keeps it: with the sentences of its day, whatever becomes of the discount later."""
        return {
            "code": discount.name,
            "permille": discount.rate_permille,
            **({"after": discount.after} if discount.after else {}),
            "sentence_ko": discount.sentence_ko,
            "sentence_en": discount.sentence_en,
        }

    @staticmethod
    def stored_limit(limit: Limit) -> dict[str, object]:
        """As a line keeps it, with the sentences of its day."""
        return {
            "code": limit.name,
            "kind": limit.kind.value,
            "figure": limit.figure,
            "sentence_ko": limit.sentence_ko,
            "sentence_en": limit.sentence_en,
        }

    @staticmethod
    def stored_credit(credit: Credit) -> dict[str, object]:
        """As a line keeps it, with the sentences of its day; of all lines of its award and pool in the month."""
        return {
            "code": credit.rule.name,
            "jobs": credit.jobs,
            "hours": credit.hours,
            "won": credit.won,
            "sentence_ko": credit.rule.sentence_ko,
            "sentence_en": credit.rule.sentence_en,
        }


def refuse_unless_billing(by: Actor) -> None:
    """Statements are worked out by the worker, the operator or a programme manager."""
    if by.via != "worker" and not by.has(*WORKERS_OUT):
        raise Refused("not_allowed_for_role")


def refuse_unless_issuing(by: Actor) -> None:
    """Statements are issued by a programme manager."""
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")


def refuse_unless_over(month: Month, today: date) -> None:
    """Refuses ``month_not_over`` (month): a month's statements are issued once it has ended."""
    if (today.year, today.month) <= (month.year, month.number):
        raise Refused("month_not_over", month=str(month))


def held_days(*, month: Month, quantity: int, spans: Sequence[tuple[date, date | None]]) -> dict[date, int]:
    """The products held on each day of `month` that lies in all of `spans`, each [start, end) or open-ended.

    The day on which an award comes into force counts, the day on which it ends does not.
    """
    days = (date(month.year, month.number, number) for number in range(1, days_in(month) + 1))
    return {day: quantity for day in days if all(start <= day and (end is None or day < end) for start, end in spans)}


def late_amounts(booked: Mapping[date, int]) -> dict[date, int]:
    """What came for closed months, by day, as it is billed: one sum a month, dated at the month's end.

    A month of which more was undone than came is left out: a statement bills nothing below nought.
    """
    sums: dict[date, int] = {}
    for day, amount in booked.items():
        last = day.replace(day=days_in(Month(day.year, day.month)))
        sums[last] = sums.get(last, 0) + amount
    return {day: amount for day, amount in sorted(sums.items()) if amount > 0}


def months_span(first_month: str, months: int) -> tuple[date, date]:
    """The days [start, end) of whole months."""
    first = Month.parse(first_month)
    after = first.plus(months)
    return date(first.year, first.number, 1), date(after.year, after.number, 1)


def worked_out(
    holding: Holding,
    *,
    tariffs: Sequence[Tariff],
    discounts: Iterable[Discount],
    attributes_on: Callable[[date], AbstractSet[str]],
    limits: Sequence[Limit] = (),
) -> list[WorkedLine]:
    """The lines of one holding in order of days; days without a price stand in lines of their own, with the fault."""
    priced, unpriced = priced_days({day: amount for day, amount in holding.amounts.items() if amount}, tariffs)
    made = lines(
        product=holding.code,
        amounts=priced,
        tariffs=tariffs,
        discounts=discounts,
        attributes_on=attributes_on,
        stacking=holding.stacking,
        limits=limits,
    )
    with_price = [
        WorkedLine(
            holding,
            line.first_day,
            line.last_day,
            line.amount,
            line.tariff,
            line.discounts,
            line.quote,
            (line.limit,) if line.limit else (),
        )
        for line in made
    ]
    without = [
        WorkedLine(holding, run[0], run[-1], sum(holding.amounts[day] for day in run), None, (), None)
        for run in _runs(unpriced)
    ]
    return sorted([*with_price, *without], key=lambda line: line.first_day)


def within_ceilings(
    worked: Sequence[WorkedLine],
    *,
    limits: Sequence[Limit],
    attributes_on: Callable[[date], AbstractSet[str]],
    supported: Mapping[int, int],
    year: int,
) -> list[WorkedLine]:
    """The lines of one organisation's statement with no more support than its ceilings leave.

    They count in order of days, awards (bookings first) and products; whether a ceiling binds a line is judged on the
    line's first day.
    `supported` is the organisation's support by calendar year before this statement.
    """
    ordered = sorted(
        worked, key=lambda line: (line.first_day, line.holding.award or 0, line.holding.booking or 0, line.holding.code)
    )
    priced = [line for line in ordered if line.tariff and line.quote]
    binding = [ceilings(limits, attributes_on(line.first_day), line.first_day) for line in priced]
    bounded = [Bounded(line.tariff, line.quote, found) for line, found in zip(priced, binding, strict=True)]
    cut = under_ceilings(bounded, supported, year)
    after = [
        replace(line, quote=one.quote, limits=line.limits + ((one.ceiling,) if one.ceiling else ()))
        for line, one in zip(priced, cut, strict=True)
    ]
    return after + [line for line in ordered if not line.quote]


def with_credits(
    worked: Sequence[WorkedLine],
    *,
    waits: Mapping[tuple[int, int], Sequence[Wait]],
    rules: Sequence[WaitCredit],
    month: Month,
) -> list[WorkedLine]:
    """The lines with what waits beyond a promise take off the month's own dues, award by award and pool by pool.

    Use of an earlier month that is billed here is left as it is.
    """
    after = list(worked)
    for place, waited in waits.items():
        own = [
            at
            for at, line in enumerate(after)
            if line.quote
            and (line.holding.award, line.holding.pool) == place
            and (line.first_day.year, line.first_day.month) == (month.year, month.number)
        ]
        own.sort(key=lambda at: (after[at].first_day, after[at].holding.code))
        priced = [(line.tariff, line.quote) for line in map(after.__getitem__, own) if line.tariff and line.quote]
        found = tuple(credits(rules, waited, Won(sum(cost.due for _, cost in priced))))
        for at, cost in zip(own, taken_off(priced, sum(one.won for one in found)), strict=True):
            if cost.credit:
                after[at] = replace(after[at], quote=cost, credits=found)
    return after


def totals(worked: Iterable[WorkedLine]) -> Quote:
    """The sums over the lines that have a price."""
    return statement(line.quote for line in worked if line.quote)


def counts_as_used(grain: str) -> bool:
    """Whether a product is billed by what was used and not by what was held."""
    return grain == Grain.HOUR


def number(month: str, place: int) -> str:
    """The number of a month's statement: 2026-05-0001."""
    return f"{month}-{place:04d}"


def _runs(days: Sequence[date]) -> list[list[date]]:
    found: list[list[date]] = []
    for day in days:
        if found and day - found[-1][-1] == timedelta(days=1):
            found[-1].append(day)
        else:
            found.append([day])
    return found
