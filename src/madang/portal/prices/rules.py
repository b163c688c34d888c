"""How a product is charged for, what an organisation holds on a day, and what a preview of a price comes to."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from madang.accounting.currencies import WON, Quoted, parse, parse_rate
from madang.accounting.limits import Limit, LimitKind
from madang.accounting.pricing import Days, Discount, Quote, Stacking, Tariff, TariffKind, Vat
from madang.accounting.statement import Line, lines, statement
from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.resources.rules import Grain
from madang.values import SECONDS_PER_HOUR, Month

__all__ = ["WON", "Discount", "Limit", "LimitKind", "Quoted", "Stacking", "Tariff", "TariffKind", "Vat"]

_KINDS = {Grain.MONTH: TariffKind.RESERVED, Grain.HOUR: TariffKind.USED, Grain.DAY: TariffKind.DAILY}
KIND_PREFIX = "kind:"
DISCOUNT = "discount"
MOST_WON = 10**12
# no code of a stored rule holds a space
TRIED = "the rule that is tried"


class TariffStanding(StrEnum):
    """Where a tariff stands on a day."""

    WAITING = "waiting"
    REJECTED = "rejected"
    PLANNED = "planned"
    IN_FORCE = "in_force"
    ENDED = "ended"


@dataclass(frozen=True)
class Held:
    """A verdict about an organisation: that it holds an attribute, or does not, on the days [start, end)."""

    attribute: str
    holds: bool
    start: date
    end: date


@dataclass(frozen=True)
class Preview:
    """What an ask would cost: its lines, their totals, and the days on which the product has no price."""

    lines: tuple[Line, ...]
    total: Quote
    unpriced: tuple[date, ...]

    @property
    def whole(self) -> bool:
        """Whether every day has its price."""
        return not self.unpriced


def quoted_of(*, currency: str, amount: str, rate: str, per: int, day: date | None, source: str) -> Quoted | int:
    """A reference price as it was written: won, or an amount of another currency with the rate published on a day.

    Refused: ``currency_unknown``, ``amount_unreadable``, ``amount_too_fine``, ``rate_unreadable``, ``rate_incomplete``.
    """
    minor = parse(amount, currency, field="reference_price")
    if currency == WON:
        return minor
    if day is None:
        raise Refused("rate_incomplete", currency=currency, field="rate")
    quoted = Quoted(currency, minor, parse_rate(rate, field="rate"), per, day, source.strip())
    if quoted.won > MOST_WON:
        raise Refused("amount_unreadable", text=amount, field="reference_price")
    return quoted


def kind_for(grain: str) -> TariffKind:
    """A product held by the month is priced as reserved, one sold by the hour as used, by the day as daily."""
    return _KINDS[Grain(grain)]


def refuse_unless_drafter(by: Actor) -> None:
    """Prices are drafted by a programme manager."""
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")


def refuse_issued(starts_on: date, issued: Sequence[str]) -> None:
    """Refuses ``price_starts_in_issued_month`` (starts_on, issued): statements up to `issued` already stand."""
    if issued and f"{starts_on:%Y-%m}" <= max(issued):
        raise Refused("price_starts_in_issued_month", starts_on=starts_on, issued=max(issued), field="starts_on")


def refuse_unless_rule_days(starts_on: date, ends_on: date | None) -> None:
    """Refuses ``days_end_before_start`` (start, end) for a rule that would end before it begins."""
    if ends_on is not None and ends_on <= starts_on:
        raise Refused("days_end_before_start", start=starts_on, end=ends_on, field="ends_on")


def limit_of(
    code: str, kind: str, applies_to: str, figure: int, years: int, starts_on: date, ends_on: date | None
) -> Limit:
    """A limit without its sentences. Refused: ``limit_figure_wrong``, ``limit_years_wrong``."""
    return Limit(code, LimitKind(kind), applies_to, figure, years, Days(starts_on, ends_on), "", "")


def rule_to_try(*, kind: str, applies_to: str, figure: int, years: int, after: str, day: date) -> Discount | Limit:
    """A rule as it would be from `day` on, without name or sentences; `kind` is DISCOUNT or that of a limit.

    Refused: ``discount_rate_wrong``, ``limit_figure_wrong``, ``limit_years_wrong``.
    """
    if kind != DISCOUNT:
        return limit_of(TRIED, kind, applies_to, figure, years, day, None)
    if not figure:
        raise Refused("discount_rate_wrong", name=TRIED, rate_permille=figure, field="permille")
    return Discount(TRIED, applies_to, figure, Days(day), "", "", after)


def attributes_on(kind: str, verdicts: Iterable[Held], day: date) -> frozenset[str]:
    """What an organisation holds on a day: its kind ("kind:university") and what the latest valid verdicts say."""
    latest: dict[str, Held] = {}
    for verdict in sorted(verdicts, key=lambda one: one.start):
        if verdict.start <= day < verdict.end:
            latest[verdict.attribute] = verdict
    return frozenset({KIND_PREFIX + kind, *(name for name, verdict in latest.items() if verdict.holds)})


def standing(*, approved: bool, rejected: bool, starts_on: date, ends_on: date | None, day: date) -> TariffStanding:
    """Where a tariff stands on `day`."""
    if not approved:
        return TariffStanding.REJECTED if rejected else TariffStanding.WAITING
    if ends_on is not None and ends_on <= day:
        return TariffStanding.ENDED
    return TariffStanding.IN_FORCE if starts_on <= day else TariffStanding.PLANNED


def amounts_asked(grain: str, quantity: int, months: Sequence[Month]) -> dict[date, int]:
    """The amounts by day that an ask stands for: the products held each day, or all hours on the first day."""
    if grain == Grain.HOUR:
        return {date(months[0].year, months[0].number, 1): quantity * SECONDS_PER_HOUR} if months else {}
    days = [(month, day) for month in months for day in range(1, monthrange(month.year, month.number)[1] + 1)]
    return {date(month.year, month.number, day): quantity for month, day in days}


def priced_days(amounts: Mapping[date, int], tariffs: Sequence[Tariff]) -> tuple[dict[date, int], list[date]]:
    """The amounts on days with a price, and the days without one."""
    priced = {day: amount for day, amount in amounts.items() if any(day in tariff.days for tariff in tariffs)}
    return priced, sorted(amounts.keys() - priced.keys())


def preview(
    *,
    product: str,
    amounts: Mapping[date, int],
    tariffs: Sequence[Tariff],
    discounts: Sequence[Discount],
    attributes: Mapping[date, frozenset[str]],
    stacking: Stacking,
    limits: Sequence[Limit] = (),
) -> Preview:
    """The price of `amounts` by day; days without a tariff are named, never priced at nought.

    Of `limits` the self-pay parts count; how much a ceiling leaves is known only when statements are worked out.
    """
    priced, unpriced = priced_days(amounts, tariffs)
    made = lines(
        product=product,
        amounts=priced,
        tariffs=tariffs,
        discounts=discounts,
        attributes_on=lambda day: attributes.get(day, frozenset()),
        stacking=stacking,
        limits=limits,
    )
    return Preview(tuple(made), statement(line.quote for line in made), tuple(unpriced))
