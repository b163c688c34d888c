"""The API of persons: who one is."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from madang.portal.faces import one
from madang.portal.people import queries

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
