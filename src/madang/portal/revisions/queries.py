"""Reads earlier versions of sheets: for staff and auditors, for who leads the meeting, and one's own."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from madang.portal.actors import Actor
from madang.portal.committees import pool
from madang.portal.meetings import queries as meetings
from madang.portal.meetings.models import Meeting
from madang.portal.meetings.rules import MeetingState
from madang.portal.reviews import desk
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.models import Criterion, CriterionPoints, ReviewAssignment
from madang.portal.reviews.rules import AssignmentState
from madang.portal.revisions.models import SheetVersion


def sheet(by: Actor, assignment: int, now: datetime) -> ReviewAssignment | None:
    """A sheet with its versions for whoever may see them; None for all others, and for who is barred by now."""
    row = _whole(ReviewAssignment.objects.filter(pk=assignment)).first()
    if row is None or by.reads_everything:
        return row
    own = desk.open_to_reviewer(by, assignment, now) is not None
    return row if own or _leads(by, row, now) else None


def _leads(by: Actor, row: ReviewAssignment, now: datetime) -> bool:
    led = [one for one in meetings.led(by, now) if one.step == row.step]
    sections = pool.sections(one.committee for one in led) if led else {}
    return any(file.pk == row.application_id for files in sections.values() for file in files)


def _whole(rows: QuerySet[ReviewAssignment]) -> QuerySet[ReviewAssignment]:
    versions = SheetVersion.objects.select_related("reopened_by").order_by("-number")
    given = CriterionPoints.objects.select_related("criterion").order_by("criterion__position")
    rows = rows.select_related("reviewer__person", "application__track", "application__intake__call")
    return rows.prefetch_related(Prefetch("versions", versions), Prefetch("points", given))


def criteria(row: ReviewAssignment) -> list[Criterion]:
    """The scoring table of a sheet."""
    return reviews.criteria(row.application.track_id)


def of_intake(by: Actor, intake: int) -> QuerySet[ReviewAssignment]:
    """Every sheet of an intake that was handed in at some time, with its versions, for staff and auditors."""
    ever = Q(state=AssignmentState.SUBMITTED) | Q(versions__isnull=False)
    rows = ReviewAssignment.objects.filter(ever, application__intake=intake).distinct()
    rows = _whole(rows).order_by("application__number", "reviewer", "step")
    return rows if by.reads_everything else rows.none()


def under_minutes(row: ReviewAssignment) -> bool:
    """Whether a committee's minutes of this step, on this application, are approved."""
    track = Q(committee__track__isnull=True) | Q(committee__track=row.application.track_id)
    held = Meeting.objects.filter(track, committee__intake=row.application.intake_id, step=row.step)
    return held.filter(state=MeetingState.CLOSED).exists()
