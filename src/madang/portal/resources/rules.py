"""What a centre has: units of a pool, ways a product is counted."""

from __future__ import annotations

from enum import StrEnum


class PoolUnit(StrEnum):
    """What one unit of a pool is; its use is metered in that unit's seconds."""

    GPU = "gpu"
    CORE = "core"


class Grain(StrEnum):
    """How a product is asked for: so many of it by the month, or hours of the pool."""

    MONTH = "month"
    HOUR = "hour"
