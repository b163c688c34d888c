"""Reads suggestions who reviews what, who is kept apart, and bids: all of it for staff, one's own for a reviewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.experts.terms import owing_terms
from madang.portal.masks import queries as masks
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.desk import reviewer_of
from madang.portal.reviews.models import ReviewAssignment, Reviewer, ReviewersApart
from madang.portal.reviews.rules import LIVE_STATES
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.suggestions import rules
from madang.portal.suggestions.models import AssignmentSuggestion, Bid, BidPeriod
from madang.portal.suggestions.problem import standing
from madang.portal.suggestions.rules import SuggestionState
from madang.portal.tasks import Task


def suggestion(by: Actor, intake: int) -> AssignmentSuggestion | None:
    """The last suggestion of an intake, for staff and auditors."""
    rows = AssignmentSuggestion.objects.filter(intake=intake).select_related("asked_by", "confirmed_by")
    return rows.order_by("-number").first() if by.reads_everything else None


def to_find() -> QuerySet[AssignmentSuggestion]:
    """Suggestions that wait for a worker, or are being worked on."""
    return AssignmentSuggestion.objects.filter(state=SuggestionState.WAITING)


def work(suggestion: int) -> dict[str, Any]:
    """What a child needs to find who could review what, as it was when it was asked for."""
    row = AssignmentSuggestion.objects.get(pk=suggestion)
    found = standing(row.intake_id, row.asked_at, moves=row.moves)
    return {"problem": rules.written(found.problem), "basis_sha256": found.sha256}


def apart(by: Actor) -> QuerySet[ReviewersApart]:
    """Reviewers who never get the same application, for staff and auditors."""
    rows = ReviewersApart.objects.filter(ended_at__isnull=True).select_related("one__person", "other__person")
    rows = rows.select_related("noted_by").order_by("one__person__name", "other__person__name", "pk")
    return rows if by.reads_everything else rows.none()


def period(by: Actor, intake: int) -> BidPeriod | None:
    """The time for bids of an intake with how many reviewers said something, for staff and auditors."""
    rows = BidPeriod.objects.filter(intake=intake)
    rows = rows.annotate(bidders=Count("intake__applications__bids__reviewer", distinct=True))
    return rows.first() if by.reads_everything else None


@dataclass(frozen=True)
class Bidding:
    """What a reviewer may bid on, in order of numbers, with what they said; `owes_terms`: the call's terms first."""

    reviewer: Reviewer
    until: datetime
    call: Any
    owes_terms: bool
    files: list[tuple[Application, str]]
    titles: Mapping[int, str]


def bidding(by: Actor, now: datetime, intake: int) -> Bidding | None:
    """A reviewer's own view of an intake's bids; None where nobody is asked. Constant in queries.

    What a conflict bars, and what they had and gave back, is not in it.
    """
    own = reviewer_of(by) if by.reviewer else None
    asked = BidPeriod.objects.filter(intake=intake).select_related("intake__call").first() if own else None
    if own is None or asked is None:
        return None
    call = asked.intake.call
    if owing_terms({call.pk}, {own.pk}):
        return Bidding(own, asked.until, call, True, [], {})
    rows = Application.objects.filter(intake=intake, state__in=REVIEWED_STATES, in_force__isnull=False)
    files = list(rows.filter(track__peer_groups=0).select_related("track", "intake__call").order_by("number"))
    sheets = ReviewAssignment.objects.filter(application__intake=intake, reviewer=own).exclude(state__in=LIVE_STATES)
    gone = set(sheets.values_list("application", flat=True))
    gone |= {application for application, _ in circle(files, [own], now).barred()}
    said = dict(Bid.objects.filter(reviewer=own, application__intake=intake).values_list("application", "wish"))
    left = [row for row in files if row.pk not in gone]
    shown = [(row, said.get(row.pk, "")) for row in left]
    return Bidding(own, asked.until, call, False, shown, masks.titles(by, left))


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For a reviewer: intakes that ask which applications they would like, until they have said something."""
    if not by.reviewer:
        return []
    rows = BidPeriod.objects.filter(until__gt=now).exclude(intake__applications__bids__reviewer__person=by.person)
    text = gettext("Say which applications you would like to review")
    return [Task(text, reverse("review-bids", args=[row.intake_id]), 1, row.until) for row in rows.order_by("until")]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: suggestions that wait to be confirmed."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    rows = AssignmentSuggestion.objects.filter(state=SuggestionState.FOUND, intake__state="in_review")
    text = gettext("A suggestion who reviews what waits to be confirmed")
    return [Task(text, reverse("review-suggestion", args=[pk])) for pk in rows.values_list("intake", flat=True)]
