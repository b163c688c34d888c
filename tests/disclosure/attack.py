"""An attacker who has nothing but what is published: bounds on each withheld cell by mixed-integer programming.

Knows the tables' sums, that zeros are shown, that numbers are whole, and the threshold. Written apart from the library:
it reads cells with their categories only.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import highspy
import numpy as np

Published = dict[tuple[tuple[str, ...], tuple[str, ...]], int | None]  # (dimensions, categories): shown, or withheld
INFINITE = highspy.kHighsInf


class Unknowns:
    """Whole numbers from 0 to `most`, rows that sums of them keep to, and the least and the most that a sum can be."""

    def __init__(self, count: int, most: float) -> None:
        self.count, self.model = count, highspy.Highs()
        self.model.setOptionValue("log_to_console", False)
        self.model.setOptionValue("threads", 1)
        for number in range(count):
            self.model.addVar(0.0, float(most))
            self.model.changeColIntegrality(number, highspy.HighsVarType.kInteger)

    def row(self, low: float, high: float, weights: Mapping[int, int]) -> None:
        columns, values = np.array(list(weights), np.int32), np.array(list(weights.values()), float)
        self.model.addRow(float(low), float(high), len(weights), columns, values)

    def bounds(self, weights: Mapping[int, int]) -> tuple[int, int]:
        return self._extreme(weights, 1), -self._extreme(weights, -1)

    def _extreme(self, weights: Mapping[int, int], sign: int) -> int:
        wanted = np.zeros(self.count)
        for number, weight in weights.items():
            wanted[number] = sign * weight
        self.model.changeColsCost(self.count, np.arange(self.count, dtype=np.int32), wanted)
        self.model.clearSolver()
        self.model.run()
        assert self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal, "what is published contradicts itself"
        return round(self.model.getInfo().objective_function_value)


class Attack:
    """The polytope of all numbers that agree with what is published."""

    def __init__(self, dimensions: tuple[str, ...], published: Published) -> None:
        domains = []
        for name in dimensions:
            domains.append(sorted({key[by.index(name)] for by, key in published if name in by} or {"only"}))
        self.places = list(itertools.product(*domains))
        self.members: dict[object, dict[int, int]] = {cell: {} for cell in published}
        for number, place in enumerate(self.places):
            named = dict(zip(dimensions, place, strict=True))
            for by in {by for by, _ in published}:
                self.members[by, tuple(named[name] for name in by)][number] = 1
        self.unknowns = Unknowns(len(self.places), 1e5)
        for cell, value in published.items():  # a withheld cell is at least 1
            low, high = (1, INFINITE) if value is None else (value, value)
            self.unknowns.row(low, high, self.members[cell])

    def bounds(self, cell: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[int, int]:
        """The least and the most that a withheld cell can hold."""
        return self.unknowns.bounds(self.members[cell])
