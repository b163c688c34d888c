"""The API of applications: begin, read, save, ask, attach, consent, submit, reopen, withdraw."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import File, Form, Router, Schema, Status, UploadedFile
from ninja.pagination import LimitOffsetPagination, paginate
from pydantic import Field

from madang.portal.applications import actions, queries, showing, uploads
from madang.portal.applications.actions import save as save_texts
from madang.portal.applications.rules import ApplicationState, AskLine
from madang.portal.faces import one
from madang.portal.journal import actions as journal

router = Router(tags=["applications"])
# Ids beyond what a database column holds are nobody's.
LARGEST = 2**63 - 1


class BeginIn(Schema):
    """Which intake, track and organisation a draft is for, by their ids."""

    intake: int = Field(ge=1, le=LARGEST)
    track: int = Field(ge=1, le=LARGEST)
    organisation: int = Field(ge=1, le=LARGEST)
    title: str = Field("", max_length=160)


class SaveIn(Schema):
    """Title and written parts by their codes; `version` is the one that was read."""

    version: int = Field(ge=1, le=2**31 - 1)
    title: str = Field(max_length=160)
    sections: dict[str, str] = {}
    department: str | None = Field(None, max_length=80)


class AskIn(Schema):
    """`quantity` of a product by its code, at least `least`, for `months` from `first_month` (YYYY-MM)."""

    product: str = Field(max_length=30)
    quantity: int = Field(ge=1, le=2**31 - 1)
    least: int = Field(ge=1, le=2**31 - 1)
    first_month: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
    months: int = Field(ge=1, le=120)


class AsksIn(Schema):
    """Everything that is asked for; it replaces what was asked before."""

    version: int = Field(ge=1, le=2**31 - 1)
    asks: list[AskIn] = Field(max_length=100)


class VersionIn(Schema):
    version: int = Field(ge=1, le=2**31 - 1)


class AttachmentOut(Schema):
    """A file of the draft, with its SHA-256 in hexadecimal."""

    id: int
    name: str
    paper: str | None
    size_bytes: int
    sha256: str
    issued_on: date | None
    valid_until: date | None


class ReceiptOut(Schema):
    """The receipt of a submission; hashes are SHA-256 in hexadecimal."""

    number: str
    version: int
    submitted_at: datetime
    content_sha256: str
    files: list[dict[str, Any]]


class ApplicationOut(Schema):
    """An application of one of the caller's organisations."""

    id: int
    state: ApplicationState
    number: str | None
    title: str
    version: int
    call: str
    intake: int
    track: str
    organisation: int
    saved_at: datetime
    submitted_at: datetime | None
    closes_at: datetime

    @staticmethod
    def resolve_call(row: Any) -> str:
        return str(row.intake.call.code)

    @staticmethod
    def resolve_intake(row: Any) -> int:
        return int(row.intake.number)

    @staticmethod
    def resolve_track(row: Any) -> str:
        return str(row.track.code)

    @staticmethod
    def resolve_organisation(row: Any) -> int:
        return int(row.organisation_id)

    @staticmethod
    def resolve_closes_at(row: Any) -> datetime:
        return row.intake.closes_at


class WholeApplicationOut(ApplicationOut):
    """An application with all that it holds, what is still open in words, and its receipt once it is submitted."""

    department: str
    sections: dict[str, str]
    asks: list[AskIn]
    attachments: list[AttachmentOut]
    accepted_texts: list[int]
    open_points: list[str]
    eligibility: list[dict[str, Any]]
    receipt: ReceiptOut | None

    @staticmethod
    def resolve_asks(row: Any) -> Any:
        return [vars(queries.ask_line(ask)) for ask in row.asks.all()]

    @staticmethod
    def resolve_attachments(row: Any) -> Any:
        return [_attachment(one) for one in row.attachments.all()]

    @staticmethod
    def resolve_accepted_texts(row: Any) -> list[int]:
        return [one.text_id for one in row.consents.all()]

    @staticmethod
    def resolve_open_points(row: Any) -> list[str]:
        return showing.open_points(row)

    @staticmethod
    def resolve_eligibility(row: Any, context: Any) -> Any:
        now = context["request"].now
        found = showing.rules(row.track, row.intake, row.organisation_id, now, row.pk)
        return [{"text": rule.text, "day": rule.day, "passed": rule.passed} for rule in found]

    @staticmethod
    def resolve_receipt(row: Any) -> Any:
        return _receipt(row)


def _receipt(row: Any) -> dict[str, Any] | None:
    held = row.in_force
    if held is None:
        return None
    return {
        "number": row.number,
        "version": held.number,
        "submitted_at": held.submitted_at,
        "content_sha256": held.content_sha256,
        "files": held.content.get("files", []),
    }


def _attachment(row: Any) -> dict[str, Any]:
    names = ("id", "name", "issued_on", "valid_until")
    return {
        **{name: getattr(row, name) for name in names},
        "paper": row.evidence.code if row.evidence else None,
        "size_bytes": row.file.size,
        "sha256": row.file.sha256,
    }


def _seen(request: HttpRequest, id: int) -> Any:
    if id > LARGEST:
        raise Http404
    return one(queries.whole(request.actor), pk=id)


def _who(request: HttpRequest, id: int) -> dict[str, Any]:
    """What every action needs; 404 for what the caller may not see."""
    return {"by": request.actor, "now": request.now, "application": _seen(request, id).pk}


@router.get("/applications", response=list[ApplicationOut], operation_id="list_applications")
@paginate(LimitOffsetPagination)
def list_applications(request: HttpRequest, state: ApplicationState | None = None) -> Any:
    """The applications of the caller's organisations, newest first."""
    rows = queries.mine(request.actor)
    return rows.filter(state=state) if state else rows


@router.post("/applications", response={201: WholeApplicationOut}, operation_id="begin_application")
def begin_application(request: HttpRequest, given: BeginIn) -> Any:
    """Begins a draft while the intake takes applications."""
    made = actions.begin(by=request.actor, now=request.now, **given.dict())
    return Status(201, _seen(request, made.pk))


@router.get("/applications/{int:id}", response=WholeApplicationOut, operation_id="application")
def application(request: HttpRequest, id: int) -> Any:
    """One application with all that it holds."""
    row = _seen(request, id)
    if not request.actor.member_of(row.organisation_id):
        given = {"kind": "application", "subject": id, "whose": row.created_by_id, "organisation": row.organisation_id}
        journal.read(by=request.actor, now=request.now, what="view", **given)
    return _seen(request, id)


@router.put("/applications/{int:id}/texts", response=WholeApplicationOut, operation_id="save_application")
def save_application(request: HttpRequest, id: int, given: SaveIn) -> Any:
    """Saves title and parts over the version that was read; 409 with what stands there where someone was first."""
    save_texts(**_who(request, id), **given.dict())
    return _seen(request, id)


@router.put("/applications/{int:id}/asks", response=WholeApplicationOut, operation_id="set_application_asks")
def set_asks(request: HttpRequest, id: int, given: AsksIn) -> Any:
    """Replaces what is asked for."""
    lines = [AskLine(**line.dict()) for line in given.asks]
    actions.set_asks(**_who(request, id), version=given.version, asks=lines)
    return _seen(request, id)


@router.post("/applications/{int:id}/attachments", response={201: AttachmentOut}, operation_id="attach_file")
def attach_file(
    request: HttpRequest,
    id: int,
    file: UploadedFile = File(...),  # noqa: B008
    paper: str = Form("", max_length=30, description="The code of the paper that this is; empty for another file."),
    issued_on: date | None = Form(None),  # noqa: B008
    valid_until: date | None = Form(None),  # noqa: B008
) -> Any:
    """Attaches a file; its type is judged by its content."""
    who = _who(request, id)
    row, now = one(queries.visible(request.actor), pk=id), request.now
    stored = uploads.kept(row, now=now, name=file.name, chunks=file.chunks(), evidence=paper)
    given = {"evidence": paper, "issued_on": issued_on, "valid_until": valid_until}
    made = actions.attach(**who, **stored, **given)
    return Status(201, _attachment(one(queries.draft_files(request.actor).select_related("evidence"), pk=made.pk)))


@router.delete(
    "/applications/{int:id}/attachments/{int:attachment}", response={204: None}, operation_id="remove_attachment"
)
def remove_attachment(request: HttpRequest, id: int, attachment: int) -> Any:
    """Takes a file out of the draft."""
    who = _who(request, id)
    if attachment > LARGEST:
        raise Http404
    one(queries.draft_files(request.actor), pk=attachment, application=id)
    actions.remove_file(**who, attachment=attachment)
    return Status(204, None)


@router.put("/applications/{int:id}/consents/{int:text}", response={204: None}, operation_id="accept_consent")
def accept_consent(request: HttpRequest, id: int, text: int) -> Any:
    """Accepts one text, by its id in the call."""
    actions.accept_consent(**_who(request, id), text=text)
    return Status(204, None)


@router.delete("/applications/{int:id}/consents/{int:text}", response={204: None}, operation_id="withdraw_consent")
def withdraw_consent(request: HttpRequest, id: int, text: int) -> Any:
    """Takes the acceptance of a text back."""
    actions.withdraw_consent(**_who(request, id), text=min(text, LARGEST))
    return Status(204, None)


@router.post("/applications/{int:id}/submit", response=ReceiptOut, operation_id="submit_application")
def submit_application(request: HttpRequest, id: int, given: VersionIn) -> Any:
    """Submits the version that was read, judged by when the request arrived; sent twice it gives the same receipt."""
    actions.submit(**_who(request, id), version=given.version)
    return _receipt(_seen(request, id))


@router.post("/applications/{int:id}/reopen", response=WholeApplicationOut, operation_id="reopen_application")
def reopen_application(request: HttpRequest, id: int) -> Any:
    """Opens a submitted application for changes; what was submitted counts meanwhile."""
    actions.reopen(**_who(request, id))
    return _seen(request, id)


@router.post("/applications/{int:id}/withdraw", response=WholeApplicationOut, operation_id="withdraw_application")
def withdraw_application(request: HttpRequest, id: int) -> Any:
    """Withdraws an application for good."""
    actions.withdraw(**_who(request, id))
    return _seen(request, id)
