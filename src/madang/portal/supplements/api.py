"""The API of supplements: asked for by owners, decided by staff and an approver."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.awards import queries as awards
from madang.portal.entitlements.rules import SupplementRule
from madang.portal.faces import known_to, one
from madang.portal.prices.queries import today
from madang.portal.schemas import Comment
from madang.portal.supplements import actions, queries, trials
from madang.portal.supplements.rules import SupplementState

router = Router(tags=["supplements"])

Quantity = Annotated[int, Field(ge=1, le=2**31 - 1)]


class SupplementIn(Schema):
    """How much more of which product of the award, and why."""

    product: Annotated[str, Field(max_length=30)]
    quantity: Quantity
    reasons: Annotated[str, Field(max_length=4000)]


class SupplementOut(Schema):
    """A supplement: what was asked for, what is to be granted, and the decision; the months once it is granted."""

    id: int
    award: str = Field(alias="award.number")
    organisation: str = Field(alias="award.organisation.name")
    product: str = Field(alias="line.product.code")
    rule: str = Field(alias="rule.code")
    state: SupplementState
    asked: int
    quantity: int
    reasons: str
    asked_at: datetime
    less_reason: str
    decision: str
    decided_at: datetime | None
    first_month: str | None = None
    months: int | None = None
    granted_seconds: int | None = None

    @staticmethod
    def resolve_first_month(row: Any) -> str | None:
        return row.added.first_month if row.added else None

    @staticmethod
    def resolve_months(row: Any) -> int | None:
        return row.added.months if row.added else None

    @staticmethod
    def resolve_granted_seconds(row: Any) -> int | None:
        return row.added.seconds if row.added else None


class SupplementTrialIn(Schema):
    """A rule to try: at most `permille` of what was granted, once `from_percent` of it is used."""

    permille: int = Field(ge=1, le=1000)
    from_percent: int = Field(0, ge=0, le=100)


class SupplementTrialMonthOut(Schema):
    """A month: the awards in force at its end, and those that could ask for the first time."""

    month: str
    awards: int
    could_ask: int


class SupplementTrialPoolOut(Schema):
    """A pool: awards that held it, those that could have asked, at most so much, and months without room for it."""

    pool: str = Field(alias="pool.code")
    awards: int
    could_ask: int
    most_seconds: int = Field(alias="most")
    months_short: list[str] = Field(alias="short")


class SupplementTrialOut(Schema):
    """What a rule would have opened in the last three months."""

    months: list[SupplementTrialMonthOut]
    could_ask: int
    pools: list[SupplementTrialPoolOut]


class LowerIn(Schema):
    """How many are to be granted, fewer than before, and why."""

    quantity: Quantity
    reason: Comment


class SupplementDecisionIn(Schema):
    """The reason, which the organisation reads."""

    reason: Comment


class SupplementLaidOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


@router.post("/supplement-trials", response=SupplementTrialOut, operation_id="try_supplement_rule")
@known_to(*READING_ROLES)
def try_supplement_rule(request: HttpRequest, given: SupplementTrialIn) -> Any:
    """Who could have asked in the last three months had a rule been in force, and for how much; nothing is kept."""
    found = trials.tried(SupplementRule(**given.dict()), today(request.now))
    months = [{"month": month, "awards": awards, "could_ask": count} for month, awards, count in found.by_month]
    return {"months": months, "could_ask": found.could_ask, "pools": found.pools}


@router.get("/supplements", response=list[SupplementOut], operation_id="list_supplements")
@paginate(LimitOffsetPagination)
def list_supplements(request: HttpRequest) -> Any:
    """One's own organisations' supplements, all of them for staff and auditors; those that wait first."""
    if request.actor.reads_everything:
        actions.note_search(by=request.actor, now=request.now)
    return queries.supplements(request.actor)


@router.post("/awards/{number}/supplements", response={201: SupplementOut}, operation_id="ask_supplement")
def ask_supplement(request: HttpRequest, number: str, given: SupplementIn) -> Any:
    """Asks for more of a product, for an owner, once an award and by the rule of today."""
    award = one(awards.awards(request.actor), number=number)
    made = actions.ask(by=request.actor, now=request.now, award=award.pk, **given.dict())
    return Status(201, _shown(request, made.pk))


def _shown(request: HttpRequest, supplement: int) -> Any:
    row = one(queries.supplements(request.actor), pk=supplement)
    if request.actor.reads_everything:
        actions.note_reading(by=request.actor, now=request.now, supplement=row)
    return row


@router.get("/supplements/{int:supplement}", response=SupplementOut, operation_id="get_supplement")
def get_supplement(request: HttpRequest, supplement: int) -> Any:
    """One supplement."""
    return _shown(request, supplement)


@router.post("/supplements/{int:supplement}/withdrawal", response=SupplementOut, operation_id="withdraw_supplement")
def withdraw_supplement(request: HttpRequest, supplement: int) -> Any:
    """Takes back, for an owner, what is not decided and not before an approver."""
    row = one(queries.supplements(request.actor), pk=supplement)
    actions.withdraw(by=request.actor, now=request.now, supplement=row.pk)
    return _shown(request, supplement)


@router.put("/supplements/{int:supplement}/quantity", response=SupplementOut, operation_id="lower_supplement")
@known_to(*READING_ROLES)
def lower_supplement(request: HttpRequest, supplement: int, given: LowerIn) -> Any:
    """Sets what is to be granted lower."""
    actions.lower(by=request.actor, now=request.now, supplement=supplement, **given.dict())
    return _shown(request, supplement)


@router.post("/supplements/{int:supplement}/refusal", response=SupplementOut, operation_id="refuse_supplement")
@known_to(*READING_ROLES)
def refuse_supplement(request: HttpRequest, supplement: int, given: SupplementDecisionIn) -> Any:
    """Turns it down; the organisation may ask anew."""
    actions.refuse(by=request.actor, now=request.now, supplement=supplement, reason=given.reason)
    return _shown(request, supplement)


@router.post("/supplements/{int:supplement}/drafts", response={201: SupplementLaidOut}, operation_id="draft_supplement")
@known_to(*READING_ROLES)
def draft_supplement(request: HttpRequest, supplement: int, given: SupplementDecisionIn) -> Any:
    """Lays it before an approver, who grants it by approving."""
    made = actions.draft(by=request.actor, now=request.now, supplement=supplement, comment=given.reason)
    return Status(201, {"approval": made.pk})
