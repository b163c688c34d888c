"""The figures that a trace is invented from: given as JSON, or fitted to a trace that may be used."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

import numpy as np
from numpy.typing import NDArray

from madang.errors import Refused
from madang.simulation.local_time import WEEK_HOURS, hour_of_week
from madang.simulation.trace import MOST, Ints, Trace

Reals = NDArray[np.float64]
# How much of the limit jobs use, at these parts of the jobs: 21 points, the distribution is drawn straight between.
POINTS = 21
_MOST_KINDS = 200  # a trace's rarer shapes are lost; no shape of a real cluster is that rare and matters


@dataclass(frozen=True)
class Shape:
    """Jobs of one size: what each holds, how many of all jobs they are, and their log-normal run time in seconds.

    `mean_log` and `sd_log` are the mean and standard deviation of the natural logarithm; `weight` is relative.
    """

    processors: int
    gpus: int
    weight: float
    mean_log: float
    sd_log: float
    gpu_type: str = ""
    memory_mb: int = 0


@dataclass(frozen=True)
class Figures:
    """What jobs come, and when.

    `per_week` is the mean number of jobs; `hours` their relative frequency in the 168 hours of a week of `zone`'s
    clock, Monday 0 o'clock first (or 24 of a day, or one). `shapes` are the sizes. `used_of_limit`: 21 quantiles,
    from the least to the largest, of the run time over the limit; above 1 a job is killed. `limits`: the seconds that
    people ask for, ascending; a job's limit is the next of them. `accounts` and their weights, with the class of each
    (equal length). `longest`: the longest run time in seconds.
    """

    per_week: float
    shapes: tuple[Shape, ...]
    hours: tuple[float, ...] = (1.0,)
    used_of_limit: tuple[float, ...] = tuple(part / (POINTS - 1) for part in range(POINTS))
    limits: tuple[int, ...] = ()
    accounts: tuple[str, ...] = ("",)
    account_weights: tuple[float, ...] = (1.0,)
    account_classes: tuple[str, ...] = ("",)
    longest: int = 30 * 86_400

    def to_json(self) -> dict[str, Any]:
        """As plain values; `figures_of` gives them back."""
        return dataclasses.asdict(self)


def figures_of(value: Mapping[str, Any]) -> Figures:
    """Figures from plain values, checked. Raises `Refused("figures_invalid", field=…, why=…)`."""
    known = {field.name for field in dataclasses.fields(Figures)}
    for name in value:
        if name not in known:
            raise Refused("figures_invalid", field=str(name), rule="unknown")
    try:
        shapes = tuple(Shape(**shape) for shape in value["shapes"])
        lists = {name: tuple(one) for name, one in value.items() if isinstance(one, list | tuple) and name != "shapes"}
        figures = Figures(**{**value, **lists, "shapes": shapes})
    except KeyError:
        raise Refused("figures_invalid", field="shapes", rule="missing") from None
    except TypeError:
        raise Refused("figures_invalid", field="shapes", rule="shape") from None
    for name, rule, wrong in _faults(figures):
        if wrong:
            raise Refused("figures_invalid", field=name, rule=rule)
    return figures


def _faults(figures: Figures) -> list[tuple[str, str, bool]]:
    weights, parts, hours = figures.account_weights, figures.used_of_limit, figures.hours
    lengths = {len(figures.accounts), len(weights), len(figures.account_classes)}
    return [
        ("per_week", "number", not _amounts([figures.per_week]) or figures.per_week <= 0),
        ("shapes", "shape", not figures.shapes or not all(map(_fits, figures.shapes))),
        ("hours", "length", len(hours) not in (1, 24, WEEK_HOURS)),
        ("hours", "number", not _amounts(hours) or sum(hours) <= 0),
        ("used_of_limit", "length", len(parts) != POINTS),
        ("used_of_limit", "number", not _amounts(parts) or parts[-1] <= 0 or list(parts) != sorted(parts)),
        ("limits", "number", not all(map(_whole, figures.limits)) or list(figures.limits) != sorted(figures.limits)),
        ("accounts", "length", len(lengths) != 1 or not weights),
        ("accounts", "text", not all(isinstance(one, str) for one in (*figures.accounts, *figures.account_classes))),
        ("account_weights", "number", not _amounts(weights) or sum(weights) <= 0),
        ("longest", "number", not _whole(figures.longest)),
    ]


def _amounts(values: tuple[float, ...] | list[float]) -> bool:
    return all(isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one < math.inf for one in values)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST


def _fits(shape: Shape) -> bool:
    counts = (shape.processors, shape.gpus, shape.memory_mb)
    return (
        all(isinstance(one, int) and 0 <= one <= MOST for one in counts)
        and shape.processors + shape.gpus > 0
        and _amounts([shape.weight, shape.sd_log])
        and isinstance(shape.mean_log, int | float)
        and abs(shape.mean_log) < 40
        and shape.sd_log < 20
    )


def fit(trace: Trace, *, zone: tzinfo = UTC) -> Figures:
    """The figures of a trace of at least two jobs; hours are those of `zone`. Raises `Refused("trace_too_short")`.

    Sizes are the distinct (processors, GPUs, type) with the mean memory of each; run times are fitted by the moments
    of their logarithm within each size, which for a log-normal law is the maximum likelihood; limits are the sixty
    commonest.
    """
    span = int(trace.submit[-1] - trace.submit[0]) if len(trace) > 1 else 0
    if span <= 0:
        raise Refused("trace_too_short", jobs=len(trace))
    hour = hour_of_week(trace.submit + trace.origin, zone)
    parts = np.quantile(trace.run / trace.estimate, np.linspace(0, 1, POINTS))
    limits, counts = np.unique(trace.estimate, return_counts=True)
    common = np.sort(limits[np.argsort(-counts, kind="stable")[:60]])
    jobs = np.bincount(trace.account, minlength=len(trace.accounts))
    present = np.flatnonzero(jobs)
    return Figures(
        per_week=len(trace) * WEEK_HOURS * 3600 / span,
        shapes=_shapes(trace),
        hours=tuple(_weekly(hour, trace, zone)),
        used_of_limit=tuple(float(part) for part in parts),
        limits=tuple(common.tolist()) if not (trace.run == trace.estimate).all() else (),
        accounts=tuple(trace.accounts[index] for index in present.tolist()),
        account_weights=tuple(jobs[present].astype(float).tolist()),
        account_classes=tuple(trace.classes[index] for index in _class_of_account(trace)[present].tolist()),
        longest=int(trace.run.max()),
    )


def _weekly(hour: Ints, trace: Trace, zone: tzinfo) -> list[float]:
    """Jobs per hour of the week, each over how often the trace holds that hour."""
    jobs = np.bincount(hour, minlength=WEEK_HOURS)
    first, last = int(trace.submit[0]), int(trace.submit[-1])
    held = np.bincount(hour_of_week(np.arange(first, last + 1, 3600) + trace.origin, zone), minlength=WEEK_HOURS)
    rate = jobs / np.maximum(held, 1)
    return [float(one) for one in rate]


def _shapes(trace: Trace) -> tuple[Shape, ...]:
    keys = np.stack([trace.processors, trace.gpus, trace.gpu_type])
    kinds, place, counts = np.unique(keys, axis=1, return_inverse=True, return_counts=True)
    place = place.reshape(-1)
    logs = np.log(trace.run)
    mean = np.bincount(place, weights=logs) / counts
    spread = np.sqrt(np.bincount(place, weights=(logs - mean[place]) ** 2) / counts)
    memory = np.bincount(place, weights=trace.memory_mb) / counts
    chosen = np.sort(np.argsort(-counts, kind="stable")[:_MOST_KINDS])
    return tuple(
        Shape(
            processors=int(kinds[0, kind]),
            gpus=int(kinds[1, kind]),
            weight=float(counts[kind]),
            mean_log=float(mean[kind]),
            sd_log=float(spread[kind]),
            gpu_type=trace.gpu_types[kinds[2, kind]] if kinds[2, kind] >= 0 else "",
            memory_mb=int(memory[kind]),
        )
        for kind in chosen.tolist()
    )


def _class_of_account(trace: Trace) -> Ints:
    """The class of each account's last job."""
    found = np.zeros(len(trace.accounts), np.int64)
    found[trace.account] = trace.share_class
    return found
