"""Appoints moderators; writes, sends and answers the sheet to agree on; closes a consensus and takes it up again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.calls.models import Intake
from madang.portal.committees.queries import RESULTS_OUT
from madang.portal.consensus import queries, rules
from madang.portal.consensus.models import AgreedSheet, Assent, Consensus
from madang.portal.consensus.queries import Panel
from madang.portal.consensus.rules import OPEN, ConsensusState
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.models import Reviewer
from madang.portal.reviews.rules import check_points, manager_of
from madang.portal.transactions import action
from madang.review import scores, totals


@action
def appoint(*, by: Actor, now: datetime, application: int, moderator: int) -> Consensus:
    """Makes a reviewer the moderator of an application, or puts another in the place of who was; both are told.

    Refused: "not_allowed_for_role", "not_found", "consensus_after_decision", "reviewer_not_active",
    "reviewer_has_conflict". Stale when the consensus is closed or somebody changed it meanwhile.
    """
    manager = manager_of(by)
    file = queries.files(by).filter(pk=application).first()
    if file is None:
        raise Refused("not_found")
    _undecided(file.intake_id)
    one = Reviewer.objects.select_related("person").filter(pk=moderator, active=True).first()
    if one is None:
        raise Refused("reviewer_not_active", field="moderator")
    if queries.circle([file], [one], now).barred():
        raise Refused("reviewer_has_conflict", reviewer=one.person.name, number=file.number, field="moderator")
    given = {"moderator": one, "appointed_by_id": manager, "appointed_at": now}
    row = Consensus.objects.filter(application=file).first()
    if row is not None:
        _change(row, row.version, OPEN, **given)
    else:
        try:
            with transaction.atomic():
                row = Consensus.objects.create(application=file, **given)
        except IntegrityError as error:
            raise Stale("consensus") from error
    _tell(one, "consensus_moderator", f"{row.pk}-{now.isoformat()}", file.pk, file.number, now)
    _note(by, now, "consensus.appoint", row, moderator=one.pk)
    return row


@action
def write(
    *,
    by: Actor,
    now: datetime,
    application: int,
    version: int,
    points: Mapping[str, int | None],
    comments: Mapping[str, str] | None = None,
    comment: str = "",
) -> None:
    """The moderator keeps the sheet as a draft, `comments` are the reasons by criterion; one that was sent is back.

    Refused: "not_found", "consensus_after_decision", "consensus_sheets_missing", "criterion_unknown",
    "points_out_of_range". Stale when it was saved elsewhere meanwhile, or is closed.
    """
    row, _ = _moderated(by, application, now)
    _write(row, version, points, comments or {}, comment, ConsensusState.WRITING)
    _note(by, now, "consensus.write", row, version=version + 1)


@action
def send(
    *,
    by: Actor,
    now: datetime,
    application: int,
    version: int,
    points: Mapping[str, int | None],
    comments: Mapping[str, str] | None = None,
    comment: str = "",
) -> AgreedSheet:
    """Saves the sheet and sends it to the panel, whose reviewers agree or object; a moderator among them agrees.

    Refused as `write`, and "consensus_too_early", "consensus_incomplete", "consensus_needs_reason".
    """
    row, found = _moderated(by, application, now)
    reasons = comments or {}
    _write(row, version, points, reasons, comment, ConsensusState.SENT)
    _judge(row, found, points, reasons)
    made = AgreedSheet.objects.create(
        consensus=row,
        number=row.sheets.count() + 1,
        points={code: one for code, one in points.items() if one is not None},
        reasons={code: text.strip() for code, text in reasons.items() if text.strip()},
        comment=comment.strip(),
        sent_by=row.moderator,
        sent_at=now,
    )
    for sheet in found.sheets:
        if sheet.reviewer_id == row.moderator_id:
            Assent.objects.create(sheet=made, reviewer=sheet.reviewer, agrees=True, given_at=now)
        else:
            key = f"{row.pk}-{made.number}-{sheet.reviewer_id}"
            _tell(sheet.reviewer, "consensus_sent", key, application, row.application.number, now)
    _note(by, now, "consensus.send", row, number=made.number, reviewers=len(found.sheets))
    return made


@action
def answer(*, by: Actor, now: datetime, application: int, number: int, agrees: bool, reason: str = "") -> bool:
    """A reviewer of the panel agrees to version `number` of the sheet or objects; once all agree it is closed.

    Returns whether it is. Refused: "not_found", "consensus_after_decision", "consensus_sheets_missing",
    "consensus_objection_needs_reason". Stale when another version was sent since, it is closed, or one answered twice.
    """
    row = queries.open_to(by, application, now)
    own = queries.asked(by, row, now) if row else None
    sheet = queries.last_sheet(row) if row else None
    if row is None or own is None or sheet is None:
        raise Refused("not_found")
    _undecided(row.application.intake_id)
    found = queries.panel(application, now)
    rules.check_ready(found.waiting)
    rules.check_answer(agrees, reason)
    # the consensus's row first: of two at the same moment the later one sees what the first said
    sent = Consensus.objects.filter(pk=row.pk, state=ConsensusState.SENT)
    if sheet.number != number or not sent.update(version=F("version") + 1):
        raise Stale("consensus")
    given = {"agrees": agrees, "reason": reason.strip()[:1000], "given_at": now}
    try:
        with transaction.atomic():
            Assent.objects.create(sheet_id=sheet.pk, reviewer=own.reviewer, **given)
    except IntegrityError as error:
        raise Stale("consensus") from error
    said = dict(Assent.objects.filter(sheet=sheet.pk).values_list("reviewer", "agrees"))
    closed = rules.answers(found.reviewers, said).unanimous
    if closed:
        sent.update(state=ConsensusState.CLOSED, closed_at=now, reason="", version=F("version") + 1)
    _note(by, now, "consensus.answer", row, number=number, agrees=agrees, closed=closed)
    return closed


@action
def close(*, by: Actor, now: datetime, application: int, version: int, reason: str = "") -> None:
    """The moderator closes once everybody has answered; over an objection with a reason, which stays beside it.

    Refused: "not_found", "consensus_after_decision", "consensus_sheets_missing", "consensus_not_answered",
    "consensus_closing_needs_reason". Stale when somebody answered or changed it meanwhile.
    """
    row, found = _moderated(by, application, now)
    rules.check_close(queries.answers(row, found), reason)
    given = {"state": ConsensusState.CLOSED, "closed_at": now, "reason": reason.strip()[:500]}
    _change(row, version, [ConsensusState.SENT], **given)
    _note(by, now, "consensus.close", row, objections=len(queries.answers(row, found).objected))


@action
def reopen(*, by: Actor, now: datetime, application: int, version: int, reason: str) -> None:
    """Takes a closed consensus up again with a reason; it counts no longer, and what was sent stays stored.

    Refused: "not_allowed_for_role", "not_found", "consensus_after_decision", "consensus_reason_needed".
    """
    manager_of(by)
    row = queries.open_to(by, application, now)
    if row is None:
        raise Refused("not_found")
    _undecided(row.application.intake_id)
    rules.check_reason(reason)
    given = {"state": ConsensusState.WRITING, "closed_at": None, "reason": reason.strip()[:500]}
    _change(row, version, [ConsensusState.CLOSED], **given)
    _note(by, now, "consensus.reopen", row)


def _moderated(by: Actor, application: int, now: datetime) -> tuple[Consensus, Panel]:
    """A consensus for its moderator alone, with the panel once all of its sheets are in."""
    row = queries.open_to(by, application, now)
    if row is None or not queries.moderates(by, row, now):
        raise Refused("not_found")
    _undecided(row.application.intake_id)
    found = queries.panel(application, now)
    rules.check_ready(found.waiting)
    return row, found


def _undecided(intake: int) -> None:
    """Holds the intake's row, so that nobody decides meanwhile."""
    if not Intake.objects.filter(pk=intake).exclude(state__in=RESULTS_OUT).update(last_receipt=F("last_receipt")):
        raise Refused("consensus_after_decision")


def _write(
    row: Consensus,
    version: int,
    points: Mapping[str, int | None],
    reasons: Mapping[str, str],
    comment: str,
    state: ConsensusState,
) -> None:
    table = reviews.criteria(row.application.track_id)
    check_points({criterion.code: criterion.points for criterion in table}, points)
    kept = {code: text.strip() for code, text in reasons.items() if code in points}
    given = {"points": dict(points), "reasons": kept, "comment": comment.strip()}
    _change(row, version, OPEN, state=state, **given)


def _judge(row: Consensus, found: Panel, points: Mapping[str, int | None], reasons: Mapping[str, str]) -> None:
    """What the library says to the sheet beside the independent ones."""
    table = [scores.Criterion(one.code, one.points) for one in reviews.criteria(row.application.track_id)]
    alone = [
        scores.Sheet(str(sheet.pk), {one.criterion.code: one.points for one in sheet.points.all()})
        for sheet in found.sheets
    ]
    try:
        totals.consensus(table, alone, scores.Sheet("agreed", dict(points)), reasons)
    except Refused as refused:
        code = refused.facts.get("criterion")
        field = {"consensus_incomplete": "points", "consensus_needs_reason": "comment"}.get(refused.code)
        raise Refused(refused.code, **refused.facts, **({"field": f"{field}_{code}"} if field else {})) from refused


def _change(row: Consensus, version: int, states: Collection[ConsensusState], **given: object) -> None:
    """Compares and swaps: what somebody else has changed since is Stale."""
    rows = Consensus.objects.filter(pk=row.pk, state__in=states, version=version)
    if not rows.update(version=F("version") + 1, **given):
        raise Stale("consensus")


def _tell(one: Reviewer, code: str, key: str, application: int, number: str | None, now: datetime) -> None:
    if one.person.email:
        link = f"/consensus/{application}/"
        people.write_mail(one.person, now=now, code=code, key=f"{code}-{one.pk}-{key}", link=link, number=number)


def _note(by: Actor, now: datetime, did: str, row: Consensus, **facts: object) -> None:
    given = {"kind": "consensus", "subject": row.pk, "application": row.application_id}
    journal.record(by=by, now=now, did=did, **given, **facts)


@action
def note_reading(*, by: Actor, now: datetime, row: Consensus) -> None:
    """Notes that somebody opened the sheets of a consensus."""
    journal.read(
        by=by,
        now=now,
        what="view",
        kind="application",
        subject=row.application_id,
        organisation=row.application.organisation_id,
        as_reviewer=not by.reads_everything,
    )
