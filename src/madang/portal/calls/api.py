"""The API of calls: the published ones, readable by everyone."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate
from pydantic import Field

from madang.portal.actors import READING_ROLES
from madang.portal.calls import actions, queries, showing
from madang.portal.calls.rules import CallKind, IntakeState, ReferenceDate
from madang.portal.eligibility.rules import NOT_BANNED
from madang.portal.faces import known_to, one
from madang.portal.schemas import Code, Version

router = Router(tags=["calls"])


class IntakeOut(Schema):
    """An intake; applications count in the half-open stretch [opens_at, closes_at). `accepting` is judged now."""

    id: int
    number: int
    state: IntakeState
    accepting: bool
    opens_at: datetime
    closes_at: datetime
    review_due_at: datetime
    decision_due_at: datetime
    accept_days: int
    objection_days: int


class CallOut(Schema):
    """A published call."""

    code: str
    kind: CallKind
    state: str
    title_ko: str
    title_en: str
    blind: bool = Field(description="Reviewers do not see who applies.")
    published_at: datetime
    intakes: list[IntakeOut]

    @staticmethod
    def resolve_intakes(row: Any, context: Any) -> Any:
        return [_intake(shown) for shown in showing.intakes(row, context["request"].now)]


class OfferOut(Schema):
    """A product on offer; prices in won, null where none is set for the track's first month."""

    product: str
    name_ko: str
    name_en: str
    minimum: int
    maximum: int
    price_won: int | None
    reference_price_won: int | None
    priced_by: str = Field(description="month or hour")


class CriterionOut(Schema):
    code: str
    title_ko: str
    title_en: str
    points: int
    minimum_points: int


class SectionOut(Schema):
    code: str
    title_ko: str
    title_en: str
    max_characters: int
    required: bool


class RuleOut(Schema):
    """An eligibility rule with its sentence in the caller's language."""

    kind: str
    reference_date: ReferenceDate
    parameters: dict[str, Any]
    text: str


class PaperOut(Schema):
    code: str
    title_ko: str
    title_en: str
    issuer_ko: str
    issuer_en: str
    max_age_days: int | None
    required: bool


class ConsentOut(Schema):
    """A consent text of a track; accept it by its `text_id`."""

    text_id: int
    code: str
    version: int
    title_ko: str
    title_en: str
    body_ko: str
    body_en: str
    required: bool


class TrackOut(Schema):
    """A track; months are written YYYY-MM, the minimum total is in thousandths of a point."""

    id: int
    code: str
    title_ko: str
    title_en: str
    first_month: str
    last_month: str
    minimum_months: int
    minimum_total_milli: int
    products: list[OfferOut]
    criteria: list[CriterionOut]
    sections: list[SectionOut]
    eligibility: list[RuleOut]
    papers: list[PaperOut]
    consents: list[ConsentOut]


class CorrectionOut(Schema):
    """A correction notice: which field, the old value and the new."""

    number: int
    field: str
    old: str
    new: str
    reason_ko: str
    reason_en: str
    published_at: datetime


class WholeCallOut(CallOut):
    """A published call with everything that it says."""

    summary_ko: str
    summary_en: str
    tracks: list[TrackOut]
    corrections: list[CorrectionOut]

    @staticmethod
    def resolve_tracks(row: Any, context: Any) -> Any:
        return [_track(shown) for shown in showing.tracks(row, context["request"].actor)]

    @staticmethod
    def resolve_corrections(row: Any) -> Any:
        return list(row.corrections.all())


class CorrectionIn(Schema):
    """Which field of which version (as `intake.1.closes_at`, `call.title_ko`), its new value as text, and why."""

    version: Version
    field: str = Field(max_length=80)
    new: str = Field(max_length=20_000)
    reason_ko: str = Field(min_length=1, max_length=500)
    reason_en: str = Field(min_length=1, max_length=500)


class ConsentTextIn(Schema):
    """A text by its code; `refusal_…` says what follows for who does not accept it."""

    code: Code
    title_ko: str = Field(min_length=1, max_length=160)
    title_en: str = Field(min_length=1, max_length=160)
    body_ko: str = Field(min_length=1, max_length=20_000)
    body_en: str = Field(min_length=1, max_length=20_000)
    refusal_ko: str = Field(min_length=1, max_length=300)
    refusal_en: str = Field(min_length=1, max_length=300)


class ConsentTextOut(Schema):
    """A version of a text."""

    code: str
    version: int
    title_ko: str
    title_en: str
    body_ko: str
    body_en: str
    refusal_ko: str
    refusal_en: str
    created_at: datetime


def _intake(shown: showing.ShownIntake) -> dict[str, Any]:
    row = shown.intake
    dates = ("opens_at", "closes_at", "review_due_at", "decision_due_at")
    names = ("id", "number", *dates, "accept_days", "objection_days")
    return {"state": shown.state, "accepting": shown.accepting, **{name: getattr(row, name) for name in names}}


def _offer(shown: showing.ShownProduct) -> dict[str, Any]:
    product = shown.offer.product
    return {
        "product": product.code,
        "name_ko": product.name_ko,
        "name_en": product.name_en,
        "minimum": shown.offer.minimum,
        "maximum": shown.offer.maximum,
        "price_won": shown.price,
        "reference_price_won": shown.reference,
        "priced_by": "month" if shown.by_month else "hour",
    }


def _consent(asked: Any) -> dict[str, Any]:
    names = ("code", "version", "title_ko", "title_en", "body_ko", "body_en")
    return {
        "text_id": asked.text_id,
        "required": asked.required,
        **{name: getattr(asked.text, name) for name in names},
    }


def _track(shown: showing.ShownTrack) -> dict[str, Any]:
    row = shown.track
    names = ("id", "code", "title_ko", "title_en", "first_month", "last_month", "minimum_months", "minimum_total_milli")
    rules = [
        {"kind": rule.kind, "reference_date": rule.reference_date, "parameters": rule.parameters, "text": line.text}
        for rule, line in zip([*row.eligibility_rules.all(), NOT_BANNED], [*shown.rules, shown.always], strict=True)
    ]
    return {
        **{name: getattr(row, name) for name in names},
        "products": [_offer(product) for product in shown.products],
        "criteria": list(row.criteria.all()),
        "sections": list(row.sections.all()),
        "eligibility": rules,
        "papers": list(row.evidence_kinds.all()),
        "consents": [_consent(asked) for asked in row.consents.all()],
    }


@router.get("/calls", response=list[CallOut], auth=None, operation_id="list_calls")
@paginate(LimitOffsetPagination)
def list_calls(request: HttpRequest) -> Any:
    """The published calls, newest first."""
    return queries.published(request.actor)


@router.get("/calls/{code}", response=WholeCallOut, auth=None, operation_id="call")
def call(request: HttpRequest, code: str) -> Any:
    """One published call with its tracks, rules in words, prices and correction notices."""
    return one(queries.whole(request.actor).exclude(state="draft"), code=code)


@router.post("/calls/{code}/corrections", response={201: CorrectionOut}, operation_id="correct_call")
@known_to(*READING_ROLES)
def correct_call(request: HttpRequest, code: str, given: CorrectionIn) -> Any:
    """Changes one field of a published call by a notice that shows old and new, mailed to all who began."""
    row = one(queries.calls(request.actor), code=code)
    return Status(201, actions.correct(by=request.actor, now=request.now, call=row.pk, **given.dict()))


@router.post("/calls/{code}/intakes", response={201: IntakeOut}, operation_id="open_next_intake")
@known_to(*READING_ROLES)
def open_next_intake(request: HttpRequest, code: str) -> Any:
    """Plans the next intake of a rolling call: it opens when the last one closes and is as long."""
    row = one(queries.calls(request.actor), code=code)
    made = actions.open_next_intake(by=request.actor, now=request.now, call=row.pk)
    shown = showing.intakes(one(queries.whole(request.actor), code=code), request.now)
    return Status(201, next(_intake(intake) for intake in shown if intake.intake.pk == made.pk))


@router.post("/calls/{code}/closure", response={204: None}, operation_id="close_call")
@known_to(*READING_ROLES)
def close_call(request: HttpRequest, code: str) -> Any:
    """Ends a call all of whose intakes are closed."""
    row = one(queries.calls(request.actor), code=code)
    actions.close_call(by=request.actor, now=request.now, call=row.pk)
    return Status(204, None)


@router.get("/consent-texts", response=list[ConsentTextOut], operation_id="list_consent_texts")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_consent_texts(request: HttpRequest) -> Any:
    """All versions of all consent texts, newest version of each first; for staff and auditors."""
    return queries.consent_texts()


@router.post("/consent-texts", response={201: ConsentTextOut}, operation_id="add_consent_text")
@known_to(*READING_ROLES)
def add_consent_text(request: HttpRequest, given: ConsentTextIn) -> Any:
    """A new consent or pledge, or the next version of the one with this code."""
    return Status(201, actions.add_consent_text(by=request.actor, now=request.now, **given.dict()))
