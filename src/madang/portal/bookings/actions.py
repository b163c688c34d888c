"""Books facilities, alone or every week; extends, cancels, approves and checks in; releases what nobody came to."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.bookings import holding, looking, nights, operating, queries, rules, slots
from madang.portal.bookings.models import BookedFacility, Booking, BookingSlot, CalendarFeed
from madang.portal.bookings.rules import BookingState
from madang.portal.facilities.models import Facility
from madang.portal.facilities.queries import terms_of
from madang.portal.facilities.rules import KEEPERS, refuse_unless_keeper
from madang.portal.fees.queries import charged_as, terms
from madang.portal.fees.rules import WHOLE, billed_in, percent_cancelled
from madang.portal.journal.actions import record
from madang.portal.ledger import actions as ledger
from madang.portal.people.queries import secret_hash
from madang.portal.qualifications import queries as qualifications
from madang.portal.qualifications.rules import refuse_short
from madang.portal.tenancies.looking import lives_there
from madang.portal.transactions import action
from madang.values import Period


def _facilities(ids: Sequence[int]) -> list[Facility]:
    rows = list(Facility.objects.filter(pk__in=ids).order_by("pk"))
    if not rows or len(rows) != len(set(ids)) or len(rows) > rules.ITEMS_MOST:
        raise Refused("booking_items_wrong", most=rules.ITEMS_MOST, field="facilities")
    return rows


@action
def book(*, by: Actor, now: datetime, organisation: int, facilities: Sequence[int], period: Period, purpose: str,
         wait: bool = False, series: UUID | None = None, kept: bool = False) -> Booking:  # fmt: skip
    """Books all the facilities for one period, or none; with `wait`, stands on the waiting list where one is taken.

    `kept`: it is not released when nobody has checked in by a set time, only at its end.

    Refused as `rules.check_period`, ``not_allowed_for_role``, ``booking_items_wrong`` (most),
    ``booking_purpose_needed``, ``booking_taken`` (facility), ``quota_used_up`` (month, hours), ``residents_only``,
    ``night_limit`` (facility, most), ``operator_not_free`` (facility), and as `qualifications.rules.refuse_short`.
    """
    rules.refuse_unless_for(by, organisation)
    if not purpose.strip():
        raise Refused("booking_purpose_needed", field="purpose")
    rows, zone = _facilities(facilities), settings.MADANG_ZONE
    for row in rows:
        rules.check_period(queries.bookable(row), period, now=now, zone=zone, keeper=by.has(*rules.BOOKERS))
    if not by.has(*rules.BOOKERS):
        _refuse_unless_resident(by, organisation, rows, period)
    holding.take_turn(rows)
    _refuse_unqualified(by, by.person, rows, period, now)
    wanted = holding.needs(rows, period)
    queued = wait and bool(holding.first_taken(wanted) or operating.first_unserved(rows, period))
    if not queued:
        holding.refuse_taken(wanted)
    state = BookingState.QUEUED if queued else holding.state_of(rows)
    due = period.end if kept else None
    expected = due or max(
        rules.expected_by(terms_of(row), Period(max(now, period.start), period.end), zone) for row in rows
    )
    booking = Booking.objects.create(
        organisation_id=organisation, person_id=by.person, purpose=purpose.strip()[: rules.PURPOSE], state=state,
        starts_at=period.start, ends_at=period.end, expected_by=expected, series=series, made_at=now,
    )  # fmt: skip
    _note_minutes(booking, rows, period)
    if not queued:
        nights.refuse_beyond(by.person, rows, period, booking=booking.pk)
        holding.charge(organisation, looking.minutes_by_kind(rows, period))
        holding.take(wanted, booking=booking.pk)
        operating.take(booking, rows, period)
    facts = {"facilities": [row.pk for row in rows], "organisation": organisation, "state": state}
    record(by=by, now=now, did="bookings.book", kind="booking", subject=booking.pk, **facts)
    if not queued:
        holding.tell(booking, now, "booking_made" if by.member_of(organisation) else "")
    return booking


def _refuse_unless_resident(by: Actor, organisation: int, rows: Sequence[Facility], period: Period) -> None:
    """Refused: ``residents_only`` for what is shared in the camp and somebody who does not live there then."""
    shared = Facility.objects.filter(pk__in=[row.pk for row in rows], space__isnull=False).order_by("pk").first()
    day = period.start.astimezone(settings.MADANG_ZONE).date()
    if shared is not None and not lives_there(by.person, organisation, day):
        raise Refused("residents_only", facility=shared.code, field="facilities")


def _refuse_unqualified(by: Actor, person: int | None, rows: Sequence[Facility], period: Period, now: datetime) -> None:
    """Refused as `refuse_short`, for whoever uses what asks for a qualification; who keeps the calendar answers for
    what they book themselves.
    """
    if not (by.has(*KEEPERS) and person == by.person):
        asked = qualifications.asked_of(person, rows, qualifications.today(now))
        refuse_short(asked, slots.last_day_of(period, settings.MADANG_ZONE))


def _note_minutes(booking: Booking, rows: Sequence[Facility], period: Period) -> None:
    known = {one.facility_id: one for one in BookedFacility.objects.filter(booking=booking)}
    # what an extension adds is charged as what was booked
    fees = {} if known else charged_as(row.pk for row in rows)
    products = {pk: one.product_id for pk, one in known.items()} | {pk: one.pk for pk, one in fees.items()}
    BookedFacility.objects.filter(booking=booking).delete()
    BookedFacility.objects.bulk_create(
        BookedFacility(
            booking=booking, facility=row, product_id=products.get(row.pk),
            operator_id=known[row.pk].operator_id if row.pk in known else None,
            minutes=sum(sum(months.values()) for months in looking.minutes_by_kind([row], period).values()),
        )
        for row in rows
    )  # fmt: skip


@action
def book_weekly(*, by: Actor, now: datetime, organisation: int, facilities: Sequence[int], period: Period, purpose: str,
                weeks: int, expected: Sequence[int] | None = None) -> list[Booking]:  # fmt: skip
    """Books the same hours of `weeks` weeks, those that can be had; a booking of its own each, under one series.

    `expected`: which of them (from 0) were shown as free. Refused: ``series_changed`` where others are by now,
    ``series_none_free``, ``series_length_wrong`` (most), and as `book`.
    """
    rules.refuse_unless_for(by, organisation)
    if not 2 <= weeks <= rules.WEEKS_MOST:
        raise Refused("series_length_wrong", most=rules.WEEKS_MOST, field="weeks")
    rows = _facilities(facilities)
    holding.take_turn(rows)
    periods = slots.weekly(period, weeks, settings.MADANG_ZONE)
    seen = looking.outlook(by, organisation, rows, periods, now)
    free = [place for place, (_, why) in enumerate(seen) if why is None]
    if expected is not None and free != list(expected):
        raise Refused("series_changed")
    if not free:
        raise Refused("series_none_free")
    given = {"organisation": organisation, "facilities": facilities, "purpose": purpose, "series": uuid4()}
    return [book(by=by, now=now, period=periods[place], **given) for place in free]


def _seen(by: Actor, booking: int, *, vouched: bool = False) -> Booking:
    row = queries.bookings(by).filter(pk=booking).first()
    if row is None:
        raise Refused("not_found")
    if not (vouched or rules.may_change(by, row.organisation_id, row.person_id)):
        raise Refused("not_allowed_for_role")
    return row


def _move(row: Booking, state: BookingState, **fields: object) -> None:
    """From the state and version that were read to another; Stale where somebody was first."""
    same = Booking.objects.filter(pk=row.pk, state=row.state, version=row.version)
    if not same.update(state=state, version=F("version") + 1, **fields):
        raise Stale("booking")


@action
def extend(*, by: Actor, now: datetime, booking: int, until: datetime) -> None:
    """Lets a booking end later: takes the slots that follow, of all its facilities, or is refused whole.

    Refused: ``booking_over``, ``extension_backwards``, ``extension_needs_staff`` where a facility needs approval,
    ``booking_taken``, ``quota_used_up``, and as `rules.check_shape` and `qualifications.rules.refuse_short`.
    """
    row, zone = _seen(by, booking), settings.MADANG_ZONE
    if row.state not in (BookingState.CONFIRMED, BookingState.USED) or now >= row.ends_at:
        raise Refused("booking_over")
    held, old, new = (
        holding.facilities_of(row),
        queries.period_of(row),
        Period(row.starts_at, max(until, row.starts_at)),
    )
    if holding.state_of(held) == BookingState.ASKED and not by.has(*KEEPERS):
        raise Refused("extension_needs_staff")
    holding.take_turn(held)
    _refuse_unqualified(by, row.person_id, held, new, now)
    more = {one.pk: _further(row, one, old, new) for one in held}
    _move(row, BookingState(row.state), ends_at=new.end)
    holding.refuse_taken(more)
    nights.refuse_beyond(row.person_id, held, new, booking=booking)
    holding.give_back(row.organisation_id, looking.minutes_by_kind(held, old))
    holding.charge(row.organisation_id, looking.minutes_by_kind(held, new))
    holding.take(more, booking=row.pk)
    operating.extend(row, held, old, new)
    _note_minutes(row, held, new)
    holding.tell(row, now, "booking_extended")
    facts = {"from": old.end.isoformat(), "until": new.end.isoformat(), "zone": zone.key}
    record(by=by, now=now, did="bookings.extend", kind="booking", subject=booking, **facts)


def _further(row: Booking, facility: Facility, old: Period, new: Period) -> frozenset[int]:
    one, zone = queries.bookable(facility), settings.MADANG_ZONE
    core, longer = (slots.slots_of(period, one.terms.grain, zone) for period in (old, new))
    held = BookingSlot.objects.filter(booking=row, facility=facility).values_list("slot", flat=True)
    found = rules.further(core, longer, held, one.terms)
    rules.check_shape(one, longer, zone)
    return found


@action
def cancel(*, by: Actor, now: datetime, booking: int, reason: str = "", vouched: bool = False) -> None:
    """Gives a booking up, or a place on the waiting list; who waits moves up in the same transaction.

    `vouched`: the caller has judged that the actor may, as for the room of a lesson.
    Staff who cancel another's say why, and its person is written to. Refused: ``booking_over``, ``reason_needed``.
    """
    row = _seen(by, booking, vouched=vouched)
    rules.check_cancel(row.state, queries.period_of(row), now)
    own = by.member_of(row.organisation_id)
    if not own and not reason.strip():
        raise Refused("booking_reason_needed", field="reason")
    given = {"own": own and not vouched, "held": row.state == BookingState.CONFIRMED}
    charged = percent_cancelled(terms(), **given, starts_at=row.starts_at, now=now)
    end(row, now, BookingState.CANCELLED, refund=True, reason=reason.strip()[: rules.REASON], charged=charged)
    if not own or row.state in rules.HOLDING:
        holding.tell(row, now, "booking_given_up" if own else "booking_cancelled", reason=reason.strip())
    record(by=by, now=now, did="bookings.cancel", kind="booking", subject=booking)


def end(row: Booking, now: datetime, state: BookingState, *, refund: bool, moving: bool = True,
        **fields: object) -> list[int]:  # fmt: skip
    """Ends a booking inside the caller's transaction and frees what it holds; gives its facilities."""
    held = row.state in rules.HOLDING
    _move(row, state, ended_at=now, **fields)
    facilities = holding.free(row, refund=refund and held)
    if held and moving:
        holding.move_up(now, facilities)
    return facilities


@action
def decide(*, by: Actor, now: datetime, booking: int, approve: bool, reason: str) -> None:
    """Approves a booking that was asked for, or refuses it with the reason; its person is written to.

    Refused: ``not_allowed_for_role``, ``booking_not_asked``, ``reason_needed``.
    """
    refuse_unless_keeper(by)
    row = _seen(by, booking)
    if row.state != BookingState.ASKED:
        raise Refused("booking_not_asked")
    if not approve and not reason.strip():
        raise Refused("booking_reason_needed", field="reason")
    fields = {"decided_by_id": by.person, "decided_at": now, "reason": reason.strip()[: rules.REASON]}
    if approve:
        _move(row, BookingState.CONFIRMED, **fields)
    else:
        end(row, now, BookingState.REFUSED, refund=True, **fields)
    holding.tell(row, now, "booking_approved" if approve else "booking_refused", reason=reason.strip())
    record(by=by, now=now, did="bookings.decide", kind="booking", subject=booking, approved=approve)


@action
def check_in(*, by: Actor, now: datetime, booking: int, code: str = "") -> None:
    """Notes that somebody came: with the code that stands at one of the facilities, or by staff without it.

    Refused: ``door_code_wrong``, and as `rules.check_check_in`; and as `qualifications.rules.refuse_short` for the
    member who comes, or where staff check in for the one who booked.
    """
    row = _seen(by, booking)
    rules.check_check_in(row.state, queries.period_of(row), now)
    held = holding.facilities_of(row)
    known = {one.door_code for one in held}
    if code.strip().upper() not in known and not (by.has(*KEEPERS) and not code.strip()):
        raise Refused("door_code_wrong", field="code")
    who = by.person if by.member_of(row.organisation_id) else row.person_id
    _refuse_unqualified(by, who, held, queries.period_of(row), now)
    due = [one for one in held if _calibration_over(one, now)]
    if due:
        raise Refused("calibration_due", facility=due[0].code, day=due[0].calibrated_until.isoformat())
    if any(one.product_id for one in row.booked.all()):
        # its statement is not issued in between without one of the two being told
        ledger.keep_months_open(months=[str(billed_in(queries.period_of(row), settings.MADANG_ZONE))])
    _move(row, BookingState.USED, used_at=now, charged=WHOLE)
    record(by=by, now=now, did="bookings.check_in", kind="booking", subject=booking)


@action
def note_used(*, by: Actor, now: datetime, booking: int) -> None:
    """Notes that what a booking is for has begun, as the lesson in a room does; nothing where it is noted already."""
    row = Booking.objects.filter(pk=booking, state=BookingState.CONFIRMED).first()
    if row is not None:
        _move(row, BookingState.USED, used_at=now)
        record(by=by, now=now, did="bookings.check_in", kind="booking", subject=booking)


def _calibration_over(one: Facility, now: datetime) -> bool:
    return one.calibrated_until is not None and now.astimezone(settings.MADANG_ZONE).date() > one.calibrated_until


@action
def release(*, now: datetime, booking: int) -> None:
    """Releases a booking to which nobody came in time, or that was not approved or never moved up in time.

    What was missed stays counted in the month's hours. Stale where it is not due.
    """
    row = queries.due(now).filter(pk=booking).select_related("person").prefetch_related("booked__facility").first()
    if row is None:
        raise Stale("booking")
    missed = row.state == BookingState.CONFIRMED
    state, charged = (BookingState.MISSED, terms().missed) if missed else (BookingState.LAPSED, 0)
    end(row, now, state, refund=not missed, charged=charged)
    holding.tell(row, now, "booking_missed" if missed else "booking_lapsed")
    record(by=WORKER, now=now, did="bookings.release", kind="booking", subject=booking, missed=missed)


@action
def renew_feed(*, by: Actor, now: datetime) -> str:
    """Gives a person's private calendar an address, or another one; gives its key, which is kept only as a hash."""
    if by.person is None:
        raise Refused("not_allowed_for_role")
    key = secrets.token_urlsafe(32)
    CalendarFeed.objects.filter(person=by.person).delete()
    CalendarFeed.objects.create(person_id=by.person, key_hash=secret_hash(key), made_at=now)
    record(by=by, now=now, did="bookings.renew_feed", kind="person", subject=by.person)
    return key


@action
def drop_feed(*, by: Actor, now: datetime) -> None:
    """Takes the private calendar's address away. Stale where there is none."""
    if not CalendarFeed.objects.filter(person=by.person, person__isnull=False).delete()[0]:
        raise Stale("calendar_feed")
    record(by=by, now=now, did="bookings.drop_feed", kind="person", subject=by.person)
