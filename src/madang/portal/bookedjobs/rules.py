"""Which booking may carry a job, how far that job is, and how long it may run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from madang.errors import Refused
from madang.portal.bookings.rules import AHEAD, BookingState
from madang.portal.facilities.rules import FacilityKind
from madang.values import Period


class CarriedState(StrEnum):
    """`owed` until its booking has begun, `starting` while it is being submitted."""

    OWED = "owed"
    STARTING = "starting"
    SUBMITTED = "submitted"
    REFUSED = "refused"


# what a person may still change or take away
OPEN = frozenset({CarriedState.OWED, CarriedState.REFUSED})


def can_carry(kinds: Iterable[str]) -> bool:
    """A job goes with a simulator, alone or among other facilities."""
    return FacilityKind.SIMULATOR in set(kinds)


def check_booking(kinds: Iterable[str], state: str, period: Period, now: datetime) -> None:
    """Refused: ``booking_without_simulator``, ``booking_over``."""
    if not can_carry(kinds):
        raise Refused("booking_without_simulator")
    if state not in AHEAD | {BookingState.USED} or now >= period.end:
        raise Refused("booking_over")


def check_time(wall_seconds: int, period: Period) -> None:
    """The whole of it has room in the booking. Refused: ``booked_job_too_long`` (minutes)."""
    room = int((period.end - period.start).total_seconds())
    if wall_seconds > room:
        raise Refused("booked_job_too_long", field="minutes", most=room // 60)


def seconds_left(wall_seconds: int, period: Period, now: datetime) -> int:
    """How long it may run from now on: to the end of the booking at most. Refused: ``booking_over``."""
    left = min(wall_seconds, int((period.end - now).total_seconds()))
    if left < 1:
        raise Refused("booking_over")
    return left
