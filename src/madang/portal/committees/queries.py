"""Reads committees with their draws and lists for staff, one's own invitations, and what anyone may know of a draw."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.calls.models import Intake
from madang.portal.committees import rules
from madang.portal.committees.models import Candidate, Committee, CommitteeDraw
from madang.portal.committees.rules import CandidateState, DrawState, InPool
from madang.portal.tasks import Task

RESULTS_OUT = ("decided", "closed")


def intakes(by: Actor) -> QuerySet[Intake]:
    """Intakes of published calls, for staff and auditors."""
    rows = Intake.objects.select_related("call").exclude(call__state="draft").order_by("-closes_at")
    return rows if by.reads_everything else rows.none()


def committees(by: Actor, intake: int | None = None) -> QuerySet[Committee]:
    """Committees with their draws and how many seats are taken and asked for, for staff and auditors."""
    taken = Count("draws__candidates", filter=Q(draws__candidates__state=CandidateState.ACCEPTED))
    asked = Count("draws__candidates", filter=Q(draws__candidates__state=CandidateState.WAITING))
    rows = Committee.objects.select_related("intake__call", "track").annotate(taken=taken, asked=asked)
    rows = rows.prefetch_related(Prefetch("draws", CommitteeDraw.objects.order_by("number"))).order_by("pk")
    rows = rows.filter(intake=intake) if intake else rows
    return rows if by.reads_everything else rows.none()


def draws(by: Actor) -> QuerySet[CommitteeDraw]:
    """Draws with their committees, for staff and auditors; the secret stays where it is."""
    rows = CommitteeDraw.objects.select_related("committee__intake__call").defer("secret")
    return rows if by.reads_everything else rows.none()


def listed(by: Actor, committee: int) -> QuerySet[Candidate]:
    """Everybody on the drawn lists of a committee, in their order, for staff and auditors."""
    rows = Candidate.objects.filter(draw__committee=committee, place__isnull=False)
    rows = rows.select_related("reviewer__person", "draw").order_by("draw__number", "place")
    return rows if by.reads_everything else rows.none()


def terms_of(draw: CommitteeDraw) -> Any:
    """What a draw must keep, as the library takes it; its name is the section's, in Korean."""
    given = (draw.seats, draw.times, draw.per_organisation, draw.quotas)
    return rules.committee(draw.committee.name_ko, draw.number, *given)


def pool_of(draw: int) -> list[InPool]:
    """The frozen pool of a draw."""
    rows = Candidate.objects.filter(draw=draw).order_by("alias")
    plain = rows.values_list("pk", "alias", "organisation", "traits", "place", "state")
    return [InPool(row, alias, where, tuple(found), place, state) for row, alias, where, found, place, state in plain]


# --- invitations ---


def invitations(by: Actor) -> QuerySet[Candidate]:
    """One's own invitations and seats, those that wait first."""
    rows = Candidate.objects.filter(reviewer__person=by.person, place__isnull=False) if by.person else None
    rows = Candidate.objects.none() if rows is None else rows.exclude(state=CandidateState.POOLED)
    return rows.select_related("draw__committee__intake__call", "reviewer__person").order_by("answered_at", "pk")


def invitation(candidate: int) -> Candidate | None:
    """An invitation, for whoever holds its link."""
    rows = Candidate.objects.select_related("draw__committee__intake__call", "reviewer__person")
    return rows.filter(pk=candidate).exclude(state=CandidateState.POOLED).first()


def to_ask(draw: CommitteeDraw) -> list[int]:
    """The candidates who are to be asked now, in the order of the list; nobody before it is drawn."""
    return rules.next_ones(terms_of(draw), pool_of(draw.pk)) if draw.state == DrawState.DRAWN else []


def members(committee: int) -> list[int]:
    """The reviewers who accepted a seat."""
    rows = Candidate.objects.filter(draw__committee=committee, state=CandidateState.ACCEPTED)
    return list(rows.order_by("pk").values_list("reviewer", flat=True))


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For an expert: invitations that wait for an answer."""
    rows = invitations(by).filter(state=CandidateState.WAITING, answer_by__gt=now) if by.reviewer else ()
    return [
        Task(gettext("Invitation to a committee"), reverse("committee-invitation", args=[row.pk]), 1, row.answer_by)
        for row in rows
    ]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: draws whose value can be entered."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    rows = CommitteeDraw.objects.filter(state=DrawState.FROZEN, outside_from__lte=now).order_by("pk")
    text = gettext("A committee can be drawn")
    return [Task(text, reverse("committee", args=[row.committee_id])) for row in rows]


# --- what anyone may know ---


def public_draws() -> QuerySet[CommitteeDraw]:
    """Every draw of a published call."""
    rows = CommitteeDraw.objects.exclude(committee__intake__call__state="draft")
    return rows.select_related("committee__intake__call", "committee__track")


def revealed(draw: CommitteeDraw) -> bool:
    """Whether the secret, the pool under aliases and the list are public: once the intake's results are."""
    return draw.state == DrawState.DRAWN and draw.committee.intake.state in RESULTS_OUT


def known(draw: CommitteeDraw) -> dict[str, Any]:
    """What everybody may know of a draw now; after the results, the document that draws it again."""
    if revealed(draw):
        made = rules.drawn(terms_of(draw), pool_of(draw.pk), draw.secret, draw.outside or "")
        return rules.record(made)
    return {"commitment": draw.commitment, "digest": draw.digest, "outside": draw.outside}
