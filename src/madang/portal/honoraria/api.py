"""The API of reviewers' fees: one's own statements, rates, rules of withholding, and an intake's list."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.experts.queries import today
from madang.portal.faces import known_to, one
from madang.portal.honoraria import actions, queries, working
from madang.portal.honoraria.rules import RATE_MOST, WHOLE, FeeWork, IncomeKind, Rate, Withholding
from madang.portal.journal.actions import read
from madang.portal.schemas import Comment, Day, Id

router = Router(tags=["fees"])
FeeWon = Annotated[int, Field(ge=0, le=RATE_MOST)]
Permille = Annotated[int, Field(ge=0, le=WHOLE)]


class FeeLineOut(Schema):
    """So many pieces of work at so many won each."""

    work: FeeWork
    each_won: int
    count: int


class FeeOut(Schema):
    """What one reviewer gets for an intake, in won; nothing for who declined."""

    reviewer: int
    lines: list[FeeLineOut]
    declined: bool
    gross_won: int
    tax_won: int
    local_won: int
    net_won: int


class OwnFeeOut(FeeOut):
    """One's own fee as it was fixed."""

    reviewer: int = Field(alias="reviewer_id")
    call: str = Field(alias="fees.intake.call.code")
    intake: int = Field(alias="fees.intake_id")
    income: IncomeKind
    fixed_at: datetime = Field(alias="fees.fixed_at")


class FeesOut(Schema):
    """The fees of an intake as they stand, or as they were fixed (`fixed_at`, `sha256`)."""

    intake: int
    fixed_at: datetime | None
    sha256: str
    statements: list[FeeOut]


class RateIn(Schema):
    """Won for a sheet and for a day with a committee, from a day on, and as what it is taxed."""

    starts_on: Day
    sheet_won: FeeWon
    day_won: FeeWon
    income: IncomeKind = IncomeKind.OTHER


class RateOut(Schema):
    """A rate as it was set."""

    starts_on: date
    sheet_won: int
    day_won: int
    income: IncomeKind
    set_at: datetime


class WithholdingIn(Schema):
    """What is kept back from a day on: shares per thousand, and the won to which each tax is cut down."""

    starts_on: Day
    income: IncomeKind
    expense_permille: Permille
    tax_permille: Permille
    local_permille: Permille
    free_won: FeeWon
    cut_won: Annotated[int, Field(ge=1, le=1000)] = 10
    source: Annotated[str, Field(min_length=1, max_length=200)]


class WithholdingOut(Schema):
    """A rule of withholding and where that stands."""

    id: int
    starts_on: date
    income: IncomeKind
    expense_permille: int
    tax_permille: int
    local_permille: int
    free_won: int
    cut_won: int
    source: str


class DeclineFeeIn(Schema):
    """Whether one wants no fee for the call."""

    declined: bool


class FeesDraftIn(Schema):
    """A word for the approver."""

    comment: Comment = ""


class FeesDraftOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


@router.get("/fees", response=list[OwnFeeOut], operation_id="list_own_fees")
@paginate(LimitOffsetPagination)
def list_own_fees(request: HttpRequest) -> Any:
    """One's own fees as a reviewer, the newest first."""
    return queries.own(request.actor)


@router.put("/calls/{code}/fee", response={204: None}, operation_id="decline_fee")
def decline_fee(request: HttpRequest, code: str, given: DeclineFeeIn) -> Any:
    """Says that one wants no fee for a call that one reviews in, or does after all."""
    call = next((row for row, _, _ in queries.offers(request.actor, request.now) if row.code == code), None)
    if call is None:
        raise Http404
    actions.decline(by=request.actor, now=request.now, call=call.pk, declined=given.declined)
    return Status(204, None)


@router.get("/calls/{code}/fee-rates", response=list[RateOut], operation_id="list_fee_rates")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_fee_rates(request: HttpRequest, code: str) -> Any:
    """What a call pays its reviewers; of two rates of one day the first of this list counts."""
    return queries.rates(request.actor, one(queries.calls(request.actor), code=code).pk)


@router.post("/calls/{code}/fee-rates", response={201: RateOut}, operation_id="set_fee_rate")
@known_to(*READING_ROLES)
def set_fee_rate(request: HttpRequest, code: str, given: RateIn) -> Any:
    """Sets what a call pays from a day on."""
    call = one(queries.calls(request.actor), code=code).pk
    return Status(201, actions.set_rate(by=request.actor, now=request.now, call=call, rate=Rate(**given.dict())))


@router.get("/withholding-rules", response=list[WithholdingOut], operation_id="list_withholding")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_withholding(request: HttpRequest) -> Any:
    """What is kept back of fees; of two rules of one day and kind the first of this list counts."""
    return queries.withholding(request.actor)


@router.post("/withholding-rules", response={201: WithholdingOut}, operation_id="set_withholding")
@known_to(*READING_ROLES)
def set_withholding(request: HttpRequest, given: WithholdingIn) -> Any:
    """Adds a rule of withholding that counts from a day on."""
    rule = Withholding(**given.dict(exclude={"source"}))
    return Status(201, actions.set_withholding(by=request.actor, now=request.now, rule=rule, source=given.source))


@router.get("/intakes/{int:intake}/fees", response=FeesOut, operation_id="get_intake_fees")
@known_to(*READING_ROLES)
def get_intake_fees(request: HttpRequest, intake: Id) -> Any:
    """The fees of an intake; that they were read is noted."""
    row = one(queries.intakes(request.actor), pk=intake)
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    fixed = queries.fixed(request.actor, intake)
    if fixed is not None:
        kept = {"fixed_at": fixed.fixed_at, "sha256": fixed.sha256}
        return {"intake": intake, **kept, "statements": queries.statements(request.actor, intake)}
    found = working.content(row, today(request.now))
    return {"intake": intake, "fixed_at": None, "sha256": working.digest(found), "statements": found["statements"]}


@router.post("/intakes/{int:intake}/fees/draft", response={201: FeesDraftOut}, operation_id="draft_fees")
@known_to(*READING_ROLES)
def draft_fees(request: HttpRequest, intake: Id, given: FeesDraftIn) -> Any:
    """Lays the fees of an intake before a second person, who answers by way of the approvals."""
    one(queries.intakes(request.actor), pk=intake)
    drafted = actions.draft(by=request.actor, now=request.now, intake=intake, comment=given.comment)
    return Status(201, {"approval": drafted.pk})
