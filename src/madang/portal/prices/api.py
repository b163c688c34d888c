"""Tariffs and discounts as JSON; public."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate

from madang.portal.actors import PUBLIC
from madang.portal.prices import queries

router = Router(tags=["prices"])


class TariffOut(Schema):
    """A price on days [starts_on, ends_on): for one product held a month (reserved), or one hour used (used)."""

    product: str
    kind: str
    price_won: int
    reference_price_won: int
    reference_source: str
    vat: str
    vat_permille: int
    starts_on: date
    ends_on: date | None

    @staticmethod
    def resolve_product(row: Any) -> str:
        return row.product.code

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
    starts_on: date
    ends_on: date | None


@router.get("/tariffs", response=list[TariffOut], auth=None, operation_id="list_tariffs")
@paginate
def list_tariffs(request: HttpRequest) -> Any:
    """All approved tariffs, past and planned ones too."""
    return queries.tariffs(PUBLIC)


@router.get("/discounts", response=list[DiscountOut], auth=None, operation_id="list_discounts")
@paginate
def list_discounts(request: HttpRequest) -> Any:
    """All discounts, past and planned ones too."""
    return queries.discounts(PUBLIC)
