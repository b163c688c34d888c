"""The policy `portfolio`: an integer model for HiGHS, whose answer is settled and counted again in whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from madang.allocation import ties
from madang.allocation.lines import Room, unmet
from madang.allocation.policies import Portfolio
from madang.allocation.problem import Problem, Request
from madang.allocation.settling import Quantities, Settling, least

LARGEST_COST = 2.0**13  # costs are scaled by a power of two to below this, where HiGHS's tolerances are made for
MOST_NODES = 2**31 - 1  # that HiGHS can count to


@dataclass(frozen=True)
class Progress:
    """How far a solve has come; objective and bound in the plan's own measure, `nodes` of the search tree."""

    incumbent: int
    bound: int
    nodes: int


Report = Callable[[Progress], None]


@dataclass
class Model:
    """Columns and rows of the integer model.

    A column is (place of its request, item): item -1 is the award itself at its least quantities, the others are what
    an item gets beyond its least.
    """

    columns: list[tuple[int, int]] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    rows: list[tuple[int, list[tuple[int, int]]]] = field(default_factory=list)

    def add(self, column: tuple[int, int], cost: int, upper: int) -> int:
        self.columns.append(column)
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.columns) - 1


def chosen(
    problem: Problem, policy: Portfolio, order: Sequence[Request], room: Room, work_limit: int, report: Report | None
) -> tuple[dict[str, Quantities], int]:
    """(awards beside the fixed ones, proven bound of what they can bring). `room` holds the fixed awards already."""
    candidates = [r for r in order if r.fixed is None and unmet(problem, r) is None]
    free = list(room.left)
    greedy = Settling(problem, candidates, room, {})
    greedy.fill()
    first, floor = dict(greedy.awards), greedy.objective()
    room.left = list(free)
    columns = sorted((r for r in candidates if not room.lacking(r, least(r))), key=lambda r: _content(problem, r))
    model = _model(columns, room, greedy)
    if not model.columns:
        return first, floor
    values, bound = _solved(model, policy, work_limit, _start(model, columns, first), report)
    best = Settling(problem, candidates, room, _awards(model, columns, values, room))
    best.settle()
    if best.objective() < floor:
        room.left = list(free)
        best = Settling(problem, candidates, room, first)
    return best.awards, max(bound, best.objective())


def _content(problem: Problem, request: Request) -> tuple[object, ...]:
    """What stands in a request apart from names: the model's columns follow it, so that renaming changes nothing."""
    points = tuple(-request.criteria.get(name, 0) for name in ties.criteria(problem))
    items = tuple((i.product, i.asked, i.least, i.first, i.months) for i in request.items)
    return -request.score, points, ties.asked(problem, request), items, tuple(sorted(request.attributes.items()))


def _model(requests: Sequence[Request], room: Room, worth: Settling) -> Model:
    model = Model()
    entries: dict[int, list[tuple[int, int]]] = {}
    for place, request in enumerate(requests):
        base, award = least(request), None
        if any(base):
            award = model.add((place, -1), worth.value(request, base), 1)
            for line, units in room.need(request, base).items():
                entries.setdefault(line, []).append((award, units))
        for index, item in enumerate(request.items):
            uses = room.uses[request.id][index]
            more = min([item.asked, *(room.left[line] // units for line, units in uses)]) - item.least
            if more <= 0:
                continue
            extra = model.add((place, index), worth.worth[request.id][index], more)
            for line, units in uses:
                entries.setdefault(line, []).append((extra, units))
            if award is not None:
                model.rows.append((0, [(extra, 1), (award, -more)]))
    model.rows.extend(_limits(model, entries, room))
    return model


def _limits(
    model: Model, entries: dict[int, list[tuple[int, int]]], room: Room
) -> list[tuple[int, list[tuple[int, int]]]]:
    """The rows of the lines that can bind, divided by what their units share; of equal left sides only the tightest."""
    tightest: dict[tuple[tuple[int, int], ...], int] = {}
    for line, row in sorted(entries.items()):
        shared = math.gcd(*(units for _, units in row))
        key, limit = tuple((column, units // shared) for column, units in row), room.left[line] // shared
        if sum(units * model.upper[column] for column, units in key) > limit:
            tightest[key] = min(limit, tightest.get(key, limit))
    return [(limit, list(key)) for key, limit in tightest.items()]


def _start(model: Model, requests: Sequence[Request], awards: dict[str, Quantities]) -> list[int]:
    """The model's columns for awards already found."""
    values = []
    for place, item in model.columns:
        held = awards.get(requests[place].id)
        if held is None:
            values.append(0)
        else:
            values.append(1 if item < 0 else held[item] - requests[place].items[item].least)
    return values


def _awards(model: Model, requests: Sequence[Request], values: Sequence[int], room: Room) -> dict[str, Quantities]:
    """The awards that rounded columns stand for; one that does not fit exactly (a solver's tolerance) is left out."""
    switched: dict[int, bool] = {place: not any(least(request)) for place, request in enumerate(requests)}
    extra: dict[tuple[int, int], int] = {}
    for (place, item), value in zip(model.columns, values, strict=True):
        if item < 0:
            switched[place] = value > 0
        else:
            extra[place, item] = value
    awards: dict[str, Quantities] = {}
    left = list(room.left)
    for place, request in enumerate(requests):
        got = tuple(item.least + extra.get((place, index), 0) for index, item in enumerate(request.items))
        if switched[place] and any(got) and not room.lacking(request, got):
            room.take(request, got)
            awards[request.id] = got
    room.left = left
    return awards


def _solved(
    model: Model, policy: Portfolio, work_limit: int, start: list[int], report: Report | None
) -> tuple[list[int], int]:
    """(rounded columns, proven bound). One thread, one seed, a limit on nodes and none on time: always the same."""
    shared = math.gcd(*model.cost) or 1
    scale = 2.0 ** math.floor(math.log2(LARGEST_COST / max(1, max(model.cost) // shared)))
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | float | str] = {
        "log_to_console": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "mip_rel_gap": policy.gap / 1_000_000,
        "mip_abs_gap": min(1e-6, scale / 2),
        "mip_max_nodes": min(max(work_limit, 0), MOST_NODES),
    }
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(_lp(model, shared, scale))
    first = highspy.HighsSolution()
    first.col_value = [float(value) for value in start]
    highs.setSolution(first)

    def measured(value: float) -> int:
        return math.floor(value / scale + 1e-15 * abs(value / scale) + 1e-6) * shared

    if report is not None:
        _follow(highs, report, measured)
    highs.run()
    found = highs.getSolution()
    values = [round(value) for value in found.col_value] if found.value_valid else start
    bound = highs.getInfo().mip_dual_bound
    most = sum(cost * upper for cost, upper in zip(model.cost, model.upper, strict=True))
    return values, min(most, measured(bound)) if math.isfinite(bound) else most


def _lp(model: Model, shared: int, scale: float) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.columns), len(model.rows)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.array([cost // shared * scale for cost in model.cost], dtype=np.float64)
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.array(model.upper, dtype=np.float64)
    lp.row_lower_ = np.full(lp.num_row_, -highspy.kHighsInf)
    lp.row_upper_ = np.array([limit for limit, _ in model.rows], dtype=np.float64)
    starts = np.cumsum([0, *(len(row) for _, row in model.rows)])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = starts.astype(np.int32)
    lp.a_matrix_.index_ = np.array([column for _, row in model.rows for column, _ in row], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([units for _, row in model.rows for _, units in row], dtype=np.float64)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    return lp


def _follow(highs: highspy.Highs, report: Report, measured: Callable[[float], int]) -> None:
    def seen(event: highspy.HighsCallbackEvent) -> None:
        out = event.data_out
        if math.isfinite(out.mip_primal_bound) and math.isfinite(out.mip_dual_bound):
            report(Progress(measured(out.mip_primal_bound), measured(out.mip_dual_bound), out.mip_node_count))

    highs.cbMipLogging += seen
