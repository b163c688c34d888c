"""Notes who read an application or its sheets: reviewers their own, staff and auditors any."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.journal import actions as journal
from madang.portal.reviews import desk
from madang.portal.reviews.models import ReviewAssignment
from madang.portal.reviews.rules import AssignmentState
from madang.portal.transactions import action


@action
def open_file(*, by: Actor, now: datetime, assignment: int, purpose: str = "") -> None:
    """Notes that a reviewer opened an application; with a purpose, that an attachment was downloaded."""
    row = desk.open_to_reviewer(by, assignment, now)
    if row is None:
        raise Refused("not_found")
    seen_before = ReviewAssignment.objects.filter(pk=assignment, touched_at=row.touched_at)
    seen_before.filter(state=AssignmentState.ASSIGNED).update(**desk.touched(row, now))
    journal.read(
        by=by,
        now=now,
        what="download" if purpose else "view",
        kind="application",
        subject=row.application_id,
        whose=row.application.created_by_id,
        organisation=row.application.organisation_id,
        purpose=purpose,
        as_reviewer=True,
    )


@action
def note_reading(*, by: Actor, now: datetime, application: int, organisation: int | None = None) -> None:
    """Notes that staff or an auditor opened an application's sheets."""
    journal.read(by=by, now=now, what="view", kind="application", subject=application, organisation=organisation)
