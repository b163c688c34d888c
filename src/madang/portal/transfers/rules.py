"""What an exchange between two pools comes to, which rates contradict each other, and how much may be exchanged.

Everything is whole numbers: what comes in is rounded down once, what goes out for it is rounded up to the hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from madang.errors import Refused
from madang.values import SECONDS_PER_HOUR

MOST_HOURS = 10**6


class TransferState(StrEnum):
    """Asked for, where the rate wants staff to decide; then carried out, or not, or taken back before that."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Rate:
    """For `gives` hours of one pool one gets `gets` hours of another."""

    gives: int
    gets: int

    @property
    def back(self) -> Rate:
        """The same rate the other way round."""
        return Rate(self.gets, self.gives)


@dataclass(frozen=True)
class Exchange:
    """Seconds that go out, and so many steps that come in, `got` seconds in all."""

    given: int
    quantity: int
    got: int


@dataclass(frozen=True)
class Between:
    """A rate from one pool to another, by row ids."""

    source: int
    target: int
    rate: Rate


@dataclass(frozen=True)
class Share:
    """Seconds of a pool that an award's own lines gave, those that went out already, and the bounds in thousandths."""

    own: int
    before: int
    least_permille: int
    most_permille: int

    @property
    def least(self) -> int:
        """The least that one transfer takes, in whole hours."""
        return _hours_up(-(-self.own * self.least_permille // 1000))

    @property
    def most(self) -> int:
        """The most that may still go out, in whole hours."""
        rest = self.own * self.most_permille // 1000 - self.before
        return max(0, rest // SECONDS_PER_HOUR * SECONDS_PER_HOUR)


def exchange(rate: Rate, offered: int, step: int) -> Exchange:
    """What `offered` seconds, whole hours, bring in whole steps of `step` seconds, and how much of them that takes.

    Rounded down once, so that no hour is made of nothing; what would be lost by it stays where it is, in whole hours.
    Refused: ``transfer_too_little`` (hours) where it is not enough for one step.
    """
    quantity = offered * rate.gets // (rate.gives * step)
    if quantity < 1:
        raise Refused("transfer_too_little", hours=_needed(rate, step) // SECONDS_PER_HOUR, field="hours")
    return Exchange(_needed(rate, quantity * step), quantity, quantity * step)


def _needed(rate: Rate, got: int) -> int:
    return _hours_up(-(-got * rate.gives // rate.gets))


def _hours_up(seconds: int) -> int:
    return -(-seconds // SECONDS_PER_HOUR) * SECONDS_PER_HOUR


def check_share(given: int, share: Share) -> None:
    """Refused: ``transfer_least`` (hours), ``transfer_most`` (hours)."""
    if given > share.most:
        raise Refused("transfer_most", hours=share.most // SECONDS_PER_HOUR, field="hours")
    if given < share.least:
        raise Refused("transfer_least", hours=share.least // SECONDS_PER_HOUR, field="hours")


def check_figures(gives: int, gets: int, least_permille: int, most_permille: int) -> None:
    """Refused: ``transfer_rate_figures``."""
    within = 1 <= gives <= MOST_HOURS and 1 <= gets <= MOST_HOURS
    if not within or not 0 <= least_permille <= most_permille <= 1000 or not most_permille:
        raise Refused("transfer_rate_figures")


def check_circle(known: Iterable[Between], new: Between) -> None:
    """Refused: ``transfer_rate_circle`` where whoever goes round by the new rate would come back with more.

    `known` are rates of the same days, among which no circle gains; then the best way back is a path that visits
    no pool twice.
    """
    rates = list(known)
    best = {new.target: Fraction(1)}
    for _ in range(len(rates)):
        for one in rates:
            if one.source in best and one.target != new.target:
                reached = best[one.source] * Fraction(one.rate.gets, one.rate.gives)
                best[one.target] = max(best.get(one.target, Fraction(0)), reached)
    if best.get(new.source, 0) * Fraction(new.rate.gets, new.rate.gives) > 1:
        raise Refused("transfer_rate_circle", field="gets")


def check_open(state: str) -> None:
    """Refused: ``transfer_decided``."""
    if state != TransferState.ASKED:
        raise Refused("transfer_decided")
