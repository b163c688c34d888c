"""Sets runs beside each other, with confidence intervals where the same was simulated on several drawn traces."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from madang.simulation.answers import Answers

MEASURES: dict[str, Callable[[Answers], float]] = {
    "mean_wait": lambda found: found.waits.mean,
    "median_wait": lambda found: found.waits.median,
    "p90_wait": lambda found: found.waits.p90,
    "p99_wait": lambda found: found.waits.p99,
    "slowdown": lambda found: found.waits.slowdown,
    "utilisation": lambda found: found.utilisation,
    "unused_wanted": lambda found: found.unused_wanted,
    "gini_wait": lambda found: found.gini_wait,
}


@dataclass(frozen=True)
class Interval:
    """A mean over `of` replications and, from two on, the interval that holds the true one at the stated level."""

    mean: float
    low: float | None
    high: float | None
    of: int

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out 0, so that a difference is not mere chance at the stated level."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Compared:
    """One run: each measure by itself, and its difference from the first run's, replication by replication."""

    measures: dict[str, Interval]
    differences: dict[str, Interval]


def compare(runs: Sequence[Sequence[Answers]], level: float = 0.95) -> list[Compared]:
    """One entry a run; ``runs[i][j]`` are the answers of run i on trace j, the same traces for all.

    Differences are taken pair by pair, so that what a trace does to all runs alike cancels out. ValueError where runs
    differ in length or are empty.
    """
    if not runs or not runs[0] or any(len(run) != len(runs[0]) for run in runs):
        raise ValueError("every run needs the same number of replications, at least one")
    found = []
    for run in runs:
        measures, differences = {}, {}
        for name, measure in MEASURES.items():
            values, first = [measure(one) for one in run], [measure(one) for one in runs[0]]
            measures[name] = interval(values, level)
            differences[name] = interval([mine - other for mine, other in zip(values, first, strict=True)], level)
        found.append(Compared(measures, differences))
    return found


def interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """Student's interval of the mean of independent values."""
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Interval(mean, None, None, count)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    reach = student(level, count - 1) * spread / math.sqrt(count)
    return Interval(mean, mean - reach, mean + reach, count)


@lru_cache(maxsize=256)
def student(level: float, freedom: int) -> float:
    """The t for which a Student variable of `freedom` degrees lies in [-t, t] with probability `level`."""
    low, high = 0.0, 1.0
    while within(high, freedom) < level:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < level else (low, middle)
    return (low + high) / 2


def within(t: float, freedom: int) -> float:
    """The probability that a Student variable lies in [-t, t]: Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    square, term, total = math.cos(angle) ** 2, 1.0, 1.0
    odd = freedom % 2
    for step in range(2 + odd, freedom - 1, 2):
        term *= square * (step - 1) / step
        total += term
    if not odd:
        return math.sin(angle) * total
    if freedom == 1:
        return 2 * angle / math.pi
    return 2 / math.pi * (angle + math.sin(angle) * math.cos(angle) * total)
