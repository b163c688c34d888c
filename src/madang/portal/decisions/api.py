"""The API of decisions: one's own, and the published results of a call for everybody."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.access.bearer import token_or_none
from madang.portal.actors import READING_ROLES
from madang.portal.calls import queries as calls
from madang.portal.decisions import actions, queries, texts
from madang.portal.decisions.rules import Outcome
from madang.portal.faces import known_to, one
from madang.portal.plans import queries as plans
from madang.portal.reviews import queries as reviews
from madang.portal.schemas import Comment

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

    @staticmethod
    def resolve_intake(row: Any) -> int:
        return int(row.application.intake.number)

    @staticmethod
    def resolve_track(row: Any) -> str:
        return str(row.application.track.code)

    @staticmethod
    def resolve_application(row: Any) -> str | None:
        return None if _selected(row) else row.application.number

    @staticmethod
    def resolve_organisation(row: Any) -> str | None:
        return row.application.organisation.name if _selected(row) else None

    @staticmethod
    def resolve_title(row: Any) -> str | None:
        return row.application.title if _selected(row) else None

    @staticmethod
    def resolve_given(row: Any) -> Any:
        lines = row.application.award.lines.all() if _selected(row) else []
        return [{"product": line.product.code, "quantity": line.quantity} for line in lines]

    @staticmethod
    def resolve_reason_en(row: Any) -> str:
        return texts.reason_of(row, "en", {})

    @staticmethod
    def resolve_reason_ko(row: Any) -> str:
        return texts.reason_of(row, "ko", {})


def _selected(row: Any) -> bool:
    return bool(row.outcome == Outcome.AWARDED)


class IntakeDecisionOut(DecisionOut):
    """A decision as staff see it, held back while `published_at` is null."""

    organisation: str
    title: str

    @staticmethod
    def resolve_organisation(row: Any) -> str:
        return str(row.application.organisation.name)

    @staticmethod
    def resolve_title(row: Any) -> str:
        return str(row.application.title)


class CommentIn(Schema):
    """A word to the approver."""

    comment: Comment = ""


class ProposedOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


class OpinionOut(Schema):
    """One reviewer's words, without a name: the opinion on the whole, and comments by title of criterion."""

    comment: str
    criteria: list[tuple[str, str]]


class WholeDecisionOut(DecisionOut):
    """A decision with what reviewers wrote, what can be done about it, and the lowest score that was selected."""

    remedy: str
    lowest_selected_milli: int | None
    opinions: list[OpinionOut]
    award: str | None


@router.get("/decisions", response=list[DecisionOut], operation_id="list_decisions")
@paginate(LimitOffsetPagination)
def list_decisions(request: HttpRequest) -> Any:
    """The published decisions on one's organisations' applications; all of them for staff and auditors."""
    return queries.decisions(request.actor)


@router.get("/calls/{code}/results", response=list[ResultOut], auth=token_or_none, operation_id="list_results")
@paginate(LimitOffsetPagination)
def list_results(request: HttpRequest, code: str) -> Any:
    """The published results of a call."""
    return queries.published(one(calls.calls(request.actor), code=code))


@router.get("/applications/{int:application}/decision", response=WholeDecisionOut, operation_id="get_decision")
def get_decision(request: HttpRequest, application: int) -> Any:
    """What was decided on one application, and why; for its organisation once it is published."""
    row = one(queries.decisions(request.actor), application=application)
    if request.actor.reads_everything:
        given = {"application": application, "organisation": row.application.organisation_id}
        actions.note_reading(by=request.actor, now=request.now, **given)
    award = queries.award_of(request.actor, application)
    row.remedy = texts.remedy(row, get_language() or "ko")
    row.lowest_selected_milli = queries.lowest_selected(row)
    row.opinions = [{"comment": words, "criteria": lines} for words, lines in reviews.comments(application)]
    row.award = award.number if award else None
    return row


@router.get("/intakes/{int:intake}/decisions", response=list[IntakeDecisionOut], operation_id="list_intake_decisions")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_intake_decisions(request: HttpRequest, intake: int) -> Any:
    """An intake's decisions, those held back too, by number; for staff and auditors."""
    one(reviews.intakes(request.actor), pk=intake)
    return queries.in_intake(request.actor, intake)


@router.post(
    "/intakes/{int:intake}/decisions/publication", response={201: ProposedOut}, operation_id="propose_decisions"
)
@known_to(*READING_ROLES)
def propose_decisions(request: HttpRequest, intake: int, given: CommentIn) -> Any:
    """Lays all decisions of an intake that are held back before an approver, who publishes them together."""
    one(reviews.intakes(request.actor), pk=intake)
    made = actions.draft_publication(by=request.actor, now=request.now, intake=intake, comment=given.comment)
    return Status(201, {"approval": made.pk})


@router.post("/plans/{int:plan}/adoption", response={201: ProposedOut}, operation_id="propose_adoption")
@known_to(*READING_ROLES)
def propose_adoption(request: HttpRequest, plan: int, given: CommentIn) -> Any:
    """Lays a checked plan before an approver, who adopts it: awards and decisions are then held, nobody is told yet."""
    one(plans.plans(request.actor), pk=plan)
    made = actions.draft_adoption(by=request.actor, now=request.now, plan=plan, comment=given.comment)
    return Status(201, {"approval": made.pk})
