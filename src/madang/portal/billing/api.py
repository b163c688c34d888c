"""Statements as JSON for their organisation and the body, whose reading is noted; worked out and issued by staff."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.billing import actions, aid, exports, queries, trials
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Month, Won

router = Router(tags=["billing"])
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


class StatementOut(Schema):
    """A month's statement of an organisation, in won; due = list price - discount - credit.

    subsidy = reference - due - credit: what was taken off for waits beyond a promise is no support. What it still asks
    for is payable less what its credit notes took off.
    """

    id: int
    organisation_id: int
    month: str
    number: str | None
    state: str
    reference_won: int = Field(alias="reference")
    list_price_won: int = Field(alias="list_price")
    discount_won: int = Field(alias="discount")
    credit_won: int = Field(alias="credit")
    due_won: int = Field(alias="due")
    subsidy_won: int = Field(alias="subsidy")
    supply_won: int = Field(alias="supply")
    vat_won: int = Field(alias="vat")
    payable_won: int = Field(alias="payable")
    credit_notes_won: int = Field(alias="credited")
    lines_without_price: int = Field(alias="faults")
    worked_out_at: datetime
    issued_at: datetime | None


class StatementLineOut(Schema):
    """Days in a row (both counted) of one award's product; quantity is product-days or unit-seconds.

    Where a facility was booked, `award` is empty and `booking_id` says which; of one that is booked by the day, a day
    has 86,400 seconds.

    `adjusts_month`: the earlier month that the use belongs to, where it came late and is billed in this one, or where
    the discount of it was withdrawn (or given back, below nought) by the act `withdrawn_by`.
    """

    id: int
    award: str
    booking_id: int | None
    product: str
    first_day: date
    last_day: date
    quantity: int
    quantity_unit: str
    price_won: int | None
    discounts: list[dict[str, Any]]
    limits: list[dict[str, Any]]
    credits: list[dict[str, Any]]
    fault: str
    adjusts_month: str
    withdrawn_by: str
    reference_won: int
    list_price_won: int
    discount_won: int
    credit_won: int
    due_won: int
    subsidy_won: int
    supply_won: int
    vat_won: int
    payable_won: int


class StatementWithLinesOut(StatementOut):
    """A statement with its lines."""

    lines: list[StatementLineOut]

    @staticmethod
    def resolve_lines(row: Any) -> Any:
        return [_line(line) for line in queries.lines(row)]


class BilledMonthOut(Schema):
    """A month with statements: how many, how many issued or with lines that lack a price, and what they come to."""

    month: str
    statements: int = Field(alias="count")
    issued: int
    closed: bool
    faulty: int
    due_won: int = Field(alias="due_sum")
    subsidy_won: int = Field(alias="subsidy_sum")


class AidOut(Schema):
    """The value of support of an organisation by calendar year, from issued statements, with what ceilings leave."""

    organisation_id: int
    support_won: dict[str, int]
    left_under_ceilings_won: dict[str, int]


class RuleTrialIn(Schema):
    """A rule to try: a discount or self-pay part (`permille`), a ceiling (`amount_won` over `years`), a service credit.

    A service credit gives `permille` of what is due or `hour_won` for each hour beyond `promise_hours`, to a cap.
    """

    kind: Literal["discount", "self_pay", "ceiling", "wait_credit"]
    applies_to: str = Field("", max_length=40)
    permille: int = Field(0, ge=0, le=1000)
    amount_won: Won = 0
    years: int = Field(0, ge=0, le=10)
    after: str = Field("", max_length=30)
    promise_hours: int = Field(0, ge=0, le=1000)
    hour_won: Won = 0
    cap_permille: int = Field(0, ge=0, le=1000)


class EffectOut(Schema):
    """Statements, how many would change, and what they come to in won, as they were and with the rule."""

    statements: int
    changed: int
    list_price_won: int = Field(alias="list_price")
    due_before_won: int = Field(alias="due_before")
    due_after_won: int = Field(alias="due_after")
    support_before_won: int = Field(alias="support_before")
    support_after_won: int = Field(alias="support_after")


class RuleTrialOut(Schema):
    """What a rule would have done to the last three months."""

    months: dict[str, EffectOut]
    total: EffectOut
    organisations_changed: int


class StatementCountOut(Schema):
    """How many statements it was done for."""

    statements: int


_MONEY = ("reference", "list_price", "discount", "credit", "due", "subsidy", "supply", "vat", "payable")


def _money(row: Any) -> dict[str, int]:
    return {f"{name}_won": getattr(row, name) for name in _MONEY}


def _line(row: Any) -> dict[str, Any]:
    return _money(row) | {
        "id": row.pk,
        "award": row.award.number if row.award else "",
        "booking_id": row.booking_id,
        "product": row.product.code,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "quantity": row.quantity,
        "quantity_unit": "product_day" if row.product.grain == "month" else f"{row.product.pool.unit}_second",
        "price_won": row.tariff.price if row.tariff else None,
        "discounts": row.discounts,
        "limits": row.limits,
        "credits": row.credits,
        "fault": row.fault,
        "adjusts_month": exports.adjusts(row),
        "withdrawn_by": row.act,
    }


@router.get("/statements", response=list[StatementOut], operation_id="list_statements")
@paginate
def list_statements(request: HttpRequest, month: str | None = Query(None, pattern=MONTH)) -> Any:
    """The statements of one's organisations, newest month first; all of them for the body."""
    rows = queries.statements(request.actor)
    if request.actor.reads_everything:
        _note(request, "search", month or "all")
    return rows.filter(month=month) if month else rows


@router.get("/statements/{statement_id}", response=StatementWithLinesOut, operation_id="get_statement")
def get_statement(request: HttpRequest, statement_id: int) -> Any:
    """One statement with its lines."""
    row = one(queries.statements(request.actor), pk=statement_id)
    _note(request, "view", statement_id, row.organisation_id)
    return row


def _note(request: HttpRequest, what: str, subject: object, organisation: int | None = None) -> None:
    given = {"kind": "statement", "subject": subject, "organisation": organisation}
    read(by=request.actor, now=getattr(request, "now", timezone.now()), what=what, **given)


@router.get("/statement-months", response=list[BilledMonthOut], operation_id="list_billed_months")
@paginate
@known_to(*READING_ROLES)
def list_billed_months(request: HttpRequest) -> Any:
    """The months with what their statements come to, newest first; for staff and auditors."""
    return queries.months(request.actor)


@router.post("/statement-months/{month}/drafts", response=StatementCountOut, operation_id="work_out_statements")
@known_to(*READING_ROLES)
def work_out_statements(request: HttpRequest, month: Month) -> Any:
    """Makes or refreshes every organisation's draft of a month from the ledger."""
    return {"statements": actions.work_out_month(by=request.actor, now=request.now, month=month)}


@router.post("/statement-months/{month}/issue", response=StatementCountOut, operation_id="issue_statements")
@known_to(*READING_ROLES)
def issue_statements(request: HttpRequest, month: Month) -> Any:
    """Fixes and numbers every draft of a month that is over; an issued statement never changes."""
    return {"statements": actions.issue(by=request.actor, now=request.now, month=month)}


@router.get("/aid", response=list[AidOut], operation_id="list_aid")
@paginate
def list_aid(request: HttpRequest) -> Any:
    """What one's organisations declare as support received; all organisations for the body."""
    if request.actor.reads_everything:
        _note(request, "search", "aid")
    rows = aid.declared(aid.organisations(request.actor), queries.today(request.now))
    return [
        {
            "organisation_id": row.organisation.pk,
            "support_won": {str(year): won for year, won in row.by_year},
            "left_under_ceilings_won": {ceiling.name: left for ceiling, left in row.ceilings},
        }
        for row in rows
    ]


@router.post("/rule-trials", response=RuleTrialOut, operation_id="try_rule")
@known_to(*READING_ROLES)
def try_rule(request: HttpRequest, given: RuleTrialIn) -> Any:
    """What a rule would have done to the statements of the last three months; nothing is kept."""
    day = queries.today(request.now)
    figure = given.amount_won if given.kind == "ceiling" else given.permille
    plain = given.dict(exclude={"permille", "amount_won", "hour_won"})
    found = trials.tried(trials.rule_of(**plain, figure=figure, won=given.hour_won, day=day), day)
    _note(request, "search", "trial")
    return {
        "months": dict(found.by_month),
        "total": found.total,
        "organisations_changed": found.organisations_changed,
    }
