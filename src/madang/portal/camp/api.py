"""The API of the camp: calls for tenants, bids with officers' points, and what is decided about them."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.errors import Refused
from madang.portal.access.bearer import token_or_none
from madang.portal.actors import READING_ROLES
from madang.portal.camp import actions, queries, rules
from madang.portal.camp.rules import BidState, TenantCallState, TenantCallText
from madang.portal.camp.space_api import Text, Title
from madang.portal.camp.space_api import router as house
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Code, Comment, Few, Id, Instant

router = Router(tags=["camp"])
router.add_router("", house)


class TenantCallOut(Schema):
    """A call for tenants, and what it offers."""

    code: str
    title_ko: str
    title_en: str
    text_ko: str
    text_en: str
    opens_at: datetime
    closes_at: datetime
    months: int
    ceiling_months: int
    version: int
    state: TenantCallState
    spaces: list[str]


class TenantCallIn(Schema):
    """A call for tenants that offers rooms and seats by code; `version` 0 drafts a new one."""

    title_ko: Title
    title_en: Title
    text_ko: Text
    text_en: Text
    opens_at: Instant
    closes_at: Instant
    months: Annotated[int, Field(ge=1, le=rules.MONTHS_MOST)]
    ceiling_months: Annotated[int, Field(ge=1, le=rules.CEILING_MOST)]
    spaces: Annotated[list[Code], Field(min_length=1, max_length=500)]
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class TenantBidIn(Schema):
    """What an organisation answers to a call for tenants."""

    organisation_id: Id
    people: Annotated[int, Field(ge=1, le=rules.PEOPLE_MOST)]
    text: Text


class TenantBidOut(Schema):
    """A bid; its reason is read by the bidder once it is decided."""

    id: int
    call: str = Field(alias="call.code")
    organisation_id: int
    people: int
    text: str
    state: BidState
    handed_in_at: datetime
    reason: str


class TenantBidPointsIn(Schema):
    """An officer's points, from 0 to 100, and why."""

    points: Annotated[int, Field(ge=0, le=rules.POINTS_MOST)]
    reason: Annotated[str, Field(min_length=1, max_length=rules.REASON)]


class TenantBidDecisionIn(Schema):
    """On the reserve list, or not selected; a bid is selected by offering it a tenancy."""

    state: BidState
    reason: Comment


def _call(row: Any, now: datetime) -> dict[str, Any]:
    names = ("code", "version", *TenantCallText.__dataclass_fields__)
    spaces = [offered.space.code for offered in row.offered.all()]
    return {name: getattr(row, name) for name in names} | {"state": queries.state_of(row, now), "spaces": spaces}


@router.get("/camp/calls", response=list[TenantCallOut], operation_id="list_tenant_calls", auth=token_or_none)
@paginate
def list_tenant_calls(request: HttpRequest) -> Any:
    """Calls for tenants, the newest first; drafts for staff and auditors."""
    return [_call(row, request.now) for row in queries.calls(request.actor)]


@router.put("/camp/calls/{code}", response=TenantCallOut, operation_id="put_tenant_call")
@known_to(*READING_ROLES)
def put_tenant_call(request: HttpRequest, code: Code, given: TenantCallIn) -> Any:
    """Drafts a call for tenants (`version` 0), or changes a draft."""
    text = TenantCallText(**given.dict(exclude={"spaces", "version"}))
    spaces = list(queries.spaces().filter(code__in=given.spaces).values_list("pk", flat=True))
    if len(spaces) != len(set(given.spaces)):
        raise Refused("tenant_call_offers_nothing", field="spaces")
    act: dict[str, Any] = {"by": request.actor, "now": request.now, "given": text, "spaces": spaces}
    if given.version:
        row = one(queries.calls(request.actor), code=code)
        actions.change_call(call=row.pk, version=given.version, **act)
    else:
        actions.draft_call(code=code, **act)
    return _call(one(queries.calls(request.actor), code=code), request.now)


@router.post("/camp/calls/{code}/publish", response=TenantCallOut, operation_id="publish_tenant_call")
@known_to(*READING_ROLES)
def publish_tenant_call(request: HttpRequest, code: Code) -> Any:
    """Makes a draft public."""
    actions.publish_call(by=request.actor, now=request.now, call=one(queries.calls(request.actor), code=code).pk)
    return _call(one(queries.calls(request.actor), code=code), request.now)


@router.post("/camp/calls/{code}/finish", response=TenantCallOut, operation_id="finish_tenant_call")
@known_to(*READING_ROLES)
def finish_tenant_call(request: HttpRequest, code: Code) -> Any:
    """Ends a call once every bid is decided."""
    actions.finish_call(by=request.actor, now=request.now, call=one(queries.calls(request.actor), code=code).pk)
    return _call(one(queries.calls(request.actor), code=code), request.now)


@router.post("/camp/calls/{code}/bids", response={201: TenantBidOut}, operation_id="hand_in_bid")
def hand_in_bid(request: HttpRequest, code: Code, given: TenantBidIn) -> Any:
    """Answers an open call, by an owner of the organisation."""
    call = one(queries.calls(request.actor), code=code)
    fields = {"organisation": given.organisation_id, "people": given.people, "text": given.text}
    row = actions.hand_in(by=request.actor, now=request.now, call=call.pk, **fields)
    return Status(201, one(queries.bids(request.actor), pk=row.pk))


@router.get("/camp/bids", response=list[TenantBidOut], operation_id="list_tenant_bids")
@paginate
def list_tenant_bids(request: HttpRequest, state: BidState | None = None) -> Any:
    """One's organisations' bids; all of them for staff and auditors."""
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="search", kind="bid", subject=state or "all")
    rows = queries.bids(request.actor)
    return rows.filter(state=state) if state else rows


def _bid(request: HttpRequest, bid: int) -> Any:
    return one(queries.bids(request.actor), pk=bid)


@router.post("/camp/bids/{bid}/withdraw", response=TenantBidOut, operation_id="withdraw_bid")
def withdraw_bid(request: HttpRequest, bid: Id) -> Any:
    """Takes a bid back before it is decided."""
    actions.withdraw(by=request.actor, now=request.now, bid=_bid(request, bid).pk)
    return _bid(request, bid)


@router.put("/camp/bids/{bid}/points", response=Few, operation_id="give_bid_points")
@known_to(*READING_ROLES)
def give_bid_points(request: HttpRequest, bid: Id, given: TenantBidPointsIn) -> Any:
    """Gives or changes one's points once the call is closed; answers how many officers gave points."""
    actions.give_points(by=request.actor, now=request.now, bid=_bid(request, bid).pk, **given.dict())
    return queries.points_of(bid).count()


@router.post("/camp/bids/{bid}/decision", response=TenantBidOut, operation_id="decide_bid")
@known_to(*READING_ROLES)
def decide_bid(request: HttpRequest, bid: Id, given: TenantBidDecisionIn) -> Any:
    """Puts a bid on the reserve list or does not select it."""
    row = _bid(request, bid)
    if given.state == BidState.SELECTED:
        raise Refused("bid_decided")
    actions.decide(by=request.actor, now=request.now, bid=row.pk, **given.dict())
    return _bid(request, bid)
