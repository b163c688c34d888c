"""Adds reviewers, notes their interests, gives out sheets, and takes points and opinions back in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.applications.models import Application
from madang.portal.calls.rules import ReviewStep
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.people.models import Person
from madang.portal.reviews import desk, queries, rules
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.desk import touched
from madang.portal.reviews.models import (
    Affiliation,
    CriterionPoints,
    DeclaredInterest,
    ReviewAssignment,
    Reviewer,
    ReviewersApart,
)
from madang.portal.reviews.rules import LIVE_STATES, Answers, AssignmentState, Interest
from madang.portal.transactions import action


def _own(by: Actor) -> Reviewer:
    reviewer = desk.reviewer_of(by)
    if reviewer is None:
        raise Refused("not_allowed_for_role")
    return reviewer


@action
def add_reviewer(
    *,
    by: Actor,
    now: datetime,
    email: str,
    affiliation: str,
    fields: Sequence[str] = (),
    load_limit: int = 40,
    organisation: int | None = None,
    since: date | None = None,
) -> Reviewer:
    """Takes a person with an account into the expert pool, with where they work (an organisation known here, if it is).

    Refused: "not_allowed_for_role", "reviewer_unknown_person", "reviewer_is_staff", "reviewer_exists".
    """
    rules.manager_of(by)
    person = Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if person is None:
        raise Refused("reviewer_unknown_person", field="email")
    if person.staff_roles.filter(ended_at__isnull=True).exists():
        raise Refused("reviewer_is_staff", field="email")
    values = {"affiliation": affiliation.strip(), "fields": sorted(set(fields)), "load_limit": load_limit}
    try:
        with transaction.atomic():
            # whoever reviewed as an applicant before comes into the pool now
            if not Reviewer.objects.filter(person=person, expert=False).update(expert=True, active=True, **values):
                Reviewer.objects.create(person=person, added_at=now, **values)
    except IntegrityError as error:
        raise Refused("reviewer_exists", field="email") from error
    reviewer = Reviewer.objects.get(person=person)
    if organisation is not None:
        today = now.astimezone(settings.MADANG_ZONE).date()
        Affiliation.objects.create(reviewer=reviewer, organisation_id=organisation, since=since or today)
    journal.record(by=by, now=now, did="reviews.add_reviewer", kind="reviewer", subject=reviewer.pk, person=person.pk)
    return reviewer


@action
def set_active(*, by: Actor, now: datetime, reviewer: int, active: bool) -> None:
    """Lets a reviewer rest, or brings one back; sheets already given stay. Stale when it is so already."""
    rules.manager_of(by)
    if not Reviewer.objects.filter(pk=reviewer, active=not active).update(active=active):
        raise Stale("reviewer")
    journal.record(by=by, now=now, did="reviews.set_active", kind="reviewer", subject=reviewer, active=active)


@action
def declare_interest(
    *,
    by: Actor,
    now: datetime,
    organisation: int,
    kind: Interest,
    note: str = "",
    learnt_on: date | None = None,
    ended_on: date | None = None,
    unseen: bool = False,
) -> DeclaredInterest:
    """A reviewer declares an interest towards an organisation, learnt on a day, and perhaps over since another.

    While it holds, its files are closed to them at once; of one that is over the call's rules say whether it bars.
    Sheets that it bars end as recused, and those that were handed in too as long as the intake is not decided.
    Refused: "not_allowed_for_role", "interest_declared_already", "interest_learnt_ahead", "interest_ends_ahead".
    """
    reviewer, today = _own(by), now.astimezone(settings.MADANG_ZONE).date()
    rules.check_learnt(learnt_on, today)
    rules.check_ended(ended_on, today)
    try:
        with transaction.atomic():
            row = DeclaredInterest.objects.create(
                reviewer=reviewer,
                organisation_id=organisation,
                kind=kind,
                note=note.strip(),
                learnt_on=learnt_on,
                ended_on=ended_on,
                unseen=unseen,
                declared_at=now,
            )
    except IntegrityError as error:
        raise Refused("interest_declared_already") from error
    sheets = ReviewAssignment.objects.filter(reviewer=reviewer, application__organisation=organisation)
    barred = desk.barred(queries.undecided(sheets), now)
    barred.update(state=AssignmentState.RECUSED, ended_at=now, version=F("version") + 1)
    facts = {"organisation": organisation, "of": kind}
    journal.record(by=by, now=now, did="reviews.declare_interest", kind="reviewer", subject=reviewer.pk, **facts)
    return row


@action
def assign(
    *,
    by: Actor,
    now: datetime,
    intake: int,
    chosen: Mapping[int, Collection[int]],
    due_at: datetime,
    step: ReviewStep = ReviewStep.DOCUMENT,
    peers: bool = False,
) -> int:
    """Gives out sheets, application -> reviewers, all of them or none; tells each reviewer once. Returns how many.

    With `peers` they are for applicants who review each other, whom the caller tells, and for such tracks alone.
    Refused: "not_allowed_for_role", "review_due_in_the_past", "application_not_reviewed", "reviewer_not_active",
    "reviewer_has_conflict", "reviewer_overloaded", "reviewer_assigned_already", "reviewers_apart",
    "reviewed_by_applicants".
    """
    manager = rules.manager_of(by)
    rules.check_due(due_at, now)
    files, pool = _files(by, intake, chosen), _pool(by, chosen, peers)
    if any(bool(file.track.peer_groups) != peers for file in files.values()):
        raise Refused("reviewed_by_applicants")
    # the reviewers' rows first: of two assignments at the same moment the later one counts what the first gave out
    Reviewer.objects.filter(pk__in=sorted(pool)).update(load_limit=F("load_limit"))
    pairs = [(application, reviewer) for application, people in chosen.items() for reviewer in people]
    _check_pairs(pairs, files, pool, now)
    rows = [
        ReviewAssignment(
            application_id=file, reviewer_id=one, step=step, assigned_by_id=manager, assigned_at=now, due_at=due_at
        )
        for file, one in pairs
    ]
    try:
        with transaction.atomic():
            ReviewAssignment.objects.bulk_create(rows, batch_size=200)
    except IntegrityError as error:
        raise Refused("reviewer_assigned_already") from error
    _check_loads(pool)
    _check_apart(set(pairs), files)
    for reviewer in () if peers else pool.values():
        _tell(reviewer, "review_assigned", f"{intake}-{now.isoformat()}", now, due=due_at)
    journal.record(by=by, now=now, did="reviews.assign", kind="intake", subject=intake, sheets=len(rows))
    return len(rows)


def _files(by: Actor, intake: int, chosen: Mapping[int, Collection[int]]) -> dict[int, Application]:
    files = {row.pk: row for row in queries.reviewed(by, intake).filter(pk__in=list(chosen))}
    if len(files) != len(chosen):
        raise Refused("application_not_reviewed")
    return files


def _pool(by: Actor, chosen: Mapping[int, Collection[int]], peers: bool) -> dict[int, Reviewer]:
    wanted = {reviewer for people in chosen.values() for reviewer in people}
    known = queries.everybody(by) if peers else queries.reviewers(by)
    pool = {row.pk: row for row in known.filter(pk__in=wanted, active=True)}
    if len(pool) != len(wanted):
        raise Refused("reviewer_not_active")
    return pool


def _check_pairs(
    pairs: list[tuple[int, int]], files: Mapping[int, Application], pool: Mapping[int, Reviewer], now: datetime
) -> None:
    barred = circle(files.values(), pool.values(), now).barred()
    for application, reviewer in pairs:
        if (application, reviewer) in barred:
            raise Refused(
                "reviewer_has_conflict", reviewer=pool[reviewer].person.name, number=files[application].number
            )


def _check_loads(pool: Mapping[int, Reviewer]) -> None:
    """Judged after the sheets are written, by everything that the reviewers hold now."""
    waiting = Count("assignments", filter=Q(assignments__state=AssignmentState.ASSIGNED))
    over = Reviewer.objects.filter(pk__in=pool).annotate(waiting=waiting).filter(waiting__gt=F("load_limit")).first()
    if over:
        raise Refused("reviewer_overloaded", reviewer=pool[over.pk].person.name, limit=over.load_limit)


def _check_apart(given: set[tuple[int, int]], files: Mapping[int, Application]) -> None:
    """Judged after the sheets are written: nobody of these meets whom they are kept apart from."""
    apart = {(row.one_id, row.other_id) for row in ReviewersApart.objects.filter(ended_at__isnull=True)}
    live = ReviewAssignment.objects.filter(application__in=files, state__in=LIVE_STATES) if apart else ()
    held = {(row.application_id, row.reviewer_id) for row in live}
    for application, reviewer in sorted(given):
        if any((application, other) in held for pair in apart if reviewer in pair for other in {*pair} - {reviewer}):
            raise Refused("reviewers_apart", number=files[application].number)


def _tell(reviewer: Reviewer, code: str, key: str, now: datetime, **facts: object) -> None:
    if reviewer.person.email:
        given = {"code": code, "key": f"{code}-{reviewer.pk}-{key}", "link": "/reviews/", **facts}
        people.write_mail(reviewer.person, now=now, **given)


@action
def withdraw_assignment(*, by: Actor, now: datetime, assignment: int, reason: str) -> None:
    """Takes a sheet back that is not submitted yet, with the reason; Stale when it is submitted or ended."""
    rules.manager_of(by)
    if not reason.strip():
        raise Refused("review_reason_needed", field="reason")
    _end(by, now, ReviewAssignment.objects.filter(pk=assignment), AssignmentState.WITHDRAWN, reason)


@action
def set_aside(
    *, by: Actor, now: datetime, reviewer: int, applications: Collection[int], reason: str, state: AssignmentState
) -> int:
    """Ends a reviewer's sheets on these applications, those handed in too while their intake is in review.

    Returns how many; for the action that knows why, which has checked who may.
    """
    sheets = queries.undecided(ReviewAssignment.objects.filter(reviewer=reviewer, application__in=applications))
    ended = sheets.update(state=state, ended_at=now, ended_reason=reason.strip()[:500], version=F("version") + 1)
    if ended:
        facts = {"sheets": ended, "state": state}
        journal.record(by=by, now=now, did="reviews.set_aside", kind="reviewer", subject=reviewer, **facts)
    return ended


@action
def decline(*, by: Actor, now: datetime, assignment: int, reason: str = "") -> None:
    """A reviewer hands a sheet back, for want of time or knowledge. Refused: "peer_review_not_declined"."""
    file = ReviewAssignment.objects.filter(pk=assignment, application__track__peer_groups__gt=0)
    rules.check_decline(by_applicants=file.exists())
    _end_own(by, now, assignment, AssignmentState.DECLINED, reason)


@action
def recuse(
    *, by: Actor, now: datetime, assignment: int, kind: Interest, note: str = "", learnt_on: date | None = None
) -> None:
    """A reviewer steps back from one application for an interest, which is declared towards its organisation.

    Refused as `declare_interest`.
    """
    row = _end_own(by, now, assignment, AssignmentState.RECUSED, kind)
    organisation = row.application.organisation_id
    said = DeclaredInterest.objects.filter(reviewer=row.reviewer, organisation=organisation, kind=kind)
    if not said.filter(ended_on__isnull=True).exists():
        given = {"note": note, "learnt_on": learnt_on, "unseen": row.application.intake.call.blind}
        declare_interest(by=by, now=now, organisation=organisation, kind=kind, **given)


def _end_own(by: Actor, now: datetime, assignment: int, state: AssignmentState, reason: str) -> ReviewAssignment:
    own = ReviewAssignment.objects.filter(pk=assignment, reviewer=_own(by)).select_related("application__intake__call")
    row = own.first()
    if row is None:
        raise Refused("not_found")
    _end(by, now, own, state, reason)
    return row


def _end(by: Actor, now: datetime, rows: QuerySet[ReviewAssignment], state: AssignmentState, reason: str) -> None:
    row = rows.first()
    changed = row and ReviewAssignment.objects.filter(pk=row.pk, state=AssignmentState.ASSIGNED).update(
        state=state, ended_at=now, ended_reason=reason.strip()[:500], version=F("version") + 1
    )
    if not changed:
        raise Stale("review")
    journal.record(
        by=by, now=now, did=f"reviews.{state}", kind="review", subject=row.pk, application=row.application_id
    )


@action
def save_draft(
    *,
    by: Actor,
    now: datetime,
    assignment: int,
    version: int,
    points: Answers,
    comments: Mapping[str, str] | None = None,
    comment: str = "",
) -> int:
    """Keeps a sheet as a draft: points and comments by criterion code, and the overall opinion. Returns its version.

    Refused: "not_found" (not one's own, or barred), "review_already_submitted", "review_ended", "review_past_due",
    "criterion_unknown", "points_out_of_range". Stale when the sheet was saved elsewhere in the meantime.
    """
    row = _open_sheet(by, now, assignment)
    _write(row, now, version, points, comments or {}, comment)
    journal.record(by=by, now=now, did="reviews.save_draft", kind="review", subject=assignment, version=version + 1)
    return version + 1


@action
def submit(
    *,
    by: Actor,
    now: datetime,
    assignment: int,
    version: int,
    points: Answers,
    comments: Mapping[str, str] | None = None,
    comment: str = "",
) -> None:
    """Saves the sheet and hands it in for good; refusals as for `save_draft`, and "review_incomplete"."""
    row = _open_sheet(by, now, assignment)
    table = queries.criteria(row.application.track_id)
    rules.check_complete([criterion.code for criterion in table if criterion.required], points)
    _write(row, now, version, points, comments or {}, comment)
    handed = ReviewAssignment.objects.filter(pk=assignment, state=AssignmentState.ASSIGNED, version=version + 1)
    if not handed.update(state=AssignmentState.SUBMITTED, ended_at=now):
        raise Stale("review")
    facts = {"application": row.application_id}
    journal.record(by=by, now=now, did="reviews.submit", kind="review", subject=assignment, **facts)


def _open_sheet(by: Actor, now: datetime, assignment: int) -> ReviewAssignment:
    row = desk.open_to_reviewer(by, assignment, now)
    if row is None:
        raise Refused("not_found")
    rules.check_open(row.state, desk.open_until(row), now)
    return row


def _write(
    row: ReviewAssignment, now: datetime, version: int, points: Answers, comments: Mapping[str, str], comment: str
) -> None:
    table = queries.criteria(row.application.track_id)
    rules.check_points({criterion.code: criterion.points for criterion in table}, points)
    sheet = ReviewAssignment.objects.filter(pk=row.pk, state=AssignmentState.ASSIGNED, version=version)
    if not sheet.update(comment=comment.strip(), version=F("version") + 1, **touched(row, now)):
        raise Stale("review")
    CriterionPoints.objects.filter(assignment=row).delete()
    CriterionPoints.objects.bulk_create(
        CriterionPoints(
            assignment=row,
            criterion=criterion,
            points=points.get(criterion.code),
            comment=comments.get(criterion.code, "").strip(),
        )
        for criterion in table
    )


@action
def remind(*, by: Actor, now: datetime, intake: int) -> int:
    """Writes to every reviewer with sheets that are not back, at most once a day; returns to how many."""
    rules.manager_of(by)
    waiting: dict[int, list[ReviewAssignment]] = {}
    for row in queries.overdue_or_open(intake, now):
        waiting.setdefault(row.reviewer_id, []).append(row)
    day = now.astimezone(settings.MADANG_ZONE).date()
    for rows in waiting.values():
        due = min(row.due_at for row in rows)
        _tell(rows[0].reviewer, "review_reminder", f"{intake}-{day}", now, sheets=len(rows), due=due)
    journal.record(by=by, now=now, did="reviews.remind", kind="intake", subject=intake, reviewers=len(waiting))
    return len(waiting)
