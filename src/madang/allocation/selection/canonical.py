"""An order of requests and rows that comes from what stands in them alone, so that names and order change nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from madang.allocation.selection.arrays import Arrays, Ints, arrays
from madang.allocation.selection.choices import Choices
from madang.allocation.selection.prices import summed

Marks = npt.NDArray[np.uint64]
ROUNDS = 3  # of telling rows apart by their requests and requests by their rows


def ordered(choices: Choices) -> tuple[Arrays, Ints, Ints]:
    """(arrays in that order, the place of each of its requests before, the number of each of its rows before).

    Rows are told apart by their limit and by what requests draw on them, requests by their options and the rows these
    draw on, both as marks of 64 bits. What is still alike is interchangeable in all but contrived cases.
    """
    given = arrays(choices)
    requests, rows = _marks(given)
    places, numbers = np.argsort(requests, kind="stable"), np.argsort(rows, kind="stable")
    new = np.empty(len(numbers), dtype=np.int64)
    new[numbers] = np.arange(len(numbers))
    moved = arrays(Choices(tuple(choices.requests[place] for place in places.tolist()), choices.limits))
    return replace(moved, row=new[moved.row], limits=moved.limits[numbers]), places, numbers


def _marks(given: Arrays) -> tuple[Marks, Marks]:
    columns = len(given.worth)
    column = np.repeat(np.arange(columns), np.diff(given.begin))
    option = np.concatenate([np.arange(given.options), given.option])
    position = np.arange(given.options) - given.first[given.owner]
    place = np.arange(len(given.option)) - given.parts[given.option] + 1
    own = np.concatenate([np.zeros(given.options, dtype=np.int64), place])
    stated = _mixed(_bits(given.worth) * np.uint64(3) + _bits(given.more) + _mixed(_bits(own)))
    coefficient = _mixed(_bits(given.coefficient))
    rows = _mixed(_bits(given.limits))
    requests = np.zeros(given.requests, dtype=np.uint64)
    for _ in range(ROUNDS):
        drawn = stated + summed(_mixed(rows[given.row] + coefficient), given.begin)
        parts = summed(_mixed(drawn[given.options :]), given.parts)
        options = _mixed(_mixed(drawn[: given.options] + parts) + _bits(position))
        requests = _mixed(summed(options, given.first))
        seen = _mixed(requests[given.owner[option[column]]] + _mixed(_bits(position[option[column]]) + stated[column]))
        sums = np.zeros(len(rows), dtype=np.uint64)
        np.add.at(sums, given.row, _mixed(seen + coefficient))
        rows = _mixed(rows + sums)
    return requests, rows


def _bits(values: Ints) -> Marks:
    if values.dtype == object:
        return np.array([value % 2**64 for value in values.tolist()], dtype=np.uint64)
    return values.astype(np.int64).view(np.uint64)


def _mixed(values: Marks) -> Marks:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, 2014), which spreads every bit over all others."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Marks = values ^ (values >> np.uint64(31))
    return mixed
