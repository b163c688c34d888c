"""Months of the books as JSON: their checks against the backend, closing, and charges that came otherwise."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.months import actions, queries, rules
from madang.portal.schemas import Comment, Id, Month

router = Router(tags=["months"])


class AccountingMonthOut(Schema):
    """A month of the books: its state, the first day on which it can be closed, and the use that waits for people."""

    month: str
    state: str
    closes_from: date
    closed_at: datetime | None
    open_differences: int


class MonthCheckOut(Schema):
    """A check of a month against the backend's own totals; `equal` and `differing` count its lines."""

    id: int
    month: str
    state: str
    asked_at: datetime
    checked_at: datetime | None
    equal: int
    differing: int


class CheckLineOut(Schema):
    """Seconds of one source, owner and unit in the book and by the backend."""

    id: int
    source: str
    owner: str
    unit: str
    booked_seconds: int = Field(alias="booked")
    reported_seconds: int = Field(alias="reported")
    reason: str


class UsageDifferenceOut(Schema):
    """A charge that came otherwise than it is booked, or an oddity of the backend's (without amounts)."""

    id: int
    source: str
    key: str
    code: str
    owner: str
    month: str
    day: date | None
    stands_seconds: int | None = Field(alias="stands")
    came_seconds: int | None = Field(alias="came")
    state: str
    noted_at: datetime
    decided_at: datetime | None
    reason: str


class MonthReasonIn(Schema):
    """Why."""

    reason: Annotated[str, Field(max_length=300)]


class MonthDraftIn(Schema):
    """A word for the approver; of a reopening the reason."""

    comment: Comment = ""


class MonthDraftOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


@router.get("/accounting-months", response=list[AccountingMonthOut], operation_id="list_accounting_months")
@paginate
@known_to(*READING_ROLES)
def list_accounting_months(request: HttpRequest) -> Any:
    """The months of the books, the last first."""
    return queries.months(request.actor, request.now)


@router.get("/accounting-months/{month}/checks", response=list[MonthCheckOut], operation_id="list_month_checks")
@paginate
@known_to(*READING_ROLES)
def list_month_checks(request: HttpRequest, month: Month) -> Any:
    """The checks of a month, the last first."""
    return queries.checks(request.actor).filter(month=month)


@router.post("/accounting-months/{month}/checks", response={201: MonthCheckOut}, operation_id="want_month_check")
@known_to(*READING_ROLES)
def want_month_check(request: HttpRequest, month: Month) -> Any:
    """Asks the worker for a check of a month that is over."""
    return Status(201, actions.want_check(by=request.actor, now=request.now, month=month))


@router.get("/month-checks/{int:check}/lines", response=list[CheckLineOut], operation_id="list_check_lines")
@paginate
@known_to(*READING_ROLES)
def list_check_lines(request: HttpRequest, check: Id, differing: bool = False) -> Any:
    """What a check compared."""
    rows = queries.lines(request.actor, one(queries.checks(request.actor), pk=check).pk)
    return queries.differing(rows) if differing else rows


@router.post("/check-lines/{int:line}/acceptance", response=CheckLineOut, operation_id="accept_check_line")
@known_to(*READING_ROLES)
def accept_check_line(request: HttpRequest, line: Id, given: MonthReasonIn) -> Any:
    """Accepts a difference between book and backend, with the reason."""
    return actions.accept(by=request.actor, now=request.now, line=line, reason=given.reason)


@router.post("/accounting-months/{month}/close", response={201: MonthDraftOut}, operation_id="draft_month_close")
@known_to(*READING_ROLES)
def draft_month_close(request: HttpRequest, month: Month, given: MonthDraftIn) -> Any:
    """Lays the close of a month before a second person."""
    number = rules.number_of(month)
    drafted = actions.draft_close(by=request.actor, now=request.now, number=number, comment=given.comment)
    return Status(201, {"approval": drafted.pk})


@router.post("/accounting-months/{month}/reopening", response={201: MonthDraftOut}, operation_id="draft_reopening")
@known_to(*READING_ROLES)
def draft_reopening(request: HttpRequest, month: Month, given: MonthDraftIn) -> Any:
    """Lays the reopening of a closed month before a second person, with the reason."""
    number = rules.number_of(month)
    drafted = actions.draft_reopening(by=request.actor, now=request.now, number=number, comment=given.comment)
    return Status(201, {"approval": drafted.pk})


@router.get("/usage-differences", response=list[UsageDifferenceOut], operation_id="list_usage_differences")
@paginate
@known_to(*READING_ROLES)
def list_usage_differences(request: HttpRequest) -> Any:
    """Use that came otherwise than it is booked; what waits first."""
    return queries.differences(request.actor)


@router.post("/usage-differences/{int:difference}/settlement", response=UsageDifferenceOut, operation_id="settle_usage")
@known_to(*READING_ROLES)
def settle_usage(request: HttpRequest, difference: Id, given: MonthReasonIn) -> Any:
    """Takes a charge over as it came: what stands is undone and posted anew."""
    return actions.settle(by=request.actor, now=request.now, difference=difference, reason=given.reason)


@router.post("/usage-differences/{int:difference}/dismissal", response=UsageDifferenceOut, operation_id="dismiss_usage")
@known_to(*READING_ROLES)
def dismiss_usage(request: HttpRequest, difference: Id, given: MonthReasonIn) -> Any:
    """Leaves the book as it stands, with the reason."""
    return actions.dismiss(by=request.actor, now=request.now, difference=difference, reason=given.reason)
