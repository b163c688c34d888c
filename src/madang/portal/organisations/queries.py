"""Reads organisations in full: search, invitations, findings, as far as the actor may see them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.people import queries as people
from madang.portal.people.models import Invitation, Organisation, Region, Verdict
from madang.portal.people.rules import InvitationState
from madang.portal.tasks import Task


def found(by: Actor, words: str) -> QuerySet[Organisation]:
    """Organisations that the actor may see whose names or number hold the words (hyphens in a number are ignored)."""
    rows = people.organisations(by)
    if not words:
        return rows
    number = words.replace("-", "")
    named = Q(name__icontains=words) | Q(name_en__icontains=words)
    return rows.filter(named | Q(registration_number__startswith=number)) if number.isdigit() else rows.filter(named)


def invitations(by: Actor, organisation: int, now: datetime) -> QuerySet[Invitation]:
    """The invitations that wait, for the organisation's members and for those who read everything."""
    rows = Invitation.objects.filter(
        organisation=organisation, state=InvitationState.WAITING, expires_at__gt=now
    ).order_by("-pk")
    return rows if by.reads_everything or by.member_of(organisation) else rows.none()


def verdicts(by: Actor, organisation: int) -> QuerySet[Verdict]:
    """What was found about an organisation, newest first, for its members and for those who read everything."""
    rows = Verdict.objects.filter(organisation=organisation).order_by("-valid_from", "-pk")
    return rows if by.reads_everything or by.member_of(organisation) else rows.none()


def invitation_of(secret: str, now: datetime) -> Invitation | None:
    """The waiting invitation that a link's secret opens; None when it is unknown, taken back, accepted or too old."""
    rows = Invitation.objects.filter(
        secret_hash=people.secret_hash(secret), state=InvitationState.WAITING, expires_at__gt=now
    )
    return rows.select_related("organisation", "invited_by").first()


def regions(now: datetime) -> QuerySet[Region]:
    """The regions that can be chosen at an instant."""
    return people.regions_in_force(now.date())


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For a person without an organisation: register one."""
    if by.person is None or by.memberships or by.roles or by.reviewer:
        return []
    return [
        Task(gettext("Register your organisation, or ask one of its owners to invite you"), reverse("organisations"))
    ]
