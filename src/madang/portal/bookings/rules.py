"""Who may book what when: states of a booking, the terms of facilities, series, quotas, waiting lists, utilisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.bookings import slots
from madang.portal.facilities.rules import KEEPERS, FacilityState, SlotGrain, Terms
from madang.values import Month, Period


class BookingState(StrEnum):
    """`queued` stands on the waiting list and `asked` before whoever approves; `used` was checked in, `missed` not."""

    QUEUED = "queued"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    USED = "used"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    MISSED = "missed"
    LAPSED = "lapsed"


# These hold slots; the others hold none.
HOLDING = frozenset({BookingState.ASKED, BookingState.CONFIRMED, BookingState.USED})
# These can still be cancelled.
AHEAD = frozenset({BookingState.QUEUED, BookingState.ASKED, BookingState.CONFIRMED})


class ClosureKind(StrEnum):
    BLACKOUT = "blackout"
    MAINTENANCE = "maintenance"


WEEKS_MOST = 26
ITEMS_MOST = 10
# what one closure, one booking or one look at a calendar may cover
CLOSURE_DAYS_MOST = 92
EARLY = timedelta(minutes=15)
PURPOSE, REASON = 200, 300
HOURS_MOST = 10_000
# who books for others: the calendar's keepers, and who holds tests, interviews and lessons
BOOKERS = KEEPERS | {Role.SCREENING_OFFICER}


@dataclass(frozen=True)
class Bookable:
    """A facility as these rules see it."""

    code: str
    kind: str
    state: FacilityState
    terms: Terms


def may_see(by: Actor, organisation: int) -> bool:
    return by.reads_everything or by.member_of(organisation)


def refuse_unless_for(by: Actor, organisation: int) -> None:
    """Who books is a member of the organisation, keeps the calendar, or holds tests and interviews."""
    if by.person is None or not (by.member_of(organisation) or by.has(*BOOKERS)):
        raise Refused("not_allowed_for_role")


def may_change(by: Actor, organisation: int, booked_by: int) -> bool:
    """Who changes a booking could have made it; who only holds tests and interviews changes their own."""
    return by.member_of(organisation) or by.has(*KEEPERS) or (by.has(*BOOKERS) and by.person == booked_by)


def check_period(one: Bookable, period: Period, *, now: datetime, zone: ZoneInfo, keeper: bool = False) -> range:
    """The slots that a period takes of a facility, without buffers, if its terms allow it.

    `keeper`: whoever keeps the calendar may book at short notice and far ahead. Refused: what `slots.slots_of` refuses,
    ``facility_not_in_use``, ``booking_in_the_past``, ``booking_notice_too_short`` (hours), ``booking_too_far_ahead``
    (days), ``booking_too_long`` (most), ``facility_closed_then``, ``calibration_due``; each names the facility.
    """
    facts = {"facility": one.code}
    if one.state != FacilityState.IN_USE:
        raise Refused("facility_not_in_use", **facts)
    wanted = slots.slots_of(period, one.terms.grain, zone)
    if period.start < _earliest(one.terms, now, zone):
        raise Refused("booking_in_the_past", field="starts_at")
    notice = timedelta(hours=one.terms.notice_hours)
    if not keeper and notice and period.start < now + notice:
        raise Refused("booking_notice_too_short", field="starts_at", hours=one.terms.notice_hours, **facts)
    if not keeper and period.end > now + timedelta(days=one.terms.ahead_days):
        raise Refused("booking_too_far_ahead", field="starts_at", days=one.terms.ahead_days, **facts)
    check_shape(one, wanted, zone)
    return wanted


def _earliest(terms: Terms, now: datetime, zone: ZoneInfo) -> datetime:
    """A booking begins now at the earliest: in the quarter of an hour, or on the day, that is going on."""
    return slots.instant_of(slots.touched(Period(now, now + timedelta(seconds=1)), terms.grain, zone)[0],
                            terms.grain, zone)  # fmt: skip


def check_shape(one: Bookable, wanted: range, zone: ZoneInfo) -> None:
    """The same of length, hours and calibration alone, for a period that has begun already."""
    terms, facts = one.terms, {"facility": one.code}
    if len(wanted) > terms.longest:
        raise Refused("booking_too_long", field="ends_at", most=terms.longest, **facts)
    last = slots.day_of(wanted[-1], terms.grain, zone)
    if terms.calibrated_until is not None and last > terms.calibrated_until:
        raise Refused("calibration_due", field="ends_at", day=terms.calibrated_until.isoformat(), **facts)
    if not _open(terms, wanted, zone):
        raise Refused("facility_closed_then", field="starts_at", **facts)


def _open(terms: Terms, wanted: range, zone: ZoneInfo) -> bool:
    """A quarter is open or not. Of days, the first and the last are: what is lent on Friday comes back on Monday."""
    if terms.grain is SlotGrain.DAY:
        wanted_days = {wanted[0], wanted[-1]}
        return all(slots.open_slots(slots.day_of(day, terms.grain, zone), terms, zone) for day in wanted_days)
    days = {slots.day_of(slot, terms.grain, zone) for slot in wanted}
    allowed = {slot for day in days for slot in slots.open_slots(day, terms, zone)}
    return set(wanted) <= allowed


def expected_by(terms: Terms, period: Period, zone: ZoneInfo) -> datetime:
    """By when somebody has to have checked in; of a day-long booking the day begins when the doors open."""
    start = period.start
    if terms.grain is SlotGrain.DAY:
        start = slots.opening(start.astimezone(zone).date(), terms, zone)
    return min(period.end, start + timedelta(minutes=terms.grace_minutes))


def further(core: range, longer: range, held: Iterable[int], terms: Terms) -> frozenset[int]:
    """The slots that an extension takes beyond those held, buffers counted. Refused: ``extension_backwards``."""
    if longer.stop <= core.stop:
        raise Refused("extension_backwards", field="ends_at")
    return frozenset(range(core.stop, longer.stop + terms.after)) - frozenset(held)


def check_check_in(state: str, period: Period, now: datetime) -> None:
    """From a quarter of an hour before its start until its end. Refused: ``check_in_too_early``, ``check_in_too_late``,
    ``booking_not_confirmed``.
    """
    if state != BookingState.CONFIRMED:
        raise Refused("booking_not_confirmed")
    if now < period.start - EARLY:
        raise Refused("check_in_too_early")
    if now >= period.end:
        raise Refused("check_in_too_late")


def check_cancel(state: str, period: Period, now: datetime) -> None:
    """Refused: ``booking_over`` where it was used, was ended, or its time is over."""
    if state not in AHEAD or now >= period.end:
        raise Refused("booking_over")


def over_quota(limit: int | None, used: Mapping[Month, int], more: Mapping[Month, int]) -> Month | None:
    """The first month in which minutes used and wanted go beyond a limit of hours; None where none does."""
    if limit is None:
        return None
    return next((month for month in sorted(more) if used.get(month, 0) + more[month] > limit * 60), None)


@dataclass(frozen=True)
class Waiting:
    """A booking on the waiting list: its id, since when, and the slots of each facility that it needs.

    `lately`: minutes that its person held of such a shared facility over two weeks; nought for what is not shared.
    """

    booking: int
    since: datetime
    needs: Mapping[int, frozenset[int]]
    lately: int = 0


def who_moves_up(waiting: Iterable[Waiting], taken: Mapping[int, frozenset[int]]) -> list[int]:
    """Who of a waiting list gets what they need: who used least lately first, else in the order in which they came.

    All of it or nothing.

    One who cannot be served yet does not hold up those behind.
    """
    held = {facility: set(of) for facility, of in taken.items()}
    found = []
    for one in sorted(waiting, key=lambda one: (one.lately, one.since, one.booking)):
        if any(held.get(facility, set()) & needed for facility, needed in one.needs.items()):
            continue
        found.append(one.booking)
        for facility, needed in one.needs.items():
            held.setdefault(facility, set()).update(needed)
    return found


def crew_of(free: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """One of its operators for as many facilities as can be, nobody for two of them (Kuhn's matching)."""
    held_by: dict[int, int] = {}

    def placed(facility: int, tried: set[int]) -> bool:
        for person in free[facility]:
            if person in tried:
                continue
            tried.add(person)
            if person not in held_by or placed(held_by[person], tried):
                held_by[person] = facility
                return True
        return False

    for facility in sorted(free):
        placed(facility, set())
    return {facility: person for person, facility in held_by.items()}


@dataclass(frozen=True)
class Utilisation:
    """Minutes used of a facility or class in a year, and how many facilities they are spread over."""

    minutes: int
    facilities: int = 1

    @property
    def standard(self) -> int:
        """Standard minutes: 2,000 hours a facility, as the ministry that lends shared equipment defines utilisation."""
        return self.facilities * slots.STANDARD_HOURS * 60
