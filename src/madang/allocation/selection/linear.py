"""Choices as a linear model for HiGHS, with as many whole-number columns as are wanted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from madang.allocation.selection.arrays import Arrays, Ints

Floats = npt.NDArray[np.float64]
SAME_ALWAYS: dict[str, bool | int | float | str] = {
    "log_to_console": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
}
# HiGHS notes bounds for every whole value of a column, which took nine tenths of its time where quantities go into the
# tens of thousands. Those that go further than this are rounded down instead: it loses at most one in so many.
NARROW = 100
LARGEST_COST = 2.0**13  # costs are scaled by a power of two to below this, where HiGHS's tolerances are made for


@dataclass(frozen=True)
class Wanted:
    """What a model holds: the options that may be taken (a mask), the limits that are left to them, the requests whose
    options are taken wholly or not at all (a mask), up to how much of a part its quantity is a whole number too (0: no
    part's is), and the requests that must be served (a mask; nobody where absent)."""

    options: Ints
    left: Ints
    whole: Ints
    exact: int = 0
    must: Ints | None = None


@dataclass(frozen=True)
class Columns:
    """Columns of a model, each from 0 to `upper`.

    `option`: the option a column belongs to; `part`: the part it takes (-1: none), all of it at `upper`; `base`:
    whether it takes the base. An option with one part that need not be whole has two columns, least and most, which
    want no row that ties the part to the base; other parts are tied by a row each.
    """

    option: Ints
    part: Ints
    base: Ints
    upper: Floats


@dataclass(frozen=True)
class Linear:
    """A model: `rows` are the rows of the choices that can bind, in the model's order; `row_scale` divides them."""

    lp: highspy.HighsLp
    columns: Columns
    rows: Ints
    row_scale: Floats
    scale: float


def columns(arrays: Arrays, wanted: Wanted) -> Columns:
    """The columns of what is wanted, those of an option side by side, its base first."""
    own = np.flatnonzero(wanted.options)
    parts = np.flatnonzero(wanted.options[arrays.option] & (arrays.more[arrays.options :] > 0))
    owner = arrays.option[parts]
    counted = np.bincount(owner, minlength=arrays.options)
    whole = wanted.whole[arrays.owner[owner]]
    option = np.concatenate([own, owner])
    part = np.concatenate([np.full(len(own), -1), parts])
    base = np.concatenate([np.ones(len(own), dtype=bool), (counted[owner] == 1) & ~whole])
    more = arrays.more[arrays.options + parts].astype(float)
    upper = np.where(whole & (more <= wanted.exact), more, 1.0)
    order = np.argsort(option, kind="stable")
    return Columns(option[order], part[order], base[order], np.concatenate([np.ones(len(own)), upper])[order])


def linear(arrays: Arrays, wanted: Wanted) -> Linear:
    """The model that maximises worth: rows that can bind, then a row a request, then a row a tied part."""
    found = columns(arrays, wanted)
    column, row, value = _entries(arrays, found)
    rows = _binding(arrays, wanted)
    place = np.full(len(arrays.limits), -1)
    place[rows] = np.arange(len(rows))
    kept = place[row] >= 0
    column, row, value = column[kept], place[row[kept]], value[kept]
    largest = np.ones(len(rows))
    np.maximum.at(largest, row, np.abs(value))
    by = 2.0 ** np.floor(np.log2(largest))
    owners, group = np.unique(arrays.owner[found.option], return_inverse=True)
    own, tied = np.flatnonzero(found.base), np.flatnonzero(~found.base)
    ties = len(rows) + len(owners) + np.arange(len(tied))
    switch = np.searchsorted(found.option, found.option[tied])
    lp = _lp(
        len(found.option),
        np.concatenate([wanted.left[rows].astype(float) / by, np.ones(len(owners)), np.zeros(len(tied))]),
        np.concatenate([column, own, tied, switch]),
        np.concatenate([row, len(rows) + group[own], ties, ties]),
        np.concatenate([value / by[row], np.ones(len(own) + len(tied)), -found.upper[tied]]),
    )
    if wanted.must is not None:
        lp.row_lower_ = np.where(_in_groups(wanted.must[owners], len(rows), lp.num_row_), 1.0, -highspy.kHighsInf)
    cost = _cost(arrays, found)
    scale = 2.0 ** math.floor(math.log2(LARGEST_COST / max(1.0, np.abs(cost).max(initial=0.0))))
    lp.col_cost_, lp.col_upper_ = cost * scale, found.upper
    exact = arrays.more[arrays.options + found.part] <= wanted.exact
    whole = wanted.whole[arrays.owner[found.option]] & ((found.part < 0) | exact)
    if whole.any():
        lp.integrality_ = [highspy.HighsVarType.kInteger if w else highspy.HighsVarType.kContinuous for w in whole]
    return Linear(lp, found, rows, by, scale)


def _in_groups(mask: Ints, before: int, rows: int) -> Ints:
    """A mask of requests as a mask of the model's rows."""
    return np.concatenate([np.zeros(before, dtype=bool), mask, np.zeros(rows - before - len(mask), dtype=bool)])


def solver(**options: bool | int | float | str) -> highspy.Highs:
    """HiGHS with one thread, one seed and no limit on time, so that it always does the same."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {**SAME_ALWAYS, **options}.items():
        highs.setOptionValue(name, value)
    return highs


def counted(place: Ints, amount: Floats, places: int) -> Floats:
    """The sum of the amounts at each place."""
    return np.bincount(place, weights=amount, minlength=places).astype(np.float64)


def _cost(arrays: Arrays, found: Columns) -> Floats:
    base = np.where(found.base, arrays.worth[found.option].astype(float), 0.0)
    some = found.part >= 0
    part = arrays.options + found.part[some]
    base[some] += arrays.worth[part].astype(float) * (arrays.more[part].astype(float) / found.upper[some])
    return base


def _entries(arrays: Arrays, found: Columns) -> tuple[Ints, Ints, Floats]:
    """(column, row, value) of a model's columns over the rows of the choices, by column; a row once a column."""
    based, some = np.flatnonzero(found.base), np.flatnonzero(found.part >= 0)
    own, own_entry = _spread(arrays, found.option[based])
    part = arrays.options + found.part[some]
    drawn, part_entry = _spread(arrays, part)
    times = arrays.more[part].astype(float) / found.upper[some]
    column = np.concatenate([based[own], some[drawn]])
    entry = np.concatenate([own_entry, part_entry])
    value = arrays.coefficient[entry].astype(float) * np.concatenate([np.ones(len(own)), times[drawn]])
    return merged(column, arrays.row[entry], value)


def merged(column: Ints, row: Ints, value: Floats) -> tuple[Ints, Ints, Floats]:
    """Entries in order of column and row, those of the same place added up."""
    order = np.lexsort((row, column))
    column, row, value = column[order], row[order], value[order]
    if not len(column):
        return column, row, value
    begin = np.flatnonzero(np.concatenate([[True], (column[1:] != column[:-1]) | (row[1:] != row[:-1])]))
    return column[begin], row[begin], np.add.reduceat(value, begin)


def _spread(arrays: Arrays, columns: Ints) -> tuple[Ints, Ints]:
    """Entries of columns of the choices: (which of them, entry)."""
    counts = arrays.begin[columns + 1] - arrays.begin[columns]
    which = np.repeat(np.arange(len(columns)), counts)
    before = np.cumsum(counts) - counts
    return which, np.arange(len(which)) - np.repeat(before - arrays.begin[columns], counts)


def _binding(arrays: Arrays, wanted: Wanted) -> Ints:
    """Rows that some plan could break: the others need neither a row nor a price."""
    parts = np.flatnonzero(wanted.options[arrays.option])
    wide = np.concatenate([np.flatnonzero(wanted.options), arrays.options + parts])
    which, entry = _spread(arrays, wide)
    draw = arrays.coefficient[entry].astype(float) * arrays.more[wide].astype(float)[which]
    based = wide[which] < arrays.options
    option = np.concatenate([np.flatnonzero(wanted.options), arrays.option[parts]])[which]
    option, row, draw = merged(option, arrays.row[entry], np.where(based, draw, np.maximum(draw, 0.0)))
    owner = arrays.owner[option]
    order = np.lexsort((owner, row))
    owner, row, draw = owner[order], row[order], np.maximum(draw[order], 0.0)
    total = np.zeros(len(arrays.limits))
    if len(row):
        begin = np.flatnonzero(np.concatenate([[True], (row[1:] != row[:-1]) | (owner[1:] != owner[:-1])]))
        np.add.at(total, row[begin], np.maximum.reduceat(draw, begin))
    return np.flatnonzero(total * (1 + 1e-9) > wanted.left.astype(float))


def _lp(count: int, upper: Floats, column: Ints, row: Ints, value: Floats) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    order = np.lexsort((row, column))
    lp.num_col_, lp.num_row_ = count, len(upper)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_lower_ = np.zeros(count)
    lp.row_lower_, lp.row_upper_ = np.full(len(upper), -highspy.kHighsInf), upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=count))]).astype(np.int32)
    lp.a_matrix_.index_ = row[order].astype(np.int32)
    lp.a_matrix_.value_ = value[order]
    return lp
