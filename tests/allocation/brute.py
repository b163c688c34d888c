"""Tiny choices drawn for tests, all of their selections, and the bound that prices prove, counted a second time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from hypothesis import strategies as st

from madang.allocation.selection import Choices, Held, Option, Part, Prices

Chosen = tuple[Held | None, ...]


def ways(options: tuple[Option, ...]) -> Iterator[Held | None]:
    yield None
    for number, option in enumerate(options):
        for quantities in itertools.product(*(range(part.more + 1) for part in option.parts)):
            yield number, quantities


def selections(choices: Choices) -> Iterator[tuple[int, Chosen]]:
    """(worth, selection) of everything within the limits."""
    for chosen in itertools.product(*(list(ways(options)) for options in choices.requests)):
        used = counted(choices, chosen)
        if all(used[row] <= limit for row, limit in enumerate(choices.limits)):
            yield worth(choices, chosen), chosen


def counted(choices: Choices, chosen: Chosen) -> list[int]:
    used = [0] * len(choices.limits)
    for options, held in zip(choices.requests, chosen, strict=True):
        if held is not None:
            option = options[held[0]]
            for uses, times in [(option.uses, 1), *((p.uses, q) for p, q in zip(option.parts, held[1], strict=True))]:
                for row, units in uses.items():
                    used[row] += units * times
    return used


def worth(choices: Choices, chosen: Chosen) -> int:
    total = 0
    for options, held in zip(choices.requests, chosen, strict=True):
        if held is not None:
            option = options[held[0]]
            total += option.worth + sum(p.worth * q for p, q in zip(option.parts, held[1], strict=True))
    return total


def proven(choices: Choices, prices: Prices) -> tuple[int, list[tuple[int, list[int]]]]:
    """(what the rows bring, for each request its gain and the value of each option), by the published formula."""
    every = [
        uses for options in choices.requests for option in options
        for uses in (option.uses, *(part.uses for part in option.parts))
    ]  # fmt: skip
    signed = {row for uses in every for row, units in uses.items() if units < 0}
    limits = {row: limit for row, limit in enumerate(choices.limits) if row not in signed}
    kept: list[list[tuple[Option, list[int]]]] = []
    for options in choices.requests:
        kept.append([])
        for option in options:
            left = {row: limit - option.uses.get(row, 0) for row, limit in limits.items()}
            if all(left[row] >= 0 for row in option.uses if row in left):
                most = [
                    max(
                        0,
                        min([p.more, *(left[row] // units for row, units in p.uses.items() if row in left and units)]),
                    )
                    for p in option.parts
                ]
                kept[-1].append((option, most))
    shared = [0] * len(choices.limits)
    for options in kept:
        for option, _ in options:
            for uses in (option.uses, *(part.uses for part in option.parts)):
                for row, units in uses.items():
                    shared[row] = math.gcd(shared[row], units)
    limit = [units - units % by if by else units for units, by in zip(choices.limits, shared, strict=True)]
    total = sum(price * units for price, units in zip(prices.multipliers, limit, strict=True))

    def left_of(one: Option | Part) -> int:
        return one.worth * prices.denominator - sum(prices.multipliers[row] * u for row, u in one.uses.items())

    def value(option: Option, most: list[int]) -> int:
        return left_of(option) + sum(m * max(0, left_of(p)) for p, m in zip(option.parts, most, strict=True))

    values = [[value(option, most) for option, most in options] for options in kept]
    return total, [(max([0, *found]), found) for found in values]


@st.composite
def tiny(draw: st.DrawFn, *, signed: bool = True, limits: tuple[int, int] = (0, 14), requests: int = 5) -> Choices:
    """Up to five requests of up to two options of up to two parts over up to three rows."""
    rows = draw(st.integers(1, 3))
    units = st.integers(-4 if signed else 0, 6)
    uses = st.dictionaries(st.integers(0, rows - 1), units, max_size=rows)
    part = st.builds(Part, st.integers(-2, 9), st.integers(0, 2), uses)
    option = st.builds(Option, st.just(()), st.integers(-3, 20), uses, st.lists(part, max_size=2).map(tuple))
    asked = st.lists(option, max_size=2).map(tuple)
    found = draw(st.lists(asked, max_size=requests))
    return Choices(tuple(found), tuple(draw(st.integers(*limits)) for _ in range(rows)))
