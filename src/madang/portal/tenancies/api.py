"""The API of tenancies: offered, signed, extended, ended, checked out."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.errors import Refused
from madang.portal.actors import READING_ROLES
from madang.portal.camp import queries as camp
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Code, Comment, Day, Id, Version, Won
from madang.portal.tenancies import actions, queries, rules
from madang.portal.tenancies.living_api import router as house
from madang.portal.tenancies.living_api import seen, spaces_of
from madang.portal.tenancies.rules import Condition, TenancyState

router = Router(tags=["tenancies"])
router.add_router("", house)
Codes = Annotated[list[Code], Field(min_length=1, max_length=100)]


class TenancyOut(Schema):
    """A tenancy of rooms and seats on [starts_on, ends_on), never past `ceiling_on`."""

    id: int
    organisation_id: int
    spaces: list[str]
    starts_on: date
    ends_on: date
    ceiling_on: date
    state: TenancyState
    text_version: int = Field(alias="text.version")
    answer_by: date
    offered_at: datetime
    signed_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    checked_out_at: datetime | None
    owed_won: int | None

    @staticmethod
    def resolve_spaces(row: Any) -> list[str]:
        return [let.space.code for let in row.spaces.all()]


class SelectIn(Schema):
    """What a selected bid gets: rooms and seats by code, from a day on, and why."""

    spaces: Codes
    starts_on: Day
    reason: Comment


class OfferIn(SelectIn):
    """The same straight for an organisation."""

    organisation_id: Id
    ends_on: Day
    ceiling_on: Day


class SignTenancyIn(Schema):
    """The version of the text that was read."""

    text_version: Version


class EndTenancyIn(Schema):
    """The first day after it, and why."""

    ends_on: Day
    reason: Comment


class ExtensionDecisionIn(Schema):
    """Approve or refuse; a refusal has its reason."""

    approve: bool
    reason: Comment = ""


class DropTenancyIn(Schema):
    """Why."""

    reason: Comment


class CheckOutItemIn(Schema):
    """A thing that was handed back, and what is owed for it."""

    what: Annotated[str, Field(min_length=1, max_length=rules.WHAT)]
    condition: Condition
    owed_won: Won = 0


@router.get("/tenancies", response=list[TenancyOut], operation_id="list_tenancies")
@paginate
def list_tenancies(request: HttpRequest, state: TenancyState | None = None) -> Any:
    """One's organisations' tenancies; all of them for staff and auditors."""
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="search", kind="tenancy", subject=state or "all")
    return queries.tenancies(request.actor, state or "")


@router.post("/tenancies", response={201: TenancyOut}, operation_id="offer_tenancy")
@known_to(*READING_ROLES)
def offer_tenancy(request: HttpRequest, given: OfferIn) -> Any:
    """Offers rooms and seats straight to an organisation."""
    fields = given.dict(exclude={"organisation_id", "spaces"}) | {"spaces": spaces_of(given.spaces)}
    row = actions.offer(by=request.actor, now=request.now, organisation=given.organisation_id, **fields)
    return Status(201, seen(request, row.pk))


@router.post("/camp/bids/{bid}/tenancy", response={201: TenancyOut}, operation_id="select_bid")
@known_to(*READING_ROLES)
def select_bid(request: HttpRequest, bid: Id, given: SelectIn) -> Any:
    """Selects a bid and offers it a tenancy of its call's length."""
    found = one(camp.bids(request.actor), pk=bid)
    fields = given.dict(exclude={"spaces"}) | {"spaces": spaces_of(given.spaces)}
    row = actions.select(by=request.actor, now=request.now, bid=found.pk, **fields)
    return Status(201, seen(request, row.pk))


@router.get("/tenancies/{tenancy}", response=TenancyOut, operation_id="get_tenancy")
def get_tenancy(request: HttpRequest, tenancy: Id) -> Any:
    """One tenancy."""
    return seen(request, tenancy)


@router.post("/tenancies/{tenancy}/sign", response=TenancyOut, operation_id="sign_tenancy")
def sign_tenancy(request: HttpRequest, tenancy: Id, given: SignTenancyIn) -> Any:
    """An owner agrees to the text."""
    seen(request, tenancy)
    actions.sign(by=request.actor, now=request.now, tenancy=tenancy, text_version=given.text_version)
    return seen(request, tenancy)


@router.post("/tenancies/{tenancy}/decline", response=TenancyOut, operation_id="decline_tenancy")
def decline_tenancy(request: HttpRequest, tenancy: Id) -> Any:
    """An owner does not take the offer."""
    seen(request, tenancy)
    actions.decline(by=request.actor, now=request.now, tenancy=tenancy)
    return seen(request, tenancy)


@router.post("/tenancies/{tenancy}/drop", response=TenancyOut, operation_id="drop_tenancy")
@known_to(*READING_ROLES)
def drop_tenancy(request: HttpRequest, tenancy: Id, given: DropTenancyIn) -> Any:
    """Takes back what has not begun."""
    seen(request, tenancy)
    actions.drop(by=request.actor, now=request.now, tenancy=tenancy, reason=given.reason)
    return seen(request, tenancy)


@router.post("/tenancies/{tenancy}/end", response=TenancyOut, operation_id="end_tenancy")
def end_tenancy(request: HttpRequest, tenancy: Id, given: EndTenancyIn) -> Any:
    """Ends a running tenancy earlier."""
    seen(request, tenancy)
    actions.end(by=request.actor, now=request.now, tenancy=tenancy, **given.dict())
    return seen(request, tenancy)


@router.post("/tenancies/{tenancy}/extensions", response=TenancyOut, operation_id="ask_extension")
def ask_extension(request: HttpRequest, tenancy: Id, given: EndTenancyIn) -> Any:
    """An owner asks for more time, at most until the ceiling."""
    seen(request, tenancy)
    actions.ask_extension(by=request.actor, now=request.now, tenancy=tenancy, ends_on=given.ends_on, why=given.reason)
    return seen(request, tenancy)


@router.post("/tenancies/{tenancy}/extensions/decision", response=TenancyOut, operation_id="decide_extension")
@known_to(*READING_ROLES)
def decide_extension(request: HttpRequest, tenancy: Id, given: ExtensionDecisionIn) -> Any:
    """Approves or refuses the extension that was asked for."""
    seen(request, tenancy)
    asked = next((row for row in queries.extensions(tenancy) if row.state == rules.ExtensionState.ASKED), None)
    if asked is None:
        raise Refused("extension_decided")
    actions.decide_extension(by=request.actor, now=request.now, extension=asked.pk, **given.dict())
    return seen(request, tenancy)


@router.post("/tenancies/{tenancy}/items", response={201: None}, operation_id="add_check_out_item")
@known_to(*READING_ROLES)
def add_check_out_item(request: HttpRequest, tenancy: Id, given: CheckOutItemIn) -> Any:
    """Adds a thing to the list of the check-out."""
    seen(request, tenancy)
    actions.enter_item(by=request.actor, now=request.now, tenancy=tenancy, **given.dict())
    return Status(201, None)


@router.post("/tenancies/{tenancy}/check-out", response=TenancyOut, operation_id="finish_check_out")
@known_to(*READING_ROLES)
def finish_check_out(request: HttpRequest, tenancy: Id) -> Any:
    """Finishes the check-out and fixes what is owed."""
    seen(request, tenancy)
    actions.check_out(by=request.actor, now=request.now, tenancy=tenancy)
    return seen(request, tenancy)
