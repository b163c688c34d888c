"""The smallest number at which something holds that goes on holding above it."""

from __future__ import annotations

from collections.abc import Callable


def fewest(holds: Callable[[int], bool], most: int) -> int | None:
    """The smallest number from 1 to `most` at which it holds; where it holds it holds above. None: nowhere."""
    if most < 1 or not holds(most):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
