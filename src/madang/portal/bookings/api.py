"""The API of bookings: whole periods and series, extension, check-in, approval, closing, quotas, utilisation."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal import refusals
from madang.portal.access.bearer import token_or_none
from madang.portal.actors import READING_ROLES
from madang.portal.bookings import actions, looking, operating, queries, rules, showing, slots
from madang.portal.bookings.keeping_api import BookingReasonIn, PeriodIn, ids_of, period_of
from madang.portal.bookings.keeping_api import router as keeping
from madang.portal.bookings.rules import BookingState
from madang.portal.faces import known_to, one
from madang.portal.facilities import queries as facilities
from madang.portal.journal.actions import read
from madang.portal.people import queries as people
from madang.portal.schemas import Code, Day, Id, Instant
from madang.values import Period

router = Router(tags=["bookings"])
router.add_router("", keeping)
Codes = Annotated[list[Code], Field(min_length=1, max_length=rules.ITEMS_MOST)]


class BookingIn(PeriodIn):
    """Facilities by their codes for one period, all or none. `wait`: on the waiting list where one is taken."""

    organisation_id: Id
    facilities: Codes
    purpose: Annotated[str, Field(min_length=1, max_length=rules.PURPOSE)]
    wait: bool = False


class SeriesIn(PeriodIn):
    """The same hours of so many weeks; `dry_run` says which can be had and books nothing."""

    organisation_id: Id
    facilities: Codes
    purpose: Annotated[str, Field(min_length=1, max_length=rules.PURPOSE)]
    weeks: Annotated[int, Field(ge=2, le=rules.WEEKS_MOST)]
    dry_run: bool = False


class BookingOut(Schema):
    """A booking; `expected_by`: when nobody has checked in by then it is released."""

    id: int
    organisation_id: int
    facilities: list[str]
    starts_at: datetime
    ends_at: datetime
    expected_by: datetime
    state: BookingState
    series: UUID | None
    purpose: str
    reason: str
    version: int
    used_at: datetime | None
    operator_ids: list[int]

    @staticmethod
    def resolve_operator_ids(row: Any) -> list[int]:
        return [one.operator_id for one in row.booked.all() if one.operator_id]

    @staticmethod
    def resolve_facilities(row: Any) -> list[str]:
        return [one.facility.code for one in row.booked.all()]


class SessionOut(Schema):
    """A facility that the caller operates, for which booking and when."""

    booking_id: int
    facility: str = Field(alias="facility.code")
    starts_at: datetime = Field(alias="booking.starts_at")
    ends_at: datetime = Field(alias="booking.ends_at")
    organisation_id: int = Field(alias="booking.organisation_id")
    purpose: str = Field(alias="booking.purpose")
    state: BookingState = Field(alias="booking.state")


class WeekOut(PeriodIn):
    """A week of a series: its booking, or why it is skipped."""

    booking_id: int | None
    skipped: str


class UntilIn(Schema):
    """Until when a booking is to last."""

    ends_at: Instant


class DecisionIn(BookingReasonIn):
    """Approval, or refusal with its reason."""

    approve: bool


class CheckInIn(Schema):
    """The code that stands at the facility; staff need none."""

    code: Annotated[str, Field(max_length=8)] = ""


class TakenOut(PeriodIn):
    """Some time in which a facility cannot be booked, buffers counted."""


def _seen(request: HttpRequest, booking: int) -> Any:
    row = one(queries.bookings(request.actor), pk=booking)
    read(by=request.actor, now=request.now, what="view", kind="booking", subject=row.pk,
         organisation=row.organisation_id)  # fmt: skip
    return row


def _wish(request: HttpRequest, given: BookingIn | SeriesIn) -> dict[str, Any]:
    one(people.organisations(request.actor), pk=given.organisation_id)
    listed = {"organisation": given.organisation_id, "facilities": ids_of(request, given.facilities)}
    return {"by": request.actor, "now": request.now, "period": period_of(given), "purpose": given.purpose, **listed}


@router.get("/facilities/{code}/taken", response=list[TakenOut], operation_id="list_taken", auth=token_or_none)
def list_taken(request: HttpRequest, code: Code, day: Day) -> Any:
    """When a facility is taken in the seven days from a day on; of whom is not said."""
    row = one(facilities.facilities(request.actor), code=code)
    zone, grain = settings.MADANG_ZONE, facilities.terms_of(row).grain
    week = Period(slots.midnight(day, zone), slots.midnight(showing.days_after(day, 7), zone))
    held = [slot for slot, _booking, _closure in queries.who_holds(row.pk, week)]
    periods = [slots.period_of(stretch, grain, zone) for stretch in slots.stretches(held)]
    return [{"starts_at": period.start, "ends_at": period.end} for period in periods]


@router.get("/bookings", response=list[BookingOut], operation_id="list_bookings")
@paginate
def list_bookings(request: HttpRequest, state: BookingState | None = None) -> Any:
    """Those of the caller's organisations, first to come first; all for staff and auditors."""
    rows = queries.bookings(request.actor)
    return rows.filter(state=state) if state else rows


@router.get("/operator-sessions", response=list[SessionOut], operation_id="list_operator_sessions")
@paginate
def list_operator_sessions(request: HttpRequest) -> Any:
    """What the caller is to operate from now on, first to come first."""
    return operating.sessions(request.actor, request.now)


@router.post("/bookings", response={201: BookingOut}, operation_id="create_booking")
def create_booking(request: HttpRequest, given: BookingIn) -> Any:
    """Books facilities for one period, all or none."""
    row = actions.book(**_wish(request, given), wait=given.wait)
    return Status(201, one(queries.bookings(request.actor), pk=row.pk))


@router.post("/bookings/series", response={201: list[WeekOut]}, operation_id="create_series")
def create_series(request: HttpRequest, given: SeriesIn) -> Any:
    """Books the weeks that can be had; the others are skipped, and it is said why."""
    wish = _wish(request, given)
    rows = list(facilities.facilities(request.actor).filter(pk__in=wish["facilities"]))
    periods = slots.weekly(wish["period"], given.weeks, settings.MADANG_ZONE)
    seen = looking.outlook(request.actor, given.organisation_id, rows, periods, request.now)
    free = [place for place, (_when, why) in enumerate(seen) if why is None]
    made = [] if given.dry_run else actions.book_weekly(**wish, weeks=given.weeks, expected=free)
    booked = {row.starts_at: row.pk for row in made}
    weeks = [
        {"starts_at": when.start, "ends_at": when.end, "booking_id": booked.get(when.start),
         "skipped": refusals.sentence(why) if why else ""}
        for when, why in seen
    ]  # fmt: skip
    return Status(201, weeks)


@router.get("/bookings/{int:booking}", response=BookingOut, operation_id="get_booking")
def get_booking(request: HttpRequest, booking: int) -> Any:
    """One booking."""
    return _seen(request, booking)


@router.post("/bookings/{int:booking}/cancel", response=BookingOut, operation_id="cancel_booking")
def cancel_booking(request: HttpRequest, booking: int, given: BookingReasonIn) -> Any:
    """Gives a booking or a place on the waiting list up; who waits moves up."""
    _seen(request, booking)
    actions.cancel(by=request.actor, now=request.now, booking=booking, reason=given.reason)
    return one(queries.bookings(request.actor), pk=booking)


@router.post("/bookings/{int:booking}/extend", response=BookingOut, operation_id="extend_booking")
def extend_booking(request: HttpRequest, booking: int, given: UntilIn) -> Any:
    """Lets a booking end later: all of its facilities, or none."""
    _seen(request, booking)
    actions.extend(by=request.actor, now=request.now, booking=booking, until=given.ends_at)
    return one(queries.bookings(request.actor), pk=booking)


@router.post("/bookings/{int:booking}/check-in", response=BookingOut, operation_id="check_in_booking")
def check_in_booking(request: HttpRequest, booking: int, given: CheckInIn) -> Any:
    """Notes that somebody came."""
    _seen(request, booking)
    actions.check_in(by=request.actor, now=request.now, booking=booking, code=given.code)
    return one(queries.bookings(request.actor), pk=booking)


@router.post("/bookings/{int:booking}/decide", response=BookingOut, operation_id="decide_booking")
@known_to(*READING_ROLES)
def decide_booking(request: HttpRequest, booking: int, given: DecisionIn) -> Any:
    """Approves or refuses a booking that was asked for; for those who keep the calendar."""
    _seen(request, booking)
    actions.decide(by=request.actor, now=request.now, booking=booking, approve=given.approve, reason=given.reason)
    return one(queries.bookings(request.actor), pk=booking)
