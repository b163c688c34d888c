"""What is taken off a month's bill where jobs waited longer in the queue than was promised; whole numbers only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from madang.accounting.pricing import Days, Quote, Tariff, quoted
from madang.errors import Refused
from madang.values import SECONDS_PER_HOUR, Won, divide_half_up

LEAST_PROMISE = SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class WaitCredit:
    """A promise that a job starts within so many seconds, and what each hour begun beyond it is worth, on `days`.

    Either `permille` of what is due for the month or `won`, never both; at most `cap_permille` of what is due.
    Refused: ``wait_credit_wrong`` (name).
    """

    name: str
    promise_seconds: int
    permille: int
    won: int
    cap_permille: int
    days: Days
    sentence_en: str
    sentence_ko: str

    def __post_init__(self) -> None:
        worth = (self.permille > 0) != (self.won > 0) and min(self.permille, self.won) == 0 and self.permille <= 1000
        if not worth or self.promise_seconds < LEAST_PROMISE or not 1 <= self.cap_permille <= 1000:
            raise Refused("wait_credit_wrong", name=self.name)


class Wait(NamedTuple):
    """How long a job waited for what was not its own doing, and the day on which it started."""

    day: date
    seconds: int


class Credit(NamedTuple):
    """What one rule gives for the jobs that waited beyond its promise, `hours` begun hours together."""

    rule: WaitCredit
    jobs: int
    hours: int
    won: Won


def hours_beyond(rule: WaitCredit, seconds: int) -> int:
    """The hours begun beyond the promise; nought within it."""
    return -(-max(0, seconds - rule.promise_seconds) // SECONDS_PER_HOUR)


def rule_on(rules: Iterable[WaitCredit], day: date) -> WaitCredit | None:
    """The one rule that counts on `day`: of several the one that began last, of equals the first by name."""
    known = [one for one in rules if day in one.days]
    return min(known, key=lambda one: (-one.days.start.toordinal(), one.name), default=None)


def credits(rules: Iterable[WaitCredit], waits: Iterable[Wait], due: Won) -> list[Credit]:
    """What the waits of one award and pool in one month give, by rule in order of names; together at most `due`.

    Each rule's sum is rounded once, a half up; its cap is rounded down.
    """
    known = tuple(rules)
    beyond: dict[WaitCredit, list[int]] = {}
    for wait in waits:
        rule = rule_on(known, wait.day)
        if rule and (hours := hours_beyond(rule, wait.seconds)):
            beyond.setdefault(rule, []).append(hours)
    found, left = [], int(due)
    for rule, hours_of in sorted(beyond.items(), key=lambda one: one[0].name):
        hours = sum(hours_of)
        worth = rule.won * hours if rule.won else divide_half_up(due * rule.permille * hours, 1000)
        if won := max(0, min(worth, due * rule.cap_permille // 1000, left)):
            found.append(Credit(rule, len(hours_of), hours, Won(won)))
            left -= won
    return found


def taken_off(lines: Sequence[tuple[Tariff, Quote]], won: int) -> list[Quote]:
    """The lines in their order with `won` taken off what is due, never below nought; the tax is worked out anew.

    It is no support: the list price stays, the discount stays, and so does the value of support.
    """
    after = []
    for tariff, cost in lines:
        taken = min(won, cost.due)
        won -= taken
        after.append(
            quoted(tariff, cost.reference, cost.list_price, Won(cost.due - taken), Won(cost.credit + taken))
            if taken
            else cost
        )
    return after
