"""Closes facilities for a time, opens them again, takes them out of use, and sets quotas of hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.bookings import actions, holding, queries, rules, slots
from madang.portal.bookings.models import Booking, BookingSlot, Closure, HourQuota
from madang.portal.bookings.rules import BookingState, ClosureKind
from madang.portal.facilities.models import Facility
from madang.portal.facilities.queries import terms_of
from madang.portal.facilities.rules import FacilityKind, FacilityState, refuse_unless_keeper
from madang.portal.journal.actions import record
from madang.portal.transactions import action
from madang.values import Period


@action
def close(*, by: Actor, now: datetime, facilities: Sequence[int], kind: ClosureKind, period: Period, reason: str,
          cancel: bool = False) -> list[Closure]:  # fmt: skip
    """Closes facilities for a period; it holds their slots as a booking would.

    `cancel`: bookings that stand in the way are cancelled with the reason, and their people are written to. Refused:
    ``closure_meets_bookings`` (bookings), ``closure_too_long`` (days), ``closure_meets_use``,
    ``booking_reason_needed``.
    """
    refuse_unless_keeper(by)
    if not reason.strip():
        raise Refused("booking_reason_needed", field="reason")
    # what is over stays as it was
    period = Period(max(now, period.start), max(now, period.end))
    if period.start >= period.end:
        raise Refused("booking_empty", field="ends_at")
    if period.end - period.start > timedelta(days=rules.CLOSURE_DAYS_MOST):
        raise Refused("closure_too_long", days=rules.CLOSURE_DAYS_MOST, field="ends_at")
    rows = list(Facility.objects.filter(pk__in=facilities).order_by("pk"))
    if not rows:
        raise Refused("booking_items_wrong", most=rules.ITEMS_MOST, field="facilities")
    holding.take_turn(rows, in_use=False)
    zone = settings.MADANG_ZONE
    wanted = {row.pk: frozenset(slots.touched(period, terms_of(row).grain, zone)) for row in rows}
    freed = _make_way(now, _in_the_way(wanted), reason, cancel)
    holding.refuse_taken(wanted)
    made = [_closure(by, now, row, kind, period, reason) for row in rows]
    for closure in made:
        holding.take({closure.facility_id: wanted[closure.facility_id]}, closure=closure.pk)
    holding.move_up(now, freed)
    for closure in made:
        facts = {"facility": closure.facility_id, "cancelled": bool(freed)}
        record(by=by, now=now, did="bookings.close", kind="closure", subject=closure.pk, **facts)
    return made


def _closure(by: Actor, now: datetime, row: Facility, kind: ClosureKind, period: Period, reason: str) -> Closure:
    given = {"starts_at": period.start, "ends_at": period.end, "reason": reason.strip()[: rules.REASON]}
    return Closure.objects.create(facility=row, kind=kind, made_by_id=by.person, made_at=now, **given)


def _in_the_way(wanted: holding.Needs) -> list[Booking]:
    found: set[int] = set()
    for facility, needed in wanted.items():
        rows = BookingSlot.objects.filter(facility=facility, slot__gte=min(needed), slot__lte=max(needed))
        found |= set(rows.filter(booking__isnull=False).values_list("booking", flat=True))
    rows = Booking.objects.filter(pk__in=found).select_related("person").prefetch_related("booked__facility")
    return list(rows.order_by("pk"))


def _make_way(now: datetime, rows: Iterable[Booking], reason: str, cancel: bool) -> list[int]:
    """Cancels bookings, each with a mail; gives the facilities that are freed. Refused where `cancel` was not said."""
    listed = list(rows)
    if any(row.state == BookingState.USED for row in listed):
        raise Refused("closure_meets_use")
    if listed and not cancel:
        raise Refused("closure_meets_bookings", bookings=len(listed))
    freed = []
    for row in listed:
        fields = {"reason": reason.strip()[: rules.REASON]}
        freed += actions.end(row, now, BookingState.CANCELLED, refund=True, moving=False, **fields)
        holding.tell(row, now, "booking_cancelled", reason=reason.strip())
    return freed


@action
def reopen(*, by: Actor, now: datetime, closure: int) -> None:
    """Takes a closure back; who waits for that time moves up at once. Stale where it is gone."""
    refuse_unless_keeper(by)
    row = Closure.objects.filter(pk=closure).select_related("facility").first()
    if row is None:
        raise Stale("closure")
    holding.take_turn([row.facility], in_use=False)
    row.delete()
    holding.move_up(now, [row.facility_id])
    record(by=by, now=now, did="bookings.reopen", kind="closure", subject=closure)


@action
def set_state(*, by: Actor, now: datetime, facility: int, version: int, state: FacilityState, reason: str = "",
              cancel: bool = False) -> None:  # fmt: skip
    """Takes a facility out of use, for repair or for good, or puts it back into use, when who waits moves up.

    Out of use with bookings ahead: refused as `close`, unless `cancel` is said. Stale where somebody changed it.
    """
    refuse_unless_keeper(by)
    rows = Facility.objects.filter(pk=facility, version=version).exclude(state=state)
    if not rows.update(state=state, version=F("version") + 1, turn=F("turn") + 1):
        raise Stale("facility")
    if state == FacilityState.IN_USE:
        holding.move_up(now, [facility])
    else:
        ahead = queries.ahead_of(facility, now).select_related("person").prefetch_related("booked__facility")
        freed = _make_way(now, ahead, reason, cancel)
        holding.move_up(now, freed)
    record(by=by, now=now, did="bookings.set_state", kind="facility", subject=facility, state=state)


@action
def set_quota(*, by: Actor, now: datetime, kind: FacilityKind, hours: int | None, version: int = 0) -> None:
    """How many hours a month an organisation may book of a class; None for no limit. What is booked stays.

    Refused: ``quota_out_of_range`` (most). Stale where somebody set it since `version` (0: there was none).
    """
    refuse_unless_keeper(by)
    rows = HourQuota.objects.filter(kind=kind, version=version)
    if hours is not None and not 0 <= hours <= rules.HOURS_MOST:
        raise Refused("quota_out_of_range", most=rules.HOURS_MOST, field="hours")
    if HourQuota.objects.filter(kind=kind).exclude(version=version).exists() or (version and not rows.exists()):
        raise Stale("quota")
    if hours is None:
        rows.delete()
    elif not rows.update(hours=hours, version=F("version") + 1, set_at=now):
        HourQuota.objects.create(kind=kind, hours=hours, set_at=now)
    record(by=by, now=now, did="bookings.set_quota", kind="quota", subject=kind, hours=hours)
