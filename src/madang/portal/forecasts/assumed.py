"""The figures that jobs are invented from where a centre has too few of its own; every page that rests on them says so.

Sizes and run times of GPU jobs were fitted to the Philly trace of 82,247 jobs (Jeon et al., "Analysis of Large-Scale
Multi-Tenant GPU Clusters for DNN Training Workloads", USENIX ATC 2019; data under CC BY 4.0), those of core jobs and
what jobs use of their limits to 9,628 jobs of MIT Supercloud (Samsi et al., "The MIT Supercloud Dataset", IEEE HPEC
2021). How much of what they are given holders ask for is nobody's measurement but an assumption.
"""

from __future__ import annotations

from typing import Any

HOUR, DAY = 3600, 86_400
LONGEST = 7 * DAY
# thousandths of what an award is given that its holder's jobs would use, one award in five each
APPETITE = (200, 500, 700, 900, 1200)
LIMITS = (HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, LONGEST)
# 21 quantiles of run time over limit
USED_OF_LIMIT = (
    *(0.0, 0.0, 0.0, 0.001, 0.001, 0.001, 0.002, 0.003, 0.005, 0.008, 0.013),
    *(0.02, 0.034, 0.061, 0.111, 0.197, 0.368, 0.731, 1.0, 1.0, 1.0),
)
# units, weight, mean and standard deviation of the natural logarithm of the run time in seconds
_SHAPES = {
    "gpu": (
        *((1, 932, 6.72, 1.97), (2, 22, 4.52, 3.27), (4, 23, 9.11, 2.78)),
        *((8, 20, 9.65, 2.79), (16, 3, 9.19, 3.32), (32, 1, 8.34, 2.8)),
    ),
    "core": (
        *((1, 1621, 8.33, 2.14), (4, 1559, 9.29, 1.99), (8, 1583, 7.27, 1.63), (16, 660, 8.26, 1.91)),
        *((32, 636, 8.1, 2.17), (64, 902, 9.43, 1.8), (128, 266, 8.71, 1.78)),
    ),
}


def figures(unit: str) -> dict[str, Any]:
    """Figures of a pool counted in GPUs or cores, as `madang.simulation.figures.figures_of` takes them, one account."""
    amount, other = ("gpus", "processors") if unit == "gpu" else ("processors", "gpus")
    shapes = [
        {amount: size, other: 0, "weight": weight, "mean_log": mean, "sd_log": spread}
        for size, weight, mean, spread in _SHAPES[unit]
    ]
    return {
        "per_week": 1.0,
        "shapes": shapes,
        "used_of_limit": list(USED_OF_LIMIT),
        "limits": list(LIMITS),
        "longest": LONGEST,
    }
