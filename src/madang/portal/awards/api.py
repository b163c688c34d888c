"""The API of awards: list, look, accept, decline; and the end of one before its time, laid before an approver."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.agreements import actions as agreements
from madang.portal.awards import actions, budgets, instalments, queries
from madang.portal.awards.rules import AwardState
from madang.portal.faces import known_to, one
from madang.portal.schemas import Day

router = Router(tags=["awards"])


class AwardLineOut(Schema):
    """So many of a product for whole months; `granted_seconds` are of its pool's unit.

    With `added_on` it came later, as a supplement or `by_transfer`.
    """

    product: str
    pool: str
    unit: str
    asked: int
    quantity: int
    first_month: str
    months: int
    granted_seconds: int = Field(alias="seconds")
    added_on: date | None
    by_transfer: bool

    @staticmethod
    def resolve_product(line: Any) -> str:
        return str(line.product.code)

    @staticmethod
    def resolve_pool(line: Any) -> str:
        return str(line.product.pool.code)

    @staticmethod
    def resolve_unit(line: Any) -> str:
        return str(line.product.pool.unit)


class SecondHalfIn(Schema):
    """The first day after those that the interim report is about; null: all is granted at once."""

    report_on: Day | None


class SecondHalfOut(Schema):
    """From when on the interim report can be handed in, and when the second half was granted."""

    report_on: date
    released_at: datetime | None


class AwardOut(Schema):
    """An award; `accept_by` is the instant from which it can no longer be answered.

    `second_half`: where half of the computing by the hour comes after a report.
    """

    number: str
    title: str
    organisation: str
    application: str
    state: AwardState
    accept_by: datetime | None
    starts_on: date
    ends_on: date
    second_half: SecondHalfOut | None
    lines: list[AwardLineOut]

    @staticmethod
    def resolve_organisation(row: Any) -> str:
        return str(row.organisation.name)

    @staticmethod
    def resolve_second_half(row: Any) -> Any:
        return getattr(row, "second_instalment", None)

    @staticmethod
    def resolve_application(row: Any) -> str:
        return str(row.application.number)

    @staticmethod
    def resolve_lines(row: Any) -> list[Any]:
        return list(row.lines.all())


class FiguresOut(Schema):
    """What lies where in one pool, in its unit's seconds: granted = used + held + returned + expired + left."""

    pool: str
    granted_seconds: int
    used_seconds: int
    held_seconds: int
    returned_seconds: int
    expired_seconds: int
    left_seconds: int


class OutlookOut(Schema):
    """When a pool of an award runs out: by the mean of its last whole weeks, the busiest and the quietest of them.

    No day: not within ten years at that pace.
    """

    pool: str
    rest_seconds: int
    weeks_seconds: list[int]
    expected: date | None
    earliest: date | None
    latest: date | None


class AwardWithFigures(AwardOut):
    """An award with the figures of the ledger and when it runs out; neither before it is in force."""

    figures: list[FiguresOut]
    outlooks: list[OutlookOut]

    @staticmethod
    def resolve_outlooks(row: Any) -> list[Any]:
        days = ("expected", "earliest", "latest")
        return [
            {"pool": one.pool.code, "rest_seconds": one.rest, "weeks_seconds": list(one.run_out.weeks)}
            | {name: getattr(one.run_out, name) for name in days}
            for one in budgets.outlooks(row, queries.figures(row), timezone.now())
        ]

    @staticmethod
    def resolve_figures(row: Any) -> list[Any]:
        names = ("granted", "used", "held", "returned", "expired", "left")
        return [
            {"pool": pool.code, **{f"{name}_seconds": getattr(sums, name) for name in names}}
            for pool, sums in queries.figures(row)
        ]


class DeclineIn(Schema):
    """Why the offer is given up, if one likes to say so."""

    reason: str = Field("", max_length=500)


class EndAwardIn(Schema):
    """Why an award is to end before its time."""

    reason: str = Field(max_length=500)


class EndAwardOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


@router.get("/awards", response=list[AwardOut], operation_id="list_awards")
@paginate(LimitOffsetPagination)
def list_awards(request: HttpRequest) -> Any:
    """The awards of one's organisations, newest first; all of them for staff and auditors."""
    if request.actor.reads_everything:
        actions.note_search(by=request.actor, now=timezone.now())
    return queries.awards(request.actor)


@router.get("/awards/{number}", response=AwardWithFigures, operation_id="get_award")
def get_award(request: HttpRequest, number: str) -> Any:
    """One award with the figures of the ledger."""
    return _award(request, number)


def _award(request: HttpRequest, number: str) -> Any:
    row = one(queries.awards(request.actor), number=number)
    if request.actor.reads_everything:
        given = {"award": row.pk, "organisation": row.organisation_id}
        actions.note_reading(by=request.actor, now=timezone.now(), **given)
    return row


@router.put("/awards/{number}/second-half", response=AwardOut, operation_id="split_award")
@known_to(*READING_ROLES)
def split_award(request: HttpRequest, number: str, given: SecondHalfIn) -> Any:
    """Grants half of what is counted by the hour only after a report; before anybody accepts the award."""
    row = _award(request, number)
    instalments.split(by=request.actor, now=timezone.now(), award=row.pk, report_on=given.report_on)
    return _award(request, number)


@router.post("/awards/{number}/acceptance", response=AwardOut, operation_id="accept_award")
def accept_award(request: HttpRequest, number: str) -> Any:
    """Takes the offer, for an owner, before its deadline; the agreement is drawn up with it."""
    row = _award(request, number)
    agreements.accept(by=request.actor, now=timezone.now(), award=row.pk)
    return _award(request, number)


@router.post("/awards/{number}/refusal", response=AwardOut, operation_id="decline_award")
def decline_award(request: HttpRequest, number: str, payload: DeclineIn) -> Any:
    """Gives the offer up for good, for an owner, before its deadline."""
    row = _award(request, number)
    actions.decline(by=request.actor, now=timezone.now(), award=row.pk, reason=payload.reason)
    return _award(request, number)


@router.post("/awards/{number}/end", response={201: EndAwardOut}, operation_id="propose_end")
@known_to(*READING_ROLES)
def propose_end(request: HttpRequest, number: str, payload: EndAwardIn) -> Any:
    """Lays the end of an award before its time before an approver, who ends it by approving."""
    row = _award(request, number)
    made = actions.draft_end(by=request.actor, now=timezone.now(), award=row.pk, comment=payload.reason)
    return Status(201, {"approval": made.pk})
