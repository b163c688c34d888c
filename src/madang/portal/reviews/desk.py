"""What a reviewer sees of their own sheets: what a conflict of interest bars is in no list and in no count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from madang.portal.actors import Actor
from madang.portal.applications.models import SubmittedFile
from madang.portal.calls.models import Criterion
from madang.portal.counts import count_of
from madang.portal.experts.models import ExpertAgreement, ExpertTerms
from madang.portal.experts.terms import owing_terms
from madang.portal.reviews import rules
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import CriterionPoints, ReviewAssignment, Reviewer
from madang.portal.reviews.pace import Pace, pace, worked
from madang.portal.reviews.rules import LIVE_STATES, AssignmentState
from madang.portal.reviews.veil import SeenFile, seen
from madang.review.conflicts import Conflict, excluded


def reviewer_of(by: Actor) -> Reviewer | None:
    """The actor's own place among the reviewers, as an expert or as an applicant."""
    return Reviewer.objects.filter(person=by.person, active=True).select_related("person").first()


def _given(by: Actor) -> QuerySet[ReviewAssignment]:
    """Every sheet given to this reviewer, with what conflicts are judged by."""
    rows = ReviewAssignment.objects.filter(reviewer__person=by.person, reviewer__active=True)
    rows = rows.exclude(state=AssignmentState.WITHDRAWN) if by.person else rows.none()
    return rows.select_related("reviewer__person", "application__track")


def all_given(by: Actor) -> QuerySet[ReviewAssignment]:
    """The same, open ones by due date first, with how many criteria have points; what is shown comes from `mine`."""
    last = ExpertTerms.objects.filter(call=OuterRef("application__intake__call")).order_by("-number")
    agreed = ExpertAgreement.objects.filter(terms=OuterRef("last_terms"), reviewer=OuterRef("reviewer"))
    rows = _given(by).select_related("application__intake__call")
    rows = rows.annotate(last_terms=Subquery(last.values("pk")[:1]))
    return rows.annotate(
        owes_terms=ExpressionWrapper(Q(last_terms__isnull=False) & ~Exists(agreed), BooleanField()),
        answered=count_of(CriterionPoints, "assignment", Q(points__isnull=False)),
        criteria=count_of(Criterion, "track", Q(), "application__track"),
    ).order_by(F("ended_at").desc(nulls_first=True), "due_at", "pk")


def mine(by: Actor, now: datetime) -> QuerySet[ReviewAssignment]:
    """The sheets given to this reviewer that no conflict bars; recused ones are gone with their ground."""
    rows = all_given(by).exclude(state=AssignmentState.RECUSED)
    found = conflicts_of(list(rows), now)
    return rows.exclude(pk__in=[pk for pk, every in found.items() if excluded(every)])


def open_until(row: ReviewAssignment) -> datetime:
    """Until when a sheet can be changed: its due date, and the days of grace where applicants review each other."""
    return rules.open_until(row.due_at, row.application.track.grace_days)


def touched(row: ReviewAssignment, now: datetime) -> dict[str, Any]:
    """What opening or saving a sheet writes into it: when, and the time at work since the last time."""
    return {"touched_at": now, "worked_seconds": F("worked_seconds") + worked(row.touched_at, now)}


def paces(by: Actor, rows: Iterable[ReviewAssignment]) -> dict[int, Pace | None]:
    """By sheet, how long sheets of the same track and step took others; one query."""
    given = list(rows)
    every = ReviewAssignment.objects.filter(state=AssignmentState.SUBMITTED, worked_seconds__gt=0)
    every = every.filter(application__track__in={row.application.track_id for row in given})
    others = every.exclude(reviewer__person=by.person).values_list(
        "application__track", "step", "reviewer", "worked_seconds"
    )
    times: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for track, step, reviewer, seconds in others if given else ():
        times[track, step].append((reviewer, seconds))
    return {row.pk: pace(times[row.application.track_id, row.step]) for row in given}


def conflicts_of(assignments: list[ReviewAssignment], now: datetime) -> dict[int, list[Conflict]]:
    """What stands between each sheet's reviewer and its application, by sheet; constant in queries."""
    found = circle(
        [row.application for row in assignments], {row.reviewer_id: row.reviewer for row in assignments}.values(), now
    )
    return {row.pk: found.between(row.application_id, row.reviewer_id) for row in assignments}


def barred(sheets: QuerySet[ReviewAssignment], now: datetime) -> QuerySet[ReviewAssignment]:
    """Those of some sheets whose reviewer is barred from the application by what is known now."""
    found = conflicts_of(list(sheets.select_related("reviewer__person", "application__track")), now)
    return ReviewAssignment.objects.filter(pk__in=[pk for pk, every in found.items() if excluded(every)])


def open_to_reviewer(by: Actor, assignment: int, now: datetime) -> ReviewAssignment | None:
    """One's own sheet, or None for who stepped back, is barred, or has yet to agree to the terms."""
    row = _given(by).filter(pk=assignment, state__in=LIVE_STATES).first()
    if row is None or owing_terms({row.application.track.call_id}, {row.reviewer_id}):
        return None
    return None if excluded(conflicts_of([row], now)[row.pk]) else row


def opened(by: Actor, assignment: int, now: datetime) -> ReviewAssignment | None:
    """The same with what is read in it: the application as submitted, its organisation and its files."""
    # what proves bonus points is an officer's to judge, and not to be known before the own sheet is written
    shown = SubmittedFile.objects.filter(Q(evidence__isnull=True) | Q(evidence__bonus_rules__isnull=True))
    files = Prefetch("application__in_force__files", shown.select_related("file", "cleaned").order_by("pk"))
    rows = all_given(by).filter(pk=assignment, state__in=LIVE_STATES, owes_terms=False)
    row = rows.select_related("application__organisation", "application__in_force").prefetch_related(files).first()
    return None if row is None or excluded(conflicts_of([row], now)[row.pk]) else row


def submitted_file(by: Actor, assignment: int, file: int, now: datetime) -> SeenFile | None:
    """An attachment of the submission in force that belongs to one's own sheet, as its reviewer gets it."""
    sheet = opened(by, assignment, now)
    return next((row for row in seen(by, sheet.application).files if row.pk == file), None) if sheet else None
