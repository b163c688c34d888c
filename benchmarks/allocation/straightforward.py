"""The same choices as plain models for HiGHS and OR-Tools CP-SAT, and as the line by score that offices use today."""

from __future__ import annotations

import importlib.util
import json
import math
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import highspy
import numpy as np

from madang.allocation.selection import Choices, Option

ROOT = (
    ("mip_max_nodes", 1),
    ("mip_heuristic_effort", 0.0),
    ("mip_heuristic_run_feasibility_jump", False),
    ("mip_heuristic_run_rins", False),
    ("mip_heuristic_run_rens", False),
)
Answer = tuple[int, int | None]  # worth, bound


def highs(choices: Choices, gap: float, seconds: float, *, root: bool = False) -> Answer:
    """One binary column an option, one whole-number column a part, and every row as it stands; `seconds` of CPU.

    `root`: without its heuristics, one node, and its log is shown: how far its cuts bring the bound.
    """
    model, began = highspy.Highs(), time.process_time()
    for name, value in (("log_to_console", root), ("threads", 1), ("mip_rel_gap", gap), *(ROOT if root else ())):
        model.setOptionValue(name, value)
    for asked in (model.cbSimplexInterrupt, model.cbMipInterrupt):
        asked.subscribe(lambda event: event.interrupt() if time.process_time() - began > seconds else None)
    rows: list[list[tuple[int, int]]] = [[] for _ in choices.limits]
    upper: list[float] = [float(limit) for limit in choices.limits]
    worth: list[int] = []
    most: list[int] = []

    def column(value: int, limit: int, uses: Sequence[tuple[int, int]]) -> int:
        for row, units in uses:
            rows[row].append((len(worth), units))
        worth.append(value)
        most.append(limit)
        return len(worth) - 1

    for options in choices.requests:
        taken = []
        for option in options:
            taken.append(column(option.worth, 1, list(option.uses.items())))
            for part in option.parts:
                more = column(part.worth, part.more, list(part.uses.items()))
                rows.append([(more, 1), (taken[-1], -part.more)])
                upper.append(0.0)
        rows.append([(one, 1) for one in taken])
        upper.append(1.0)
    scale = 2.0 ** math.floor(math.log2(8192 / max(1, max(map(abs, worth), default=1))))
    model.passModel(lp(rows, upper, [value * scale for value in worth], most))
    model.run()
    found = model.getInfo()
    worth, bound = found.objective_function_value / scale, found.mip_dual_bound / scale
    nothing = not math.isfinite(worth)  # no plan at all in its time, so that none is worth something
    return 0 if nothing else round(worth), math.ceil(bound) if math.isfinite(bound) else None


def lp(rows: list[list[tuple[int, int]]], upper: list[float], cost: list[float], most: list[int]) -> highspy.HighsLp:
    found = highspy.HighsLp()
    found.num_col_, found.num_row_ = len(cost), len(rows)
    found.sense_ = highspy.ObjSense.kMaximize
    found.col_cost_, found.col_lower_, found.col_upper_ = np.array(cost), np.zeros(len(cost)), np.array(most, float)
    found.row_lower_, found.row_upper_ = np.full(len(rows), -highspy.kHighsInf), np.array(upper)
    found.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    found.a_matrix_.start_ = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    found.a_matrix_.index_ = np.array([column for row in rows for column, _ in row], dtype=np.int32)
    found.a_matrix_.value_ = np.array([float(units) for row in rows for _, units in row])
    found.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    return found


def cp_sat(choices: Choices, gap: float, seconds: float) -> tuple[int, int, float] | None:
    """(worth, bound, CPU seconds) by OR-Tools CP-SAT with one worker and `seconds` of CPU; nothing where it is
    not installed."""
    if importlib.util.find_spec("ortools") is None:
        return None
    requests = [
        [[o.worth, list(o.uses.items()), [[p.worth, p.more, list(p.uses.items())] for p in o.parts]] for o in options]
        for options in choices.requests
    ]
    script = Path(__file__).with_name("with_cp_sat.py")
    ran = subprocess.run(
        [sys.executable, str(script), str(gap), str(seconds)],
        input=json.dumps({"requests": requests, "limits": choices.limits}),
        capture_output=True,
        text=True,
        check=True,
    )
    worth, bound, spent = json.loads(ran.stdout)
    return worth, bound, spent


def line(choices: Choices, order: Sequence[int]) -> Answer:
    """Best first, all or nothing at what was asked, the first way that fits; again until nothing more fits."""
    left, given, total = list(choices.limits), set[int](), 0
    while True:
        before = len(given)
        for place in order:
            if place in given:
                continue
            for option in choices.requests[place]:
                uses, worth = whole(option)
                if all(left[row] - units >= min(0, left[row]) or units <= 0 for row, units in uses.items()):
                    for row, units in uses.items():
                        left[row] -= units
                    given.add(place)
                    total += worth
                    break
        if len(given) == before:
            return total, None


def whole(option: Option) -> tuple[dict[int, int], int]:
    """What an option uses and is worth with all of its parts."""
    uses = dict(option.uses)
    for part in option.parts:
        for row, units in part.uses.items():
            uses[row] = uses.get(row, 0) + units * part.more
    return uses, option.worth + sum(part.worth * part.more for part in option.parts)
