"""Gives a model to HiGHS and reads what it finds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from madang.allocation.selection.arrays import Arrays
from madang.allocation.selection.holding import Holding, amounts
from madang.allocation.selection.linear import Columns, Floats, Linear, Wanted, counted, linear, solver

Seen = Callable[[float, float], None]


@dataclass(frozen=True)
class Found:
    """How much of each option (0 to 1) and of each part a model takes, HiGHS's bound on their worth (in floating-point
    arithmetic), and whether HiGHS ended by itself, not on a limit."""

    taken: Floats
    quantity: Floats
    bound: float
    ended: bool


def solved(
    arrays: Arrays,
    wanted: Wanted,
    start: Holding | None = None,
    seen: Seen | None = None,
    **options: bool | int | float | str,
) -> Found | None:
    """The best that HiGHS finds for what is wanted within its limits on work; nothing where it finds none.

    `seen` is called now and then with the best worth found and the bound.
    """
    model = linear(arrays, wanted)
    if not len(model.columns.option):
        return Found(np.zeros(arrays.options), np.zeros(len(arrays.option)), 0.0, True)
    highs = solver(**options)
    highs.passModel(model.lp)
    if start is not None:
        first = highspy.HighsSolution()
        first.col_value = _values(arrays, model.columns, start)
        highs.setSolution(first)
    if seen is not None:
        _follow(highs, model.scale, seen)
    highs.run()
    return _read(arrays, model, highs)


def _read(arrays: Arrays, model: Linear, highs: highspy.Highs) -> Found | None:
    solution, columns = highs.getSolution(), model.columns
    if not solution.value_valid:
        return None
    value = np.array(solution.col_value)
    taken = counted(columns.option, np.where(columns.base, value, 0.0), arrays.options)
    some = columns.part >= 0
    quantity = np.zeros(len(arrays.option))
    part = columns.part[some]
    quantity[part] = value[some] / columns.upper[some] * arrays.more[arrays.options + part].astype(float)
    ended = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Found(taken, quantity, highs.getInfo().mip_dual_bound / model.scale, bool(ended))


def _values(arrays: Arrays, columns: Columns, start: Holding) -> Floats:
    """The columns of a model for a holding."""
    amount = amounts(arrays, start.option, start.quantity).astype(float)
    part = arrays.options + columns.part
    share = np.where(columns.part >= 0, amount[part] / np.maximum(arrays.more[part].astype(float), 1.0), 0.0)
    two = np.flatnonzero(columns.base & (columns.part >= 0))  # least and most: the one is what the other leaves
    values: Floats = np.where(columns.part >= 0, share * columns.upper, amount[columns.option])
    values[two - 1] -= values[two]
    return values


def _follow(highs: highspy.Highs, scale: float, seen: Seen) -> None:
    def logged(event: highspy.HighsCallbackEvent) -> None:
        out = event.data_out
        if math.isfinite(out.mip_primal_bound) and math.isfinite(out.mip_dual_bound):
            seen(out.mip_primal_bound / scale, out.mip_dual_bound / scale)

    highs.cbMipLogging += logged
