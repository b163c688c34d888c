"""Prices of rows, and the bound that they prove in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from madang.allocation.selection.arrays import LARGEST, Arrays, Ints


@dataclass(frozen=True)
class Prices:
    """A price for one unit of every row: `multipliers[row] / denominator` of worth, never below zero."""

    multipliers: tuple[int, ...]
    denominator: int


@dataclass(frozen=True)
class Priced:
    """What is left of every column's worth once its rows are paid for, times the denominator.

    `option[o]`: base and all parts that are worth more than they cost; `rows`: what all rows together bring.
    """

    column: Ints
    option: Ints
    rows: int
    denominator: int


def priced(arrays: Arrays, prices: Prices) -> Priced:
    """Pays every column's rows at these prices."""
    paid = np.array(prices.multipliers, dtype=arrays.coefficient.dtype if _small(arrays, prices) else object)
    used = paid[arrays.row] * arrays.coefficient
    column = arrays.worth.astype(paid.dtype) * prices.denominator - summed(used, arrays.begin)
    gain = np.maximum(column[arrays.options :], 0) * arrays.more[arrays.options :]
    option = column[: arrays.options] + summed(gain, arrays.parts)
    rows = sum(price * limit for price, limit in zip(prices.multipliers, arrays.limits.tolist(), strict=True) if price)
    return Priced(column, option, int(rows), prices.denominator)


def best_of(values: Ints, first: Ints) -> Ints:
    """The largest value of each request's options, or nothing (0)."""
    found = np.zeros(len(first) - 1, dtype=values.dtype)
    some = np.flatnonzero(first[1:] > first[:-1])
    if len(some):
        found[some] = np.maximum(np.maximum.reduceat(values, first[some]), 0)
    return found


def summed(values: Ints, begin: Ints) -> Ints:
    """Sums of `values[begin[i] : begin[i + 1]]`."""
    sums = np.concatenate([np.zeros(1, dtype=values.dtype), np.cumsum(values)])
    found: Ints = sums[begin[1:]] - sums[begin[:-1]]
    return found


def _small(arrays: Arrays, prices: Prices) -> bool:
    """Whether 64 bits hold what any option is worth and pays: worked out in floating point with room to spare.

    Running sums over all columns may wrap around; their differences are still right.
    """
    if arrays.coefficient.dtype == object or max((*prices.multipliers, prices.denominator), default=0) >= LARGEST:
        return False
    price = np.array(prices.multipliers, dtype=float)
    paid = np.abs(arrays.coefficient.astype(float)) * price[arrays.row]
    column = np.abs(arrays.worth.astype(float)) * prices.denominator + summed(paid, arrays.begin)
    whole = column * np.maximum(arrays.more.astype(float), 1.0)
    option = whole[: arrays.options] + summed(whole[arrays.options :], arrays.parts)
    return bool(option.max(initial=0.0) < LARGEST / 16)
