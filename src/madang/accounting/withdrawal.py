"""Withdraws discounts that were given already: what each line and each funding source gets back, to the won."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

from madang.accounting.pricing import Quote, Tariff, quoted
from madang.accounting.settlement import apportioned
from madang.values import Won


@dataclass(frozen=True)
class Discounted:
    """A line that was billed: what is left of its discount, and the place whose support funding sources shared."""

    line: int
    place: Hashable
    left: int


class Withdrawn(NamedTuple):
    """Won of a line's discount that one source bore and bears no longer."""

    line: int
    source: int
    won: int


def divided(
    amount: int, lines: Sequence[Discounted], funded: Mapping[Hashable, Mapping[int, int]], own: int
) -> list[Withdrawn]:
    """`amount` won divided among lines by what is left of their discounts, and each line's among those who funded it.

    `funded` is what each source still bears of a place, in won. No source gives back more than that as long as the
    place bears as much as is withdrawn of it; beyond (a price above the market's) it is `own`'s, the centre's source.
    Both divisions are `apportioned`, so nothing is lost. ValueError where `amount` is above all that is left.
    """
    if not 0 < amount <= sum(one.left for one in lines):
        raise ValueError("amount must lie within what is left of the discounts")
    bearing = {place: {source: won for source, won in by.items() if won > 0} for place, by in funded.items()}
    found = []
    for line, part in zip(lines, apportioned(amount, [one.left for one in lines]), strict=True):
        sources = bearing.setdefault(line.place, {})
        borne = min(part, sum(sources.values()))
        shares = apportioned(borne, list(sources.values())) if borne else ()
        of_line = {source: won for source, won in zip(sources, shares, strict=False) if won}
        for source, won in of_line.items():
            sources[source] -= won
        if part > borne:
            of_line[own] = of_line.get(own, 0) + part - borne
        bearing[line.place] = {source: won for source, won in sources.items() if won}
        found += [Withdrawn(line.line, source, won) for source, won in of_line.items()]
    return found


def same_share(lines: Sequence[Discounted], amount: int, base: int) -> list[tuple[Discounted, int]]:
    """What is withdrawn of lines that came later, after `amount` of `base` won: the same share of each, rounded down.

    Each line by itself, so that it does not matter with which others it comes. Those that come to nought are left out.
    """
    if not 0 < amount <= base:
        raise ValueError("amount must lie within the base")
    return [(line, won) for line in lines if (won := line.left * amount // base)]


def repriced(tariff: Tariff, won: int) -> Quote:
    """The line that withdraws `won` of discount, or gives them back where below nought: exactly the opposite then.

    It prices nothing: list and reference price are nought, so due = − discount and support = − due. Its tax is rounded
    once.
    """
    cost = quoted(tariff, Won(0), Won(0), Won(abs(won)))
    if won >= 0:
        return cost
    return Quote(**{field.name: Won(-getattr(cost, field.name)) for field in fields(Quote)})
