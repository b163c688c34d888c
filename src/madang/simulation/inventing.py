"""Draws traces from a seed: invented from figures, or put together anew from the weeks of a real one.

All draws come from the raw output of the PCG64 generator, whose stream NumPy promises to keep. So a seed gives the
same trace with every version, as far as logarithm and exponential of the machine agree in the last bit.
"""

from __future__ import annotations

from datetime import UTC, tzinfo

import numpy as np
from numpy.typing import NDArray

from madang.errors import Refused
from madang.simulation.figures import Figures, Reals
from madang.simulation.local_time import DAY, WEEK_HOURS, hour_of_week
from madang.simulation.trace import Ints, Trace, trace_of

WEEK = 7 * DAY
QUARTER = 900  # seconds


class Draws:
    """Uniform and normal numbers from a seed, in an order that is part of the promise."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.PCG64(np.random.SeedSequence(seed))

    def uniform(self, count: int) -> Reals:
        """`count` numbers in [0, 1), multiples of 2**-53."""
        raw: NDArray[np.uint64] = np.atleast_1d(self._source.random_raw(count))
        return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, count: int) -> Reals:
        """`count` standard normal numbers, after Box and Muller (1958)."""
        first, second = 1.0 - self.uniform(count), self.uniform(count)
        return np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second)

    def picked(self, weights: Reals, count: int) -> Ints:
        """`count` indices, each with a chance in proportion to its weight."""
        edges = np.cumsum(weights)
        found = np.searchsorted(edges, self.uniform(count) * edges[-1], side="right")
        # Rounding may lift a draw to the last edge; then the last index that has any weight is meant.
        index: Ints = np.minimum(found, np.flatnonzero(weights)[-1]).astype(np.int64)
        return index


def invent(figures: Figures, *, days: int, seed: int, origin: int = 0, zone: tzinfo = UTC) -> Trace:
    """A trace of `days` days from `origin`, an epoch second; the same seed gives the same trace.

    Jobs come as a Poisson process whose rate follows the hours of the week by `zone`'s clock. An account's jobs are
    of the class that the figures give it. A run time is drawn and then a part of the limit that it uses; the limit is
    what follows from both, raised to the next of ``figures.limits``; the run time is cut at ``figures.longest``.
    Raises `Refused("days_invalid")` for no day.
    """
    if days < 1:
        raise Refused("days_invalid", days=days)
    draws = Draws(seed)
    submit = _arrivals(figures, days, origin, zone, draws)
    count = len(submit)
    shape = draws.picked(np.array([one.weight for one in figures.shapes]), count)
    account = draws.picked(np.array(figures.account_weights, np.float64), count)
    run = _run_times(figures, shape, draws)
    types = tuple(sorted({one.gpu_type for one in figures.shapes} - {""}))
    classes = tuple(sorted(set(figures.account_classes)))

    def of_shape(values: list[int]) -> Ints:
        return np.array(values, np.int64)[shape]

    return trace_of(
        submit=submit,
        run=run,
        estimate=_limits(figures, run, draws),
        processors=of_shape([one.processors for one in figures.shapes]),
        gpus=of_shape([one.gpus for one in figures.shapes]),
        memory_mb=of_shape([one.memory_mb for one in figures.shapes]),
        gpu_type=of_shape([types.index(one.gpu_type) if one.gpu_type else -1 for one in figures.shapes]),
        account=account,
        share_class=np.array([classes.index(one) for one in figures.account_classes], np.int64)[account],
        accounts=figures.accounts,
        classes=classes,
        gpu_types=types,
        origin=origin,
    )


def _arrivals(figures: Figures, days: int, origin: int, zone: tzinfo, draws: Draws) -> Ints:
    """Seconds after the origin, ascending: a uniform clock that runs as fast as jobs come in that quarter of an hour.

    Quarters, since the clocks of all zones are whole quarters apart.
    """
    begins = np.arange(days * DAY // QUARTER + 1, dtype=np.int64) * QUARTER - origin % QUARTER
    pattern = np.resize(np.array(figures.hours, np.float64), WEEK_HOURS)
    rate = pattern[hour_of_week(begins + origin, zone)] * figures.per_week / pattern.sum() / (3600 // QUARTER)
    edges = np.concatenate((np.zeros(1), np.cumsum(rate)))
    places = np.cumsum(_gaps(float(edges[-1]), draws))
    places = places[places < edges[-1]]
    quarter = np.searchsorted(edges, places, side="right") - 1
    within = (places - edges[quarter]) / rate[quarter] * QUARTER
    submit: Ints = begins[quarter] + np.minimum(within, QUARTER - 1).astype(np.int64)
    return submit[(submit >= 0) & (submit < days * DAY)]


def _gaps(expected: float, draws: Draws) -> Reals:
    """Exponential gaps of mean one, in one go as many as cover the expected number but for one chance in billions."""
    count = int(expected + 7 * np.sqrt(expected) + 40)
    return -np.log(1.0 - draws.uniform(count))


def _run_times(figures: Figures, shape: Ints, draws: Draws) -> Ints:
    mean = np.array([one.mean_log for one in figures.shapes])[shape]
    spread = np.array([one.sd_log for one in figures.shapes])[shape]
    logs = np.minimum(mean + spread * draws.normal(len(shape)), np.log(figures.longest))
    return np.maximum(np.rint(np.exp(logs)), 1).astype(np.int64)


def _limits(figures: Figures, run: Ints, draws: Draws) -> Ints:
    points = np.linspace(0, 1, len(figures.used_of_limit))
    part = np.interp(draws.uniform(len(run)), points, np.array(figures.used_of_limit, np.float64))
    asked = np.ceil(run / np.maximum(part, 1e-3)).astype(np.int64)
    if not figures.limits:
        return np.maximum(asked, 1)
    usual = np.array(figures.limits, np.int64)
    place = np.minimum(np.searchsorted(usual, asked), len(usual) - 1)
    return np.maximum(np.where(part > 1, asked, usual[place]), 1)


def resample(trace: Trace, *, seed: int) -> Trace:
    """A trace of as many weeks, each account's put together from its own weeks, drawn with replacement.

    What an account did within a week stays as it was, hour and weekday too, while what met what differs: a simplified
    form of Zakay and Feitelson, "Workload resampling for performance evaluation of parallel job schedulers" (2014).
    Weeks are counted from the first submission, and whole ones are drawn; where the trace ends within a week, the last
    one drawn is cut there. Ids are counted from 1. Raises `Refused("trace_too_short")` below two whole weeks.
    """
    begin = int(trace.submit[0]) if len(trace) else 0
    length = int(trace.submit[-1]) - begin + 1 if len(trace) else 0
    weeks = length // WEEK
    if weeks < 2:
        raise Refused("trace_too_short", jobs=len(trace))
    span = -(-length // WEEK)
    draws = Draws(seed)
    count = len(trace.accounts)
    # source[account, week]: which of the account's weeks is played in this week
    source = (draws.uniform(count * span) * weeks).astype(np.int64).reshape(count, span)
    week, inside = (trace.submit - begin) // WEEK, (trace.submit - begin) % WEEK
    order = np.lexsort((inside, week, trace.account))
    first = _first_of_each(trace.account[order] * span + week[order], count * span)
    chosen = np.arange(count)[:, None] * span + source
    starts, sizes = first[chosen].reshape(-1), (first[chosen + 1] - first[chosen]).reshape(-1)
    rows = order[np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))]
    played = np.repeat(np.tile(np.arange(span), count), sizes)
    submit = begin + played * WEEK + inside[rows]
    kept = submit < begin + length
    return _played(trace, rows[kept], submit[kept])


def _first_of_each(keys: Ints, count: int) -> Ints:
    """Where each key of ``range(count + 1)`` begins in sorted `keys`."""
    return np.searchsorted(keys, np.arange(count + 1))


def _played(trace: Trace, rows: Ints, submit: Ints) -> Trace:
    order = np.argsort(submit, kind="stable")
    rows = rows[order]
    same = ("run", "estimate", "processors", "gpus", "memory_mb", "account", "share_class", "qos", "gpu_type")
    return trace_of(
        submit=submit[order],
        **{name: getattr(trace, name)[rows] for name in same},
        accounts=trace.accounts,
        classes=trace.classes,
        qoses=trace.qoses,
        gpu_types=trace.gpu_types,
        origin=trace.origin,
    )
