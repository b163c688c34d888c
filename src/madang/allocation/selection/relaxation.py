"""The linear relaxation of choices, whose duals are the prices that prove a bound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import highspy
import numpy as np

from madang.allocation.selection.arrays import Arrays, Ints
from madang.allocation.selection.linear import Floats, Wanted, counted, linear, solver
from madang.allocation.selection.prices import Prices

LARGEST_SUM = 2.0**56  # of all worth times the prices' denominator, so that 64 bits hold every sum


@dataclass(frozen=True)
class Relaxed:
    """An optimum of the relaxation: how much of each option is taken (0 to 1) and of each part, and the prices."""

    taken: Floats
    quantity: Floats
    prices: Prices


class Relaxation:
    """The relaxation over some options (a mask), kept so that it is solved again with one request forced."""

    def __init__(self, arrays: Arrays, options: Ints) -> None:
        self.arrays = arrays
        self.model = linear(arrays, Wanted(options, arrays.limits, np.zeros(arrays.requests, dtype=bool)))
        self.highs = solver()
        self.highs.passModel(self.model.lp)
        owners = np.unique(arrays.owner[self.model.columns.option]).tolist()
        self.row = {owner: len(self.model.rows) + place for place, owner in enumerate(owners)}

    def solved(self) -> Relaxed | None:
        """Its optimum; nothing when HiGHS finds none."""
        prices = self._prices()
        if prices is None:
            return None
        value, found = np.array(self.highs.getSolution().col_value), self.model.columns
        taken = counted(found.option, np.where(found.base, value, 0.0), self.arrays.options)
        quantity = np.zeros(len(self.arrays.option))
        some = found.part >= 0
        whole = self.arrays.more[self.arrays.options + found.part[some]]
        quantity[found.part[some]] = value[some] * whole
        return Relaxed(taken, quantity, prices)

    def forced(self, request: int, served: bool) -> Prices | None:
        """The prices where a request must be served, or may not be; nothing where HiGHS finds no optimum."""
        row = self.row.get(request)
        if row is None:
            return None
        self.highs.changeRowBounds(row, *((1.0, 1.0) if served else (-highspy.kHighsInf, 0.0)))
        prices = self._prices()
        self.highs.changeRowBounds(row, -highspy.kHighsInf, 1.0)
        return prices

    def _prices(self) -> Prices | None:
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        dual = np.array(self.highs.getSolution().row_dual)[: len(self.model.rows)]
        return rounded(self.arrays, self.model.rows, dual / self.model.row_scale / self.model.scale)


def relaxed(arrays: Arrays, options: Ints) -> Relaxed | None:
    """The relaxation over some options (a mask); nothing when HiGHS finds no optimum."""
    return Relaxation(arrays, options).solved()


def rounded(arrays: Arrays, rows: Ints, duals: Floats) -> Prices:
    """Duals of some rows as whole numbers over one denominator; whatever they are, they prove a bound."""
    denominator = _denominator(arrays)
    multipliers = [0] * len(arrays.limits)
    for row, price in zip(rows.tolist(), np.maximum(duals, 0.0).tolist(), strict=True):
        multipliers[row] = round(price * denominator)
    return Prices(tuple(multipliers), denominator)


def _denominator(arrays: Arrays) -> int:
    worth = np.maximum(arrays.worth.astype(float) * arrays.more.astype(float), 0.0)
    return 1 << max(20, min(40, math.floor(math.log2(LARGEST_SUM / max(1.0, float(worth.sum()))))))
