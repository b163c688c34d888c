"""The API of damage and accidents: reporting, reading, moving on, closing the facility."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.bookings.keeping_api import PeriodIn, period_of
from madang.portal.faces import known_to, one
from madang.portal.facilities import queries as facilities
from madang.portal.files.actions import store
from madang.portal.files.rules import ATTACHMENTS, clean_name
from madang.portal.incidents import actions, queries, rules
from madang.portal.incidents.rules import IncidentKind, IncidentState, Severity
from madang.portal.journal.actions import read
from madang.portal.schemas import Code, Id, Version

router = Router(tags=["facilities"])


class IncidentOut(Schema):
    """A report; `closure_id` is the closure that it led to."""

    id: int
    facility: str = Field(alias="facility.code")
    booking_id: int | None
    kind: IncidentKind
    severity: Severity
    what: str
    file_name: str
    state: IncidentState
    closure_id: int | None
    reported_at: datetime
    settled_at: datetime | None
    version: int


class IncidentMoveIn(Schema):
    """To which state, with what words; words are needed at the end."""

    version: Version
    to: IncidentState
    words: Annotated[str, Field(max_length=rules.WORDS)] = ""


class IncidentBlockIn(PeriodIn):
    """When the facility is closed because of a report."""

    version: Version


def _seen(request: HttpRequest, report: int) -> Any:
    row = one(queries.incidents(request.actor), pk=report)
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="view", kind="incident", subject=report)
    return row


@router.get("/incidents", response=list[IncidentOut], operation_id="list_incidents")
@paginate
def list_incidents(request: HttpRequest, state: IncidentState | None = None) -> Any:
    """The caller's reports, newest first; everybody's for staff and auditors."""
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="search", kind="incident", subject=state or "all")
    rows = queries.incidents(request.actor)
    return rows.filter(state=state) if state else rows


@router.post("/facilities/{code}/incidents", response={201: IncidentOut}, operation_id="report_incident")
def report_incident(
    request: HttpRequest,
    code: Code,
    kind: IncidentKind = Form(...),  # noqa: B008
    severity: Severity = Form(...),  # noqa: B008
    what: str = Form(..., max_length=rules.WHAT),
    words: str = Form(..., max_length=rules.WORDS),
    booking_id: int | None = Form(None, ge=1, le=2**63 - 1),
    file: UploadedFile | None = File(None),  # noqa: B008
) -> Any:
    """Reports damage or an accident at a facility, with a photo or another file."""
    row = one(facilities.facilities(request.actor), code=code)
    rules.refuse_unless_user(request.actor)
    kept: dict[str, Any] = {}
    if file is not None:
        stored = store(now=request.now, name=file.name or "", allowed=ATTACHMENTS, upload_chunks=file.chunks())
        kept = {"file": stored, "file_name": clean_name(file.name or "")}
    given = {"kind": kind, "severity": severity, "what": what, "words": words, "booking": booking_id, **kept}
    return Status(201, actions.report(by=request.actor, now=request.now, facility=row.pk, **given))


@router.get("/incidents/{int:report}", response=IncidentOut, operation_id="get_incident")
def get_incident(request: HttpRequest, report: Id) -> Any:
    """One report."""
    return _seen(request, report)


@router.post("/incidents/{int:report}/moves", response=IncidentOut, operation_id="move_incident")
@known_to(*READING_ROLES)
def move_incident(request: HttpRequest, report: Id, given: IncidentMoveIn) -> Any:
    """Moves a report on."""
    _seen(request, report)
    actions.move(by=request.actor, now=request.now, report=report, **given.dict())
    return one(queries.incidents(request.actor), pk=report)


@router.post("/incidents/{int:report}/block", response=IncidentOut, operation_id="block_for_incident")
@known_to(*READING_ROLES)
def block_for_incident(request: HttpRequest, report: Id, given: IncidentBlockIn) -> Any:
    """Closes the facility because of a report; bookings in that time are cancelled, and their people told."""
    _seen(request, report)
    act = {"report": report, "version": given.version, "period": period_of(given)}
    actions.block(by=request.actor, now=request.now, **act)
    return one(queries.incidents(request.actor), pk=report)
