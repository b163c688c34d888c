"""Another world that looks the same from outside: numbers that agree with all that is shown, and differ where asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import highspy
import numpy as np

from madang.disclosure.tables import Cell, Place

World = dict[Place, int]


@dataclass(frozen=True)
class Seen:
    """What a reader of the tables knows of one measure: `truth` by place, for the places that shown zeros leave open;
    `members`, the places of each cell that is not zero; `sums`, what these cells hold; `shown`, those that are not
    withheld."""

    truth: Mapping[Place, int]
    members: Mapping[Cell, Collection[Place]]
    sums: Mapping[Cell, int]
    shown: Collection[Cell]


@dataclass
class _Model:
    """Columns and rows of a linear model, as they are added."""

    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    rows: list[tuple[float, float, list[tuple[int, int]]]] = field(default_factory=list)

    def column(self, lower: int, upper: int, cost: int = 0) -> int:
        self.lower.append(lower)
        self.upper.append(upper)
        self.cost.append(cost)
        return len(self.cost) - 1

    def row(self, lower: float, upper: float, entries: list[tuple[int, int]]) -> None:
        self.rows.append((lower, upper, entries))

    def solve(self) -> list[int] | None:
        """The cheapest whole numbers within all rows; None where there are none."""
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("log_to_console", False), ("threads", 1), ("random_seed", 0)):
            highs.setOptionValue(name, value)
        highs.passModel(self._lp())
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return [round(value) for value in highs.getSolution().col_value]

    def _lp(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.rows)
        lp.col_cost_ = np.array(self.cost, float)
        lp.col_lower_, lp.col_upper_ = np.array(self.lower, float), np.array(self.upper, float)
        lp.row_lower_ = np.array([lower for lower, _, _ in self.rows], float)
        lp.row_upper_ = np.array([upper for _, upper, _ in self.rows], float)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(self.cost)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(entries) for _, _, entries in self.rows)])
        lp.a_matrix_.index_ = np.array([column for _, _, entries in self.rows for column, _ in entries])
        lp.a_matrix_.value_ = np.array([value for _, _, entries in self.rows for _, value in entries], float)
        return lp


def another_world(seen: Seen, target: Cell, change: int, costs: Mapping[Cell, int]) -> World | None:
    """The world nearest to hand in which `target` holds `change` more, whatever must be withheld for it.

    Places move by whole numbers, at most as far as the target; no place falls below zero and no cell that is not zero
    becomes zero, since zeros are shown. A shown cell that differs costs its part of `costs`; the least costly set of
    them is found (one mixed-integer program a target: the perturbation model of Kelly, Golden and Assad, *Cell
    suppression*, Networks 22, 1992, with a fixed cost for each cell). None where no such world exists.
    """
    model, reach = _Model(), abs(change)
    moves = {place: model.column(-min(reach, now), reach) for place, now in seen.truth.items()}
    for cell, places in seen.members.items():
        entries = [(moves[place], 1) for place in places]
        if cell == target:
            model.row(change, change, entries)
            continue
        model.row(1 - seen.sums[cell], highspy.kHighsInf, entries)
        if cell in seen.shown:
            touched = model.column(0, 1, costs[cell])
            model.row(-highspy.kHighsInf, 0, [*entries, (touched, -reach)])
            model.row(0, highspy.kHighsInf, [*entries, (touched, reach)])
    found = model.solve()
    return None if found is None else {place: now + found[moves[place]] for place, now in seen.truth.items()}
