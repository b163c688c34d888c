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


def relaxed(arrays: Arrays, options: Ints) -> Relaxed | None:
    """The relaxation over some options (a mask); nothing when HiGHS finds no optimum."""
    model = linear(arrays, Wanted(options, arrays.limits, np.zeros(arrays.requests, dtype=bool)))
    highs = solver()
    highs.passModel(model.lp)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution = highs.getSolution()
    found = model.columns
    base = np.where(found.base, np.array(solution.col_value), 0.0)
    dual = np.array(solution.row_dual)[: len(model.rows)] / model.row_scale / model.scale
    taken = counted(found.option, base, arrays.options)
    quantity = np.zeros(len(arrays.option))
    some = found.part >= 0
    quantity[found.part[some]] = np.array(solution.col_value)[some] * arrays.more[arrays.options + found.part[some]]
    return Relaxed(taken, quantity, rounded(arrays, model.rows, dual))


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
