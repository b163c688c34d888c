"""Reads persons and organisations: who an actor is, and which organisations and members a person may see."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from madang.portal.actors import PUBLIC, Actor, MemberRole, Role, Via
from madang.portal.people.models import ApiToken, Membership, Organisation, Person, Region, StaffRole, UnixUser
from madang.portal.people.rules import RegionSpan, TokenScope, clean_email


def secret_hash(secret: str) -> str:
    """How tokens and invitation secrets are stored: SHA-256, as they are long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of(person: int, *, address: str, via: Via) -> Actor:
    """The person as an actor with the roles and memberships in force; the public if inactive. Three short queries."""
    row = Person.objects.filter(pk=person, is_active=True).values("reviewer__active", "reviewer__expert").first()
    if row is None:
        return Actor(address=address, via=via)
    roles = StaffRole.objects.filter(person=person, ended_at__isnull=True).values_list("role", flat=True)
    memberships = Membership.objects.filter(person=person, left_at__isnull=True).values_list("organisation", "role")
    return Actor(
        person=person,
        roles=frozenset(Role(role) for role in roles),
        memberships={organisation: MemberRole(role) for organisation, role in memberships},
        reviewer=bool(row["reviewer__active"] and row["reviewer__expert"]),
        peer=bool(row["reviewer__active"] and not row["reviewer__expert"]),
        address=address,
        via=via,
    )


def actor_of_token(secret: str, *, now: datetime, address: str) -> Actor:
    """Whom a bearer token speaks for; the public when it is unknown, expired or revoked."""
    token = ApiToken.objects.filter(
        secret_hash=secret_hash(secret), expires_at__gt=now, revoked_at__isnull=True
    ).first()
    if token is None:
        return PUBLIC
    actor = actor_of(token.person_id, address=address, via=Via.API)
    return replace(actor, reads_only=token.scope == TokenScope.READ)


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


def email_holder(email: str) -> Person | None:
    """The active person with this address, whatever its letters' case; for log-in, reset and invitations."""
    return Person.objects.filter(email__iexact=clean_email(email), is_active=True).first()


def persons(by: Actor) -> QuerySet[Person]:
    """Everybody who is not erased, for an operator or an auditor; oneself for others."""
    rows = Person.objects.filter(erased_at__isnull=True).order_by("name", "pk")
    return rows if by.has(Role.OPERATOR, Role.AUDITOR) else rows.filter(pk=by.person)


def person_found(by: Actor, words: str) -> QuerySet[Person]:
    """Persons that the actor may see whose name or address holds the words."""
    rows = persons(by).prefetch_related(
        Prefetch(
            "staff_roles", queryset=StaffRole.objects.filter(ended_at__isnull=True).order_by("role"), to_attr="held"
        )
    )
    return rows.filter(Q(name__icontains=words) | Q(email__icontains=words)) if words else rows


def roles_of(person: int) -> QuerySet[StaffRole]:
    """The roles that a person holds now."""
    return StaffRole.objects.filter(person=person, ended_at__isnull=True).order_by("role")


def operator_exists() -> bool:
    """Whether anybody can administer the centre yet."""
    return persons_with(Role.OPERATOR).exists()


def memberships(by: Actor) -> QuerySet[Membership]:
    """The actor's own memberships in force, with their organisations."""
    rows = Membership.objects.filter(person=by.person, person__isnull=False, left_at__isnull=True)
    return rows.select_related("organisation").order_by("organisation__name")


def regions_in_force(day: date) -> QuerySet[Region]:
    """The regions that exist on a day, in the order of their Korean names."""
    return (
        Region.objects.filter(starts_on__lte=day)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))
        .order_by("name_ko")
    )


def region_spans() -> dict[str, RegionSpan]:
    """Every region as rules see it, by code."""
    rows = Region.objects.select_related("successor")
    return {
        row.code: RegionSpan(row.code, row.starts_on, row.ends_on, row.successor.code if row.successor else None)
        for row in rows
    }


def tokens(by: Actor) -> QuerySet[ApiToken]:
    """The actor's own tokens, newest first."""
    return ApiToken.objects.filter(person=by.person, person__isnull=False).order_by("-pk")


def unix_user_of(person: int) -> str:
    """The Unix user of a person; empty where they have none."""
    return UnixUser.objects.filter(person=person).values_list("name", flat=True).first() or ""
