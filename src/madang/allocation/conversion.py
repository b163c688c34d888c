"""How much different accelerators count beside each other, exactly: published tables, and slices of an accelerator.

Korea's GPU support takes applications in H100 and converts: 1 H100 for 4 A100 or for 1 H200; Gwangju's centre prices a
petaflops as 16 H100. The Digital Research Alliance of Canada's reference GPU unit (RGU) weighs FP32 and FP16 by 40 %
each and memory by 20 %: 4.0 for an A100 of 40 GB, 12.2 for an H100 of 80 GB, MIG slices by the larger of their two
shares (its allocation guide of 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from madang.allocation.parts import Reference

THOUSAND = 1000
# How many of the reference unit one of each counts.
KOREA: Mapping[str, Fraction] = {
    "h100": Fraction(1),
    "h200": Fraction(1),
    "a100": Fraction(1, 4),
    "petaflops": Fraction(16),
}
CANADA_RGU: Mapping[str, Fraction] = {
    "a100-40": Fraction(4),
    "h100-80": Fraction(122, 10),
    "h100-1g.10gb": Fraction(17, 10),
    "h100-2g.20gb": Fraction(35, 10),
    "h100-3g.40gb": Fraction(61, 10),
}


def converted(amount: int, given: str, wanted: str, table: Mapping[str, Fraction]) -> Fraction:
    """`amount` of one kind in units of another, exactly; KeyError for a kind that the table does not have."""
    return amount * table[given] / table[wanted]


def slice_share(compute: Fraction, memory: Fraction) -> Fraction:
    """What a slice of an accelerator counts of the whole one: the larger of its shares of compute and memory.

    It is what others are prevented from using. ValueError for a share that is not above zero and at most one.
    """
    if not (0 < compute <= 1 and 0 < memory <= 1):
        raise ValueError("a share lies above zero and is at most one")
    return max(compute, memory)


def reference(name: str, kinds: Mapping[str, str], table: Mapping[str, Fraction]) -> Reference:
    """A problem's reference: `kinds` says of which kind each pool's unit is; thousandths are rounded to the nearest.

    ValueError where a unit counts less than half a thousandth of the reference.
    """
    thousandths = {pool: (2 * table[kind] * THOUSAND + 1) // 2 for pool, kind in kinds.items()}
    small = [pool for pool, count in thousandths.items() if count < 1]
    if small:
        raise ValueError(f"too small to be counted in thousandths: {', '.join(small)}")
    return Reference(name, {pool: int(count) for pool, count in thousandths.items()})
