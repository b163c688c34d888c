"""Choices as one straightforward integer model for HiGHS: what the search is measured against, and a second opinion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from madang.allocation.selection.choices import Choices
from madang.allocation.settling import Held

LARGEST_COST = 2.0**13  # costs are scaled by a power of two to below this, where the solver's tolerances are made for


@dataclass(frozen=True)
class Answer:
    """What the model gives: a choice for each request, and the bound it claims in its floating-point arithmetic."""

    held: tuple[Held | None, ...]
    bound: int


def modelled(choices: Choices, *, gap_millionths: int = 0, nodes: int = 20_000) -> Answer:
    """A choice that maximises worth (docs/allocation.md). One thread, one seed, a limit on nodes and none on time."""
    lp, columns = _lp(choices)
    cost = [worth for _, _, _, worth in columns]
    shared = math.gcd(*cost) or 1
    scale = 2.0 ** math.floor(math.log2(LARGEST_COST / max(1, max(map(abs, cost), default=1) // shared)))
    lp.col_cost_ = np.array([worth // shared * scale for worth in cost], dtype=np.float64)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | float | str] = {
        "log_to_console": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "mip_rel_gap": gap_millionths / 1_000_000,
        "mip_abs_gap": min(1e-6, scale / 2),
        "mip_max_nodes": nodes,
    }
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(lp)
    highs.run()
    found = highs.getSolution()
    values = [round(value) for value in found.col_value] if found.value_valid else [0] * len(columns)
    bound = highs.getInfo().mip_dual_bound
    most = sum(max(0, worth) * round(upper) for worth, upper in zip(cost, lp.col_upper_, strict=True))
    claimed = min(most, math.floor(bound / scale + 1e-6) * shared) if math.isfinite(bound) else most
    return Answer(_held(choices, columns, values), claimed)


Column = tuple[int, int, int, int]  # request, option, part (-1: the option itself), worth


def _lp(choices: Choices) -> tuple[highspy.HighsLp, list[Column]]:
    columns: list[Column] = []
    upper: list[int] = []
    rows: dict[int, list[tuple[int, int]]] = {}
    more: list[tuple[list[tuple[int, int]], int]] = []

    def column(key: Column, most: int, uses: Sequence[tuple[int, int]]) -> int:
        columns.append(key)
        upper.append(most)
        for row, units in uses:
            rows.setdefault(row, []).append((len(columns) - 1, units))
        return len(columns) - 1

    for place, options in enumerate(choices.requests):
        switches = []
        for index, option in enumerate(options):
            switch = column((place, index, -1, option.worth), 1, list(option.uses.items()))
            switches.append((switch, 1))
            for n, part in enumerate(option.parts):
                extra = column((place, index, n, part.worth), part.more, list(part.uses.items()))
                more.append(([(extra, 1), (switch, -part.more)], 0))
        more.append((switches, 1))
    every = [(row, choices.limits[name]) for name, row in sorted(rows.items())] + [one for one in more if one[0]]
    return _matrix(upper, every), columns


def _matrix(upper: Sequence[int], rows: Sequence[tuple[list[tuple[int, int]], int]]) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(upper), len(rows)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.array(upper, dtype=np.float64)
    lp.row_lower_ = np.full(lp.num_row_, -highspy.kHighsInf)
    lp.row_upper_ = np.array([limit for _, limit in rows], dtype=np.float64)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *(len(row) for row, _ in rows)]).astype(np.int32)
    lp.a_matrix_.index_ = np.array([column for row, _ in rows for column, _ in row], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([units for row, _ in rows for _, units in row], dtype=np.float64)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    return lp


def _held(choices: Choices, columns: Sequence[Column], values: Sequence[int]) -> tuple[Held | None, ...]:
    held: list[Held | None] = [None] * len(choices.requests)
    for (place, index, part, _), value in zip(columns, values, strict=True):
        if part < 0 and value:
            held[place] = index, (0,) * len(choices.requests[place][index].parts)
        elif part >= 0 and value and (one := held[place]) is not None and one[0] == index:
            held[place] = index, tuple(value if n == part else q for n, q in enumerate(one[1]))
    return tuple(held)
