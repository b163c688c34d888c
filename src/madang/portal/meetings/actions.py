"""Arranges meetings of committees, notes who is there, gives their sheets out, and takes points, opinion and minutes.

What is edited by several at once names the version that was read: whoever comes second is told.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor, Role
from madang.portal.applications.rules import content_hash
from madang.portal.calls.rules import ReviewStep
from madang.portal.committees import pool
from madang.portal.committees import queries as committees
from madang.portal.experts import queries as experts
from madang.portal.experts.terms import owing_terms
from madang.portal.journal import actions as journal
from madang.portal.meetings import queries, room, rules
from madang.portal.meetings.models import Attendance, CommitteePoints, Meeting, Minutes
from madang.portal.meetings.rules import MeetingState
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.reviews.rules import AssignmentState, manager_of
from madang.portal.transactions import action


def _open(by: Actor, meeting: int, now: datetime) -> Meeting:
    row = queries.open_to(by, meeting, now)
    if row is None:
        raise Refused("not_found")
    if row.committee.intake.state in queries.RESULTS_OUT:
        raise Refused("committee_after_decision")
    return row


def _led(by: Actor, meeting: int, now: datetime) -> tuple[Meeting, int]:
    """A meeting with whoever may edit what it came to: the one who leads it, or a programme manager who keeps it."""
    row = _open(by, meeting, now)
    if by.person is None or not (by.has(Role.PROGRAMME_MANAGER) or _leads(by, row)):
        raise Refused("not_allowed_for_role")
    return row, by.person


def _leads(by: Actor, row: Meeting) -> bool:
    return bool(row.chair is not None and row.chair.person_id == by.person)


def _change(row: Meeting, version: int, states: Collection[MeetingState], **given: object) -> None:
    """Compares and swaps: what somebody else has changed since is Stale."""
    rows = Meeting.objects.filter(pk=row.pk, state__in=states, version=version)
    if not rows.update(version=F("version") + 1, **given):
        raise Stale("meeting")


def _note(by: Actor, now: datetime, did: str, row: Meeting, **facts: object) -> None:
    journal.record(by=by, now=now, did=did, kind="meeting", subject=row.pk, **facts)


@action
def arrange(
    *, by: Actor, now: datetime, committee: int, step: ReviewStep, meets_at: datetime, place: str = ""
) -> Meeting:
    """Sets the day on which a committee does one step of the review.

    Refused: "not_allowed_for_role", "not_found", "committee_after_decision", "meeting_in_the_past",
    "meeting_of_a_step_once".
    """
    manager = manager_of(by)
    row = committees.committees(by).filter(pk=committee).first()
    if row is None:
        raise Refused("not_found")
    if row.intake.state in queries.RESULTS_OUT:
        raise Refused("committee_after_decision")
    if meets_at <= now:
        raise Refused("meeting_in_the_past", field="meets_at")
    given = {"step": step, "meets_at": meets_at, "place": place.strip()}
    try:
        with transaction.atomic():
            made = Meeting.objects.create(committee=row, arranged_by_id=manager, arranged_at=now, **given)
    except IntegrityError as error:
        raise Refused("meeting_of_a_step_once", field="step") from error
    _note(by, now, "meetings.arrange", made, committee=committee, step=step)
    return made


@action
def cancel(*, by: Actor, now: datetime, meeting: int, version: int, reason: str) -> None:
    """Cancels a meeting that has not begun; the step may be arranged again. Stale when it has."""
    manager_of(by)
    row = _open(by, meeting, now)
    if not reason.strip():
        raise Refused("meeting_reason_needed", field="reason")
    given = {"state": MeetingState.CANCELLED, "reason": reason.strip()[:300]}
    _change(row, version, [MeetingState.PLANNED], **given)
    _note(by, now, "meetings.cancel", row)


@action
def convene(
    *, by: Actor, now: datetime, meeting: int, version: int, here: Collection[int], chair: int, due_at: datetime
) -> int:
    """Notes who is there and who leads, and gives everybody there the step's sheets; returns how many were given.

    The first time it begins the meeting, on its day. Later it notes who came or left: who left loses the sheets that
    are not in. Refused: "not_allowed_for_role", "not_found", "committee_after_decision", "meeting_not_yet",
    "meeting_due_in_the_past", "meeting_not_a_member", "meeting_chair_not_there", "meeting_without_quorum",
    "meeting_chair_in_conflict", "meeting_chair_owes_terms", and as `reviews.actions.assign`.
    """
    manager_of(by)
    row = _open(by, meeting, now)
    if experts.today(now) < experts.today(row.meets_at):
        raise Refused("meeting_not_yet")
    if due_at <= now:
        raise Refused("meeting_due_in_the_past", field="due_at")
    members = {one.pk: one for one in queries.seated(row)}
    rules.check_present(here, members, chair, queries.needed(row))
    if circle(pool.section(row.committee), [members[chair]], now).barred():
        raise Refused("meeting_chair_in_conflict", field="chair")
    if owing_terms({row.committee.intake.call_id}, {chair}):
        raise Refused("meeting_chair_owes_terms", field="chair")
    given = {"state": MeetingState.SITTING, "chair_id": chair, "began_at": row.began_at or now}
    _change(row, version, rules.LIVE, **given)
    Attendance.objects.filter(meeting=row).delete()
    Attendance.objects.bulk_create(Attendance(meeting=row, reviewer_id=pk, here=pk in here) for pk in members)
    _take_back(by, now, row, members.keys() - set(here))
    sheets = _give(by, now, row, [members[pk] for pk in sorted(here)], due_at)
    _note(by, now, "meetings.convene", row, here=len(set(here)), seats=row.committee.seats, chair=chair, sheets=sheets)
    return sheets


def _give(by: Actor, now: datetime, row: Meeting, here: list[Reviewer], due_at: datetime) -> int:
    files = pool.section(row.committee)
    given = ReviewAssignment.objects.filter(application__in=files, reviewer__in=here, step=row.step)
    taken = circle(files, here, now).barred() | set(given.values_list("application", "reviewer"))
    chosen = {file.pk: [one.pk for one in here if (file.pk, one.pk) not in taken] for file in files}
    chosen = {file: members for file, members in chosen.items() if members}
    if not chosen:
        return 0
    step = ReviewStep(row.step)
    return reviews.assign(by=by, now=now, intake=row.committee.intake_id, chosen=chosen, due_at=due_at, step=step)


def _take_back(by: Actor, now: datetime, row: Meeting, left: Collection[int]) -> None:
    """Who is not there scores nothing in this step; the documents they may go on reading."""
    if row.step == ReviewStep.DOCUMENT or not left:
        return
    files = pool.section(row.committee)
    rows = ReviewAssignment.objects.filter(application__in=files, reviewer__in=left, step=row.step)
    state = {"state": AssignmentState.WITHDRAWN, "ended_at": now, "version": F("version") + 1}
    rows.filter(state=AssignmentState.ASSIGNED).update(**state)


@action
def note_points(
    *, by: Actor, now: datetime, meeting: int, version: int, application: int, points: int, reason: str
) -> None:
    """Adds or takes off points as the committee decided, apart from the sheets; 0 takes it back.

    Refused: "not_found", "not_allowed_for_role", "committee_after_decision", "committee_points_out_of_range",
    "committee_points_need_reason". Stale when somebody changed the meeting since, or it does not sit.
    """
    row, person = _led(by, meeting, now)
    file = next((one for one in pool.section(row.committee) if one.pk == application), None)
    if file is None:
        raise Refused("not_found")
    rules.check_points(points, reason, file.track.bonus_most, file.track.penalty_most)
    _change(row, version, [MeetingState.SITTING])
    CommitteePoints.objects.filter(meeting=row, application=file).delete()
    if points:
        given = {"points": points, "reason": reason.strip()[:500], "noted_by_id": person, "noted_at": now}
        CommitteePoints.objects.create(meeting=row, application=file, **given)
    _note(by, now, "meetings.note_points", row, application=application, points=points)


@action
def write_opinion(*, by: Actor, now: datetime, meeting: int, version: int, opinion: str) -> None:
    """Keeps the overall opinion of the meeting. Stale when somebody changed it since, or it does not sit."""
    row, _person = _led(by, meeting, now)
    _change(row, version, [MeetingState.SITTING], opinion=opinion.replace("\r\n", "\n").strip())
    _note(by, now, "meetings.write_opinion", row)


@action
def approve(*, by: Actor, now: datetime, meeting: int, version: int) -> Minutes:
    """Who leads the meeting approves its minutes, made from what is stored; nothing changes from then on.

    Refused: "not_found", "not_allowed_for_role", "committee_after_decision", "meeting_without_quorum",
    "meeting_sheets_missing", "meeting_opinion_needed".
    """
    row = _open(by, meeting, now)
    if by.person is None or not _leads(by, row):
        raise Refused("not_allowed_for_role")
    found = room.room(row, now)
    present = sum(one.here for one in queries.attendance(row.pk))
    rules.check_whole(row.opinion, found.missing, present, queries.needed(row))
    _change(row, version, [MeetingState.SITTING], state=MeetingState.CLOSED)
    content = room.minutes(row, found)
    number = Minutes.objects.filter(meeting=row).count() + 1
    given = {"content": content, "sha256": content_hash(content), "approved_by_id": by.person, "approved_at": now}
    made = Minutes.objects.create(meeting=row, number=number, **given)
    _note(by, now, "meetings.approve", row, number=number, sha256=made.sha256)
    return made


@action
def reopen(*, by: Actor, now: datetime, meeting: int, version: int, reason: str) -> None:
    """Takes a meeting up again with a reason; the minutes that were approved stay, the next have the next number."""
    manager_of(by)
    row = _open(by, meeting, now)
    if not reason.strip():
        raise Refused("meeting_reason_needed", field="reason")
    _change(row, version, [MeetingState.CLOSED], state=MeetingState.SITTING, reason=reason.strip()[:300])
    _note(by, now, "meetings.reopen", row)
