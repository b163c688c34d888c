"""Where a month of the books stands, what a check against the backend compares, and who decides on differences."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from madang.accounting.metering import Unit
from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.ledger.rules import may_correct
from madang.values import Month

CHECKERS = (Role.OPERATOR, Role.PROGRAMME_MANAGER)
UNITS = {Unit.GPU_SECOND: "gpu", Unit.CORE_SECOND: "core"}
CHANGED = "changed"

# source, owner ("award:17") and unit ("gpu", "core")
Where = tuple[str, str, str]


class MonthState(StrEnum):
    """Where a month stands; worked out from the day and the books."""

    RUNNING = "month_running"
    GRACE = "month_in_grace"
    TO_CLOSE = "month_to_close"
    CLOSED = "month_closed"
    ISSUED = "month_issued"


class DifferenceState(StrEnum):
    """A charge that came otherwise waits, is taken over into the book, or is left as it stands."""

    OPEN = "open"
    SETTLED = "settled"
    DISMISSED = "dismissed"


class CheckState(StrEnum):
    """A check waits for the worker, or is done."""

    WANTED = "wanted"
    DONE = "done"


class Compared(NamedTuple):
    """Seconds of one owner and unit in the book under one source, and what that source itself says of the month."""

    source: str
    owner: str
    unit: str
    booked: int
    reported: int


def state(month: Month, today: date, grace: int, *, closed: bool, issued: bool) -> MonthState:
    """Where a month stands on a day of the centre, `grace` days after its end being left for late use."""
    if issued:
        return MonthState.ISSUED
    if closed:
        return MonthState.CLOSED
    if today < first_day_after(month):
        return MonthState.RUNNING
    return MonthState.GRACE if today < closes_from(month, grace) else MonthState.TO_CLOSE


def first_day_after(month: Month) -> date:
    """The day after a month's last."""
    following = month.plus(1)
    return date(following.year, following.number, 1)


def closes_from(month: Month, grace: int) -> date:
    """The first day on which a month can be closed."""
    return first_day_after(month) + timedelta(days=grace)


def compared(booked: Mapping[Where, int], reported: Mapping[Where, int]) -> list[Compared]:
    """Book and backend side by side, in order of source, owner and unit; what one of them lacks is nought."""
    places = sorted(booked.keys() | reported.keys())
    return [Compared(*place, booked.get(place, 0), reported.get(place, 0)) for place in places]


def digest(booked: Mapping[Where, int]) -> str:
    """SHA-256 of what the book says of a month, so that a check is known to be of this very book."""
    lines = (f"{' '.join(place)} {seconds}\n" for place, seconds in sorted(booked.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def number_of(month: str) -> int:
    """A month as approvals count it: 202605."""
    return int(month.replace("-", ""))


def month_of(number: int) -> str:
    """The month of such a number. Refused: ``month_unknown``."""
    year, place = divmod(number, 100)
    if not (2000 <= year <= 2999 and 1 <= place <= 12):
        raise Refused("month_unknown")
    return f"{year}-{place:02d}"


def refuse_unless_checking(by: Actor) -> None:
    """Checks are asked for and differences decided on by the operator or a programme manager."""
    if not may_correct(by):
        raise Refused("not_allowed_for_role")


def refuse_unless_reason(reason: str) -> str:
    """Refuses ``reason_needed``; gives the reason without spaces around it."""
    if not reason.strip():
        raise Refused("reason_needed", field="reason")
    return reason.strip()


def refuse_unless_closable(where: MonthState, month: str, opens: date) -> None:
    """Refuses ``month_not_over_yet`` and ``month_still_in_grace`` (opens), and ``month_closed``."""
    codes = {
        MonthState.RUNNING: "month_not_over_yet",
        MonthState.GRACE: "month_still_in_grace",
        MonthState.CLOSED: "month_closed",
        MonthState.ISSUED: "month_closed",
    }
    if where in codes:
        raise Refused(codes[where], month=month, opens=opens)


def key_of_oddity(job: str, code: str, facts: Iterable[tuple[str, object]]) -> str:
    """What tells one oddity from another: job and code; where no job is named, what else is said."""
    if job:
        return f"{job}:{code}"[:120]
    said = hashlib.sha256(repr(sorted(facts, key=str)).encode()).hexdigest()
    return f"{code}:{said[:16]}"
