"""The API of transfers: public rates, published and ended by staff; asked for by owners, decided by staff."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import PUBLIC, READING_ROLES
from madang.portal.awards import queries as awards
from madang.portal.faces import known_to, one
from madang.portal.schemas import Code, Comment, Day, Name
from madang.portal.transfers import actions, offers, queries
from madang.portal.transfers.rules import MOST_HOURS, TransferState

router = Router(tags=["transfers"])

Hours = Annotated[int, Field(ge=1, le=MOST_HOURS)]
Sentence = Annotated[str, Field(min_length=1, max_length=300)]
Thousandths = Annotated[int, Field(ge=0, le=1000)]


class TransferRateOut(Schema):
    """On days [starts_on, ends_on) `gives` hours of the pool are worth `gets` hours of the product's pool."""

    code: str
    name_ko: str
    name_en: str
    sentence_ko: str
    sentence_en: str
    pool: str = Field(alias="pool.code")
    product: str = Field(alias="product.code")
    gives: int
    gets: int
    least_permille: int
    most_permille: int
    needs_approval: bool
    back: bool
    starts_on: date
    ends_on: date | None


class TransferRateIn(Schema):
    """A rate from a pool that is sold by the hour to a product of another pool.

    One transfer takes `least_permille` of what the award was given of the pool, all together `most_permille`.
    """

    code: Code
    name_ko: Name
    name_en: Name
    sentence_ko: Sentence
    sentence_en: Sentence
    pool: Code
    product: Code
    gives: Hours
    gets: Hours
    least_permille: Thousandths = 0
    most_permille: Annotated[int, Field(ge=1, le=1000)] = 1000
    needs_approval: bool = False
    back: bool = False
    starts_on: Day
    ends_on: Day | None = None


class EndTransferRateIn(Schema):
    """The first day without it."""

    ends_on: Day


class TransferIn(Schema):
    """So many hours by a rate (its code), or back what transfer 17 brought ("back-17")."""

    way: Annotated[str, Field(max_length=40)]
    hours: Hours
    reasons: Annotated[str, Field(max_length=1000)] = ""


class TransferPreviewOut(Schema):
    """What would go out and come in; `needs_approval` where a programme manager decides."""

    given_seconds: int
    quantity: int
    got_seconds: int
    first_month: str
    months: int
    needs_approval: bool


class TransferOut(Schema):
    """A transfer; `out_movement` and `in_movement` are its two sides in the book once it is done."""

    id: int
    award: str = Field(alias="award.number")
    organisation: str = Field(alias="award.organisation.name")
    rate: str = Field(alias="rate.code")
    back_of: int | None = Field(alias="back_of_id")
    state: TransferState
    pool: str = Field(alias="pool.code")
    product: str = Field(alias="product.code")
    given_seconds: int = Field(alias="given")
    quantity: int
    got_seconds: int = Field(alias="got")
    reasons: str
    asked_at: datetime
    decision: str
    decided_at: datetime | None
    out_movement: int | None = Field(alias="out_id")
    in_movement: int | None = Field(alias="into_id")


class TransferDecisionIn(Schema):
    """The reason, which the organisation reads."""

    reason: Comment


@router.get("/transfer-rates", response=list[TransferRateOut], auth=None, operation_id="list_transfer_rates")
@paginate
def list_transfer_rates(request: HttpRequest) -> Any:
    """All rates, past and planned ones too."""
    return queries.rates(PUBLIC)


@router.post("/transfer-rates", response={201: TransferRateOut}, operation_id="create_transfer_rate")
@known_to(*READING_ROLES)
def create_transfer_rate(request: HttpRequest, given: TransferRateIn) -> Any:
    """Publishes a rate from a day on."""
    return Status(201, actions.create_rate(by=request.actor, now=request.now, **given.dict()))


@router.post("/transfer-rates/{code}/end", response=TransferRateOut, operation_id="end_transfer_rate")
@known_to(*READING_ROLES)
def end_transfer_rate(request: HttpRequest, code: str, given: EndTransferRateIn) -> Any:
    """Ends a rate from a day on; it cannot be opened again."""
    row = one(queries.rates(request.actor), code=code)
    actions.end_rate(by=request.actor, now=request.now, rate=row.pk, ends_on=given.ends_on)
    return one(queries.rates(request.actor), code=code)


@router.get("/transfers", response=list[TransferOut], operation_id="list_transfers")
@paginate(LimitOffsetPagination)
def list_transfers(request: HttpRequest) -> Any:
    """One's own organisations' transfers, all of them for staff and auditors; those that wait first."""
    if request.actor.reads_everything:
        actions.note_search(by=request.actor, now=request.now)
    return queries.transfers(request.actor)


@router.post("/awards/{number}/transfer-preview", response=TransferPreviewOut, operation_id="preview_transfer")
def preview_transfer(request: HttpRequest, number: str, given: TransferIn) -> Any:
    """What so many hours would come to now, for an owner; nothing is kept."""
    award = one(awards.awards(request.actor), number=number)
    way, found = offers.preview(request.actor, award.pk, given.way, given.hours, request.now)
    return {
        "given_seconds": found.given,
        "quantity": found.quantity,
        "got_seconds": found.got,
        "first_month": way.first_month,
        "months": way.months,
        "needs_approval": way.waits,
    }


@router.post("/awards/{number}/transfers", response={201: TransferOut}, operation_id="ask_transfer")
def ask_transfer(request: HttpRequest, number: str, given: TransferIn) -> Any:
    """Exchanges hours, for an owner, at once or after staff have decided, as the rate says."""
    award = one(awards.awards(request.actor), number=number)
    made = actions.ask(by=request.actor, now=request.now, award=award.pk, **given.dict())
    return Status(201, _transfer(request, made.pk))


def _transfer(request: HttpRequest, transfer: int) -> Any:
    row = one(queries.transfers(request.actor), pk=transfer)
    if request.actor.reads_everything:
        actions.note_reading(by=request.actor, now=request.now, transfer=row)
    return row


@router.get("/transfers/{int:transfer}", response=TransferOut, operation_id="get_transfer")
def get_transfer(request: HttpRequest, transfer: int) -> Any:
    """One transfer."""
    return _transfer(request, transfer)


@router.post("/transfers/{int:transfer}/withdrawal", response=TransferOut, operation_id="withdraw_transfer")
def withdraw_transfer(request: HttpRequest, transfer: int) -> Any:
    """Takes back, for an owner, what waits for a decision."""
    row = one(queries.transfers(request.actor), pk=transfer)
    actions.withdraw(by=request.actor, now=request.now, transfer=row.pk)
    return _transfer(request, transfer)


@router.post("/transfers/{int:transfer}/approval", response=TransferOut, operation_id="approve_transfer")
@known_to(*READING_ROLES)
def approve_transfer(request: HttpRequest, transfer: int, given: TransferDecisionIn) -> Any:
    """Carries out what was asked for."""
    actions.approve(by=request.actor, now=request.now, transfer=transfer, reason=given.reason)
    return _transfer(request, transfer)


@router.post("/transfers/{int:transfer}/refusal", response=TransferOut, operation_id="refuse_transfer")
@known_to(*READING_ROLES)
def refuse_transfer(request: HttpRequest, transfer: int, given: TransferDecisionIn) -> Any:
    """Turns it down; the organisation may ask anew."""
    actions.refuse(by=request.actor, now=request.now, transfer=transfer, reason=given.reason)
    return _transfer(request, transfer)
