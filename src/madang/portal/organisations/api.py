"""The API of organisations: one's own, their members and invitations."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES, MemberRole
from madang.portal.faces import known_to, one
from madang.portal.journal import actions as journal
from madang.portal.organisations import actions, queries
from madang.portal.people import queries as people
from madang.portal.people.rules import ORGANISATION_NAME_LIMIT, Attribute, OrganisationKind, Sector, SizeClass
from madang.portal.schemas import Day

router = Router(tags=["organisations"])


class RegionOut(Schema):
    """A region that exists today."""

    code: str
    name_ko: str
    name_en: str
    capital_area: bool


class OrganisationOut(Schema):
    """An organisation; `version` goes back with a change."""

    id: int
    name: str
    name_en: str
    kind: OrganisationKind
    size_class: SizeClass
    sector: Sector
    registration_number: str
    founded_on: date
    region: str
    version: int

    @staticmethod
    def resolve_region(row: Any) -> str:
        return row.region.code


class Particulars(Schema):
    """What an organisation says of itself and can change; `region` is a code of /regions."""

    name: str = Field(max_length=ORGANISATION_NAME_LIMIT)
    name_en: str = Field(default="", max_length=ORGANISATION_NAME_LIMIT)
    kind: OrganisationKind
    size_class: SizeClass = SizeClass.NONE
    sector: Sector = Sector.NONE
    founded_on: date
    region: str


class NewOrganisation(Particulars):
    """The particulars with the number, ten digits with or without hyphens."""

    registration_number: str = Field(max_length=20)


class ChangedOrganisation(Particulars):
    """The particulars with the version that was edited."""

    version: int


class FirmGroupIn(Schema):
    """The group of firms that an organisation belongs to (empty: none), with the version that was edited."""

    version: int
    firm_group: str = Field(max_length=80)


class FirmGroupOut(FirmGroupIn):
    """The same as it stands now."""


class MemberOut(Schema):
    """A member in force."""

    person: int
    name: str
    email: str
    role: MemberRole
    joined_at: datetime

    @staticmethod
    def resolve_person(row: Any) -> int:
        return row.person_id

    @staticmethod
    def resolve_name(row: Any) -> str:
        return row.person.name

    @staticmethod
    def resolve_email(row: Any) -> str:
        return row.person.email or ""


class NewInvitation(Schema):
    """Whom to invite and as what."""

    email: str = Field(max_length=254)
    role: MemberRole = MemberRole.MEMBER
    language: str = Field(default="ko", pattern="^(ko|en)$")


class InvitationOut(Schema):
    """An invitation that waits; its link goes by mail only."""

    id: int
    email: str
    role: MemberRole
    invited_at: datetime
    expires_at: datetime


class RoleIn(Schema):
    """Owner or member."""

    role: MemberRole


class VerdictIn(Schema):
    """What evidence showed for the days [valid_from, valid_until); `evidence` names the paper, never a birth date."""

    attribute: Attribute
    holds: bool
    evidence: str = Field(min_length=1, max_length=200)
    valid_from: Day
    valid_until: Day


class VerdictOut(Schema):
    """A dated finding about an organisation."""

    id: int
    attribute: Attribute
    holds: bool
    evidence: str
    valid_from: date
    valid_until: date
    checked_at: datetime


def _region(code: str, request: HttpRequest) -> int:
    return one(queries.regions(request.now), code=code).pk


def _given(given: Particulars, request: HttpRequest) -> dict[str, object]:
    return given.dict() | {"region": _region(given.region, request)}


@router.get("/regions", response=list[RegionOut], auth=None, operation_id="list_regions")
@paginate(LimitOffsetPagination)
def list_regions(request: HttpRequest) -> list[Any]:
    """The regions that exist today."""
    return list(queries.regions(request.now))


@router.get("/organisations", response=list[OrganisationOut], operation_id="list_organisations")
@paginate(LimitOffsetPagination)
def list_organisations(request: HttpRequest, q: str = "") -> Any:
    """The organisations that the person may see; for staff and auditors all of them, and the search is logged."""
    if request.actor.reads_everything:
        journal.read(by=request.actor, now=request.now, what="search", kind="organisation", subject="all")
    return queries.found(request.actor, q)


@router.post("/organisations", response={201: OrganisationOut}, operation_id="create_organisation")
def create_organisation(request: HttpRequest, given: NewOrganisation) -> Status:
    """Registers an organisation; the person becomes its owner."""
    return Status(201, actions.create_organisation(by=request.actor, now=request.now, **_given(given, request)))


def _seen(request: HttpRequest, organisation: int) -> Any:
    row = one(people.organisations(request.actor), pk=organisation)
    given = {"kind": "organisation", "subject": organisation, "organisation": organisation}
    journal.read(by=request.actor, now=request.now, what="view", **given)
    return row


@router.get("/organisations/{organisation}", response=OrganisationOut, operation_id="get_organisation")
def get_organisation(request: HttpRequest, organisation: int) -> Any:
    """One organisation."""
    return _seen(request, organisation)


@router.put("/organisations/{organisation}", response=OrganisationOut, operation_id="change_organisation")
def change_organisation(request: HttpRequest, organisation: int, given: ChangedOrganisation) -> Any:
    """An owner corrects the particulars; 409 when another change came between."""
    one(people.organisations(request.actor), pk=organisation)
    changed = _given(given, request)
    actions.change_organisation(by=request.actor, now=request.now, organisation=organisation, **changed)
    return one(people.organisations(request.actor), pk=organisation)


@router.get("/organisations/{organisation}/members", response=list[MemberOut], operation_id="list_members")
@paginate(LimitOffsetPagination)
def list_members(request: HttpRequest, organisation: int) -> Any:
    """The members in force."""
    _seen(request, organisation)
    return people.members(request.actor, organisation)


@router.delete("/organisations/{organisation}/members/{person}", response={204: None}, operation_id="remove_member")
def remove_member(request: HttpRequest, organisation: int, person: int) -> Status:
    """An owner removes a member, or a member leaves."""
    one(people.organisations(request.actor), pk=organisation)
    one(people.members(request.actor, organisation), person=person)
    actions.remove_member(by=request.actor, now=request.now, organisation=organisation, person=person)
    return Status(204, None)


@router.put(
    "/organisations/{organisation}/members/{person}/role", response={204: None}, operation_id="change_member_role"
)
def change_member_role(request: HttpRequest, organisation: int, person: int, given: RoleIn) -> Status:
    """An owner makes a member owner, or an owner member."""
    one(people.organisations(request.actor), pk=organisation)
    one(people.members(request.actor, organisation), person=person)
    act = {"by": request.actor, "now": request.now, "organisation": organisation, "person": person}
    actions.change_member_role(**act, role=given.role)
    return Status(204, None)


@router.get("/organisations/{organisation}/verdicts", response=list[VerdictOut], operation_id="list_verdicts")
@paginate(LimitOffsetPagination)
def list_verdicts(request: HttpRequest, organisation: int) -> Any:
    """What was found about an organisation, newest first."""
    _seen(request, organisation)
    return queries.verdicts(request.actor, organisation)


@router.post("/organisations/{organisation}/verdicts", response={201: VerdictOut}, operation_id="record_verdict")
@known_to(*READING_ROLES)
def record_verdict(request: HttpRequest, organisation: int, given: VerdictIn) -> Status:
    """Staff record what evidence showed; owners are told."""
    one(people.organisations(request.actor), pk=organisation)
    act = {"by": request.actor, "now": request.now, "organisation": organisation}
    return Status(201, actions.record_verdict(**act, **given.dict()))


@router.put("/organisations/{organisation}/firm-group", response=FirmGroupOut, operation_id="set_firm_group")
@known_to(*READING_ROLES)
def set_firm_group(request: HttpRequest, organisation: int, given: FirmGroupIn) -> Any:
    """Staff write down the group of firms: whoever works for one of it is in conflict with all."""
    one(people.organisations(request.actor), pk=organisation)
    act = {"by": request.actor, "now": request.now, "organisation": organisation}
    actions.set_firm_group(**act, **given.dict())
    return one(people.organisations(request.actor), pk=organisation)


@router.get("/organisations/{organisation}/invitations", response=list[InvitationOut], operation_id="list_invitations")
@paginate(LimitOffsetPagination)
def list_invitations(request: HttpRequest, organisation: int) -> Any:
    """The invitations that wait."""
    _seen(request, organisation)
    return queries.invitations(request.actor, organisation, request.now)


@router.post("/organisations/{organisation}/invitations", response={201: InvitationOut}, operation_id="invite")
def invite(request: HttpRequest, organisation: int, given: NewInvitation) -> Status:
    """An owner invites an address; the link goes by mail."""
    one(people.organisations(request.actor), pk=organisation)
    act = given.dict() | {"by": request.actor, "now": request.now, "organisation": organisation}
    return Status(201, actions.invite(**act))


@router.delete(
    "/organisations/{organisation}/invitations/{invitation}", response={204: None}, operation_id="withdraw_invitation"
)
def withdraw_invitation(request: HttpRequest, organisation: int, invitation: int) -> Status:
    """An owner takes a waiting invitation back."""
    if not queries.invitations(request.actor, organisation, request.now).filter(pk=invitation).exists():
        raise Http404
    actions.withdraw_invitation(by=request.actor, now=request.now, organisation=organisation, invitation=invitation)
    return Status(204, None)
