"""The API of calls before they are public: a whole call as one document, written, replaced, copied, handed over."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.calls import queries as calls
from madang.portal.calls.rules import CallKind, CallState, ConflictRules, EligibilityKind, ReferenceDate
from madang.portal.drafts import actions, queries
from madang.portal.drafts.rules import (
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
from madang.portal.prices.rules import Stacking
from madang.portal.refusals import sentence
from madang.portal.schemas import Code, Comment, Instant, Month, Version
from madang.review.scores import Rule as ScoreRule

router = Router(tags=["drafts"])
SMALL, LARGE = 32_767, 2**31 - 1
MOST = 1000


class IntakePart(Schema):
    """An intake's dates, to the minute, and how many days there are to accept an award and to object."""

    opens_at: Instant
    closes_at: Instant
    review_due_at: Instant
    decision_due_at: Instant
    accept_days: int = Field(7, ge=0, le=SMALL)
    objection_days: int = Field(30, ge=0, le=SMALL)


class OfferPart(Schema):
    """A product by its code, with the least and the most that one application may ask for."""

    product: Code
    minimum: int = Field(1, ge=1, le=LARGE)
    maximum: int = Field(ge=1, le=LARGE)


class CriterionPart(Schema):
    """One line of the scoring table."""

    code: Code
    title_ko: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    points: int = Field(ge=1, le=SMALL)
    minimum_points: int = Field(0, ge=0, le=SMALL)
    required: bool = True
    anchors_ko: str = Field("", max_length=2000)
    anchors_en: str = Field("", max_length=2000)


class SectionPart(Schema):
    """One written part of the plan."""

    code: Code
    title_ko: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    max_characters: int = Field(ge=0, le=LARGE)
    guidance_ko: str = ""
    guidance_en: str = ""
    required: bool = True


class ParametersPart(Schema):
    """What a rule compares with; each kind of rule takes one of these at most."""

    kinds: list[Code] | None = None
    regions: list[Code] | None = None
    years: int | None = Field(None, ge=1, le=100)
    awards: int | None = Field(None, ge=0, le=100)


class RulePart(Schema):
    """An eligibility rule and the day as of which it is judged."""

    kind: EligibilityKind
    reference_date: ReferenceDate
    parameters: ParametersPart = ParametersPart()


class PaperPart(Schema):
    """A paper that applicants hand in."""

    code: Code
    title_ko: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    issuer_ko: str = Field(max_length=120)
    issuer_en: str = Field(max_length=120)
    max_age_days: int | None = Field(None, ge=0, le=LARGE)
    required: bool = True


class ConsentPart(Schema):
    """A version of a consent text, by its code."""

    code: Code
    version: int = Field(ge=1, le=SMALL)
    required: bool = True


class TrackPart(Schema):
    """A track with all its parts; `last_month` is the last one awarded, the minimum is thousandths of a point."""

    code: Code
    title_ko: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    guidance_ko: str = ""
    guidance_en: str = ""
    first_month: Month
    last_month: Month
    minimum_months: int = Field(1, ge=0, le=SMALL)
    minimum_total_milli: int = Field(0, ge=0, le=LARGE)
    stacking: Stacking = Stacking.BEST
    reviews_wanted: int = Field(3, ge=1, le=SMALL)
    conflict_rules: ConflictRules = ConflictRules.KOREAN
    score_rule: ScoreRule = ScoreRule.MEAN
    document_weight: int = Field(1, ge=0, le=100)
    presentation_weight: int = Field(0, ge=0, le=100)
    on_site_weight: int = Field(0, ge=0, le=100)
    quorum_percent: int = Field(50, ge=0, le=99)
    bonus_most: int = Field(0, ge=0, le=SMALL)
    penalty_most: int = Field(0, ge=0, le=SMALL)
    products: list[OfferPart] = Field([], max_length=MOST)
    criteria: list[CriterionPart] = Field([], max_length=MOST)
    sections: list[SectionPart] = Field([], max_length=MOST)
    rules: list[RulePart] = Field([], max_length=MOST)
    papers: list[PaperPart] = Field([], max_length=MOST)
    consents: list[ConsentPart] = Field([], max_length=MOST)


class CallDocument(Schema):
    """A call with its intakes and tracks in order; `blind`: reviewers do not see who applies."""

    code: str = Field(pattern=r"^[-a-zA-Z0-9_]{1,40}$")
    kind: CallKind
    title_ko: str = Field(max_length=160)
    title_en: str = Field(max_length=160)
    summary_ko: str = ""
    summary_en: str = ""
    blind: bool = False
    intakes: list[IntakePart] = Field([], max_length=MOST)
    tracks: list[TrackPart] = Field([], max_length=MOST)


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
    lists = ("products", "criteria", "sections", "rules", "papers", "consents")
    return TrackDraft(
        **given.dict(exclude=set(lists)),
        products=tuple(ProductOffer(**part.dict()) for part in given.products),
        criteria=tuple(CriterionDraft(**part.dict()) for part in given.criteria),
        sections=tuple(SectionDraft(**part.dict()) for part in given.sections),
        rules=tuple(RuleDraft(**part.dict(exclude_none=True)) for part in given.rules),
        evidence=tuple(EvidenceDraft(**part.dict()) for part in given.papers),
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
