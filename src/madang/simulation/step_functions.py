"""Amounts that change at instants: what is in use, what waits, what there is, as step functions over whole seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from madang.simulation.trace import Flags, Ints


@dataclass(frozen=True)
class Steps:
    """From ``times[i]`` on the amount is ``values[i]``, until the next; before the first it is 0. Times ascend."""

    times: Ints
    values: Ints

    def at(self, instants: ArrayLike) -> Ints:
        """The amount at each instant."""
        place = np.searchsorted(self.times, np.asarray(instants, np.int64), side="right")
        return np.concatenate((np.zeros(1, np.int64), self.values))[place]

    def within(self, begin: int, end: int) -> tuple[Ints, Ints]:
        """(length in seconds, amount) of each stretch in ``[begin, end)``; one may be of no length."""
        edges = np.clip(self.times, begin, max(end, begin))
        return np.diff(edges, append=max(end, begin)), self.values

    def total(self, begin: int, end: int) -> int:
        """Amount times seconds over ``[begin, end)``, exact."""
        seconds, values = self.within(begin, end)
        return sum(map(int.__mul__, seconds.tolist(), values.tolist())) if len(values) < 64 else _exact(seconds, values)

    def peak(self, begin: int, end: int) -> int:
        """The largest amount in ``[begin, end)``."""
        seconds, values = self.within(begin, end)
        return int(values[seconds > 0].max(initial=0))


def _exact(seconds: Ints, values: Ints) -> int:
    # The halves of the amounts are summed apart, so that no sum leaves 64 bits.
    high, low = values >> 20, values & ((1 << 20) - 1)
    return (int((seconds * high).sum()) << 20) + int((seconds * low).sum())


def steady(amount: int) -> Steps:
    """An amount that never changes."""
    return Steps(np.array([-(1 << 60)], np.int64), np.array([amount], np.int64))


def held(begin: Ints, end: Ints, amounts: Ints) -> Steps:
    """What is held in all, where row i holds ``amounts[i]`` over ``[begin[i], end[i])``."""
    times, changes = np.concatenate((begin, end)), np.concatenate((amounts, -amounts))
    order = np.argsort(times, kind="stable")
    times, sums = times[order], np.cumsum(changes[order])
    last = _last_of_equals(times)
    return Steps(times[last].astype(np.int64), sums[last].astype(np.int64))


def _last_of_equals(ascending: Ints) -> Flags:
    """Which entries are the last of their value."""
    last = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=last[:-1])
    return last


def _joined(first: Ints, second: Ints) -> Ints:
    """The distinct instants of both, ascending; sorting merges them, as each is sorted already."""
    both = np.sort(np.concatenate((first, second)), kind="stable")
    return both[_last_of_equals(both)]


def least(first: Steps, second: Steps) -> Steps:
    """The smaller of two amounts at every instant."""
    times = _joined(first.times, second.times)
    return Steps(times, np.minimum(first.at(times), second.at(times)))


def less(first: Steps, second: Steps) -> Steps:
    """What is left of the first when the second is taken from it, never below 0."""
    times = _joined(first.times, second.times)
    return Steps(times, np.maximum(first.at(times) - second.at(times), 0))


def sampled(steps: Steps, begin: int, end: int, points: int) -> tuple[Ints, Ints, Ints]:
    """(beginnings, means rounded down, peaks) over at most `points` equal stretches of ``[begin, end)``."""
    edges = np.unique(np.linspace(begin, end, points + 1).astype(np.int64))
    times = _joined(steps.times[(steps.times > begin) & (steps.times < end)], edges)
    values, seconds = steps.at(times[:-1]), np.diff(times)
    starts = np.searchsorted(times, edges[:-1])
    means = np.add.reduceat(values * seconds, starts) // np.diff(edges)
    return edges[:-1], means, np.maximum.reduceat(values, starts)
