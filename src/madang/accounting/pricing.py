"""What computing costs: dated tariffs, discounts by attribute, how they stack, and one quote to the won.

Every figure of a quote is worked out as an exact fraction and rounded once, a half up to the next won.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from math import prod

from madang.errors import Refused
from madang.values import SECONDS_PER_DAY, SECONDS_PER_HOUR, Month, Won, divide_half_up


class TariffKind(StrEnum):
    """What the price is for: holding one product for a month, using one GPU, core or facility an hour, or one a day."""

    RESERVED = "reserved"
    USED = "used"
    DAILY = "daily"


class Vat(StrEnum):
    """How value-added tax stands to the price: exempt from it, taxed at nought, inside the price, or on top of it."""

    NONE = "none"
    ZERO = "zero"
    INCLUDED = "included"
    ADDED = "added"


class Stacking(StrEnum):
    """What several discounts come to: only the largest, their sum (at most all), one after the other, or as each says.

    `in_order`: a discount that names another comes off what that one left; those of one step are added up.
    """

    BEST = "best"
    ADD = "add"
    MULTIPLY = "multiply"
    IN_ORDER = "in_order"


@dataclass(frozen=True, order=True, slots=True)
class Days:
    """Days of the centre from `start` up to, and without, `end`; without an end where that is None."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise Refused("days_end_before_start", start=self.start, end=self.end)

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Tariff:
    """The price of a product on some days, and what the market asks for the same: both in won, on one VAT basis.

    `reserved`: per product and month. `used`: per GPU-hour, or core-hour where the product is sold by cores, or hour of
    a facility. `daily`: per day of a facility.
    `vat_permille` is the tax rate in thousandths. Refused: ``price_negative``, ``vat_rate_wrong``.
    """

    product: str
    kind: TariffKind
    price: Won
    reference: Won
    days: Days
    vat: Vat = Vat.NONE
    vat_permille: int = 0

    def __post_init__(self) -> None:
        if self.price < 0 or self.reference < 0:
            raise Refused("price_negative", product=self.product, price=self.price, reference=self.reference)
        if self.vat_permille < 0 or (self.vat in (Vat.NONE, Vat.ZERO) and self.vat_permille):
            raise Refused("vat_rate_wrong", product=self.product, vat=self.vat.value, rate_permille=self.vat_permille)


@dataclass(frozen=True, slots=True)
class Discount:
    """A share off the price, in thousandths (1000 is free), for who holds `attribute` on one of `days`.

    The sentences are published with the call. `after` names the discount whose rest this one is taken off, where the
    call lets discounts stack in order. Refused: ``discount_rate_wrong`` outside 0 to 1000.
    """

    name: str
    attribute: str
    rate_permille: int
    days: Days
    sentence_en: str
    sentence_ko: str
    after: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.rate_permille <= 1000:
            raise Refused("discount_rate_wrong", name=self.name, rate_permille=self.rate_permille)


NO_WON = Won(0)


@dataclass(frozen=True, slots=True)
class Quote:
    """What one line comes to, in whole won.

    `reference` is the market's price and `list_price` ours before discounts; `due` = `list_price` - `discount` -
    `credit`, which is what was taken off for a promise that was not kept; `subsidy` = `reference` - `due` - `credit` is
    the value of support, below zero only where the market is cheaper.
    `payable` = `supply` + `vat` is what is asked for: `due`, with the tax on top where the tariff adds it.
    """

    reference: Won
    list_price: Won
    discount: Won
    due: Won
    subsidy: Won
    supply: Won
    vat: Won
    payable: Won
    credit: Won = NO_WON


def days_in(month: Month) -> int:
    """How many days `month` has."""
    return monthrange(month.year, month.number)[1]


def tariff_on(tariffs: Iterable[Tariff], product: str, day: date) -> Tariff:
    """The one tariff of `product` on `day`. Refused: ``tariff_missing``, ``tariffs_overlap`` (product, day)."""
    found = [tariff for tariff in tariffs if tariff.product == product and day in tariff.days]
    if len(found) != 1:
        raise Refused("tariffs_overlap" if found else "tariff_missing", product=product, day=day)
    return found[0]


def refuse_overlap(tariffs: Iterable[Tariff]) -> None:
    """Refuses two tariffs of one product on one day: ``tariffs_overlap`` (product, day is the first such day)."""
    ordered = sorted(tariffs, key=lambda tariff: (tariff.product, tariff.days.start))
    for earlier, later in pairwise(ordered):
        if earlier.product == later.product and later.days.start in earlier.days:
            raise Refused("tariffs_overlap", product=later.product, day=later.days.start)


def applying(discounts: Iterable[Discount], attributes: AbstractSet[str], day: date) -> list[Discount]:
    """The discounts open on `day` to someone who holds `attributes`, in order of their names."""
    open_now = [discount for discount in discounts if discount.attribute in attributes and day in discount.days]
    return sorted(open_now, key=lambda discount: discount.name)


def counted(discounts: Iterable[Discount], stacking: Stacking) -> list[Discount]:
    """Those that really count under `stacking`: for `best` the largest alone (of equals the first by name)."""
    ordered = sorted(discounts, key=lambda discount: (-discount.rate_permille, discount.name))
    return ordered[:1] if stacking == Stacking.BEST else sorted(ordered, key=lambda discount: discount.name)


def steps(discounts: Iterable[Discount]) -> list[list[Discount]]:
    """Discounts by the step at which each is taken off, each step in order of names.

    One that names no other, or one that is not among them, is of the first step; else it comes one step after the one
    that it names. Refused: ``discounts_in_circle`` (names).
    """
    offered = sorted(discounts, key=lambda discount: discount.name)
    names = {discount.name for discount in offered}
    waits = {discount.name: {discount.after} & names for discount in offered}
    sorter: TopologicalSorter[str] = TopologicalSorter(waits)
    try:
        sorter.prepare()
    except CycleError as error:
        raise Refused("discounts_in_circle", names=", ".join(error.args[1])) from None
    found = []
    while ready := sorter.get_ready():
        found.append([discount for discount in offered if discount.name in ready])
        sorter.done(*ready)
    return found


def share_due(discounts: Iterable[Discount], stacking: Stacking) -> Fraction:
    """The exact share of the list price that remains, from 0 (free) to 1; the order of `discounts` has no effect."""
    if stacking == Stacking.IN_ORDER:
        return prod((share_due(step, Stacking.ADD) for step in steps(discounts)), start=Fraction(1))
    rates = [Fraction(discount.rate_permille, 1000) for discount in discounts]
    if stacking == Stacking.MULTIPLY:
        return prod((1 - rate for rate in rates), start=Fraction(1))
    taken = max(rates, default=Fraction(0)) if stacking == Stacking.BEST else sum(rates, Fraction(0))
    return max(Fraction(0), 1 - taken)


def priced_units(kind: TariffKind, amount: int, month: Month) -> Fraction:
    """How often the tariff's price is charged, exactly.

    `reserved`: `amount` is product-days (products held, summed over the days of `month`), divided by that month's days.
    `used`: `amount` is GPU-seconds (core-seconds, seconds of a facility), divided by an hour. `daily`: seconds of whole
    days, each of 24 hours whatever the clocks do, divided by a day. Refused: ``amount_negative``.
    """
    if amount < 0:
        raise Refused("amount_negative", amount=amount)
    if kind == TariffKind.RESERVED:
        return Fraction(amount, days_in(month))
    return Fraction(amount, SECONDS_PER_DAY if kind == TariffKind.DAILY else SECONDS_PER_HOUR)


def quote(
    *,
    tariff: Tariff,
    amount: int,
    month: Month,
    discounts: Iterable[Discount],
    stacking: Stacking,
    least_permille: int = 0,
) -> Quote:
    """Prices `amount` (see `priced_units`) of one month under one tariff with the discounts that apply.

    Whatever the discounts, at least `least_permille` of the list price is due (the self-pay part).

    Reference price, list price and amount due are each rounded once from the exact fraction; discount and subsidy are
    differences of rounded figures; the tax is rounded once from the rounded amount due.
    """
    units = priced_units(tariff.kind, amount, month)
    share = max(share_due(discounts, stacking), Fraction(least_permille, 1000))
    reference, list_price = _to_won(tariff.reference * units), _to_won(tariff.price * units)
    return quoted(tariff, reference, list_price, _to_won(tariff.price * units * share))


def quoted(tariff: Tariff, reference: Won, list_price: Won, due: Won, credit: int = 0) -> Quote:
    """The quote of rounded figures, `due` after the credit; the tax is rounded once from `due`."""
    supply, vat = _tax(tariff, due)
    return Quote(
        reference=reference,
        list_price=list_price,
        discount=Won(list_price - due - credit),
        due=due,
        subsidy=Won(reference - due - credit),
        supply=supply,
        vat=vat,
        payable=Won(supply + vat),
        credit=Won(credit),
    )


def _tax(tariff: Tariff, due: Won) -> tuple[Won, Won]:
    if tariff.vat == Vat.INCLUDED:
        vat = Won(divide_half_up(due * tariff.vat_permille, 1000 + tariff.vat_permille))
        return Won(due - vat), vat
    # A tariff without tax has the rate nought.
    return due, Won(divide_half_up(due * tariff.vat_permille, 1000))


def _to_won(exact: Fraction) -> Won:
    return Won(divide_half_up(exact.numerator, exact.denominator))
