"""Opens a sheet again after it was handed in, keeping what it said, and puts back what it said before."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.reviews import desk
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.models import CriterionPoints, ReviewAssignment
from madang.portal.reviews.rules import AssignmentState, check_due, manager_of
from madang.portal.revisions import queries
from madang.portal.revisions.models import SheetVersion
from madang.portal.transactions import action


@action
def reopen(*, by: Actor, now: datetime, assignment: int, reason: str, due_at: datetime) -> SheetVersion:
    """Lets a reviewer change a sheet that was handed in, until a new date; what it said is kept and counts no longer.

    Refused: "not_allowed_for_role", "not_found", "review_reason_needed", "review_due_in_the_past",
    "review_not_handed_in", "review_decided", "review_under_minutes", "review_barred". Stale when it changed meanwhile.
    """
    manager = manager_of(by)
    row = _changeable(by, assignment, now)
    if row.state != AssignmentState.SUBMITTED:
        raise Refused("review_not_handed_in")
    if not reason.strip():
        raise Refused("review_reason_needed", field="reason")
    check_due(due_at, now)
    given = list(row.points.all())
    made = SheetVersion.objects.create(
        assignment=row,
        number=row.versions.count() + 1,
        points={one.criterion.code: one.points for one in given},
        comments={one.criterion.code: one.comment for one in given if one.comment},
        comment=row.comment,
        submitted_at=row.ended_at,
        reopened_by_id=manager,
        reopened_at=now,
        reason=reason.strip()[:500],
    )
    handed_in = ReviewAssignment.objects.filter(pk=row.pk, state=AssignmentState.SUBMITTED, version=row.version)
    if not handed_in.update(state=AssignmentState.ASSIGNED, ended_at=None, due_at=due_at, version=F("version") + 1):
        raise Stale("review")
    person, key = row.reviewer.person, f"review_reopened-{row.pk}-{made.number}"
    if person.email:
        facts = {"number": row.application.number, "reason": made.reason, "due": due_at}
        people.write_mail(person, now=now, code="review_reopened", key=key, link=f"/reviews/{row.pk}/", **facts)
    facts = {"application": row.application_id, "kept": made.number}
    journal.record(by=by, now=now, did="revisions.reopen", kind="review", subject=row.pk, **facts)
    return made


@action
def restore(*, by: Actor, now: datetime, assignment: int) -> None:
    """Puts back what a sheet said before it was opened again, as it was handed in then; for one that is not changed.

    Refused: "not_allowed_for_role", "not_found", "review_never_reopened", "review_decided", "review_under_minutes",
    "review_barred". Stale when it was handed in meanwhile.
    """
    manager_of(by)
    row = _changeable(by, assignment, now)
    last = row.versions.order_by("-number").first()
    if last is None or row.state != AssignmentState.ASSIGNED:
        raise Refused("review_never_reopened")
    waiting = ReviewAssignment.objects.filter(pk=row.pk, state=AssignmentState.ASSIGNED, version=row.version)
    handed_in = {"state": AssignmentState.SUBMITTED, "ended_at": last.submitted_at, "comment": last.comment}
    if not waiting.update(**handed_in, version=F("version") + 1):
        raise Stale("review")
    CriterionPoints.objects.filter(assignment=row).delete()
    CriterionPoints.objects.bulk_create(
        CriterionPoints(assignment=row, criterion=one, points=last.points[one.code],
                        comment=last.comments.get(one.code, ""))
        for one in queries.criteria(row)
        if one.code in last.points
    )  # fmt: skip
    SheetVersion.objects.filter(pk=last.pk).update(restored_at=now)
    facts = {"application": row.application_id, "kept": last.number}
    journal.record(by=by, now=now, did="revisions.restore", kind="review", subject=row.pk, **facts)


def _changeable(by: Actor, assignment: int, now: datetime) -> ReviewAssignment:
    """The sheet, as long as nothing was decided on it and its reviewer is not barred."""
    row = (
        reviews.all_sheets(by).filter(pk=assignment).select_related("application__track", "application__intake").first()
    )
    if row is None:
        raise Refused("not_found")
    if row.application.intake.state in ("decided", "closed"):
        raise Refused("review_decided")
    if queries.under_minutes(row):
        raise Refused("review_under_minutes")
    if desk.barred(ReviewAssignment.objects.filter(pk=row.pk), now).exists():
        raise Refused("review_barred")
    return row
