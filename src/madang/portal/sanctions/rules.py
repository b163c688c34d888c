"""The four acts against whoever broke the terms, what each comes to, and what may be done with one when."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.values import Month

# What procedure leaves at least before anything is decided, and what the law allows at most.
LEAST_DAYS = 10
MOST_DAYS = 365
MOST_MONTHS = 60
MOST_PERMILLE = 5000
WHOLE = 1000


class SanctionAct(StrEnum):
    """What is done: money claimed back, money on top, discounts withdrawn, no new application until a day."""

    RECOVERY = "recovery"
    SURCHARGE = "surcharge"
    BACK_CHARGE = "back_charge"
    BAN = "ban"


class SanctionGround(StrEnum):
    """What was broken: support got by a false claim, beyond what was due, or used for something else; or the terms."""

    FALSE_CLAIM = "false_claim"
    EXCESS_CLAIM = "excess_claim"
    OTHER_USE = "other_use"
    BREACH = "breach"


class SanctionState(StrEnum):
    """Where an act stands; that it is over is read from its last day or from what came in, never stored."""

    FOUND = "found"
    NOTICED = "noticed"
    ANSWERED = "answered"
    DROPPED = "dropped"
    DECIDED = "decided"
    APPEALED = "appealed"
    UPHELD = "upheld"
    ANNULLED = "annulled"


class MoneyKind(StrEnum):
    """What moves a demand's money: a receipt put onto it or taken off again, or paid back after an appeal."""

    MATCH = "match"
    REFUND = "refund"


OPEN = frozenset({SanctionState.FOUND, SanctionState.NOTICED, SanctionState.ANSWERED})
HEARD = frozenset({SanctionState.NOTICED, SanctionState.ANSWERED})
# an appeal does not suspend: what was decided counts until it is annulled
STANDING = frozenset({SanctionState.DECIDED, SanctionState.APPEALED, SanctionState.UPHELD})
# paid under the act's own number; a back charge is paid with a statement
DEMANDS = frozenset({SanctionAct.RECOVERY, SanctionAct.SURCHARGE})


@dataclass(frozen=True)
class Terms:
    """What counts from a day on: days to answer, to appeal and to pay; surcharge by ground in permille of the gain."""

    answer_days: int
    appeal_days: int
    pay_days: int
    false_permille: int
    excess_permille: int
    other_permille: int
    ban_months: int


def permille(terms: Terms, ground: str) -> int:
    """How much of the gain a surcharge is. Refused: "sanction_ground_without_rate" where this ground has none."""
    rates = {
        SanctionGround.FALSE_CLAIM: terms.false_permille,
        SanctionGround.EXCESS_CLAIM: terms.excess_permille,
        SanctionGround.OTHER_USE: terms.other_permille,
    }
    found = rates.get(SanctionGround(ground), 0)
    if not found:
        raise Refused("sanction_ground_without_rate", field="ground")
    return found


def surcharge(base: int, rate: int) -> int:
    """Won on top of a gain of `base` won at `rate` permille of it, rounded down: nobody is charged a won too much."""
    return base * rate // WHOLE


def check_terms(terms: Terms) -> None:
    """Refused: "sanction_terms_days" (least, most), "sanction_terms_rates" (times), "sanction_terms_months" (most)."""
    days = (terms.answer_days, terms.appeal_days, terms.pay_days)
    if not all(LEAST_DAYS <= one <= MOST_DAYS for one in days):
        raise Refused("sanction_terms_days", least=LEAST_DAYS, most=MOST_DAYS)
    rates = (terms.false_permille, terms.excess_permille, terms.other_permille)
    if not all(0 <= one <= MOST_PERMILLE for one in rates):
        raise Refused("sanction_terms_rates", times=MOST_PERMILLE // WHOLE)
    if not 1 <= terms.ban_months <= MOST_MONTHS:
        raise Refused("sanction_terms_months", most=MOST_MONTHS)


def check_base(base: int, most: int) -> None:
    """What is recovered, or was gained, is part of what was supported. Refused: "sanction_above_support" (most)."""
    if not 0 < base <= most:
        raise Refused("sanction_above_support", most=f"{most:,}", field="base")


def check_span(first_month: str, last_month: str) -> None:
    """Months as they are written, in order. Refused: "back_charge_months"."""
    if Month.parse(first_month) > Month.parse(last_month):
        raise Refused("back_charge_months", field="last_month")


def check_months(months: int, most: int) -> None:
    """Refused: "sanction_months" (most)."""
    if not 1 <= months <= most:
        raise Refused("sanction_months", most=most, field="months")


def check_answerable(state: str, answer_by: datetime | None, now: datetime) -> None:
    """Refused: "sanction_no_notice", "sanction_answered", "sanction_closed", "sanction_answer_late" (until)."""
    if state == SanctionState.ANSWERED:
        raise Refused("sanction_answered")
    check_heard(state)
    if answer_by is None or now >= answer_by:
        raise Refused("sanction_answer_late", until=answer_by)


def check_decidable(state: str, answer_by: datetime | None, now: datetime) -> None:
    """Nothing is decided before the time to answer is over, answered or not. Refused: "sanction_notice_runs" (until),
    and as `check_heard`.
    """
    check_heard(state)
    if answer_by is None or now < answer_by:
        raise Refused("sanction_notice_runs", until=answer_by)


def check_heard(state: str) -> None:
    """There is notice, and no decision yet. Refused: "sanction_no_notice", "sanction_closed"."""
    if state == SanctionState.FOUND:
        raise Refused("sanction_no_notice")
    check_open(state)


def check_open(state: str) -> None:
    if state not in OPEN:
        raise Refused("sanction_closed")


def check_appealable(state: str, appeal_by: datetime | None, now: datetime) -> None:
    """Once, while there is time. Refused: "sanction_appealed", "sanction_not_decided", "sanction_appeal_late"."""
    if state in (SanctionState.APPEALED, SanctionState.UPHELD, SanctionState.ANNULLED):
        raise Refused("sanction_appealed")
    if state != SanctionState.DECIDED:
        raise Refused("sanction_not_decided")
    if appeal_by is None or now >= appeal_by:
        raise Refused("sanction_appeal_late", until=appeal_by)


def check_appealed(state: str) -> None:
    if state != SanctionState.APPEALED:
        raise Refused("sanction_not_appealed")


def months_after(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month where it has no such day."""
    month = Month(day.year, day.month).plus(months)
    return date(month.year, month.number, min(day.day, monthrange(month.year, month.number)[1]))


def shown(
    state: str,
    *,
    answer_by: datetime | None,
    amount: int | None,
    received: int,
    ends_on: date | None,
    at: datetime,
    today: date,
) -> str:
    """The state as people read it at an instant: "unanswered" once the time to answer is over, "ended" once the ban's
    last day or the money has come.
    """  # fmt: skip
    if state == SanctionState.NOTICED and answer_by is not None and at >= answer_by:
        return "unanswered"
    over = (ends_on is not None and today >= ends_on) or (amount is not None and received >= amount)
    return "ended" if state in STANDING and over else str(state)


def refuse_unless_manager(by: Actor) -> None:
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
