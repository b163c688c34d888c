"""How a tenancy goes from offer to check-out; residents and visitors, monthly reports, and requests to their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.values import Month


class TenancyState(StrEnum):
    """An offer is signed or declined, or lapses; what was signed begins on its day and ends on another."""

    OFFERED = "offered"
    SIGNED = "signed"
    RUNNING = "running"
    ENDED = "ended"
    CHECKED_OUT = "checked_out"
    DECLINED = "declined"
    LAPSED = "lapsed"
    DROPPED = "dropped"


class ExtensionState(StrEnum):
    """`dropped`: the tenancy ended before anybody decided."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    DROPPED = "dropped"


class Condition(StrEnum):
    """How something was handed back."""

    GOOD = "good"
    WORN = "worn"
    DAMAGED = "damaged"
    MISSING = "missing"


class UpkeepState(StrEnum):
    """What becomes of a request for repair; who asked says whether it is done."""

    ASKED = "asked"
    SEEN = "seen"
    WORKING = "working"
    DONE = "done"
    REOPENED = "reopened"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


# days of these are held; of what came to nothing none are kept
HOLDING = frozenset({TenancyState.OFFERED, TenancyState.SIGNED, TenancyState.RUNNING})
# the tenant is in the house or soon will be
LIVING = frozenset({TenancyState.SIGNED, TenancyState.RUNNING})
# these have had their tenant in the house
LIVED = frozenset({TenancyState.RUNNING, TenancyState.ENDED, TenancyState.CHECKED_OUT})

ANSWER_DAYS = 14
DAYS_MOST = 3660
ADDRESS, WHAT, REASON, TEXT_MOST = 254, 200, 1000, 20_000
WON_MOST = 10**12
COUNT_MOST = 100_000
ITEMS_MOST = 100
MINUTES_A_DAY = 24 * 60
EVERY_DAY = 0b1111111
VISIT_AHEAD = 60
VISITS_A_DAY = 20
REPORT_DUE_DAY = 10
REQUESTS_OPEN_MOST = 20

_KEEPERS_MOVE = {
    UpkeepState.ASKED: (UpkeepState.SEEN, UpkeepState.WORKING, UpkeepState.DONE),
    UpkeepState.SEEN: (UpkeepState.WORKING, UpkeepState.DONE),
    UpkeepState.WORKING: (UpkeepState.DONE,),
    UpkeepState.REOPENED: (UpkeepState.SEEN, UpkeepState.WORKING, UpkeepState.DONE),
}
_TENANTS_MOVE = {
    UpkeepState.ASKED: (UpkeepState.WITHDRAWN,),
    UpkeepState.SEEN: (UpkeepState.WITHDRAWN,),
    UpkeepState.DONE: (UpkeepState.CONFIRMED, UpkeepState.REOPENED),
}
OPEN_UPKEEP = frozenset(set(UpkeepState) - {UpkeepState.CONFIRMED, UpkeepState.WITHDRAWN})
# these say in words what was done, or what is not
_WORDS_NEEDED = frozenset({UpkeepState.DONE, UpkeepState.REOPENED})


def refuse_unless_owner(by: Actor, organisation: int) -> int:
    """Who signs and decides for a tenant, by number. Refused: ``not_allowed_for_role``."""
    if by.person is None or not by.owner_of(organisation):
        raise Refused("not_allowed_for_role")
    return by.person


def refuse_unless_member(by: Actor, organisation: int) -> int:
    """Somebody of the tenant, by number. Refused: ``not_allowed_for_role``."""
    if by.person is None or not by.member_of(organisation):
        raise Refused("not_allowed_for_role")
    return by.person


# --- the tenancy's days ---


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day: one month from 31 January is 28 February."""
    month = Month(day.year, day.month).plus(months)
    following = month.plus(1)
    last = (date(following.year, following.number, 1) - timedelta(days=1)).day
    return date(month.year, month.number, min(day.day, last))


def check_days(starts_on: date, ends_on: date, ceiling_on: date) -> None:
    """A tenancy on [starts_on, ends_on), never past its ceiling.

    Refused: ``tenancy_days_wrong`` (most), ``tenancy_past_ceiling`` (ceiling).
    """
    if not 0 < (ends_on - starts_on).days <= DAYS_MOST:
        raise Refused("tenancy_days_wrong", field="ends_on", most=DAYS_MOST)
    if ends_on > ceiling_on:
        raise Refused("tenancy_past_ceiling", field="ends_on", ceiling=ceiling_on.isoformat())


def check_extension(state: str, ends_on: date, until_on: date, ceiling_on: date, today: date) -> None:
    """Refused: ``tenancy_not_running``, ``extension_backwards_camp``, ``tenancy_past_ceiling`` (ceiling)."""
    if state not in LIVING or ends_on <= today:
        raise Refused("tenancy_not_running")
    if until_on <= ends_on:
        raise Refused("extension_backwards_camp", field="ends_on")
    if until_on > ceiling_on:
        raise Refused("tenancy_past_ceiling", field="ends_on", ceiling=ceiling_on.isoformat())


def days(starts_on: date, ends_on: date) -> list[date]:
    """Every day of [starts_on, ends_on)."""
    return [starts_on + timedelta(days=place) for place in range((ends_on - starts_on).days)]


# --- residents and visitors ---


@dataclass(frozen=True)
class Hours:
    """When a resident may come in: minutes of the centre's day, and days as bits from Monday (1) to Sunday (64).

    A stay from evening to morning is written as the whole day, as the house is open day and night.
    """

    opens: int = 0
    closes: int = MINUTES_A_DAY
    weekdays: int = EVERY_DAY


def checked_hours(given: Hours) -> Hours:
    """Refused: ``resident_hours_wrong``."""
    if not (0 <= given.opens < given.closes <= MINUTES_A_DAY and 1 <= given.weekdays <= EVERY_DAY):
        raise Refused("resident_hours_wrong", field="closes")
    return given


def check_visit(on: date, today: date) -> None:
    """Refused: ``visit_day_wrong`` (most)."""
    if not today <= on <= today + timedelta(days=VISIT_AHEAD):
        raise Refused("visit_day_wrong", field="on", most=VISIT_AHEAD)


# --- monthly reports ---


@dataclass(frozen=True)
class MonthFigures:
    """What a tenant reports of a month: people at its end; won taken in and invested, patents filed in the month."""

    staff: int
    revenue_won: int
    investment_won: int
    patents: int


def checked_figures(given: MonthFigures) -> MonthFigures:
    """Refused, each with its field: ``month_figure_wrong`` (most)."""
    for name, most in (("staff", COUNT_MOST), ("revenue_won", WON_MOST), ("investment_won", WON_MOST),
                       ("patents", COUNT_MOST)):  # fmt: skip
        if not 0 <= getattr(given, name) <= most:
            raise Refused("month_figure_wrong", field=name, most=most)
    return given


def due_on(month: Month) -> date:
    """A month's report is due on the tenth of the next."""
    following = month.plus(1)
    return date(following.year, following.number, REPORT_DUE_DAY)


def months_owed(starts_on: date, ends_on: date, since: Month | None, today: date) -> list[Month]:
    """The months that are over, of which a tenancy had a day, after `since`."""
    first = Month(starts_on.year, starts_on.month)
    last_day = min(ends_on, today.replace(day=1)) - timedelta(days=1)
    if since is not None:
        first = max(first, since.plus(1))
    last = Month(last_day.year, last_day.month)
    return [first.plus(place) for place in range(first.until(last) + 1)] if first <= last else []


# --- requests ---


def moves(state: str, *, tenant: bool, keeper: bool) -> list[UpkeepState]:
    """To what states a request can be moved by somebody of the tenant, or of those who keep the camp."""
    given = UpkeepState(state)
    found = list(_KEEPERS_MOVE.get(given, ())) if keeper else []
    return found + (list(_TENANTS_MOVE.get(given, ())) if tenant else [])


def check_move(state: str, to: UpkeepState, words: str, *, tenant: bool, keeper: bool) -> str:
    """The words as they are kept. Refused: ``request_move_wrong``, ``request_words_needed`` (most)."""
    if to not in moves(state, tenant=tenant, keeper=keeper):
        raise Refused("request_move_wrong")
    return check_words(words, needed=to in _WORDS_NEEDED)


def check_words(words: str, *, needed: bool = True) -> str:
    """Words as they are kept. Refused: ``request_words_needed`` (most)."""
    if len(words.strip()) > REASON or (needed and not words.strip()):
        raise Refused("request_words_needed", field="words", most=REASON)
    return words.strip()
