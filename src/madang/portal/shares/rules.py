"""What shares may be: weights and parts by kind of organisation, and what becomes of a part that lies idle."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from madang.compute.protocol import ClassShares
from madang.errors import Refused

MOST_WEIGHT, MOST_UNITS = 1000, 1_000_000


class Borrowing(StrEnum):
    """What others may do with what a kind leaves idle of its part: nothing, use it, or use it until it is needed."""

    NONE = "none"
    BORROW = "borrow"
    RECLAIM = "reclaim"


def check(shares: ClassShares, kinds: Collection[str]) -> None:
    """Refused: ``share_out_of_range`` for an unknown kind, a weight outside its bounds or a part below nothing."""
    amounts = [amount for part in shares.parts.values() for amount in part.values()]
    known = {*shares.weights, *shares.parts} <= set(kinds)
    known = known and all(set(part) <= {"cores", "gpus"} for part in shares.parts.values())
    weighed = all(1 <= weight <= MOST_WEIGHT for weight in shares.weights.values())
    if not (known and weighed and all(0 <= amount <= MOST_UNITS for amount in amounts)):
        raise Refused("share_out_of_range")
