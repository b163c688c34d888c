"""Choices laid out as whole-number arrays, so that thousands of options are priced in one stroke."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from madang.allocation.selection.choices import Choices, Option, Part

Ints = npt.NDArray[Any]  # int64, or Python's own integers where 64 bits would not hold them
LARGEST = 2**62


@dataclass(frozen=True)
class Arrays:
    """Columns: first the bases of all options (in the order of requests), then all parts.

    `owner[o]`: request of option o; `first[r] : first[r + 1]`: options of request r; `option[p]`: option of part p;
    `parts[o] : parts[o + 1]`: parts of option o. `worth` and `more` by column (a base: 1). Entries of column c are
    `row` and `coefficient` from `begin[c]` to `begin[c + 1]`.
    """

    owner: Ints
    first: Ints
    option: Ints
    parts: Ints
    worth: Ints
    more: Ints
    begin: Ints
    row: Ints
    coefficient: Ints
    limits: Ints

    @property
    def options(self) -> int:
        return len(self.owner)

    @property
    def requests(self) -> int:
        return len(self.first) - 1


def trimmed(choices: Choices) -> tuple[Choices, list[list[int]]]:
    """(the same choices without what no limit allows: the same plans, but a relaxation that lies closer to them,
    for each request the places that its options had before).

    Two steps, each exact and easy to take again by a judge. (1) In a row without a coefficient below zero, an option
    whose base alone exceeds the limit goes, and a part's `more` falls to what the limit leaves beside its own base.
    (2) Each row's limit falls to a multiple of the greatest common divisor of the coefficients that are left in it.
    """
    signed = {row for uses in _every_use(choices) for row, units in uses.items() if units < 0}
    strict = [None if row in signed else limit for row, limit in enumerate(choices.limits)]
    cut = [[_fitting(option, strict) for option in options] for options in choices.requests]
    found = tuple(tuple(option for option in options if option is not None) for options in cut)
    divisor = [0] * len(choices.limits)
    for uses in _every_use(Choices(found, ())):
        for row, units in uses.items():
            divisor[row] = math.gcd(divisor[row], units)
    limits = (limit - limit % by if by else limit for limit, by in zip(choices.limits, divisor, strict=True))
    return Choices(found, tuple(limits)), [[n for n, o in enumerate(options) if o is not None] for options in cut]


def _every_use(choices: Choices) -> Iterator[Mapping[int, int]]:
    for options in choices.requests:
        for option in options:
            yield option.uses
            for part in option.parts:
                yield part.uses


def _fitting(option: Option, limits: list[int | None]) -> Option | None:
    """The option as far as the limits leave room to it alone; none if not even its base fits."""

    def free(row: int) -> int | None:
        limit = limits[row]
        return None if limit is None else limit - option.uses.get(row, 0)

    if any((left := free(row)) is not None and left < 0 for row in option.uses):
        return None
    parts = []
    for part in option.parts:
        most = [left // units for row, units in part.uses.items() if units and (left := free(row)) is not None]
        parts.append(replace(part, more=max(0, min([part.more, *most]))))
    return replace(option, parts=tuple(parts))


def arrays(choices: Choices) -> Arrays:
    """Choices as arrays; the parts of an option keep their order."""
    every = [option for options in choices.requests for option in options]
    parts = [part for option in every for part in option.parts]
    columns: list[Option | Part] = [*every, *parts]
    kind = _kind(choices, columns)
    entries = [(row, units) for column in columns for row, units in column.uses.items() if units]
    return Arrays(
        owner=np.repeat(np.arange(len(choices.requests)), [len(options) for options in choices.requests]),
        first=_ends(len(options) for options in choices.requests),
        option=np.repeat(np.arange(len(every)), [len(option.parts) for option in every]),
        parts=_ends(len(option.parts) for option in every),
        worth=np.array([column.worth for column in columns], dtype=kind),
        more=np.array([1] * len(every) + [part.more for part in parts], dtype=kind),
        begin=_ends(sum(1 for units in column.uses.values() if units) for column in columns),
        row=np.array([row for row, _ in entries], dtype=np.int64),
        coefficient=np.array([units for _, units in entries], dtype=kind),
        limits=np.array(choices.limits, dtype=kind),
    )


def _ends(counts: Iterable[int]) -> Ints:
    return np.array([0, *accumulate(counts)], dtype=np.int64)


def _kind(choices: Choices, columns: Sequence[Option | Part]) -> type:
    """64 bits where all sums of worth and use are sure to stay within them, else Python's own integers."""
    largest = max((abs(limit) for limit in choices.limits), default=0)
    total = 0
    for column in columns:
        times = column.more if isinstance(column, Part) else 1
        total += max([abs(column.worth), *map(abs, column.uses.values())]) * max(1, times)
    return np.int64 if max(largest, total) < LARGEST else object
