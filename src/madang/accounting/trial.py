"""Prices past statements once more, as they were or with a rule that is not in force yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from madang.accounting.credits import Wait, WaitCredit, credits, taken_off
from madang.accounting.limits import Bounded, Limit, LimitKind, under_ceilings
from madang.accounting.pricing import Discount, Quote, Stacking, Tariff, counted, quote
from madang.accounting.statement import statement
from madang.values import Month, Won


@dataclass(frozen=True)
class PastLine:
    """A line of somebody's statement of `month`: what was held or used in `of` (an earlier month where it came late).

    `discounts` are those that counted, `least_permille` the self-pay part, `ceilings` what bounded the support; `place`
    is what jobs' waits are counted by.
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
    place: tuple[int, int] = (0, 0)

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


Waits = Mapping[tuple[tuple[int, int], Month], Sequence[Wait]]


def priced_again(
    lines: Iterable[PastLine],
    supported: Mapping[int, Mapping[int, int]],
    waits: Waits | None = None,
    rules: Sequence[WaitCredit] = (),
) -> Totals:
    """The totals of every (owner, month), each owner's months in order, so that ceilings fill as they would have.

    `supported` is each owner's support in won by calendar year before the first of these months. The lines of a month
    count in the order in which they are given. `waits` by place and month give credits by `rules`, after all else.
    Refused: as `quote`, ``discounts_in_circle``.
    """
    ordered = sorted(lines, key=lambda line: (line.owner, line.month))
    found: Totals = {}
    for owner, own in groupby(ordered, key=lambda line: line.owner):
        so_far = dict(supported.get(owner, {}))
        for month, group in groupby(own, key=lambda line: line.month):
            rows = list(group)
            cut = under_ceilings([line.bounded() for line in rows], so_far, month.year)
            priced = list(zip(rows, (one.quote for one in cut), strict=True))
            total = found[owner, month] = statement(_credited(priced, waits or {}, rules))
            so_far[month.year] = so_far.get(month.year, 0) + total.subsidy
    return found


def _credited(priced: Sequence[tuple[PastLine, Quote]], waits: Waits, rules: Sequence[WaitCredit]) -> list[Quote]:
    """The quotes after what waits take off the dues of each place's own month."""
    after = [cost for line, cost in priced if line.of != line.month]
    own = sorted((one for one in priced if one[0].of == one[0].month), key=lambda one: one[0].place)
    for place, group in groupby(own, key=lambda one: one[0].place):
        rows = [(line.tariff, cost) for line, cost in group]
        month = own[0][0].month
        found = credits(rules, waits.get((place, month), ()), Won(sum(cost.due for _, cost in rows)))
        after += taken_off(rows, sum(one.won for one in found))
    return after
