"""What a schedule means for people: how long they wait, what stays unused though wanted, and how fair it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from madang.simulation.step_functions import Steps, held, least, less, steady
from madang.simulation.trace import Flags, Ints, Schedule, Trace

Reals = NDArray[np.float64]
Unit = Literal["gpus", "processors"]
By = Literal["account", "class", "size"]
SHORT = 10  # seconds below which a job counts as this long in its slowdown, as in the literature


@dataclass(frozen=True)
class Waits:
    """How jobs waited, in seconds from submission to the start of the last attempt.

    `jobs` started and `never` did not; these are in no other figure. Quantiles are waits that occurred: the least that
    at least that share of the jobs did not exceed. `slowdown` is the mean of the bounded slowdown, max(1, (wait +
    time) / max(time, 10 s)), after Feitelson et al., "Theory and practice in parallel job scheduling" (1997).
    """

    jobs: int
    never: int
    mean: float
    median: int
    p90: int
    p99: int
    longest: int
    slowdown: float


@dataclass(frozen=True)
class Share:
    """A class's part of what all were given, of what all asked for, and of what it is meant to have (None: not said).

    The first is 0 where nothing was given at all.
    """

    given: float
    asked: float
    target: float | None


@dataclass(frozen=True)
class Answers:
    """All figures of one run, over the time from the first submission (`begin`) to the last end (`end`).

    `unit` is what is counted: GPUs where the trace has any, else processors. `utilisation` is the part of the capacity
    that was in use, `utilisation_while_arriving` the same until the last submission, `used` unit-seconds,
    `unused_wanted` unit-seconds that lay free while at least as many were asked for by jobs that waited. `queue` is
    the number of waiting jobs over time. `gini_wait` compares the accounts' mean waits and `gini_given` what accounts
    were given, each 0 where all are equal and towards 1 where one has all. `killed` ended at their limit, `restarts`
    are attempts lost to preemption or failure.
    """

    unit: Unit
    begin: int
    end: int
    waits: Waits
    utilisation: float
    utilisation_while_arriving: float
    used: int
    unused_wanted: int
    killed: int
    restarts: int
    queue: Steps
    in_use: Steps
    capacity: Steps
    gini_wait: float
    gini_given: float
    shares: Mapping[str, Share]


def answers(
    trace: Trace,
    schedule: Schedule,
    capacity: int | Steps,
    *,
    targets: Mapping[str, float] | None = None,
    in_use: Steps | None = None,
) -> Answers:
    """The figures of `schedule`. `capacity` in the trace's unit; `targets` by the name of the class.

    `in_use` is what was held, where attempts that ended early held something too; without it every job holds what it
    asked for from `start` to `end`. A job that never started waits to the end.
    """
    unit = unit_of(trace)
    there = steady(capacity) if isinstance(capacity, int) else capacity
    begin, end = window(schedule)
    using = in_use or usage(trace, schedule)
    until = np.where(schedule.started(), schedule.start, max(end, begin))
    wanted = held(schedule.submit, until, amounts(trace))
    last = int(schedule.submit[-1]) if len(schedule) else 0
    given = np.where(schedule.started(), schedule.end - schedule.start, 0) * amounts(trace)
    return Answers(
        unit=unit,
        begin=begin,
        end=end,
        waits=waits(schedule),
        utilisation=_ratio(using.total(begin, end), there.total(begin, end)),
        utilisation_while_arriving=_ratio(using.total(begin, last), there.total(begin, last)),
        used=using.total(begin, end),
        unused_wanted=least(less(there, using), wanted).total(begin, end),
        killed=int(schedule.killed.sum()),
        restarts=int(schedule.restarts.sum()),
        queue=held(schedule.submit, until, np.ones(len(schedule), np.int64)),
        in_use=using,
        capacity=there,
        gini_wait=gini(_means(trace.account, schedule, len(trace.accounts))),
        gini_given=gini(_sums(trace.account, given, len(trace.accounts))),
        shares=_shares(trace, given, targets or {}),
    )


def unit_of(trace: Trace) -> Unit:
    """What is counted in this trace."""
    return "gpus" if trace.gpus.any() else "processors"


def amounts(trace: Trace) -> Ints:
    """How much of the trace's unit each job asks for."""
    return trace.gpus if unit_of(trace) == "gpus" else trace.processors


def window(schedule: Schedule) -> tuple[int, int]:
    """From the first submission to the last end or, if later, the last submission."""
    if not len(schedule):
        return 0, 0
    return int(schedule.submit[0]), max(int(schedule.end.max()), int(schedule.submit[-1]))


def usage(trace: Trace, schedule: Schedule) -> Steps:
    """What is in use over time, from the last attempt of each job."""
    ran = schedule.started()
    return held(schedule.start[ran], schedule.end[ran], amounts(trace)[ran])


def waits(schedule: Schedule, rows: Flags | None = None) -> Waits:
    """How the jobs waited, all or those in `rows`; all figures 0 where none started."""
    chosen = np.ones(len(schedule), bool) if rows is None else rows
    ran = schedule.started() & chosen
    waited = schedule.start[ran] - schedule.submit[ran]
    if not len(waited):
        return Waits(0, int(chosen.sum()), 0.0, 0, 0, 0, 0, 0.0)
    time = schedule.end[ran] - schedule.start[ran]
    slowdown = np.maximum((waited + time) / np.maximum(time, SHORT), 1.0)
    ordered = np.sort(waited)
    median, p90, p99 = (int(ordered[-(-len(ordered) * share // 100) - 1]) for share in (50, 90, 99))
    never = int(chosen.sum()) - len(waited)
    return Waits(len(waited), never, float(waited.mean()), median, p90, p99, int(ordered[-1]), float(slowdown.mean()))


def waits_by(trace: Trace, schedule: Schedule, by: By) -> dict[str, Waits]:
    """The same for each account or class that has jobs, by name, or for each size, smallest first.

    A size is a power of two and stands for the jobs of at most that many units and more than the size before it.
    """
    return {name: waits(schedule, rows) for name, rows in _groups(trace, by)}


def _groups(trace: Trace, by: By) -> Iterator[tuple[str, Flags]]:
    if by == "size":
        size = _ceiling(amounts(trace))
        for one in np.unique(size).tolist():
            yield str(one), size == one
        return
    column, names = (trace.account, trace.accounts) if by == "account" else (trace.share_class, trace.classes)
    for index in np.unique(column).tolist():
        yield names[index], column == index


def _ceiling(values: Ints) -> Ints:
    """The least power of two that is not below the value; 0 for 0."""
    powers = np.concatenate((np.zeros(1, np.int64), np.int64(1) << np.arange(41, dtype=np.int64)))
    return powers[np.searchsorted(powers, values)]


def gini(values: Ints | Reals) -> float:
    """Gini's coefficient of amounts that are not negative: half their mean difference over their mean; 0 for none."""
    ordered = np.sort(np.asarray(values, np.float64))
    total = ordered.sum()
    if total <= 0:
        return 0.0
    places = np.arange(1, len(ordered) + 1)
    return float(((2 * places - len(ordered) - 1) * ordered).sum() / (len(ordered) * total))


def _means(group: Ints, schedule: Schedule, groups: int) -> Reals:
    """The mean wait of each group of which a job started."""
    ran = schedule.started()
    jobs = np.bincount(group[ran], minlength=groups)
    waited = np.bincount(group[ran], weights=schedule.start[ran] - schedule.submit[ran], minlength=groups)
    return waited[jobs > 0] / jobs[jobs > 0]


def _sums(group: Ints, values: Ints, groups: int) -> Reals:
    """The sum of the values of each group that has jobs at all."""
    sums: Reals = np.bincount(group, weights=values, minlength=groups).astype(np.float64)
    return sums[np.bincount(group, minlength=groups) > 0]


def _shares(trace: Trace, given: Ints, targets: Mapping[str, float]) -> dict[str, Share]:
    asked = np.minimum(trace.run, trace.estimate) * amounts(trace)
    count = len(trace.classes)
    got, wanted = (np.bincount(trace.share_class, weights=values, minlength=count) for values in (given, asked))
    present = np.bincount(trace.share_class, minlength=count) > 0
    return {
        name: Share(_ratio(got[index], got.sum()), _ratio(wanted[index], wanted.sum()), targets.get(name))
        for index, name in enumerate(trace.classes)
        if present[index] or name in targets
    }


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
