"""What the screening officer may do, and demand against capacity by pool and month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.applications.rules import SCREENING
from madang.values import Month, months_from

LONGEST_QUESTION = 1000
LONGEST_ANSWER = 10_000


def check_officer(by: Actor) -> None:
    """Screening officers and programme managers screen; nobody screens what their own organisation handed in."""
    if not by.has(*SCREENING):
        raise Refused("not_allowed_for_role")


def check_own(by: Actor, organisation: int) -> None:
    if by.member_of(organisation):
        raise Refused("screening_own_organisation")


def check_question(text: str, answer_by: datetime, now: datetime) -> None:
    if not text.strip():
        raise Refused("question_empty", field="text")
    if len(text) > LONGEST_QUESTION:
        raise Refused("question_too_long", field="text", limit=LONGEST_QUESTION)
    if answer_by <= now:
        raise Refused("question_deadline_past", field="answer_by")


def check_answer(text: str, answer_by: datetime, now: datetime) -> None:
    """An answer counts until its deadline, judged when the request arrived."""
    if now >= answer_by:
        raise Refused("answer_too_late", answer_by=answer_by)
    if not text.strip():
        raise Refused("answer_empty", field="answer")
    if len(text) > LONGEST_ANSWER:
        raise Refused("answer_too_long", field="answer", limit=LONGEST_ANSWER)


@dataclass(frozen=True)
class Wish:
    """An ask by month: `quantity` products of `units` each of a pool, or that many hours over all its months."""

    pool: str
    units: int
    quantity: int
    least: int
    first_month: str
    months: int
    by_hour: bool = False

    def a_month(self, quantity: int) -> int:
        """What a quantity takes of the pool in each month: units, or the whole unit-hours that give it in time."""
        return -(-quantity // self.months) * self.units if self.by_hour else quantity * self.units


@dataclass(frozen=True)
class DemandLine:
    """One pool in one month: what is asked, the least that is still useful, and what is funded and still free.

    All in units of the pool, in unit-hours where it is sold by the hour.
    """

    pool: str
    month: str
    asked: int
    least: int
    free: int | None

    @property
    def short(self) -> bool:
        """More is asked than there is; a month without capacity has none."""
        return self.asked > (self.free or 0)


def demand(wishes: Iterable[Wish], free: Mapping[tuple[str, str], int]) -> list[DemandLine]:
    """What is asked by pool and month against what is funded and free, in the order of pools and months."""
    asked: dict[tuple[str, str], int] = defaultdict(int)
    least: dict[tuple[str, str], int] = defaultdict(int)
    for wish in wishes:
        for month in months_from(Month.parse(wish.first_month), wish.months):
            asked[wish.pool, str(month)] += wish.a_month(wish.quantity)
            least[wish.pool, str(month)] += wish.a_month(wish.least)
    keys = sorted(asked)
    return [
        DemandLine(pool, month, asked[pool, month], least[pool, month], free.get((pool, month))) for pool, month in keys
    ]
