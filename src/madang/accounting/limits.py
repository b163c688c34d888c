"""What bounds a subsidy whatever the discounts say: the part that everyone pays, and ceilings over several years.

The order is fixed, so that limits cannot go in a circle: discounts first, then the self-pay part, then ceilings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from madang.accounting.pricing import Days, Quote, Tariff, quoted
from madang.errors import Refused
from madang.values import Won


class LimitKind(StrEnum):
    """The least share of the list price that is due, or the most support that an organisation gets in some years."""

    SELF_PAY = "self_pay"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule by its name, for who holds `attribute` (empty: for everybody) on one of `days`.

    `figure` is in thousandths of the list price for a self-pay part, in won of support for a ceiling; `years` counts
    the calendar years of a ceiling, the year of the statement included, and is 0 for a self-pay part.
    Refused: ``limit_figure_wrong`` (name, figure), ``limit_years_wrong`` (name, years).
    """

    name: str
    kind: LimitKind
    attribute: str
    figure: int
    years: int
    days: Days
    sentence_en: str
    sentence_ko: str

    def __post_init__(self) -> None:
        most = 1000 if self.kind == LimitKind.SELF_PAY else MOST_WON
        if not 1 <= self.figure <= most:
            raise Refused("limit_figure_wrong", name=self.name, figure=self.figure)
        if (self.kind == LimitKind.CEILING) != (1 <= self.years <= MOST_YEARS):
            raise Refused("limit_years_wrong", name=self.name, years=self.years)

    def binds(self, attributes: AbstractSet[str], day: date) -> bool:
        """Whether it is for somebody who holds `attributes` on `day`."""
        return day in self.days and (not self.attribute or self.attribute in attributes)


MOST_WON = 10**15
MOST_YEARS = 10


class Bounded(NamedTuple):
    """A line before ceilings: its quote with the tariff behind it, and the ceilings that bind it."""

    tariff: Tariff
    quote: Quote
    ceilings: Sequence[Limit]


class Cut(NamedTuple):
    """A line after ceilings: its quote, and the ceiling that took something from its discount, if any did."""

    quote: Quote
    ceiling: Limit | None


def self_pay(limits: Iterable[Limit], attributes: AbstractSet[str], day: date) -> Limit | None:
    """The self-pay part that counts on `day`: the largest, of equals the first by name; None where there is none."""
    parts = [one for one in limits if one.kind == LimitKind.SELF_PAY and one.binds(attributes, day)]
    return min(parts, key=lambda one: (-one.figure, one.name), default=None)


def ceilings(limits: Iterable[Limit], attributes: AbstractSet[str], day: date) -> list[Limit]:
    """The ceilings that bind somebody on `day`, in order of names."""
    found = [one for one in limits if one.kind == LimitKind.CEILING and one.binds(attributes, day)]
    return sorted(found, key=lambda one: one.name)


def room(ceiling: Limit, supported: Mapping[int, int], year: int) -> int:
    """What is left of a ceiling in `year`, given the support by calendar year, in won; below nought where exceeded."""
    return ceiling.figure - sum(supported.get(year - back, 0) for back in range(ceiling.years))


def under_ceilings(lines: Iterable[Bounded], supported: Mapping[int, int], year: int) -> list[Cut]:
    """The lines of one statement of `year`, in their order, with no more support than their ceilings leave room for.

    `supported` is the support by calendar year before this statement. What is above the room is taken from the
    discount, won by won, never from more than that: nobody pays above the list price, and the support that lies in a
    list price below the market's stays. The tax is worked out anew from the new amount due.
    """
    so_far = dict(supported)
    cut = []
    for tariff, cost, binding in lines:
        tightest = min(binding, key=lambda one: (room(one, so_far, year), one.name), default=None)
        over = max(0, cost.subsidy - room(tightest, so_far, year)) if tightest else 0
        if taken := min(over, max(0, cost.discount)):
            cost = quoted(tariff, cost.reference, cost.list_price, Won(cost.due + taken))
        so_far[year] = so_far.get(year, 0) + cost.subsidy
        cut.append(Cut(cost, tightest if taken else None))
    return cut
