"""What a cohort pays a company that hires its graduates, and for which months a company may claim it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.resources.rules import written_month
from madang.values import Month, months_from

TERMS_SETTERS = (Role.PROGRAMME_MANAGER,)
WON_MOST, MONTHS_MOST, DAYS_MOST = 10**12, 36, 1100
WHY_LIMIT = 300


class ClaimState(StrEnum):
    """A claim counts once an officer accepted what shows it; what is wrong later is struck month by month."""

    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True)
class WageTermsGiven:
    """So many won for a month in which a graduate works at the company, for at most so many months each.

    For those hired at most `hired_within_days` after the cohort's last day; a company gets no more than
    `company_most_won` for all graduates of the cohort. `office_needed`: only companies whose office is opened.
    """

    month_won: int
    months_most: int
    hired_within_days: int
    company_most_won: int
    office_needed: bool
    source: int


def check_terms(given: WageTermsGiven) -> None:
    """Refused: ``wage_terms_invalid`` (field)."""
    most = {"month_won": WON_MOST, "company_most_won": WON_MOST, "months_most": MONTHS_MOST,
            "hired_within_days": DAYS_MOST}  # fmt: skip
    for name, highest in most.items():
        if not 1 <= getattr(given, name) <= highest:
            raise Refused("wage_terms_invalid", field=name)


def refuse_unless_setting(by: Actor) -> None:
    """Terms of wage aid are a programme manager's. Refused: ``not_allowed_for_role``."""
    if by.person is None or not by.has(*TERMS_SETTERS):
        raise Refused("not_allowed_for_role")


def check_hired(hired_on: date, ends_on: date, within_days: int) -> None:
    """Refused: ``wage_hired_outside`` (days). `ends_on` is the day after the cohort's last one."""
    last = ends_on - timedelta(days=1)
    if hired_on > last + timedelta(days=within_days):
        raise Refused("wage_hired_outside", days=within_days)


def first_whole(hired_on: date) -> Month:
    """The first month that somebody worked from its first day on."""
    month = Month(hired_on.year, hired_on.month)
    return month if hired_on.day == 1 else month.plus(1)


def claimed_months(first: str, last: str, *, hired_on: date, employed_on: date, today: date) -> list[str]:
    """The months from the first to the last, each worked whole: `employed_on` is a day on which that is shown.

    Refused: ``month_not_written``, ``wage_months_turned``, ``wage_before_hired`` (month), ``wage_not_shown_until``
    (day), ``wage_day_ahead``.
    """
    begins, ends = written_month(first, field="first_month"), written_month(last, field="last_month")
    if not 0 <= begins.until(ends) < MONTHS_MOST:
        raise Refused("wage_months_turned", field="last_month")
    if begins.until(first_whole(hired_on)) > 0:
        raise Refused("wage_before_hired", field="first_month", month=str(first_whole(hired_on)))
    if employed_on > today:
        raise Refused("wage_day_ahead", field="employed_on")
    final = date(ends.year, ends.number, monthrange(ends.year, ends.number)[1])
    if employed_on < final:
        raise Refused("wage_not_shown_until", field="employed_on", day=final)
    return [str(month) for month in months_from(begins, begins.until(ends) + 1)]


def numbered(months: list[str], taken: set[int], most: int) -> dict[str, int]:
    """Which of a graduate's months each is, lowest free numbers first. Refused: ``wage_months_used`` (most, left)."""
    free = [number for number in range(1, most + 1) if number not in taken]
    if len(free) < len(months):
        raise Refused("wage_months_used", most=most, left=len(free))
    return dict(zip(months, free, strict=False))


def check_ceiling(claimed_won: int, more_won: int, most_won: int) -> None:
    """Refused: ``wage_ceiling`` (left): what a company has claimed and claims now is above what it may get."""
    if claimed_won + more_won > most_won:
        raise Refused("wage_ceiling", left=f"{max(most_won - claimed_won, 0):,}")
