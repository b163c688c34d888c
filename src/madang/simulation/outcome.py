"""What an engine gives back, before it is told in the words of a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from madang.simulation.step_functions import Steps
from madang.simulation.trace import Ints


@dataclass(frozen=True)
class Outcome:
    """Starts and ends by row, -1 where a job never started, and whatever else came about; see `engine.Result`."""

    start: Ints
    end: Ints
    engine: str
    capacity: Steps
    restarts: Ints | None = None
    attempts: tuple[Ints, Ints, Ints] | None = None
    fragmented: Steps | None = None
    exhausted: Mapping[str, int] = field(default_factory=dict)


def ints(values: ArrayLike | Sequence[int]) -> Ints:
    """An array of 64-bit integers."""
    return np.asarray(values, dtype=np.int64)
