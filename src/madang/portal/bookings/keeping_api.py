"""The API of those who keep the calendar: closures, what is in service, quotas, utilisation."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate

from madang.errors import Refused
from madang.portal.actors import READING_ROLES
from madang.portal.bookings import closing, looking, operating, queries, rules, showing
from madang.portal.bookings.rules import ClosureKind
from madang.portal.faces import known_to, one
from madang.portal.facilities import queries as facilities
from madang.portal.facilities.rules import FacilityKind, FacilityState, refuse_unless_keeper
from madang.portal.schemas import Code, Instant
from madang.values import Period

router = Router(tags=["bookings"])
Reason = Annotated[str, Field(max_length=rules.REASON)]


class PeriodIn(Schema):
    """From an instant until before another: on quarters of an hour, or from midnight to midnight of the centre."""

    starts_at: Instant
    ends_at: Instant


class BookingReasonIn(Schema):
    """Why; needed of staff who cancel another's."""

    reason: Reason = ""


class ClosureIn(PeriodIn):
    """Facilities that are closed for a time; `cancel` cancels bookings that stand in the way."""

    facilities: Annotated[list[Code], Field(min_length=1, max_length=100)]
    kind: ClosureKind
    reason: Annotated[str, Field(min_length=1, max_length=rules.REASON)]
    cancel: bool = False


class ClosureOut(PeriodIn):
    """When a facility is closed, and why."""

    id: int
    facility: str
    kind: ClosureKind
    reason: str

    @staticmethod
    def resolve_facility(row: Any) -> str:
        return str(row.facility.code)


class StateIn(BookingReasonIn):
    """Into or out of service; `cancel` cancels bookings that lie ahead."""

    state: FacilityState
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    cancel: bool = False


class OperatorsIn(Schema):
    """The e-mails of who operates a facility."""

    emails: Annotated[list[Annotated[str, Field(min_length=3, max_length=254)]], Field(max_length=20)]


class DoorOut(Schema):
    """The code that stands at a facility, and the address that leads whoever scans it to checking in."""

    door_code: str
    address: str


class QuotaIn(Schema):
    """Hours a month for each organisation, null for no limit; `version` as it was read, 0 for none."""

    hours: Annotated[int, Field(ge=0, le=rules.HOURS_MOST)] | None
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class QuotaOut(Schema):
    """A class and its limit."""

    kind: FacilityKind
    hours: int | None
    version: int


class UtilisationOut(Schema):
    """Minutes of a year's bookings that were checked in, against standard minutes."""

    code: str
    kind: FacilityKind
    used_minutes: int
    standard_minutes: int


def period_of(given: PeriodIn) -> Period:
    """Refused: ``booking_empty``."""
    if given.starts_at >= given.ends_at:
        raise Refused("booking_empty", field="ends_at")
    return Period(given.starts_at, given.ends_at)


def ids_of(request: HttpRequest, codes: list[str]) -> list[int]:
    """The facilities with these codes that the actor may see. Refused: ``booking_items_wrong``."""
    rows = dict(facilities.facilities(request.actor).filter(code__in=codes).values_list("code", "pk"))
    if len(rows) != len(set(codes)):
        raise Refused("booking_items_wrong", most=rules.ITEMS_MOST, field="facilities")
    return [rows[code] for code in codes]


@router.get("/closures", response=list[ClosureOut], operation_id="list_closures")
@known_to(*READING_ROLES)
@paginate
def list_closures(request: HttpRequest) -> Any:
    """When facilities are closed, newest first."""
    return queries.closures(request.actor)


@router.post("/closures", response={201: list[ClosureOut]}, operation_id="create_closures")
@known_to(*READING_ROLES)
def create_closures(request: HttpRequest, given: ClosureIn) -> Any:
    """Closes facilities for a time; for those who keep the calendar."""
    refuse_unless_keeper(request.actor)
    act = {"kind": given.kind, "period": period_of(given), "reason": given.reason, "cancel": given.cancel}
    ids = ids_of(request, given.facilities)
    return Status(201, closing.close(by=request.actor, now=request.now, facilities=ids, **act))


@router.delete("/closures/{int:closure}", response={204: None}, operation_id="delete_closure")
@known_to(*READING_ROLES)
def delete_closure(request: HttpRequest, closure: int) -> Any:
    """Takes a closure back; who waits moves up."""
    one(queries.closures(request.actor), pk=closure)
    closing.reopen(by=request.actor, now=request.now, closure=closure)
    return Status(204, None)


@router.post("/facilities/{code}/state", response={204: None}, operation_id="set_facility_state")
@known_to(*READING_ROLES)
def set_facility_state(request: HttpRequest, code: Code, given: StateIn) -> Any:
    """Puts a facility into or out of service."""
    row = one(facilities.facilities(request.actor), code=code)
    closing.set_state(by=request.actor, now=request.now, facility=row.pk, **given.dict())
    return Status(204, None)


@router.put("/facilities/{code}/operators", response={204: None}, operation_id="set_facility_operators")
@known_to(*READING_ROLES)
def set_facility_operators(request: HttpRequest, code: Code, given: OperatorsIn) -> Any:
    """Says who operates a facility from now on; none: it is used without an operator."""
    row = one(facilities.facilities(request.actor), code=code)
    operating.set_operators(by=request.actor, now=request.now, facility=row.pk, emails=given.emails)
    return Status(204, None)


@router.get("/facilities/{code}/door", response=DoorOut, operation_id="get_facility_door")
@known_to(*READING_ROLES)
def get_facility_door(request: HttpRequest, code: Code) -> Any:
    """What stands at a facility: its code, and the address in its QR code; for those who keep the calendar."""
    refuse_unless_keeper(request.actor)
    row = one(facilities.facilities(request.actor), code=code)
    return {"door_code": row.door_code, "address": showing.door_address(row)}


@router.get("/booking-quotas", response=list[QuotaOut], operation_id="list_booking_quotas")
@known_to(*READING_ROLES)
def list_booking_quotas(request: HttpRequest) -> Any:
    """The limit of each class, null where there is none."""
    stored = looking.quotas()
    return [stored.get(kind, {"kind": kind, "hours": None, "version": 0}) for kind in FacilityKind]


@router.put("/booking-quotas/{kind}", response={204: None}, operation_id="set_booking_quota")
@known_to(*READING_ROLES)
def set_booking_quota(request: HttpRequest, kind: FacilityKind, given: QuotaIn) -> Any:
    """Sets how many hours a month an organisation may book of a class."""
    closing.set_quota(by=request.actor, now=request.now, kind=kind, hours=given.hours, version=given.version)
    return Status(204, None)


@router.get("/utilisation", response=list[UtilisationOut], operation_id="list_utilisation")
@known_to(*READING_ROLES)
@paginate
def list_utilisation(request: HttpRequest, year: Annotated[int, Query(ge=2000, le=2999)]) -> Any:
    """Use of every facility in a year against 2,000 standard hours."""
    rows = queries.utilisation(request.actor, showing.year_of(year))
    return [
        {"code": row.code, "kind": row.kind, "used_minutes": use.minutes, "standard_minutes": use.standard}
        for row, use in rows
    ]
