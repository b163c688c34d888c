"""An attacker who has nothing but what is published: bounds on each withheld cell by mixed-integer programming.

Knows the tables' sums, that zeros are shown, that numbers are whole, and the threshold. Written apart from the library:
it reads cells with their categories only.
"""

from __future__ import annotations

import itertools

import highspy
import numpy as np

Published = dict[tuple[tuple[str, ...], tuple[str, ...]], int | None]  # (dimensions, categories): shown, or withheld


class Attack:
    """The polytope of all numbers that agree with what is published."""

    def __init__(self, dimensions: tuple[str, ...], published: Published) -> None:
        domains = []
        for name in dimensions:
            domains.append(sorted({key[by.index(name)] for by, key in published if name in by} or {"only"}))
        self.dimensions, self.published = dimensions, published
        self.places = list(itertools.product(*domains))
        self.members = {cell: [] for cell in published}
        for number, place in enumerate(self.places):
            named = dict(zip(dimensions, place, strict=True))
            for by in {by for by, _ in published}:
                self.members[by, tuple(named[name] for name in by)].append(number)
        self.model = _polytope(len(self.places), [(value, self.members[one]) for one, value in published.items()])

    def bounds(self, cell: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[float, float]:
        """The least and the most that a withheld cell can hold."""
        return self._extreme(cell, 1), -self._extreme(cell, -1)

    def _extreme(self, cell, sign: int) -> float:
        count = len(self.places)
        wanted = np.zeros(count)
        wanted[self.members[cell]] = sign
        self.model.changeColsCost(count, np.arange(count, dtype=np.int32), wanted)
        self.model.clearSolver()
        self.model.run()
        assert self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return round(self.model.getInfo().objective_function_value)


def _polytope(places: int, rows) -> highspy.Highs:
    """Whole numbers of at least 0 by place; a shown cell is its number, a withheld one at least 1."""
    model = highspy.Highs()
    model.setOptionValue("log_to_console", False)
    model.setOptionValue("threads", 1)
    for number in range(places):
        model.addVar(0.0, 1e5)
        model.changeColIntegrality(number, highspy.HighsVarType.kInteger)
    for value, members in rows:
        low, high = (1.0, highspy.kHighsInf) if value is None else (float(value), float(value))
        model.addRow(low, high, len(members), np.array(members, np.int32), np.ones(len(members)))
    return model
