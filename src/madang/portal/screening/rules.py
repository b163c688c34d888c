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
    """An ask by month: `quantity` products of `units` each of a pool, or that many hours in all."""

    pool: str
    units: int
    quantity: int
    least: int
    first_month: str
    months: int
    by_hour: bool = False


@dataclass(frozen=True)
class DemandLine:
    """One pool in one month: units asked, the least that is still useful, and funded units that are still free."""

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
    """Units asked by pool and month against free funded units, in the order of pools and months.

    Hours of a pool are not units held, so products by the hour stand apart (see `hours`).
    """
    asked: dict[tuple[str, str], int] = defaultdict(int)
    least: dict[tuple[str, str], int] = defaultdict(int)
    for wish in wishes:
        if wish.by_hour:
            continue
        for month in months_from(Month.parse(wish.first_month), wish.months):
            asked[wish.pool, str(month)] += wish.quantity * wish.units
            least[wish.pool, str(month)] += wish.least * wish.units
    keys = sorted(asked)
    return [
        DemandLine(pool, month, asked[pool, month], least[pool, month], free.get((pool, month))) for pool, month in keys
    ]


def hours(wishes: Iterable[Wish]) -> dict[str, int]:
    """Hours asked by pool, of products that are sold by the hour."""
    found: dict[str, int] = defaultdict(int)
    for wish in wishes:
        if wish.by_hour:
            found[wish.pool] += wish.quantity
    return dict(sorted(found.items()))
