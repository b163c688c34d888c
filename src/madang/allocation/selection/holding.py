"""What a set of choices takes of every row, counted in whole numbers, and how to fill what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from madang.allocation.selection.arrays import Arrays, Ints


@dataclass
class Holding:
    """`option[r]`: the option of request r (-1: none); `quantity[p]`: of part p; `left[row]`: what is not used."""

    arrays: Arrays
    option: Ints
    quantity: Ints
    left: Ints

    @property
    def fits(self) -> bool:
        return bool((self.left >= 0).all())

    def worth(self) -> int:
        taken = self.arrays.worth * amounts(self.arrays, self.option, self.quantity)
        return sum(taken.tolist())

    def copy(self) -> Holding:
        return Holding(self.arrays, self.option.copy(), self.quantity.copy(), self.left.copy())


def amounts(arrays: Arrays, option: Ints, quantity: Ints) -> Ints:
    """How much of every column is taken."""
    based = np.zeros(arrays.options, dtype=quantity.dtype)
    based[option[option >= 0]] = 1
    return np.concatenate([based, quantity])


def held(arrays: Arrays, option: Ints, quantity: Ints) -> Holding:
    """The holding of these options and quantities; it may break limits."""
    taken = amounts(arrays, option, quantity)
    columns = np.repeat(np.arange(len(taken)), np.diff(arrays.begin))
    left = arrays.limits.copy()
    np.subtract.at(left, arrays.row, arrays.coefficient * taken[columns])
    return Holding(arrays, option.copy(), quantity.copy(), left)


def nothing(arrays: Arrays) -> Holding:
    """Nobody gets anything."""
    empty = np.zeros(len(arrays.option), dtype=arrays.worth.dtype)
    return held(arrays, np.full(arrays.requests, -1), empty)


def fill(holding: Holding, order: Iterable[int]) -> int:
    """Gives options, in this order, to requests that have none, each with as much of its parts as fits; how many."""
    given = 0
    for option in order:
        if holding.option[holding.arrays.owner[option]] < 0 and _take(holding, option, 1):
            holding.option[holding.arrays.owner[option]] = option
            raise_parts(holding, option)
            given += 1
    return given


def raise_parts(holding: Holding, option: int) -> None:
    """As much more of an option's parts as fits."""
    arrays = holding.arrays
    for part in range(int(arrays.parts[option]), int(arrays.parts[option + 1])):
        if arrays.worth[arrays.options + part] > 0:
            _raise(holding, part, int(arrays.more[arrays.options + part]))


def mend(holding: Holding) -> None:
    """Raises parts of what is taken where rows lack what these give: quantities rounded down may fall short of them."""
    arrays = holding.arrays
    for entry in np.flatnonzero((holding.left < 0)[arrays.row] & (arrays.coefficient < 0)).tolist():
        lacking = -int(holding.left[arrays.row[entry]])
        part = int(np.searchsorted(arrays.begin, entry, side="right")) - 1 - arrays.options
        if lacking > 0 and part >= 0 and holding.option[arrays.owner[arrays.option[part]]] == arrays.option[part]:
            _raise(holding, part, -(lacking // int(arrays.coefficient[entry])))


def _raise(holding: Holding, part: int, more: int) -> None:
    """So many more of a part, or as many as fit."""
    arrays = holding.arrays
    rows, units = uses(arrays, arrays.options + part)
    draws = units > 0
    left = arrays.more[arrays.options + part] - holding.quantity[part]
    most = min([more, left, *(holding.left[rows[draws]] // units[draws])])
    if most > 0:
        holding.left[rows] -= units * most
        holding.quantity[part] += most


def _take(holding: Holding, column: int, quantity: int) -> bool:
    rows, units = uses(holding.arrays, column)
    after = holding.left[rows] - units * quantity
    if ((after < 0) & (units > 0)).any():
        return False
    holding.left[rows] = after
    return True


def uses(arrays: Arrays, column: int) -> tuple[Ints, Ints]:
    """The rows that a column draws on, and how much of each."""
    where = slice(int(arrays.begin[column]), int(arrays.begin[column + 1]))
    return arrays.row[where], arrays.coefficient[where]
