"""What the screening officer does: asks, gives verdicts, notes reports owed; and the applicant's answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.applications import queries as applications
from madang.portal.applications.models import Application, Ask, Attachment, ScreeningQuestion
from madang.portal.applications.rules import ApplicationState, check_member
from madang.portal.calls.models import Intake
from madang.portal.eligibility.queries import local_day
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions as outbox
from madang.portal.people.models import Person
from madang.portal.resources.models import Product
from madang.portal.screening import queries
from madang.portal.screening.models import OwedReport
from madang.portal.screening.rules import check_answer, check_officer, check_own, check_question
from madang.portal.transactions import action


@action
def ask(*, by: Actor, now: datetime, application: int, text: str, answer_by: datetime) -> ScreeningQuestion:
    """Asks the applicant something, to be answered by a deadline, and tells the organisation's members."""
    row = _as_submitted(by, application, now)
    check_question(text, answer_by, now)
    if row.state != ApplicationState.SUBMITTED or row.intake.state != "screening":
        raise Refused("not_screenable")
    made = ScreeningQuestion.objects.create(
        application=row, asked_by_id=by.person, asked_at=now, text=text.strip(), answer_by=answer_by
    )
    for person in applications.people_of(row.organisation_id):
        _tell(person, row, now, "screening_question", f"{made.pk}", text=made.text, answer_by=answer_by)
    journal.record(by=by, now=now, did="screening.ask", kind="application", subject=row.pk, question=made.pk)
    return made


@action
def answer(*, by: Actor, now: datetime, question: int, text: str, file: int | None = None, name: str = "") -> None:
    """The applicant's answer, until the question's deadline; `file` is a stored one, kept under its `name`."""
    row = ScreeningQuestion.objects.select_related("application", "asked_by").filter(pk=question).first()
    if row is None or not applications.visible(by).filter(pk=row.application_id).exists():
        raise Refused("not_found")
    check_member(by, row.application.organisation_id)
    if row.answered_at:
        raise Refused("question_answered")
    check_answer(text, row.answer_by, now)
    rows = ScreeningQuestion.objects.filter(pk=question, answered_at__isnull=True)
    if not rows.update(
        answer=text.strip(), answer_file=file, answer_file_name=name[:160], answered_by=by.person, answered_at=now
    ):
        raise Stale("question")
    if row.asked_by.email:
        link = f"/staff/applications/{row.application_id}/"
        _tell(row.asked_by, row.application, now, "screening_answered", f"{row.pk}", link=link)
    journal.record(
        by=by, now=now, did="screening.answer", kind="application", subject=row.application_id, question=question
    )


@action
def screen(*, by: Actor, now: datetime, application: int, version: int, eligible: bool, comment: str = "") -> None:
    """The verdict: eligible goes on to review, not eligible is told why."""
    before = _screened(by, application)
    row = _as_submitted(by, application, now)
    if row.version != before.version and version == before.version:
        version = row.version
    if row.intake.state != "screening" or row.state != ApplicationState.SUBMITTED:
        raise Refused("not_screenable")
    if not eligible and not comment.strip():
        raise Refused("verdict_reason_needed", field="comment")
    left = queries.open_questions(application, now)
    if left:
        raise Refused("questions_open", left=left)
    rows = Application.objects.filter(pk=application, state=row.state, version=version)
    verdict = ApplicationState.ELIGIBLE if eligible else ApplicationState.INELIGIBLE
    if not rows.update(
        state=verdict,
        screened_by=by.person,
        screened_at=now,
        screening_comment=comment.strip(),
        version=F("version") + 1,
    ):
        raise Stale("application", version=row.version, state=row.state)
    if not eligible:
        for person in applications.people_of(row.organisation_id):
            _tell(person, row, now, "screening_ineligible", f"{row.pk}:{version}", comment=comment.strip())
    journal.record(by=by, now=now, did="screening.screen", kind="application", subject=application, verdict=verdict)


@action
def settle(*, now: datetime, application: int) -> None:
    """Puts an application that was left open for changes at the deadline back to what was last submitted."""
    row = Application.objects.select_related("in_force").get(pk=application)
    content = row.in_force.content
    rows = Application.objects.filter(pk=application, state=ApplicationState.REOPENED, version=row.version)
    if not rows.update(
        state=ApplicationState.SUBMITTED,
        title=content["title"],
        sections=content["sections"],
        claims=content.get("claims", []),
        department=content.get("department", ""),
        version=F("version") + 1,
    ):
        raise Stale("application")
    asked = [one["product"] for one in content["asks"]]
    products = dict(Product.objects.filter(code__in=asked).values_list("code", "pk"))
    Ask.objects.filter(application=application).delete()
    Ask.objects.bulk_create(
        Ask(
            application_id=application,
            product_id=products[one["product"]],
            quantity=one["quantity"],
            least=one["least"],
            first_month=one["first_month"],
            months=one["months"],
        )
        for one in content["asks"]
    )
    kept = row.in_force.files.values("file")
    files = Attachment.objects.filter(application=application)
    files.filter(removed_at__isnull=True).exclude(file__in=kept).update(removed_at=now)
    files.filter(removed_at__gte=row.in_force.submitted_at, file__in=kept).update(removed_at=None)
    journal.record(by=WORKER, now=now, did="screening.settle", kind="application", subject=application)


@action
def reconsider(*, by: Actor, now: datetime, application: int, version: int) -> None:
    """Takes a verdict back while the intake is still being screened."""
    row = _screened(by, application)
    # the intake's row is bumped, so that it cannot go on to its reviews at the same moment
    screened = Intake.objects.filter(pk=row.intake_id, state="screening")
    rows = Application.objects.filter(pk=application, version=version, state__in=["eligible", "ineligible"])
    if not screened.update(version=F("version") + 1) or not rows.update(
        state=ApplicationState.SUBMITTED, screened_by=None, screened_at=None, version=F("version") + 1
    ):
        raise Stale("application", version=row.version, state=row.state)
    journal.record(by=by, now=now, did="screening.reconsider", kind="application", subject=application)


@action
def note_report(*, by: Actor, now: datetime, organisation: int, title: str, due_on: date) -> OwedReport:
    """Notes that an organisation owes a report by a day."""
    check_officer(by)
    made = OwedReport.objects.create(
        organisation_id=organisation, title=title.strip(), due_on=due_on, noted_by_id=by.person, noted_at=now
    )
    journal.record(
        by=by, now=now, did="screening.note_report", kind="owed_report", subject=made.pk, organisation=organisation
    )
    return made


@action
def receive_report(*, by: Actor, now: datetime, report: int, received_on: date) -> None:
    """Notes the day on which an owed report came in."""
    check_officer(by)
    if received_on > local_day(now):
        raise Refused("report_day_wrong", field="received_on")
    rows = OwedReport.objects.filter(pk=report, received_on__isnull=True)
    if not rows.update(received_on=received_on, received_by=by.person):
        raise Refused("report_received_already")
    journal.record(by=by, now=now, did="screening.receive_report", kind="owed_report", subject=report)


def _screened(by: Actor, application: int) -> Any:
    check_officer(by)
    row = applications.visible(by).filter(pk=application).first()
    if row is None:
        raise Refused("not_found")
    check_own(by, row.organisation_id)
    return row


def _as_submitted(by: Actor, application: int, now: datetime) -> Any:
    """The application to screen; one left open for changes at the deadline is put back to its last submission first.

    Not sooner, so that changes in the making survive when the deadline is extended after an outage.
    """
    row = _screened(by, application)
    if row.state == ApplicationState.REOPENED and row.intake.state == "screening" and now >= row.intake.closes_at:
        settle(now=now, application=application)
        row = _screened(by, application)
    return row


def _tell(person: Person, row: Any, now: datetime, code: str, key: str, link: str = "", **facts: object) -> None:
    outbox.write(
        now=now,
        key=f"{code}:{key}:{person.pk}",
        code=code,
        person=person.pk,
        address=person.email,
        language=person.language,
        link=link or f"/applications/{row.pk}/",
        number=row.number,
        title=row.title,
        **facts,
    )
