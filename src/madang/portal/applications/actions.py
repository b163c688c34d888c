"""What applicants do: begin, write, ask, attach, consent, submit, reopen, withdraw; and the check again at award."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.applications import contents, mails, needs, queries
from madang.portal.applications.models import (
    Application,
    Ask,
    Attachment,
    Consent,
    EligibilityCheck,
    LateAttempt,
    Submission,
    SubmittedFile,
)
from madang.portal.applications.rules import (
    EDITABLE,
    WITHDRAWABLE,
    ApplicationState,
    AskLine,
    CheckStage,
    check_ask,
    check_member,
    check_open,
    check_texts,
    content_hash,
    gaps,
    receipt_number,
)
from madang.portal.calls import queries as calls
from madang.portal.calls.models import EligibilityRule, Intake
from madang.portal.eligibility import queries as eligibility
from madang.portal.eligibility.rules import Finding
from madang.portal.journal import actions as journal
from madang.portal.transactions import action


@action
def begin(*, by: Actor, now: datetime, track: int, intake: int, organisation: int, title: str = "") -> Application:
    """Begins a draft for one of the actor's organisations while the intake takes applications.

    Eligibility is shown before, not judged here. A track that allows one application an organisation keeps it to one.
    """
    check_member(by, organisation)
    row, into = queries.track_and_intake(track, intake)
    if row is None or into is None or row.call_id != into.call_id:
        raise Refused("other_call")
    _check_open(into, now)
    exclusive = EligibilityRule.objects.filter(track=track, kind="one_per_organisation").exists()
    check_texts(title, {}, [])
    try:
        with transaction.atomic():
            made = Application.objects.create(
                track=row,
                intake=into,
                organisation_id=organisation,
                title=title.strip(),
                exclusive=exclusive,
                created_by_id=by.person,
                created_at=now,
                saved_at=now,
            )
    except IntegrityError as error:
        raise Refused("already_begun") from error
    facts = {"subject": made.pk, "organisation": organisation}
    journal.record(by=by, now=now, did="applications.begin", kind="application", **facts)
    return made


@action
def save(
    *, by: Actor, now: datetime, application: int, version: int, title: str, sections: Mapping[str, str],
    department: str | None = None,
) -> Application:  # fmt: skip
    """Saves title, written parts and department over the version that was read; Stale carries what stands there."""
    row = _mine(by, application)
    kept = check_texts(title, sections, [part.code for part in row.track.sections.all()])
    rows = Application.objects.filter(pk=application, version=version, state__in=EDITABLE)
    merged = {**row.sections, **kept}
    where = row.department if department is None else " ".join(department.split())[:80]
    if not rows.update(title=title.strip(), sections=merged, department=where, version=F("version") + 1, saved_at=now):
        _editable(row)
        raise Stale("application", version=row.version, title=row.title, **row.sections)
    journal.record(by=by, now=now, did="applications.save", kind="application", subject=application, version=version)
    return _mine(by, application)


@action
def set_asks(*, by: Actor, now: datetime, application: int, version: int, asks: Sequence[AskLine]) -> None:
    """Replaces what is asked for; each within what the track offers."""
    row = _mine(by, application)
    offered = needs.offered(row.track)
    offers = needs.offers_of(row.track, offered)
    seen: set[str] = set()
    for ask in asks:
        check_ask(ask, offers.get(ask.product))
        if ask.product in seen:
            raise Refused("ask_twice", product=ask.product)
        seen.add(ask.product)
    rows = Application.objects.filter(pk=application, version=version, state__in=EDITABLE)
    if not rows.update(version=F("version") + 1, saved_at=now):
        _editable(row)
        raise Stale("application", version=row.version)
    Ask.objects.filter(application=application).delete()
    products = {offer.product.code: offer.product_id for offer in offered}
    Ask.objects.bulk_create(
        Ask(
            application=row,
            product_id=products[ask.product],
            quantity=ask.quantity,
            least=ask.least,
            first_month=ask.first_month,
            months=ask.months,
        )
        for ask in asks
    )
    journal.record(by=by, now=now, did="applications.set_asks", kind="application", subject=application, asks=len(asks))


@action
def attach(
    *,
    by: Actor,
    now: datetime,
    application: int,
    file: int,
    name: str,
    cleaned: int | None = None,
    evidence: str = "",
    issued_on: date | None = None,
    valid_until: date | None = None,
) -> Attachment:
    """Adds a stored file, `uploads.kept` having come before, outside; perhaps as a paper that the track asks for."""
    row = _mine(by, application)
    kinds = {kind.code: kind.pk for kind in row.track.evidence_kinds.all()}
    if evidence and evidence not in kinds:
        raise Refused("paper_unknown", field="evidence")
    if issued_on and issued_on > eligibility.local_day(now):
        raise Refused("paper_from_future", field="issued_on")
    _touch(row, now)
    made = Attachment.objects.create(
        application=row,
        file_id=file,
        cleaned_id=cleaned,
        evidence_id=kinds.get(evidence),
        name=name[:160],
        issued_on=issued_on,
        valid_until=valid_until,
        attached_by_id=by.person,
        attached_at=now,
    )
    facts = {"subject": application, "attachment": made.pk}
    journal.record(by=by, now=now, did="applications.attach", kind="application", **facts)
    return made


@action
def remove_file(*, by: Actor, now: datetime, application: int, attachment: int) -> None:
    """Takes a file out of the draft; earlier submissions keep what they had."""
    _touch(_mine(by, application), now)
    rows = Attachment.objects.filter(pk=attachment, application=application, removed_at__isnull=True)
    if not rows.update(removed_at=now):
        raise Stale("attachment")
    facts = {"subject": application, "attachment": attachment}
    journal.record(by=by, now=now, did="applications.remove_file", kind="application", **facts)


@action
def accept_consent(*, by: Actor, now: datetime, application: int, text: int) -> None:
    """Accepts one text; accepting it twice is accepting it once."""
    row = _mine(by, application)
    if text not in {asked.text_id for asked in row.track.consents.all()}:
        raise Refused("consent_unknown")
    _touch(row, now)
    if Consent.objects.filter(application=application, text=text, withdrawn_at__isnull=True).exists():
        return
    Consent.objects.create(application=row, text_id=text, accepted_by_id=by.person, accepted_at=now)
    facts = {"subject": application, "text": text}
    journal.record(by=by, now=now, did="applications.accept_consent", kind="application", **facts)


@action
def withdraw_consent(*, by: Actor, now: datetime, application: int, text: int) -> None:
    """Takes a consent back: an optional one at any time, a required one while the application is a draft."""
    row = _mine(by, application)
    required = text in {asked.text_id for asked in row.track.consents.all() if asked.required}
    if required and row.state not in EDITABLE:
        raise Refused("consent_required")
    rows = Consent.objects.filter(application=application, text=text, withdrawn_at__isnull=True)
    if not rows.update(withdrawn_at=now):
        raise Stale("consent")
    facts = {"subject": application, "text": text}
    journal.record(by=by, now=now, did="applications.withdraw_consent", kind="application", **facts)


def submit(*, by: Actor, now: datetime, application: int, version: int) -> Submission:
    """Submits the version that was read, judged by the instant `now` at which the request arrived.

    Sent twice it gives the same receipt. After the deadline the attempt is put on record in a transaction of its own.
    """
    try:
        return _submit(by=by, now=now, application=application, version=version)
    except Refused as refused:
        if refused.code == "intake_closed":
            _late(by=by, now=now, application=application)
        raise


@action
def _submit(*, by: Actor, now: datetime, application: int, version: int) -> Submission:
    row = _mine(by, application)
    # The intake's row is taken first, so that two submissions of one organisation see each other.
    intake = Intake.objects.filter(pk=row.intake_id)
    intake.update(last_receipt=F("last_receipt"))
    row = _mine_whole(by, application)
    if row.state == ApplicationState.SUBMITTED and row.in_force:
        return row.in_force
    _check_open(row.intake, now)
    _editable(row)
    if row.version != version:
        raise Stale("application", version=row.version)
    missing = gaps(queries.content_of(row), needs.needs_of(row.track, row.claims), queries.deadline_day(row.intake))
    if missing:
        raise Refused("application_incomplete", count=len(missing))
    judged = eligibility.findings(
        row.track, row.intake, row.organisation_id, decided_at=row.intake.decided_at or now, application=row.pk
    )
    _refuse_unfit(judged)
    if row.number is None:
        intake.update(last_receipt=F("last_receipt") + 1)
    submission = _put_in_force(row, by, now, row.intake.last_receipt + 1)
    _store_checks(row.pk, judged, CheckStage.SUBMISSION, now)
    mails.receipt(submission, now)
    facts = {"submission": submission.number, "sha256": submission.content_sha256}
    journal.record(by=by, now=now, did="applications.submit", kind="application", subject=row.pk, **facts)
    return submission


def _refuse_unfit(judged: Sequence[Finding]) -> None:
    unfit = [finding for finding in judged if not finding.passed]
    if unfit:
        raise Refused("not_eligible", why=mails.reasons(unfit))


def _put_in_force(row: Application, by: Actor, now: datetime, receipt: int) -> Submission:
    """Writes the immutable version and makes it count; the same content as before is the same version."""
    content = contents.written(row)
    sha256, last = content_hash(content), row.submissions.first()
    number = row.number or receipt_number(row.intake.call.code, row.intake.number, receipt)
    if last and last.content_sha256 == sha256:
        submission = last
    else:
        submission = Submission.objects.create(
            application=row,
            number=last.number + 1 if last else 1,
            content=content,
            content_sha256=sha256,
            submitted_by_id=by.person,
            submitted_at=now,
        )
        SubmittedFile.objects.bulk_create(
            SubmittedFile(
                submission=submission,
                file_id=one.file_id,
                cleaned_id=one.cleaned_id,
                name=one.name,
                evidence_id=one.evidence_id,
                issued_on=one.issued_on,
                valid_until=one.valid_until,
            )
            for one in row.attachments.all()
        )
    rows = Application.objects.filter(pk=row.pk, version=row.version, state__in=EDITABLE)
    if not rows.update(
        state=ApplicationState.SUBMITTED,
        number=number,
        submitted_at=submission.submitted_at,
        in_force=submission,
        version=F("version") + 1,
    ):
        raise Stale("application")
    submission.application.refresh_from_db(fields=["number", "state", "version", "submitted_at"])
    return submission


def _store_checks(application: int, judged: Sequence[Finding], stage: CheckStage, now: datetime) -> None:
    EligibilityCheck.objects.bulk_create(
        EligibilityCheck(
            application_id=application,
            rule_id=one.rule.id,
            stage=stage,
            passed=one.passed,
            facts=dict(one.facts),
            judged_on=one.day,
            checked_at=now,
        )
        for one in judged
        if one.rule.id is not None
    )


@action
def _late(*, by: Actor, now: datetime, application: int) -> None:
    row = _mine(by, application)
    LateAttempt.objects.create(application=row, person_id=by.person, attempted_at=now)
    journal.record(by=by, now=now, did="applications.late_attempt", kind="application", subject=application)


@action
def reopen(*, by: Actor, now: datetime, application: int) -> None:
    """Opens a submitted application for changes before the deadline; what was submitted stays in force meanwhile."""
    row = _mine(by, application)
    _check_open(row.intake, now)
    rows = Application.objects.filter(pk=application, state=ApplicationState.SUBMITTED)
    if not rows.update(state=ApplicationState.REOPENED, version=F("version") + 1):
        raise Refused("application_not_reopenable")
    journal.record(by=by, now=now, did="applications.reopen", kind="application", subject=application)


@action
def withdraw(*, by: Actor, now: datetime, application: int) -> None:
    """Takes an application out, for good, until its intake is decided."""
    row = _mine(by, application)
    # the intake's row is bumped, so that nobody plans or decides with this application at the same moment
    undecided = Intake.objects.filter(pk=row.intake_id).exclude(state__in=["decided", "closed"])
    if not undecided.update(version=F("version") + 1):
        raise Refused("application_not_withdrawable")
    rows = Application.objects.filter(pk=application, state__in=WITHDRAWABLE)
    unscreened = {"screened_by": None, "screened_at": None}
    if not rows.update(state=ApplicationState.WITHDRAWN, version=F("version") + 1, **unscreened):
        raise Refused("application_not_withdrawable")
    if row.number:
        mails.withdrawn(row, now)
    journal.record(by=by, now=now, did="applications.withdraw", kind="application", subject=application)


@action
def recheck(*, now: datetime, application: int, by: Actor = WORKER) -> list[Finding]:
    """Judges eligibility again as of the award, keeps what was found, and returns the rules that fail."""
    row = Application.objects.select_related("track", "intake__call").get(pk=application)
    judged = eligibility.findings(
        row.track, row.intake, row.organisation_id, decided_at=row.intake.decided_at or now, application=row.pk
    )
    _store_checks(row.pk, judged, CheckStage.AWARD, now)
    failed = [finding for finding in judged if not finding.passed]
    facts = {"subject": application, "failed": len(failed)}
    journal.record(by=by, now=now, did="applications.recheck", kind="application", **facts)
    return failed


@action
def destroy_old_drafts(*, now: datetime, limit: int = 50) -> int:
    """Destroys drafts never submitted whose retention is over, and writes down how many and a digest of which."""
    due = list(queries.old_drafts(now).values_list("pk", flat=True)[:limit])
    if not due:
        return 0
    Application.objects.filter(pk__in=due, number__isnull=True).delete()
    journal.destroyed(now=now, kind=queries.DRAFT_RECORDS, subjects=due, due_before=now)
    return len(due)


def _mine(by: Actor, application: int) -> Application:
    """The row alone: most actions look at one of its parts, which is then read by itself."""
    return _own(by, queries.visible(by).select_related(None), application)


def _mine_whole(by: Actor, application: int) -> Application:
    return _own(by, queries.whole(by), application)


def _own(by: Actor, rows: QuerySet[Application], application: int) -> Application:
    row = rows.filter(pk=application).first()
    if row is None:
        raise Refused("not_found")
    check_member(by, row.organisation_id)
    return row


def _check_open(intake: Intake, now: datetime) -> None:
    check_open(intake.state, calls.dates_of(intake), now, published=intake.call.state == "published")


def _editable(row: Application) -> None:
    if row.state not in EDITABLE:
        raise Refused("application_not_editable")


def _touch(row: Application, now: datetime) -> None:
    """Takes the row for a change of its parts, so that a submission comes before or after it, never between."""
    if not Application.objects.filter(pk=row.pk, state__in=EDITABLE).update(saved_at=now):
        raise Refused("application_not_editable")
