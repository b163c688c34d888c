"""The API of calls: the published ones, readable by everyone."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate
from pydantic import Field

from madang.portal.calls import queries, showing
from madang.portal.calls.rules import CallKind, IntakeState, ReferenceDate
from madang.portal.faces import one

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


class CallOut(Schema):
    """A published call."""

    code: str
    kind: CallKind
    state: str
    title_ko: str
    title_en: str
    published_at: datetime
    intakes: list[IntakeOut]


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


def _intake(shown: showing.ShownIntake) -> dict[str, Any]:
    row = shown.intake
    names = ("id", "number", "opens_at", "closes_at", "review_due_at", "decision_due_at", "accept_days")
    return {"state": shown.state, "accepting": shown.accepting, **{name: getattr(row, name) for name in names}}


def _call(call: Any, request: HttpRequest) -> dict[str, Any]:
    names = ("code", "kind", "state", "title_ko", "title_en", "published_at")
    intakes = [_intake(shown) for shown in showing.intakes(call, request.now)]
    return {**{name: getattr(call, name) for name in names}, "intakes": intakes}


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
        for rule, line in zip(row.eligibility_rules.all(), shown.rules, strict=True)
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
    return [_call(call, request) for call in queries.published(request.actor)]


@router.get("/calls/{code}", response=WholeCallOut, auth=None, operation_id="call")
def call(request: HttpRequest, code: str) -> Any:
    """One published call with its tracks, rules in words, prices and correction notices."""
    row = one(queries.whole(request.actor).exclude(state="draft"), code=code)
    return {
        **_call(row, request),
        "summary_ko": row.summary_ko,
        "summary_en": row.summary_en,
        "tracks": [_track(shown) for shown in showing.tracks(row, request.actor)],
        "corrections": list(row.corrections.all()),
    }
