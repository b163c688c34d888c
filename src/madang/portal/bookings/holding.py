"""Takes and frees slots and hours inside an action's transaction, and lets the waiting list move up at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER
from madang.portal.bookings import looking, nights, operating, queries, rules, slots
from madang.portal.bookings.invitations import tell
from madang.portal.bookings.models import Booking, BookingSlot, HoursTaken
from madang.portal.bookings.rules import BookingState, Waiting
from madang.portal.facilities.models import Facility
from madang.portal.facilities.queries import terms_of
from madang.portal.facilities.rules import FacilityState
from madang.portal.journal.actions import record
from madang.values import Period

Needs = Mapping[int, frozenset[int]]
BATCH = 500


def take_turn(rows: Iterable[Facility], *, in_use: bool = True) -> None:
    """Whoever decides about a facility comes after all who did before; Stale where its terms have changed meanwhile."""
    for row in sorted(rows, key=lambda row: row.pk):
        same = Facility.objects.filter(pk=row.pk)
        same = same.filter(version=row.version, state=FacilityState.IN_USE) if in_use else same
        if not same.update(turn=F("turn") + 1):
            raise Stale("facility")


def needs(rows: Iterable[Facility], period: Period) -> Needs:
    """The slots of each facility that a period takes, buffers counted."""
    zone = settings.MADANG_ZONE
    found = {}
    for row in rows:
        terms = terms_of(row)
        found[row.pk] = frozenset(slots.with_buffers(slots.slots_of(period, terms.grain, zone), terms))
    return found


def first_taken(wanted: Needs) -> int | None:
    """A facility of which somebody holds a wanted slot; None where all is free."""
    for facility, needed in wanted.items():
        if needed and queries.taken([facility], min(needed), max(needed) + 1).get(facility, frozenset()) & needed:
            return facility
    return None


def take(wanted: Needs, *, booking: int | None = None, closure: int | None = None) -> None:
    """Stores the slots, all or none. Refused: ``booking_taken``: the table lets nobody have what another holds."""
    rows = [
        BookingSlot(facility_id=facility, slot=slot, booking_id=booking, closure_id=closure)
        for facility, needed in wanted.items()
        for slot in sorted(needed)
    ]
    try:
        with transaction.atomic():
            BookingSlot.objects.bulk_create(rows, batch_size=BATCH)
    except IntegrityError as error:
        raise Refused("booking_taken", facility=_code(first_taken(wanted)), field="starts_at") from error


def _code(facility: int | None) -> str:
    return Facility.objects.filter(pk=facility).values_list("code", flat=True).first() or ""


def refuse_taken(wanted: Needs) -> None:
    """Refused: ``booking_taken`` with the facility, before anything is stored."""
    if (facility := first_taken(wanted)) is not None:
        raise Refused("booking_taken", facility=_code(facility), field="starts_at")


def charge(organisation: int, minutes: looking.Minutes) -> None:
    """Counts minutes by class and month under the quota. Refused: ``quota_used_up`` (month, hours)."""
    limits = looking.quotas()
    for kind, by_month in sorted(minutes.items()):
        for month, more in sorted(by_month.items()):
            row, _ = HoursTaken.objects.get_or_create(organisation_id=organisation, kind=kind, month=str(month))
            rows = HoursTaken.objects.filter(pk=row.pk)
            if kind in limits:
                rows = rows.filter(minutes__lte=limits[kind].hours * 60 - more)
            if not rows.update(minutes=F("minutes") + more):
                raise Refused("quota_used_up", month=str(month), hours=limits[kind].hours)


def give_back(organisation: int, minutes: looking.Minutes) -> None:
    """The other way round, for what is cancelled."""
    for kind, by_month in minutes.items():
        for month, less in by_month.items():
            rows = HoursTaken.objects.filter(organisation=organisation, kind=kind, month=str(month))
            rows.filter(minutes__gte=less).update(minutes=F("minutes") - less)


def facilities_of(row: Booking) -> list[Facility]:
    """In the order in which their turns are taken."""
    return sorted((one.facility for one in row.booked.all()), key=lambda one: one.pk)


def free(row: Booking, *, refund: bool) -> list[int]:
    """Frees what a booking holds and gives its hours back; gives the facilities, of which the list may move up."""
    held = facilities_of(row)
    take_turn(held, in_use=False)
    BookingSlot.objects.filter(booking=row).delete()
    if refund:
        give_back(row.organisation_id, looking.minutes_by_kind(held, queries.period_of(row)))
    return sorted({one.pk for one in held} | set(operating.free(row)))


def move_up(now: datetime, facilities: Sequence[int]) -> list[int]:
    """Those of the waiting list who now get all that they need; gives their ids.

    In the order in which they came; of what is shared, who used least of it lately comes first.
    """
    rows = {row.pk: row for row in queries.queued_for(facilities, now)}
    # two who free one facility each, and whoever waits for both: the second has to see what the first has freed
    take_turn({one.pk: one for row in rows.values() for one in facilities_of(row)}.values(), in_use=False)
    lately = nights.used_lately((row.person_id for row in rows.values()), facilities, now)
    waiting = {pk: one for pk, row in rows.items() if (one := _waiting(row, lately.get(row.person_id, 0)))}
    held = _held(waiting.values())
    moved = []
    while waiting:
        found = rules.who_moves_up(waiting.values(), held)
        if not found:
            break
        one = waiting.pop(found[0])
        if _moved(rows[one.booking], one.needs, now):
            moved.append(one.booking)
            held = {facility: held.get(facility, frozenset()) | one.needs.get(facility, frozenset())
                    for facility in held.keys() | one.needs.keys()}  # fmt: skip
    return moved


def _waiting(row: Booking, lately: int) -> Waiting | None:
    """What a booking of the list needs; None while a facility of it cannot be had then whoever frees it."""
    period, zone = queries.period_of(row), settings.MADANG_ZONE
    try:
        for one in map(queries.bookable, facilities_of(row)):
            if one.state != FacilityState.IN_USE:
                return None
            rules.check_shape(one, slots.slots_of(period, one.terms.grain, zone), zone)
    except Refused:
        return None
    return Waiting(row.pk, row.made_at, needs(facilities_of(row), period), lately)


def _held(waiting: Iterable[Waiting]) -> dict[int, frozenset[int]]:
    wanted: dict[int, set[int]] = {}
    for one in waiting:
        for facility, needed in one.needs.items():
            wanted.setdefault(facility, set()).update(needed)
    found = {}
    for facility, needed in wanted.items():
        found[facility] = queries.taken([facility], min(needed), max(needed) + 1).get(facility, frozenset())
    return found


def _moved(row: Booking, wanted: Needs, now: datetime) -> bool:
    """Moves one up if its hours, its facilities and the table allow it; else it stays on the list."""
    held = facilities_of(row)
    state = state_of(held)
    try:
        with transaction.atomic():
            take_turn(held)
            same = Booking.objects.filter(pk=row.pk, state=BookingState.QUEUED)
            if not same.update(state=state, version=F("version") + 1):
                raise Stale("booking")
            nights.refuse_beyond(row.person_id, held, queries.period_of(row), booking=row.pk)
            charge(row.organisation_id, looking.minutes_by_kind(held, queries.period_of(row)))
            take(wanted, booking=row.pk)
            operating.take(row, held, queries.period_of(row))
    except (Refused, Stale):
        return False
    record(by=WORKER, now=now, did="bookings.move_up", kind="booking", subject=row.pk, state=state)
    tell(row, now, "booking_moved_up" if state == BookingState.CONFIRMED else "booking_moved_up_asked")
    return True


def state_of(held: Iterable[Facility]) -> BookingState:
    """What a booking of these facilities becomes: it is asked for where any of them needs approval."""
    return BookingState.ASKED if any(one.needs_approval for one in held) else BookingState.CONFIRMED
