"""Tariffs and discounts as JSON: public once in force; drafted and ended by staff, tariffs by two people."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.accounting.currencies import written
from madang.errors import Refused
from madang.portal.actors import PUBLIC, READING_ROLES
from madang.portal.approvals import queries as approvals
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.faces import known_to, one
from madang.portal.prices import actions, limits, queries
from madang.portal.prices.rules import LimitKind, Quoted, Vat, quoted_of
from madang.portal.resources import queries as resources
from madang.portal.schemas import Code, Comment, Day, Name, Won

router = Router(tags=["prices"])


class QuotedIn(Schema):
    """A reference price in another currency as text, and the published won for one unit of it or a hundred."""

    currency: str = Field(min_length=3, max_length=3)
    quoted: str = Field(max_length=20)
    rate: str = Field(max_length=20)
    per: Literal[1, 100] = 1
    day: Day
    source: str = Field(min_length=1, max_length=200)


class QuotedOut(Schema):
    """The same, with all decimals of the currency."""

    currency: str
    quoted: str
    rate: str
    per: int
    day: date
    source: str


class TariffOut(Schema):
    """A price on days [starts_on, ends_on): for one product held a month (reserved), one hour used (used), or one
    day booked (daily)."""

    product: str
    kind: str
    price_won: int
    reference_price_won: int
    reference_source: str
    reference_source_en: str
    reference_quoted: QuotedOut | None
    vat: str
    vat_permille: int
    starts_on: date
    ends_on: date | None

    @staticmethod
    def resolve_product(row: Any) -> str:
        return row.product.code

    @staticmethod
    def resolve_reference_quoted(row: Any) -> dict[str, Any] | None:
        found = queries.quoted(row)
        return found and {
            "currency": found.currency,
            "quoted": written(found.minor, found.currency),
            "rate": found.rate_written,
            "per": found.per,
            "day": found.day,
            "source": found.source,
        }

    @staticmethod
    def resolve_price_won(row: Any) -> int:
        return row.price

    @staticmethod
    def resolve_reference_price_won(row: Any) -> int:
        return row.reference_price


class DiscountOut(Schema):
    """A share off the price, in thousandths, for who holds an attribute or is of a kind."""

    code: str
    name_ko: str
    name_en: str
    sentence_ko: str
    sentence_en: str
    applies_to: str
    permille: int
    after: str
    starts_on: date
    ends_on: date | None


class TariffIn(Schema):
    """A new price of a product for one and a month, or for one hour or day where it is sold by the hour or day.

    The reference price is given in won, or in another currency with the rate that converts it.
    """

    product: Code
    price_won: Won
    reference_price_won: Won | None = None
    reference_quoted: QuotedIn | None = None
    reference_source: str = Field(min_length=1, max_length=200)
    reference_source_en: str = Field("", max_length=200)
    starts_on: Day
    vat: Vat = Vat.NONE
    vat_permille: int = Field(0, ge=0, le=1000)
    comment: Comment = ""


class ListedTariffOut(TariffOut):
    """A tariff with its id, where it stands today, and the approval that it waits for."""

    id: int
    standing: str
    approval: int | None


class LimitOut(Schema):
    """What bounds a subsidy: a self-pay part in thousandths of the list price, or a ceiling in won over some years."""

    code: str
    kind: str
    name_ko: str
    name_en: str
    sentence_ko: str
    sentence_en: str
    applies_to: str
    permille: int | None
    amount_won: int | None
    years: int
    starts_on: date
    ends_on: date | None

    @staticmethod
    def resolve_permille(row: Any) -> int | None:
        return row.figure if row.kind == LimitKind.SELF_PAY else None

    @staticmethod
    def resolve_amount_won(row: Any) -> int | None:
        return row.figure if row.kind == LimitKind.CEILING else None


class LimitIn(Schema):
    """A self-pay part (`permille`) or a ceiling of support (`amount_won` over `years`); `applies_to` empty is all."""

    code: Code
    kind: LimitKind
    name_ko: Name
    name_en: Name
    sentence_ko: str = Field(min_length=1, max_length=300)
    sentence_en: str = Field(min_length=1, max_length=300)
    applies_to: str = Field("", max_length=40)
    permille: int = Field(0, ge=0, le=1000)
    amount_won: Won = 0
    years: int = Field(0, ge=0, le=10)
    starts_on: Day
    ends_on: Day | None = None


class DiscountIn(Schema):
    """A share off the price for who holds an attribute (`young_firm`) or is of a kind (`kind:university`)."""

    code: Code
    name_ko: Name
    name_en: Name
    sentence_ko: str = Field(min_length=1, max_length=300)
    sentence_en: str = Field(min_length=1, max_length=300)
    applies_to: str = Field(max_length=60)
    permille: int = Field(ge=1, le=1000)
    after: str = Field("", max_length=30)
    starts_on: Day
    ends_on: Day | None = None


class EndDiscountIn(Schema):
    """The first day without it."""

    ends_on: Day


@router.get("/tariffs", response=list[TariffOut], auth=None, operation_id="list_tariffs")
@paginate
def list_tariffs(request: HttpRequest) -> Any:
    """All approved tariffs, past and planned ones too."""
    return queries.tariffs(PUBLIC)


def _listed(request: HttpRequest) -> list[Any]:
    waiting = {row.subject: row.pk for row in approvals.waiting(request.actor).filter(kind=ApprovalKind.CHANGE_TARIFF)}
    found = []
    for listed in queries.tariffs_listed(request.actor, request.now):
        row = listed.tariff
        row.standing, row.approval = listed.standing, waiting.get(row.pk)
        found.append(row)
    return found


@router.get("/tariffs/all", response=list[ListedTariffOut], operation_id="list_all_tariffs")
@paginate
@known_to(*READING_ROLES)
def list_all_tariffs(request: HttpRequest) -> Any:
    """Every tariff with where it stands, drafts and rejected ones too; for staff and auditors."""
    return _listed(request)


@router.post("/tariffs", response={201: ListedTariffOut}, operation_id="draft_tariff")
@known_to(*READING_ROLES)
def draft_tariff(request: HttpRequest, given: TariffIn) -> Any:
    """Drafts a price; it charges nobody until somebody else approves what `approval` names."""
    product = one(resources.products(request.actor), code=given.product, active=True)
    plain = given.dict(exclude={"product", "price_won", "reference_price_won", "reference_quoted"})
    prices = {"price": given.price_won, "reference_price": _reference(given)}
    made = actions.draft_tariff(by=request.actor, now=request.now, product=product.pk, **prices, **plain)
    return Status(201, next(row for row in _listed(request) if row.pk == made.pk))


def _reference(given: TariffIn) -> Quoted | int:
    if given.reference_quoted is not None and given.reference_price_won is None:
        quoted = given.reference_quoted.dict()
        return quoted_of(amount=quoted.pop("quoted"), **quoted)
    if given.reference_quoted is not None or given.reference_price_won is None:
        raise Refused("reference_once", field="reference_price_won")
    return given.reference_price_won


@router.get("/discounts", response=list[DiscountOut], auth=None, operation_id="list_discounts")
@paginate
def list_discounts(request: HttpRequest) -> Any:
    """All discounts, past and planned ones too."""
    return queries.discounts(PUBLIC)


@router.post("/discounts", response={201: DiscountOut}, operation_id="create_discount")
@known_to(*READING_ROLES)
def create_discount(request: HttpRequest, given: DiscountIn) -> Any:
    """Opens a discount from a day on."""
    return Status(201, actions.create_discount(by=request.actor, now=request.now, **given.dict()))


@router.post("/discounts/{code}/end", response=DiscountOut, operation_id="end_discount")
@known_to(*READING_ROLES)
def end_discount(request: HttpRequest, code: str, given: EndDiscountIn) -> Any:
    """Ends a discount from a day on; it cannot be opened again."""
    row = one(queries.discounts(request.actor), code=code)
    actions.end_discount(by=request.actor, now=request.now, discount=row.pk, ends_on=given.ends_on)
    return one(queries.discounts(request.actor), code=code)


@router.get("/subsidy-limits", response=list[LimitOut], auth=None, operation_id="list_subsidy_limits")
@paginate
def list_subsidy_limits(request: HttpRequest) -> Any:
    """All limits of subsidies, past and planned ones too."""
    return limits.listed(PUBLIC)


@router.post("/subsidy-limits", response={201: LimitOut}, operation_id="create_subsidy_limit")
@known_to(*READING_ROLES)
def create_subsidy_limit(request: HttpRequest, given: LimitIn) -> Any:
    """Opens a limit from a day on."""
    figure = given.permille if given.kind is LimitKind.SELF_PAY else given.amount_won
    plain = given.dict(exclude={"permille", "amount_won"})
    return Status(201, actions.create_limit(by=request.actor, now=request.now, figure=figure, **plain))


@router.post("/subsidy-limits/{code}/end", response=LimitOut, operation_id="end_subsidy_limit")
@known_to(*READING_ROLES)
def end_subsidy_limit(request: HttpRequest, code: str, given: EndDiscountIn) -> Any:
    """Ends a limit from a day on; it cannot be opened again."""
    row = one(limits.listed(request.actor), code=code)
    actions.end_limit(by=request.actor, now=request.now, limit=row.pk, ends_on=given.ends_on)
    return one(limits.listed(request.actor), code=code)
