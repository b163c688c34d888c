"""The API of calls before they are public: a whole call as one document, written, replaced, copied, handed over."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.calls import queries as calls
from madang.portal.calls.rules import CallKind, CallState
from madang.portal.drafts import actions, queries
from madang.portal.drafts.documents import CallDocument, TrackPart
from madang.portal.drafts.rules import (
    BonusDraft,
    CallDraft,
    ConsentAsked,
    CriterionDraft,
    EvidenceDraft,
    IntakeDraft,
    ProductOffer,
    RuleDraft,
    SectionDraft,
    TrackDraft,
    faults,
)
from madang.portal.faces import known_to, one
from madang.portal.refusals import sentence
from madang.portal.schemas import Comment, Version

router = Router(tags=["drafts"])
SMALL, LARGE = 32_767, 2**31 - 1
MOST = 1000


class DraftOut(Schema):
    """A call as a document, what still keeps it from being published, and the approval that it waits for."""

    version: int
    state: CallState
    document: CallDocument
    open_points: list[str]
    approval: int | None


class DraftLineOut(Schema):
    """A call that is being written."""

    code: str
    kind: CallKind
    title_ko: str
    title_en: str
    version: int


class ReplaceIn(Schema):
    """The document that replaces the draft of the version that was read."""

    version: Version
    document: CallDocument


class CopyIn(Schema):
    """Short name and titles of the new call."""

    code: str = Field(pattern=r"^[-a-zA-Z0-9_]{1,40}$")
    title_ko: str = Field(max_length=160)
    title_en: str = Field(max_length=160)


class HandOverIn(Schema):
    """The version that was read, and a word to the approver."""

    version: Version
    comment: Comment = ""


def _read(given: CallDocument) -> CallDraft:
    plain = given.dict(exclude={"intakes", "tracks"})
    intakes = tuple(IntakeDraft(**part.dict()) for part in given.intakes)
    return CallDraft(**plain, intakes=intakes, tracks=tuple(_track(part) for part in given.tracks))


def _track(given: TrackPart) -> TrackDraft:
    lists = ("products", "criteria", "sections", "rules", "papers", "bonuses", "consents")
    return TrackDraft(
        **given.dict(exclude=set(lists)),
        products=tuple(ProductOffer(**part.dict()) for part in given.products),
        criteria=tuple(CriterionDraft(**part.dict()) for part in given.criteria),
        sections=tuple(SectionDraft(**part.dict()) for part in given.sections),
        rules=tuple(RuleDraft(**part.dict(exclude_none=True)) for part in given.rules),
        evidence=tuple(EvidenceDraft(**part.dict()) for part in given.papers),
        bonuses=tuple(BonusDraft(**part.dict()) for part in given.bonuses),
        consents=tuple(ConsentAsked(**part.dict()) for part in given.consents),
    )


def _written(draft: CallDraft) -> dict[str, Any]:
    tracks = [
        {**vars(track), "papers": track.evidence, "rules": [vars(rule) for rule in track.rules]}
        for track in draft.tracks
    ]
    return {**vars(draft), "tracks": tracks}


def _shown(request: HttpRequest, code: str) -> dict[str, Any]:
    row = one(calls.whole(request.actor), code=code)
    draft, waiting = queries.draft_of(row), queries.waiting_approval(request.actor, row.pk)
    missing = faults(draft, request.now) if row.state == CallState.DRAFT else []
    return {
        "version": row.version,
        "state": row.state,
        "document": _written(draft),
        "open_points": [sentence(fault) for fault in missing],
        "approval": waiting.pk if waiting else None,
    }


@router.get("/drafts", response=list[DraftLineOut], operation_id="list_call_drafts")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_drafts(request: HttpRequest) -> Any:
    """The calls that are being written, newest first; for staff and auditors."""
    return queries.all_calls(request.actor).filter(state=CallState.DRAFT)


@router.post("/drafts", response={201: DraftOut}, operation_id="draft_call")
@known_to(*READING_ROLES)
def draft_call(request: HttpRequest, given: CallDocument) -> Any:
    """Writes a draft from a document, whole or not; nobody else sees it before it is approved."""
    made = actions.create_call(by=request.actor, now=request.now, call=_read(given))
    return Status(201, _shown(request, made.code))


@router.get("/calls/{code}/document", response=DraftOut, operation_id="get_call_document")
@known_to(*READING_ROLES)
def get_document(request: HttpRequest, code: str) -> Any:
    """Any call as the document that `draft_call` takes, with what is still open; for staff and auditors."""
    return _shown(request, code)


@router.put("/calls/{code}/document", response=DraftOut, operation_id="replace_call_document")
@known_to(*READING_ROLES)
def replace_document(request: HttpRequest, code: str, given: ReplaceIn) -> Any:
    """Replaces all that a draft holds, but for its short name; 409 where somebody else saved meanwhile."""
    row = one(calls.calls(request.actor), code=code)
    draft = _read(given.document)
    actions.rewrite(by=request.actor, now=request.now, call=row.pk, version=given.version, draft=draft)
    return _shown(request, code)


@router.post("/calls/{code}/copies", response={201: DraftOut}, operation_id="copy_call")
@known_to(*READING_ROLES)
def copy_call(request: HttpRequest, code: str, given: CopyIn) -> Any:
    """A new draft with the tracks of this call; its dates are to be given."""
    row = one(calls.calls(request.actor), code=code)
    made = actions.copy_call(by=request.actor, now=request.now, source=row.pk, **given.dict())
    return Status(201, _shown(request, made.code))


@router.post("/calls/{code}/publication", response=DraftOut, operation_id="propose_publication")
@known_to(*READING_ROLES)
def propose_publication(request: HttpRequest, code: str, given: HandOverIn) -> Any:
    """Lays a whole draft before an approver, who publishes it by approving what `approval` names."""
    row = one(calls.calls(request.actor), code=code, state=CallState.DRAFT)
    actions.draft_publication(by=request.actor, now=request.now, call=row.pk, **given.dict())
    return _shown(request, code)
