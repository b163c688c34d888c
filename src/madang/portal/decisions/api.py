"""The API of decisions: one's own, and the published results of a call for everybody."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.calls import queries as calls
from madang.portal.decisions import queries, texts
from madang.portal.decisions.rules import Outcome
from madang.portal.faces import one

router = Router(tags=["decisions"])


class DecisionOut(Schema):
    """What was decided on one application. Scores are thousandths of a point; `rank` is the place among `among`."""

    application: str
    call: str
    outcome: Outcome
    reason_code: str
    reason_en: str
    reason_ko: str
    score_milli: int | None
    criteria_milli: dict[str, int]
    rank: int | None
    among: int | None
    reserve_place: int | None
    published_at: datetime | None

    @staticmethod
    def resolve_application(row: Any) -> str:
        return str(row.application.number)

    @staticmethod
    def resolve_call(row: Any) -> str:
        return str(row.application.intake.call.code)

    @staticmethod
    def resolve_reason_en(row: Any) -> str:
        return texts.reason_of(row, "en", {})

    @staticmethod
    def resolve_reason_ko(row: Any) -> str:
        return texts.reason_of(row, "ko", {})


class GivenOut(Schema):
    """So many of a product."""

    product: str
    quantity: int


class ResultOut(Schema):
    """A published result: organisation and title of those selected, the application's number of the others."""

    intake: int
    track: str
    outcome: Outcome
    application: str | None
    organisation: str | None
    title: str | None
    given: list[GivenOut]
    reason_en: str
    reason_ko: str


@router.get("/decisions", response=list[DecisionOut], operation_id="list_decisions")
@paginate(LimitOffsetPagination)
def list_decisions(request: HttpRequest) -> Any:
    """The published decisions on one's organisations' applications; all of them for staff and auditors."""
    return queries.decisions(request.actor)


@router.get("/calls/{code}/results", response=list[ResultOut], auth=None, operation_id="list_results")
@paginate(LimitOffsetPagination)
def list_results(request: HttpRequest, code: str) -> Any:
    """The published results of a call."""
    call = one(calls.calls(request.actor), code=code)
    return [_result(row) for row in queries.published(call)]


def _result(row: Any) -> dict[str, Any]:
    selected = row.outcome == Outcome.AWARDED
    lines = row.application.award.lines.all() if selected else []
    return {
        "intake": row.application.intake.number,
        "track": row.application.track.code,
        "outcome": row.outcome,
        "application": None if selected else row.application.number,
        "organisation": row.application.organisation.name if selected else None,
        "title": row.application.title if selected else None,
        "given": [{"product": line.product.code, "quantity": line.quantity} for line in lines],
        "reason_en": texts.reason_of(row, "en", {}),
        "reason_ko": texts.reason_of(row, "ko", {}),
    }
