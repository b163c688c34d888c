"""The API of persons: who one is, and for the operator who holds which role."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import Role
from madang.portal.faces import known_to, one
from madang.portal.journal import actions as journal
from madang.portal.people import actions, queries

router = Router(tags=["people"])


class MembershipOut(Schema):
    """An organisation that the person belongs to."""

    organisation: int
    name: str
    role: str


class MeOut(Schema):
    """The person whom the token speaks for."""

    id: int
    name: str
    email: str
    language: str
    roles: list[str]
    reviewer: bool
    organisations: list[MembershipOut]


@router.get("/me", response=MeOut, operation_id="me")
def me(request: HttpRequest) -> MeOut:
    """The person whom the token speaks for, with roles and organisations."""
    person = one(queries.persons(request.actor), pk=request.actor.person)
    held = queries.memberships(request.actor)
    return MeOut(
        id=person.pk,
        name=person.name,
        email=person.email,
        language=person.language,
        roles=sorted(request.actor.roles),
        reviewer=request.actor.reviewer,
        organisations=[
            MembershipOut(organisation=row.organisation_id, name=row.organisation.name, role=row.role) for row in held
        ],
    )


class PersonOut(Schema):
    """A person with the roles held now."""

    id: int
    name: str
    email: str | None
    roles: list[Role]

    @staticmethod
    def resolve_roles(row: Any) -> list[str]:
        return [held.role for held in row.held]


class GrantIn(Schema):
    """The role to give."""

    role: Role


@router.get("/people", response=list[PersonOut], operation_id="list_people")
@paginate(LimitOffsetPagination)
@known_to(Role.OPERATOR, Role.AUDITOR)
def list_people(request: HttpRequest, q: str = Query("", max_length=80)) -> Any:
    """Everybody with an account, by name; for operators and auditors, and the search is logged."""
    journal.read(by=request.actor, now=request.now, what="search", kind="person", subject="all")
    return queries.person_found(request.actor, q)


def _person(request: HttpRequest, person: int) -> Any:
    return one(queries.person_found(request.actor, ""), pk=person)


@router.post("/people/{int:person}/roles", response={201: PersonOut}, operation_id="grant_role")
@known_to(Role.OPERATOR, Role.AUDITOR)
def grant_role(request: HttpRequest, person: int, given: GrantIn) -> Any:
    """An operator gives a person a role; the person is told."""
    _person(request, person)
    actions.grant_role(by=request.actor, now=request.now, person=person, role=given.role)
    return Status(201, _person(request, person))


@router.delete("/people/{int:person}/roles/{role}", response={204: None}, operation_id="end_role")
@known_to(Role.OPERATOR, Role.AUDITOR)
def end_role(request: HttpRequest, person: int, role: Role) -> Any:
    """An operator ends a person's role, never the last operator's."""
    _person(request, person)
    actions.end_role(by=request.actor, now=request.now, person=person, role=role)
    return Status(204, None)
