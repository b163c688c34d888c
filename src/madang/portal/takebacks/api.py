"""The API of idle awards and take-backs: the rule, what lies idle, the notice, its answer and the decision."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.schemas import Comment, Day, Id
from madang.portal.takebacks import actions, queries
from madang.portal.takebacks.rules import AnswerKind, TakeBackState

router = Router(tags=["take-backs"])

Seconds = Annotated[int, Field(ge=1, le=2**62)]


class IdleRuleIn(Schema):
    """From a day on, use below `percent` of the plan is too little; for one call, or the centre without one."""

    starts_on: Day
    percent: Annotated[int, Field(ge=0, le=100)]
    after_days: Annotated[int, Field(ge=1, le=365)]
    grace_days: Annotated[int, Field(ge=0, le=365)]
    call: Id | None = None


class IdleRuleOut(Schema):
    """A rule; the latest that has begun counts, a call's own before the centre's (call null)."""

    id: int
    call: str | None
    starts_on: date
    percent: int
    after_days: int
    grace_days: int

    @staticmethod
    def resolve_call(row: Any) -> str | None:
        return row.call.code if row.call else None


class IdleAwardOut(Schema):
    """One pool of an award that the rule finds idle today; `whole`: it can only be taken back whole."""

    award: str = Field(alias="award.number")
    organisation: str = Field(alias="award.organisation.name")
    pool: str = Field(alias="pool.code")
    unit: str = Field(alias="pool.unit")
    whole: bool
    planned_seconds: int = Field(alias="finding.planned")
    used_seconds: int = Field(alias="finding.used")
    left_seconds: int = Field(alias="finding.left")
    missing_seconds: int = Field(alias="finding.missing")


class TakeBackIn(Schema):
    """Of which award and pool, how much (without: what is missing against the plan), and why."""

    award: Annotated[str, Field(max_length=60)]
    pool: Annotated[str, Field(max_length=30)]
    reason: Comment
    amount_seconds: Seconds | None = None


class TakeBackOut(Schema):
    """A take-back with its finding as of `found_on`, notice, answer and decision."""

    id: int
    award: str = Field(alias="award.number")
    organisation: str = Field(alias="award.organisation.name")
    pool: str = Field(alias="pool.code")
    unit: str = Field(alias="pool.unit")
    state: TakeBackState
    whole: bool
    found_on: date
    percent: int
    planned_seconds: int = Field(alias="planned")
    used_seconds: int = Field(alias="used")
    left_seconds: int = Field(alias="left")
    amount_seconds: int = Field(alias="amount")
    reason: str
    noticed_at: datetime
    answer_by: datetime
    answer_kind: str
    answer: str
    answered_at: datetime | None
    reduced_reason: str
    decision: str
    decided_at: datetime | None
    taken_seconds: int = Field(alias="taken")
    freed_unit_hours: int = Field(alias="freed")
    exempt_until: date | None


class TakeBackAnswerIn(Schema):
    """Whether an exemption is asked for or a view given, and the reasons."""

    kind: AnswerKind
    text: Annotated[str, Field(max_length=4000)]


class ReduceIn(Schema):
    """How much less is to be taken back, and why."""

    amount_seconds: Seconds
    reason: Comment


class DropIn(Schema):
    """Why nothing is taken back, and the last day until which the award is left alone."""

    reason: Comment
    exempt_until: Day | None = None


class TakeBackDraftIn(Schema):
    """The reason of the decision, which the organisation reads once it is carried out."""

    reason: Comment


class TakeBackDraftOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


@router.get("/idle-rules", response=list[IdleRuleOut], operation_id="list_idle_rules")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_idle_rules(request: HttpRequest) -> Any:
    """The rules on idle awards, the latest first."""
    return queries.idle_rules(request.actor)


@router.post("/idle-rules", response={201: IdleRuleOut}, operation_id="set_idle_rule")
@known_to(*READING_ROLES)
def set_idle_rule(request: HttpRequest, given: IdleRuleIn) -> Any:
    """Sets a rule from a day on, today or later."""
    return Status(201, actions.set_rule(by=request.actor, now=request.now, **given.dict()))


@router.get("/idle-awards", response=list[IdleAwardOut], operation_id="list_idle_awards")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_idle_awards(request: HttpRequest) -> Any:
    """What lies idle today under the rule, without what has notice or is exempt; that it was read is noted."""
    actions.note_search(by=request.actor, now=request.now)
    return queries.idle(request.actor, request.now)


@router.get("/take-backs", response=list[TakeBackOut], operation_id="list_take_backs")
@paginate(LimitOffsetPagination)
def list_take_backs(request: HttpRequest) -> Any:
    """Take-backs, those that go on first: one's own organisations', all for staff and auditors."""
    if request.actor.reads_everything:
        actions.note_search(by=request.actor, now=request.now)
    return queries.take_backs(request.actor)


@router.post("/take-backs", response={201: TakeBackOut}, operation_id="propose_take_back")
@known_to(*READING_ROLES)
def propose_take_back(request: HttpRequest, given: TakeBackIn) -> Any:
    """Gives notice of a take-back with the finding of this day; the organisation is told."""
    what = {"number": given.award, "pool": given.pool, "reason": given.reason, "amount": given.amount_seconds}
    made = actions.propose(by=request.actor, now=request.now, **what)
    return Status(201, _shown(request, made.pk))


def _shown(request: HttpRequest, take_back: int) -> Any:
    row = one(queries.take_backs(request.actor), pk=take_back)
    if request.actor.reads_everything:
        actions.note_reading(by=request.actor, now=request.now, take_back=row)
    return row


@router.get("/take-backs/{int:take_back}", response=TakeBackOut, operation_id="get_take_back")
def get_take_back(request: HttpRequest, take_back: int) -> Any:
    """One take-back."""
    return _shown(request, take_back)


@router.put("/take-backs/{int:take_back}/answer", response=TakeBackOut, operation_id="answer_take_back")
def answer_take_back(request: HttpRequest, take_back: int, given: TakeBackAnswerIn) -> Any:
    """Asks for an exemption or gives a view, for an owner, once and before the time to answer is over."""
    _shown(request, take_back)
    actions.answer(by=request.actor, now=request.now, take_back=take_back, **given.dict())
    return _shown(request, take_back)


@router.put("/take-backs/{int:take_back}/amount", response=TakeBackOut, operation_id="reduce_take_back")
@known_to(*READING_ROLES)
def reduce_take_back(request: HttpRequest, take_back: int, given: ReduceIn) -> Any:
    """Takes less than the notice said; never more."""
    what = {"amount": given.amount_seconds, "reason": given.reason}
    actions.reduce(by=request.actor, now=request.now, take_back=take_back, **what)
    return _shown(request, take_back)


@router.post("/take-backs/{int:take_back}/dropping", response=TakeBackOut, operation_id="drop_take_back")
@known_to(*READING_ROLES)
def drop_take_back(request: HttpRequest, take_back: int, given: DropIn) -> Any:
    """Takes nothing back; with a day, the award is not looked at again until then."""
    actions.drop(by=request.actor, now=request.now, take_back=take_back, **given.dict())
    return _shown(request, take_back)


@router.post("/take-backs/{int:take_back}/drafts", response={201: TakeBackDraftOut}, operation_id="draft_take_back")
@known_to(*READING_ROLES)
def draft_take_back(request: HttpRequest, take_back: int, given: TakeBackDraftIn) -> Any:
    """Lays a take-back before an approver, who carries it out by approving; after the time to answer only."""
    made = actions.draft(by=request.actor, now=request.now, take_back=take_back, comment=given.reason)
    return Status(201, {"approval": made.pk})
