"""The API of qualifications: what there is, what facilities ask for, who holds what."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.access.bearer import token_or_none
from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.facilities import queries as facilities
from madang.portal.journal.actions import read
from madang.portal.qualifications import actions, queries, rules
from madang.portal.schemas import Code, Day, Id, Name

router = Router(tags=["facilities"])


class QualificationIn(Schema):
    """A qualification; with a course, its certificates count as it."""

    code: Code
    name_ko: Name
    name_en: Name
    course: Annotated[str, Field(max_length=30)] = ""


class QualificationOut(Schema):
    """A qualification, and the code of the course whose certificate counts as it."""

    code: str
    name_ko: str
    name_en: str
    course: str | None = Field(None, alias="course.code")


class NeededIn(Schema):
    """The codes of what a facility asks of its users."""

    qualifications: Annotated[list[Code], Field(max_length=rules.NEEDED_MOST)]


class QualificationGrantIn(Schema):
    """Who holds it on [given_on, expires_on), and what shows it."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    given_on: Day
    expires_on: Day
    evidence: Annotated[str, Field(min_length=1, max_length=rules.EVIDENCE)]


class GrantRevokedIn(Schema):
    """Why it is revoked."""

    why: Annotated[str, Field(min_length=1, max_length=rules.WHY)]


class QualificationGrantOut(Schema):
    """That a person holds a qualification on [given_on, expires_on)."""

    id: int
    qualification: str = Field(alias="qualification.code")
    person_id: int
    given_on: date
    expires_on: date
    evidence: str
    revoked_at: datetime | None


@router.get("/qualifications", response=list[QualificationOut], operation_id="list_qualifications", auth=token_or_none)
@paginate
def list_qualifications(request: HttpRequest) -> Any:
    """Everything that facilities may ask of their users."""
    return queries.qualifications()


@router.post("/qualifications", response={201: QualificationOut}, operation_id="add_qualification")
@known_to(*READING_ROLES)
def add_qualification(request: HttpRequest, given: QualificationIn) -> Any:
    """Adds a qualification."""
    return Status(201, actions.add(by=request.actor, now=request.now, **given.dict()))


@router.get("/facilities/{code}/qualifications", response=list[QualificationOut], auth=token_or_none,
            operation_id="list_facility_qualifications")  # fmt: skip
def list_facility_qualifications(request: HttpRequest, code: Code) -> Any:
    """What a facility asks of its users."""
    row = one(facilities.facilities(request.actor), code=code)
    return queries.needed_by(row.pk)


@router.put("/facilities/{code}/qualifications", response={204: None}, operation_id="set_facility_qualifications")
@known_to(*READING_ROLES)
def set_facility_qualifications(request: HttpRequest, code: Code, given: NeededIn) -> Any:
    """Sets what a facility asks of its users."""
    row = one(facilities.facilities(request.actor), code=code)
    actions.require(by=request.actor, now=request.now, facility=row.pk, codes=given.qualifications)
    return Status(204, None)


@router.get("/qualification-grants", response=list[QualificationGrantOut], operation_id="list_qualification_grants")
@paginate
def list_qualification_grants(request: HttpRequest) -> Any:
    """What the caller holds; everybody's for staff and auditors."""
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="search", kind="qualification_grant", subject="all")
    return queries.grants(request.actor)


@router.post("/qualifications/{code}/grants", response={201: QualificationGrantOut}, operation_id="grant_qualification")
@known_to(*READING_ROLES)
def grant_qualification(request: HttpRequest, code: Code, given: QualificationGrantIn) -> Any:
    """Grants a qualification to somebody with an account."""
    one(queries.qualifications(), code=code)
    return Status(201, actions.grant(by=request.actor, now=request.now, code=code, **given.dict()))


@router.post("/qualification-grants/{int:grant}/revoke", response={204: None}, operation_id="revoke_qualification")
@known_to(*READING_ROLES)
def revoke_qualification(request: HttpRequest, grant: Id, given: GrantRevokedIn) -> Any:
    """Revokes a grant."""
    one(queries.grants(request.actor), pk=grant)
    actions.revoke(by=request.actor, now=request.now, grant=grant, why=given.why)
    return Status(204, None)
