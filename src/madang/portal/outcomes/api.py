"""The API of outcome reports: the list, one with its versions, writing, handing in, the verdict, a call's schedule."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, File, Form, Router, Schema, Status, UploadedFile
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.calls import queries as calls
from madang.portal.faces import known_to, one
from madang.portal.files.actions import store
from madang.portal.files.faces import BINARY_ANSWER, answer
from madang.portal.files.rules import ATTACHMENTS, clean_name
from madang.portal.journal.actions import read
from madang.portal.outcomes import actions, queries, rules
from madang.portal.outcomes.rules import Entry, OutcomeKind, OutcomeState
from madang.portal.schemas import Id, Version

router = Router(tags=["outcomes"])


class OutcomeReportOut(Schema):
    """A report of what came of an award on [from_on, until_on), and the state of its last version.

    `months` after its end; 0 is the interim report of an award in two instalments.
    """

    id: int
    award: str = Field(alias="award.number")
    organisation: int = Field(alias="owed.organisation_id")
    months: int
    from_on: date
    until_on: date
    due_on: date = Field(alias="owed.due_on")
    received_on: date | None = Field(alias="owed.received_on")
    state: OutcomeState


class RegisteredPaperOut(Schema):
    """What the registry of DOIs says of a paper; an empty `title`: it knows no such DOI."""

    title: str
    container: str
    year: int | None


class AwardOutcomeOut(Schema):
    """One outcome: `amount_won` for revenue and investment, `count` (of people, or 1) for anything else.

    `registered`: what the registry of DOIs answered on a paper, in a whole report; null where it did not.
    """

    id: int
    kind: OutcomeKind
    count: int | None
    amount_won: int | None
    what: str
    doi: str
    file_name: str
    registered: RegisteredPaperOut | None = None

    @staticmethod
    def resolve_count(row: Any) -> int | None:
        return None if row.kind in rules.MONEY else int(row.amount)

    @staticmethod
    def resolve_amount_won(row: Any) -> int | None:
        return int(row.amount) if row.kind in rules.MONEY else None


class OutcomeVersionOut(Schema):
    """One version with what it says; `reason` is what had to be mended."""

    version: int
    state: OutcomeState
    handed_in_at: datetime | None
    checked_at: datetime | None
    reason: str
    items: list[AwardOutcomeOut]

    @staticmethod
    def resolve_items(row: Any) -> Any:
        return list(row.items.all())


class WholeOutcomeReportOut(OutcomeReportOut):
    """A report with its versions, the newest first."""

    versions: list[OutcomeVersionOut]

    @staticmethod
    def resolve_versions(row: Any) -> Any:
        found: Any = queries.versions(row.pk)
        papers = queries.registered(found)
        for version in found:
            for item in version.items.all():
                item.registered = papers.get(item.doi)
        return found


class HandInIn(Schema):
    """`nothing`: nothing came of the award in this time."""

    nothing: bool = False


class OutcomeCheckIn(Schema):
    """The verdict on a version; a reason is needed where it is not accepted."""

    version: Version
    accept: bool
    reason: Annotated[str, Field(max_length=rules.REASON_LIMIT)] = ""


class ReportScheduleIn(Schema):
    """After how many months from the end of an award its holder reports; none: never."""

    months: Annotated[list[Annotated[int, Field(ge=1, le=rules.MOST_MONTHS)]], Field(max_length=rules.MOST_REPORTS)]


def _seen(request: HttpRequest, report: int) -> Any:
    return one(queries.reports(request.actor), pk=report)


def _noted(request: HttpRequest, row: Any) -> None:
    organisation = row.owed.organisation_id
    if not request.actor.member_of(organisation):
        read(by=request.actor, now=request.now, what="view", kind="outcome_report", subject=row.pk,
             organisation=organisation)  # fmt: skip


@router.get("/outcome-reports", response=list[OutcomeReportOut], operation_id="list_outcome_reports")
@paginate(LimitOffsetPagination)
def list_outcome_reports(request: HttpRequest, state: OutcomeState | None = None) -> Any:
    """The reports of one's organisations, those not received first; all of them for staff and auditors."""
    return queries.reports(request.actor, state or "")


@router.get("/outcome-reports/{report}", response=WholeOutcomeReportOut, operation_id="get_outcome_report")
def get_outcome_report(request: HttpRequest, report: Id) -> Any:
    """One report with its versions and what they say."""
    row = _seen(request, report)
    _noted(request, row)
    return row


@router.post("/outcome-reports/{report}/outcomes", response={201: AwardOutcomeOut}, operation_id="add_outcome")
def add_outcome(
    request: HttpRequest,
    report: Id,
    kind: OutcomeKind = Form(...),  # noqa: B008
    what: str = Form(..., max_length=rules.WHAT_LIMIT),
    count: int = Form(1, ge=1, le=rules.MOST_PEOPLE),
    amount_won: int = Form(0, ge=0, le=rules.MOST_WON),
    doi: str = Form("", max_length=rules.DOI_LIMIT + 30),
    file: UploadedFile | None = File(None),  # noqa: B008
) -> Any:
    """Adds an outcome to the version that is being written, with a file or, for a paper, a DOI.

    Revenue and investment take `amount_won`, anything else `count`.
    """
    row = _seen(request, report)
    rules.check_member(request.actor, row.owed.organisation_id)
    kept: dict[str, Any] = {}
    if file is not None:
        stored = store(now=request.now, name=file.name or "", allowed=ATTACHMENTS, upload_chunks=file.chunks())
        kept = {"file": stored, "file_name": clean_name(file.name or "")}
    entry = Entry(kind, amount_won if kind in rules.MONEY else count, what, doi)
    return Status(201, actions.add(by=request.actor, now=request.now, duty=report, entry=entry, **kept))


@router.delete("/outcome-reports/{report}/outcomes/{item}", response={204: None}, operation_id="remove_outcome")
def remove_outcome(request: HttpRequest, report: Id, item: Id) -> Any:
    """Takes an outcome out of the version that is being written."""
    _seen(request, report)
    actions.remove(by=request.actor, now=request.now, duty=report, item=item)
    return Status(204, None)


@router.post("/outcome-reports/{report}/hand-in", response=WholeOutcomeReportOut, operation_id="hand_in_outcome_report")
def hand_in_outcome_report(request: HttpRequest, report: Id, given: HandInIn) -> Any:
    """Hands the version in; it is not changed any more."""
    _seen(request, report)
    actions.hand_in(by=request.actor, now=request.now, duty=report, nothing=given.nothing)
    return _seen(request, report)


@router.post("/outcome-reports/{report}/check", response=WholeOutcomeReportOut, operation_id="check_outcome_report")
@known_to(*READING_ROLES)
def check_outcome_report(request: HttpRequest, report: Id, given: OutcomeCheckIn) -> Any:
    """Accepts what was handed in, or asks for it to be mended, with the reason."""
    _seen(request, report)
    actions.check(by=request.actor, now=request.now, duty=report, **given.dict())
    return _seen(request, report)


@router.post("/outcome-reports/{report}/corrections", response={201: WholeOutcomeReportOut},
             operation_id="correct_outcome_report")  # fmt: skip
def correct_outcome_report(request: HttpRequest, report: Id) -> Any:
    """Begins the next version of an accepted report as a copy."""
    _seen(request, report)
    actions.correct(by=request.actor, now=request.now, duty=report)
    return Status(201, _seen(request, report))


@router.get("/outcomes/{item}/file", operation_id="outcome_file", openapi_extra=BINARY_ANSWER)
def outcome_file(request: HttpRequest, item: Id) -> Any:
    """The file that shows an outcome."""
    found = queries.item(request.actor, item)
    if found is None or found.file is None:
        raise Http404
    _noted(request, found.report.duty)
    return answer(found.file, found.file_name)


@router.put("/calls/{code}/report-schedule", response=ReportScheduleIn, operation_id="set_report_schedule")
@known_to(*READING_ROLES)
def set_report_schedule(request: HttpRequest, code: str, given: ReportScheduleIn) -> Any:
    """Sets when the award holders of a call report, until the first of its awards is in force."""
    row = one(calls.calls(request.actor), code=code)
    actions.set_schedule(by=request.actor, now=request.now, call=row.pk, months=given.months)
    return {"months": one(calls.calls(request.actor), code=code).report_months}
