"""The API of consensuses: who moderates, the sheet that a moderator sends, and what each reviewer says to it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.consensus import actions, queries
from madang.portal.consensus.rules import ConsensusState
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Code, Id, Version

router = Router(tags=["consensus"])


class ConsensusLineOut(Schema):
    """How far an application's consensus is; no state where nobody moderates it yet."""

    application: int
    number: str
    moderator: int | None
    state: ConsensusState | None
    sheets: int
    sheets_waiting: int


class ModeratorIn(Schema):
    """The reviewer who moderates, by place in the pool."""

    moderator: Id


class AgreedLine(Schema):
    """A criterion of the sheet to agree on; `comment` says why, needed outside of what the reviewers gave."""

    criterion: Code
    points: int | None = Field(None, ge=0, le=32_767)
    comment: str = Field("", max_length=4000)


class AgreedSheetIn(Schema):
    """The sheet to agree on, as the moderator writes it."""

    version: Version
    lines: list[AgreedLine] = Field(max_length=1000)
    comment: str = Field("", max_length=8000)


class AgreedSheetOut(Schema):
    """One version as it was sent to the reviewers, and what came back, without names."""

    number: int
    points: dict[str, int]
    reasons: dict[str, str]
    comment: str
    sent_at: datetime
    agreed: int
    objections: list[str]

    @staticmethod
    def resolve_agreed(row: Any) -> int:
        return sum(one.agrees for one in row.assents.all())

    @staticmethod
    def resolve_objections(row: Any) -> list[str]:
        return sorted(one.reason for one in row.assents.all() if not one.agrees)


class AloneOut(Schema):
    """An independent sheet, without a name: points by criterion."""

    points: dict[str, int | None]
    comment: str


class ConsensusOut(Schema):
    """A consensus with the independent sheets beside it; these are empty until all are in."""

    application: int
    state: ConsensusState
    version: int
    sheets_waiting: int
    alone: list[AloneOut]
    sent: list[AgreedSheetOut]
    closed_at: datetime | None
    reason: str


class AgreedAnswerIn(Schema):
    """To which version one agrees or objects, and why."""

    number: int = Field(ge=1, le=32_767)
    agrees: bool
    reason: str = Field("", max_length=1000)


class ConsensusReasonIn(Schema):
    """The version of the consensus that was read, and why."""

    version: Version
    reason: str = Field("", max_length=500)


def _row(request: HttpRequest, id: int) -> Any:
    row = queries.open_to(request.actor, id, request.now)
    if row is None:
        raise Http404
    return row


def _shown(request: HttpRequest, id: int) -> dict[str, Any]:
    row = _row(request, id)
    panel = queries.panel(id, request.now)
    alone = [] if panel.waiting else panel.sheets
    return {
        "application": id,
        "state": row.state,
        "version": row.version,
        "sheets_waiting": panel.waiting,
        "alone": [
            {"points": {one.criterion.code: one.points for one in sheet.points.all()}, "comment": sheet.comment}
            for sheet in alone
        ],
        "sent": list(row.sheets.all()),
        "closed_at": row.closed_at,
        "reason": row.reason,
    }


@router.get("/intakes/{int:intake}/consensus", response=list[ConsensusLineOut], operation_id="list_consensus")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_consensus(request: HttpRequest, intake: int) -> Any:
    """The applications of an intake that decide by consensus; that they were read is noted."""
    one(queries.intakes(request.actor), pk=intake)
    read(by=request.actor, now=request.now, what="search", kind="application", subject="all")
    rows = list(queries.files(request.actor, intake))
    panels = queries.panels([row.pk for row in rows], request.now)
    return [
        {
            "application": row.pk,
            "number": row.number,
            "moderator": row.consensus.moderator_id if hasattr(row, "consensus") else None,
            "state": row.consensus.state if hasattr(row, "consensus") else None,
            "sheets": len(panels[row.pk].sheets),
            "sheets_waiting": panels[row.pk].waiting,
        }
        for row in rows
    ]


@router.put("/applications/{int:id}/moderator", response={204: None}, operation_id="appoint_moderator")
@known_to(*READING_ROLES)
def appoint(request: HttpRequest, id: int, given: ModeratorIn) -> Any:
    """Makes a reviewer the moderator of an application, or puts another in the place of who was."""
    one(queries.files(request.actor), pk=id)
    actions.appoint(by=request.actor, now=request.now, application=id, moderator=given.moderator)
    return Status(204, None)


@router.get("/consensus/{int:id}", response=ConsensusOut, operation_id="get_consensus")
def get_consensus(request: HttpRequest, id: int) -> Any:
    """The consensus on an application (by its id), for staff, its moderator, and once sent for its reviewers."""
    actions.note_reading(by=request.actor, now=request.now, row=_row(request, id))
    return _shown(request, id)


def _given(payload: AgreedSheetIn) -> dict[str, Any]:
    return {
        "version": payload.version,
        "comment": payload.comment,
        "points": {line.criterion: line.points for line in payload.lines},
        "comments": {line.criterion: line.comment for line in payload.lines},
    }


@router.put("/consensus/{int:id}/sheet", response=ConsensusOut, operation_id="save_agreed_sheet")
def save(request: HttpRequest, id: int, payload: AgreedSheetIn) -> Any:
    """The moderator keeps the sheet as a draft; 409 when it was saved elsewhere meanwhile."""
    _row(request, id)
    actions.write(by=request.actor, now=request.now, application=id, **_given(payload))
    return _shown(request, id)


@router.post("/consensus/{int:id}/sheets", response={201: ConsensusOut}, operation_id="send_agreed_sheet")
def send(request: HttpRequest, id: int, payload: AgreedSheetIn) -> Any:
    """Saves the sheet and sends it to the reviewers."""
    _row(request, id)
    actions.send(by=request.actor, now=request.now, application=id, **_given(payload))
    return Status(201, _shown(request, id))


@router.post("/consensus/{int:id}/answers", response={201: ConsensusOut}, operation_id="answer_agreed_sheet")
def answer(request: HttpRequest, id: int, given: AgreedAnswerIn) -> Any:
    """A reviewer agrees to the version that was sent last, or objects; once all agree it is closed."""
    _row(request, id)
    actions.answer(by=request.actor, now=request.now, application=id, **given.dict())
    return Status(201, _shown(request, id))


@router.post("/consensus/{int:id}/closure", response=ConsensusOut, operation_id="close_consensus")
def close(request: HttpRequest, id: int, given: ConsensusReasonIn) -> Any:
    """The moderator closes once everybody has answered; over an objection with a reason."""
    _row(request, id)
    actions.close(by=request.actor, now=request.now, application=id, **given.dict())
    return _shown(request, id)


@router.post("/consensus/{int:id}/reopening", response=ConsensusOut, operation_id="reopen_consensus")
def reopen(request: HttpRequest, id: int, given: ConsensusReasonIn) -> Any:
    """A programme manager takes a closed consensus up again, with a reason."""
    _row(request, id)
    actions.reopen(by=request.actor, now=request.now, application=id, **given.dict())
    return _shown(request, id)
