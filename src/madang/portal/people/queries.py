"""Reads persons and organisations: who an actor is, and which organisations and members a person may see."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from madang.portal.actors import PUBLIC, Actor, MemberRole, Role, Via
from madang.portal.people.models import ApiToken, Membership, Organisation, Person, StaffRole


def secret_hash(secret: str) -> str:
    """How tokens and invitation secrets are stored: SHA-256, as they are long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of(person: int, *, address: str, via: Via) -> Actor:
    """The person as an actor with the roles and memberships in force; the public if inactive. Three short queries."""
    row = Person.objects.filter(pk=person, is_active=True).values("pk", "reviewer__active").first()
    if row is None:
        return Actor(address=address, via=via)
    roles = StaffRole.objects.filter(person=person, ended_at__isnull=True).values_list("role", flat=True)
    memberships = Membership.objects.filter(person=person, left_at__isnull=True).values_list("organisation", "role")
    return Actor(
        person=person,
        roles=frozenset(Role(role) for role in roles),
        memberships={organisation: MemberRole(role) for organisation, role in memberships},
        reviewer=bool(row["reviewer__active"]),
        address=address,
        via=via,
    )


def actor_of_token(secret: str, *, now: datetime, address: str) -> Actor:
    """Whom a bearer token speaks for; the public when it is unknown, expired or revoked."""
    token = ApiToken.objects.filter(
        secret_hash=secret_hash(secret), expires_at__gt=now, revoked_at__isnull=True
    ).first()
    return actor_of(token.person_id, address=address, via=Via.API) if token else PUBLIC


def organisations(by: Actor) -> QuerySet[Organisation]:
    """Those that the actor belongs to; all of them for staff and auditors."""
    rows = Organisation.objects.select_related("region").order_by("name")
    return rows if by.reads_everything else rows.filter(pk__in=by.memberships)


def members(by: Actor, organisation: int) -> QuerySet[Membership]:
    """The members in force of an organisation that the actor may see."""
    rows = Membership.objects.filter(organisation=organisation, left_at__isnull=True).select_related("person")
    return rows.order_by("joined_at") if by.reads_everything or by.member_of(organisation) else rows.none()


def persons_with(role: Role) -> QuerySet[Person]:
    """Active persons who hold a role now; for mails to staff."""
    held = StaffRole.objects.filter(role=role, ended_at__isnull=True)
    return Person.objects.filter(is_active=True, staff_roles__in=held).distinct()


def owners(organisation: int) -> QuerySet[Person]:
    """Active owners of an organisation; for mails."""
    held = Membership.objects.filter(organisation=organisation, role=MemberRole.OWNER, left_at__isnull=True)
    return Person.objects.filter(is_active=True, memberships__in=held).distinct()


def with_verdicts(rows: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Adds each organisation's verdicts in one further query."""
    return rows.prefetch_related(Prefetch("verdicts"))
