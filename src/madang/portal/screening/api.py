"""The API of screening: an intake's applications, questions and answers, verdicts, reports owed, demand."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.errors import Refused
from madang.portal.actors import READING_ROLES
from madang.portal.applications import queries as applications
from madang.portal.applications import showing
from madang.portal.applications.rules import ApplicationState, CheckStage
from madang.portal.faces import known_to, one
from madang.portal.files.faces import BINARY_ANSWER, answer
from madang.portal.journal import actions as journal
from madang.portal.people.rules import OrganisationKind
from madang.portal.schemas import Day, Instant, Purpose, Version
from madang.portal.screening import actions, queries
from madang.portal.screening.rules import LONGEST_ANSWER, LONGEST_QUESTION

router = Router(tags=["screening"])


class SubmittedOut(Schema):
    """An application that was handed in."""

    id: int
    number: str
    title: str
    state: ApplicationState
    track: str
    organisation: int
    organisation_name: str
    submitted_at: datetime | None

    @staticmethod
    def resolve_track(row: Any) -> str:
        return str(row.track.code)

    @staticmethod
    def resolve_organisation(row: Any) -> int:
        return int(row.organisation_id)

    @staticmethod
    def resolve_organisation_name(row: Any) -> str:
        return str(row.organisation.name)


class SubmittedFileOut(Schema):
    """A file as it was submitted."""

    id: int
    name: str
    size_bytes: int = Field(alias="file.size")
    sha256: str = Field(alias="file.sha256")


class QuestionOut(Schema):
    """A question to an applicant with its deadline, and the answer."""

    id: int
    application: int
    text: str
    asked_at: datetime
    answer_by: datetime
    answer: str | None
    answered_at: datetime | None

    @staticmethod
    def resolve_application(row: Any) -> int:
        return int(row.application_id)


class CheckOut(Schema):
    """What a rule said, in the caller's language, at which stage."""

    stage: CheckStage
    text: str
    day: date
    passed: bool


class ScreeningOut(SubmittedOut):
    """An application as submitted, with the checks of its eligibility, its questions and the verdict's comment."""

    version: int
    content: dict[str, Any]
    files: list[SubmittedFileOut]
    checks: list[CheckOut]
    questions: list[QuestionOut]
    screening_comment: str

    @staticmethod
    def resolve_content(row: Any) -> Any:
        return row.in_force.content

    @staticmethod
    def resolve_files(row: Any, context: Any) -> Any:
        rows = applications.submitted_files(context["request"].actor).filter(submission=row.in_force)
        return list(rows.order_by("pk"))

    @staticmethod
    def resolve_checks(row: Any) -> Any:
        return [
            {"stage": stage, "text": line.text, "day": line.day, "passed": line.passed}
            for stage, line in showing.checks(row)
        ]

    @staticmethod
    def resolve_questions(row: Any) -> Any:
        return list(row.questions.all())


class QuestionIn(Schema):
    """What is asked, and until when it can be answered."""

    text: str = Field(max_length=LONGEST_QUESTION)
    answer_by: Instant


class AnswerIn(Schema):
    answer: str = Field(max_length=LONGEST_ANSWER)


class EligibilityIn(Schema):
    """Eligible or not, over the version that was read; the applicant reads the comment where it is not."""

    version: Version
    eligible: bool
    comment: str = Field("", max_length=1000)


class ScreenedVersionIn(Schema):
    version: Version


class DemandOut(Schema):
    """A pool in one month, in its units: what is asked, the least that is useful, what is funded and still free."""

    pool: str
    month: str
    asked_units: int = Field(alias="asked")
    least_units: int = Field(alias="least")
    free_units: int | None = Field(alias="free")


class ReportIn(Schema):
    """A report that an organisation owes; the number is its business registration number."""

    registration_number: str = Field(max_length=20)
    title: str = Field(min_length=1, max_length=160)
    due_on: Day


class ReportOut(Schema):
    """A report owed, and the day on which it came in."""

    id: int
    organisation: int
    title: str
    due_on: date
    received_on: date | None

    @staticmethod
    def resolve_organisation(row: Any) -> int:
        return int(row.organisation_id)


class ReceivedIn(Schema):
    received_on: Day


@router.get("/intakes/{int:intake}/applications", response=list[SubmittedOut], operation_id="list_intake_applications")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_applications(
    request: HttpRequest,
    intake: int,
    q: str = Query("", max_length=100),
    track: str = Query("", max_length=30),
    state: ApplicationState | None = None,
    region: str = Query("", max_length=40),
    kind: OrganisationKind | None = None,
) -> Any:
    """An intake's applications by number, filtered; for staff and auditors, and the search is logged."""
    one(queries.intakes(request.actor), pk=intake)
    journal.read(by=request.actor, now=request.now, what="search", kind="intake", subject=intake)
    chosen = {"q": q, "track": track, "state": state or "", "region": region, "kind": kind or ""}
    return queries.applications(request.actor, intake, chosen)


@router.get("/intakes/{int:intake}/demand", response=list[DemandOut], operation_id="list_demand")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_demand(request: HttpRequest, intake: int) -> Any:
    """What an intake asks for by pool and month, against funded capacity that is still free; for staff and auditors."""
    one(queries.intakes(request.actor), pk=intake)
    return queries.demand(request.actor, intake).lines


def _handed_in(request: HttpRequest, id: int) -> Any:
    return one(applications.whole(request.actor).filter(in_force__isnull=False), pk=id)


@router.get("/applications/{int:id}/screening", response=ScreeningOut, operation_id="get_screening")
@known_to(*READING_ROLES)
def get_screening(request: HttpRequest, id: int) -> Any:
    """One application as submitted, for those who screen and those who read; the reading is logged."""
    row = _handed_in(request, id)
    whose = {"whose": row.created_by_id, "organisation": row.organisation_id}
    journal.read(by=request.actor, now=request.now, what="view", kind="application", subject=id, **whose)
    return row


@router.post("/applications/{int:id}/questions", response={201: QuestionOut}, operation_id="ask_applicant")
@known_to(*READING_ROLES)
def ask(request: HttpRequest, id: int, given: QuestionIn) -> Any:
    """Asks the applicant a question with a deadline; it goes by mail too."""
    _handed_in(request, id)
    return Status(201, actions.ask(by=request.actor, now=request.now, application=id, **given.dict()))


@router.post("/applications/{int:id}/verdict", response=ScreeningOut, operation_id="screen_application")
@known_to(*READING_ROLES)
def screen(request: HttpRequest, id: int, given: EligibilityIn) -> Any:
    """Finds an application eligible, so that it goes on to review, or not, saying why."""
    _handed_in(request, id)
    actions.screen(by=request.actor, now=request.now, application=id, **given.dict())
    return _handed_in(request, id)


@router.post("/applications/{int:id}/reconsideration", response=ScreeningOut, operation_id="reconsider_application")
@known_to(*READING_ROLES)
def reconsider(request: HttpRequest, id: int, given: ScreenedVersionIn) -> Any:
    """Takes a verdict back while the intake is still being screened."""
    _handed_in(request, id)
    actions.reconsider(by=request.actor, now=request.now, application=id, version=given.version)
    return _handed_in(request, id)


@router.get("/questions", response=list[QuestionOut], operation_id="list_questions")
@paginate(LimitOffsetPagination)
def list_questions(request: HttpRequest) -> Any:
    """The questions to one's own organisations."""
    return queries.own_questions(request.actor)


@router.post("/questions/{int:id}/answer", response=QuestionOut, operation_id="answer_question")
def answer_question(request: HttpRequest, id: int, given: AnswerIn) -> Any:
    """Answers a question to one of one's organisations, once, before its deadline."""
    one(queries.own_questions(request.actor), pk=id)
    actions.answer(by=request.actor, now=request.now, question=id, text=given.answer)
    return one(queries.own_questions(request.actor), pk=id)


@router.get("/submitted-files/{int:id}", operation_id="submitted_file", openapi_extra=BINARY_ANSWER)
def submitted_file(request: HttpRequest, id: int, purpose: Purpose = "") -> Any:
    """A file as submitted; whoever is not of its organisation says what for, and that is kept."""
    found = one(applications.submitted_files(request.actor), pk=id)
    row = found.submission.application
    if not request.actor.member_of(row.organisation_id):
        if not purpose.strip():
            raise Refused("purpose_needed")
        said = {"purpose": purpose.strip(), "whose": row.created_by_id, "organisation": row.organisation_id}
        journal.read(by=request.actor, now=request.now, what="download", kind="application", subject=row.pk, **said)
    return answer(found.file, found.name)


@router.get("/owed-reports", response=list[ReportOut], operation_id="list_owed_reports")
@paginate(LimitOffsetPagination)
def list_reports(request: HttpRequest) -> Any:
    """The reports that one's organisations owe, those not received first; all of them for staff and auditors."""
    return queries.owed_reports(request.actor)


@router.post("/owed-reports", response={201: ReportOut}, operation_id="note_owed_report")
@known_to(*READING_ROLES)
def note_report(request: HttpRequest, given: ReportIn) -> Any:
    """Notes that an organisation owes a report by a day; overdue ones count in eligibility rules."""
    found = queries.organisation_numbered(given.registration_number)
    if found is None:
        raise Refused("organisation_not_registered", field="registration_number")
    rest = {"title": given.title, "due_on": given.due_on}
    return Status(201, actions.note_report(by=request.actor, now=request.now, organisation=found.pk, **rest))


@router.post("/owed-reports/{int:id}/receipt", response=ReportOut, operation_id="receive_owed_report")
@known_to(*READING_ROLES)
def receive_report(request: HttpRequest, id: int, given: ReceivedIn) -> Any:
    """Notes the day on which a report came in."""
    one(queries.owed_reports(request.actor), pk=id)
    actions.receive_report(by=request.actor, now=request.now, report=id, received_on=given.received_on)
    return one(queries.owed_reports(request.actor), pk=id)
