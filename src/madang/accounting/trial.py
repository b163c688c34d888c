"""Prices past statements once more, as they were or with a rule that is not in force yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from madang.accounting.limits import Bounded, Limit, LimitKind, under_ceilings
from madang.accounting.pricing import Discount, Quote, Stacking, Tariff, counted, quote
from madang.accounting.statement import statement
from madang.values import Month


@dataclass(frozen=True)
class PastLine:
    """A line of somebody's statement of `month`: what was held or used in `of` (an earlier month where it came late).

    `discounts` are those that counted, `least_permille` the self-pay part, `ceilings` what bounded the support.
    """

    owner: int
    month: Month
    of: Month
    tariff: Tariff
    amount: int
    stacking: Stacking
    discounts: tuple[Discount, ...] = ()
    least_permille: int = 0
    ceilings: tuple[Limit, ...] = ()

    def under(self, rule: Discount | Limit) -> PastLine:
        """The same line with one rule more, for an owner whom it is for."""
        if isinstance(rule, Discount):
            return replace(self, discounts=(*self.discounts, rule))
        if rule.kind == LimitKind.SELF_PAY:
            return replace(self, least_permille=max(self.least_permille, rule.figure))
        return replace(self, ceilings=(*self.ceilings, rule))

    def bounded(self) -> Bounded:
        """The line priced, before its ceilings."""
        cost = quote(
            tariff=self.tariff,
            amount=self.amount,
            month=self.of,
            discounts=counted(self.discounts, self.stacking),
            stacking=self.stacking,
            least_permille=self.least_permille,
        )
        return Bounded(self.tariff, cost, self.ceilings)


Totals = dict[tuple[int, Month], Quote]


def priced_again(lines: Iterable[PastLine], supported: Mapping[int, Mapping[int, int]]) -> Totals:
    """The totals of every (owner, month), each owner's months in order, so that ceilings fill as they would have.

    `supported` is each owner's support in won by calendar year before the first of these months. The lines of a month
    count in the order in which they are given. Refused: as `quote`, ``discounts_in_circle``.
    """
    ordered = sorted(lines, key=lambda line: (line.owner, line.month))
    found: Totals = {}
    for owner, own in groupby(ordered, key=lambda line: line.owner):
        so_far = dict(supported.get(owner, {}))
        for month, rows in groupby(own, key=lambda line: line.month):
            cut = under_ceilings([line.bounded() for line in rows], so_far, month.year)
            total = found[owner, month] = statement(one.quote for one in cut)
            so_far[month.year] = so_far.get(month.year, 0) + total.subsidy
    return found
