"""Reads meetings of committees: all of them for staff and auditors, one's own for who leads them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.committees import pool
from madang.portal.committees import queries as committees
from madang.portal.experts.terms import owing_terms
from madang.portal.meetings import rules
from madang.portal.meetings.models import Attendance, Meeting, Minutes
from madang.portal.meetings.rules import MeetingState
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import Reviewer
from madang.portal.tasks import Task

RESULTS_OUT = committees.RESULTS_OUT


def meetings(by: Actor, committee: int | None = None) -> QuerySet[Meeting]:
    """Meetings with their committees and how many were there, for staff and auditors."""
    rows = _whole(Meeting.objects.order_by("meets_at", "pk"))
    rows = rows.filter(committee=committee) if committee else rows
    return rows if by.reads_everything else rows.none()


def _whole(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    rows = rows.select_related("committee__intake__call", "committee__track", "chair__person")
    present = Count("attendance", filter=Q(attendance__here=True), distinct=True)
    return rows.annotate(present=present).prefetch_related(Prefetch("minutes", Minutes.objects.order_by("number")))


def open_to(by: Actor, meeting: int, now: datetime) -> Meeting | None:
    """A meeting for staff and auditors, and for who leads it; None for all others.

    Who leads it and has come into a conflict with one of its applications since, or owes agreement to the call's terms,
    no longer finds it: they would see that application in the table, and in every count.
    """
    row = _whole(Meeting.objects.filter(pk=meeting)).first()
    if row is None or by.reads_everything:
        return row
    own = row.chair is not None and row.chair.person_id == by.person and row.chair.active
    return row if own and row in _open_to_chair([row], now) else None


def led(by: Actor, now: datetime) -> list[Meeting]:
    """The meetings that somebody leads and can open, those that sit first."""
    if not by.reviewer:
        return []
    rows = _whole(Meeting.objects.filter(chair__person=by.person, chair__active=True).order_by("-state", "-meets_at"))
    return _open_to_chair(list(rows), now)


def _open_to_chair(rows: list[Meeting], now: datetime) -> list[Meeting]:
    """Those that whoever leads them may see; a fixed number of queries."""
    chairs = {row.chair_id: row.chair for row in rows if row.chair is not None}
    if not chairs:
        return []
    files = pool.sections(row.committee for row in rows)
    barred = circle(
        {file.pk: file for every in files.values() for file in every}.values(), chairs.values(), now
    ).barred()
    owing = owing_terms({row.committee.intake.call_id for row in rows}, set(chairs))
    return [
        row
        for row in rows
        if not any((file.pk, row.chair_id) in barred for file in files[row.committee_id])
        and (row.committee.intake.call_id, row.chair_id) not in owing
    ]


def seated(row: Meeting) -> list[Reviewer]:
    """Who has a seat in the committee, in order of names."""
    rows = Reviewer.objects.filter(pk__in=committees.members(row.committee_id))
    return list(rows.select_related("person").order_by("person__name", "pk"))


def attendance(meeting: int) -> list[Attendance]:
    """Who was noted as there or absent, in order of names."""
    rows = Attendance.objects.filter(meeting=meeting).select_related("reviewer__person")
    return list(rows.order_by("reviewer__person__name", "pk"))


def needed(row: Meeting) -> int:
    """The quorum: by the strictest track that the committee judges."""
    track = row.committee.track
    tracks = [track] if track else row.committee.intake.call.tracks.all()
    return rules.quorum(row.committee.seats, [one.quorum_percent for one in tracks])


def without_minutes(intake: int) -> int:
    """How many meetings of an intake are arranged or sit, and have no approved minutes yet."""
    return Meeting.objects.filter(committee__intake=intake, state__in=rules.LIVE).count()


def people(reviewers: set[int]) -> dict[int, str]:
    """Names by reviewer; who was erased has none."""
    rows = Reviewer.objects.filter(pk__in=reviewers).values_list("pk", "person__name")
    return {pk: name or "–" for pk, name in rows}


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For who leads a meeting: that it waits for its minutes."""
    text = gettext("A committee's minutes wait for your approval")
    rows = [row for row in led(by, now) if row.state == MeetingState.SITTING]
    return [Task(text, reverse("meeting", args=[row.pk])) for row in rows]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: meetings whose day has come and that have not begun."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    rows = Meeting.objects.filter(state=MeetingState.PLANNED, meets_at__lte=now).order_by("meets_at")
    text = gettext("A committee meets; note who is there")
    return [Task(text, reverse("meeting", args=[row.pk])) for row in rows]
