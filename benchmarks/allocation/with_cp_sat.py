"""Solves choices, given as JSON on standard input, with OR-Tools CP-SAT; a process of its own, for its library brings
another HiGHS that cannot be loaded beside ours."""

from __future__ import annotations

import json
import math
import sys
import threading
import time

from ortools.sat.python import cp_model


def main() -> None:
    gap, seconds = float(sys.argv[1]), float(sys.argv[2])
    given = json.load(sys.stdin)
    began = time.process_time()
    model = cp_model.CpModel()
    rows: list[list[tuple[object, int]]] = [[] for _ in given["limits"]]
    worth: list[tuple[object, int]] = []

    def counted(variable: object, value: int, uses: list[list[int]]) -> None:
        worth.append((variable, value))
        for row, units in uses:
            rows[row].append((variable, units))

    for options in given["requests"]:
        taken = [model.new_bool_var("") for _ in options]
        model.add_at_most_one(taken)
        for one, (value, uses, parts) in zip(taken, options, strict=True):
            counted(one, value, uses)
            for part_value, most, part_uses in parts:
                more = model.new_int_var(0, most, "")
                model.add(more <= most * one)
                counted(more, part_value, part_uses)
    for row, limit in zip(rows, given["limits"], strict=True):
        if row:
            model.add(cp_model.LinearExpr.weighted_sum([v for v, _ in row], [u for _, u in row]) <= limit)
    model.maximize(cp_model.LinearExpr.weighted_sum([v for v, _ in worth], [w for _, w in worth]))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, 0
    solver.parameters.relative_gap_limit, ended = gap, threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):  # its own limit is by the clock, and others use this machine
            if time.process_time() - began > seconds:
                solver.stop_search()

    threading.Thread(target=watch, daemon=True).start()
    state = solver.solve(model)
    ended.set()
    if state == cp_model.MODEL_INVALID:
        raise SystemExit(model.validate())
    found = state in (cp_model.OPTIMAL, cp_model.FEASIBLE)  # else no awards at all in its time, which are worth nothing
    bound = math.ceil(solver.best_objective_bound)
    print(json.dumps([round(solver.objective_value) if found else 0, bound, time.process_time() - began]))


main()
