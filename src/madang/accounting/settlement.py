"""Divides support among those who fund it, and puts the account of one of them over a fiscal year together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Item(StrEnum):
    """What a person enters into the account of a funding source for a year, always above nought."""

    GRANTED = "granted"
    CARRIED_IN = "carried_in"
    INTEREST = "interest"
    DISALLOWED = "disallowed"
    RETURNED = "returned"
    CARRIED_OUT = "carried_out"


def apportioned(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`amount` won divided in proportion to whole weights, so that the parts sum to it exactly.

    The method of the largest remainder (Hamilton): each part is rounded towards nought, and the won that are left go
    one each to the largest remainders, equal ones to the earlier. An amount below nought is divided as its opposite.
    ValueError for weights below nought or of sum nought.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must not be below nought, nor all nought")
    parts = [divmod(abs(amount) * weight, total) for weight in weights]
    left = abs(amount) - sum(part for part, _ in parts)
    first = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))[:left]
    sign = -1 if amount < 0 else 1
    return tuple(sign * (part + (place in first)) for place, (part, _) in enumerate(parts))


@dataclass(frozen=True)
class SourceYear:
    """A funding source's account over a fiscal year, in won: what came in, what it supported, what went back.

    `aid` is what was paid to learners, `wage_aid` what was paid to companies that hired graduates. `recovered` and
    `surcharged` is what came in in this year of what was claimed back, whatever year it was given in.
    """

    support: int = 0
    aid: int = 0
    wage_aid: int = 0
    granted: int = 0
    carried_in: int = 0
    interest: int = 0
    recovered: int = 0
    surcharged: int = 0
    disallowed: int = 0
    returned: int = 0
    carried_out: int = 0

    @property
    def accepted(self) -> int:
        """The support and aid that the source stands for: what was disallowed is left out."""
        return self.support + self.aid + self.wage_aid - self.disallowed

    @property
    def left(self) -> int:
        """What is neither used, returned nor carried on; nought once the year is settled."""
        came = self.granted + self.carried_in + self.interest + self.recovered + self.surcharged
        return came - self.accepted - self.returned - self.carried_out
