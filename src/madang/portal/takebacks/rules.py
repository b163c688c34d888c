"""When an award counts as idle, what could be taken back of it, and what may be done with a take-back when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from madang.errors import Refused

# Days to answer before an act that takes something away: the least that administrative procedure leaves.
LEAST_GRACE = 10
MOST_DAYS = 365


class TakeBackState(StrEnum):
    """The organisation has notice; then it is dropped, or carried out."""

    NOTICED = "noticed"
    DROPPED = "dropped"
    TAKEN = "taken_back"


class AnswerKind(StrEnum):
    """What an organisation says to a notice: it asks to be exempted, or wants its view heard."""

    EXEMPTION = "exemption"
    VIEW = "view"


@dataclass(frozen=True)
class Part:
    """Seconds granted by one line of an award for the days [start, end)."""

    seconds: int
    start: date
    end: date


@dataclass(frozen=True)
class Finding:
    """One pool of an award on a day, in seconds: `planned` to be used by then, `used`, `left`.

    `used` counts what is set aside for jobs. Days that are over count, the day itself does not.
    """

    planned: int
    used: int
    left: int

    @property
    def missing(self) -> int:
        """What was planned and not used, as far as it is still left."""
        return min(self.left, max(0, self.planned - self.used))


def planned(parts: Iterable[Part], today: date, returned: int = 0) -> int:
    """Seconds that were to be used before `today` if use is spread evenly over each part's days, rounded down.

    What was returned already is planned no more.
    """
    due = 0
    for part in parts:
        days = (part.end - part.start).days
        over = min(max((today - part.start).days, 0), days)
        due += part.seconds * over // days if days > 0 else 0
    return max(0, due - returned)


def is_idle(found: Finding, percent: int, days: int, after_days: int) -> bool:
    """Whether use is below `percent` of the plan, once `days` of the award's days are over: `after_days` at least."""
    return days >= after_days and found.missing > 0 and found.used * 100 < percent * found.planned


def check_rule(percent: int, after_days: int, grace_days: int) -> None:
    """Refused: "idle_rule_figures", "idle_rule_grace" (least) below the days to answer that are owed."""
    if not 0 <= percent <= 100 or not 1 <= after_days <= MOST_DAYS or grace_days > MOST_DAYS:
        raise Refused("idle_rule_figures", most=MOST_DAYS)
    if grace_days < LEAST_GRACE:
        raise Refused("idle_rule_grace", least=LEAST_GRACE, field="grace_days")


def check_amount(amount: int, most: int) -> None:
    """Something is taken, and not more than there is. Refused: "take_back_amount" (most)."""
    if not 0 < amount <= most:
        raise Refused("take_back_amount", most=most)


def check_answerable(state: str, answer_by: datetime, now: datetime) -> None:
    """Refused: "take_back_closed" once it is decided, "take_back_answer_late" from `answer_by` on."""
    check_open(state)
    if now >= answer_by:
        raise Refused("take_back_answer_late", until=answer_by)


def check_decidable(state: str, answer_by: datetime, now: datetime) -> None:
    """Nothing is taken before the time to answer is over, answered or not. Refused: "take_back_notice_runs"."""
    check_open(state)
    if now < answer_by:
        raise Refused("take_back_notice_runs", until=answer_by)


def check_open(state: str) -> None:
    if state != TakeBackState.NOTICED:
        raise Refused("take_back_closed")
