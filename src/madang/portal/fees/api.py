"""The API of fees: as what facilities are charged, and what a booking would cost."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from madang.portal.access.bearer import token_or_none
from madang.portal.actors import READING_ROLES
from madang.portal.bookings.keeping_api import PeriodIn, ids_of, period_of
from madang.portal.bookings.rules import ITEMS_MOST, refuse_unless_for
from madang.portal.faces import known_to, one
from madang.portal.facilities import queries as facilities
from madang.portal.fees import actions, queries
from madang.portal.people import queries as people
from madang.portal.schemas import Code, Id

router = Router(tags=["facilities"])


class FacilityFeeIn(Schema):
    """The code of the product as which bookings are charged; null: they cost nothing."""

    product: Code | None


class FacilityFeeOut(Schema):
    """The code of the product as which bookings are charged; null where they cost nothing. Its prices: `/tariffs`."""

    product: str | None


class BookingCostIn(PeriodIn):
    """Facilities by their codes for one period, as they would be booked."""

    organisation_id: Id
    facilities: Annotated[list[Code], Field(min_length=1, max_length=ITEMS_MOST)]


class BookingCostLineOut(Schema):
    """Days in a row (both counted) under one price, in seconds booked; a whole day has 86,400."""

    product: str
    first_day: date
    last_day: date
    booked_seconds: int
    price_won: int
    discounts: list[str]
    list_price_won: int
    discount_won: int
    due_won: int
    vat_won: int
    payable_won: int


class BookingCostOut(Schema):
    """What a booking would cost by today's published prices, as its statement will charge it.

    `days_without_price`: what they cost is not settled yet.
    """

    lines: list[BookingCostLineOut]
    list_price_won: int
    discount_won: int
    due_won: int
    vat_won: int
    payable_won: int
    days_without_price: list[date]


@router.get("/facilities/{code}/fee", response=FacilityFeeOut, operation_id="get_facility_fee", auth=token_or_none)
def get_facility_fee(request: HttpRequest, code: Code) -> Any:
    """As what bookings of a facility are charged."""
    row = one(facilities.facilities(request.actor), code=code)
    product = queries.charged_as([row.pk]).get(row.pk)
    return {"product": product.code if product else None}


@router.put("/facilities/{code}/fee", response={204: None}, operation_id="set_facility_fee")
@known_to(*READING_ROLES)
def set_facility_fee(request: HttpRequest, code: Code, given: FacilityFeeIn) -> Any:
    """Says as what bookings of a facility are charged from now on."""
    row = one(facilities.facilities(request.actor), code=code)
    actions.set_fee(by=request.actor, now=request.now, facility=row.pk, product=given.product or "")
    return Status(204, None)


@router.post("/booking-costs", response=BookingCostOut, operation_id="price_booking")
def price_booking(request: HttpRequest, given: BookingCostIn) -> Any:
    """What a booking would cost an organisation, with its discounts; books nothing."""
    one(people.organisations(request.actor), pk=given.organisation_id)
    refuse_unless_for(request.actor, given.organisation_id)
    ids = ids_of(request, given.facilities)
    found = queries.of_new(given.organisation_id, ids, [period_of(given)])
    lines = found.lines if found else ()
    total = _won(found.total) if found else dict.fromkeys((f"{name}_won" for name in _MONEY), 0)
    return {
        **total,
        "lines": [
            {
                "product": product.code,
                "first_day": line.first_day,
                "last_day": line.last_day,
                "booked_seconds": line.amount,
                "price_won": line.tariff.price,
                "discounts": [discount.name for discount in line.discounts],
                **_won(line.quote),
            }
            for product, line in lines
        ],
        "days_without_price": found.unpriced if found else (),
    }


_MONEY = ("list_price", "discount", "due", "vat", "payable")


def _won(quote: Any) -> dict[str, int]:
    return {f"{name}_won": getattr(quote, name) for name in _MONEY}
