"""Statements as JSON, for members of their organisation and for the body, whose reading is noted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.pagination import paginate

from madang.portal.billing import queries
from madang.portal.faces import one
from madang.portal.journal.actions import read

router = Router(tags=["billing"])
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


class StatementOut(Schema):
    """A month's statement of an organisation, in won; due = list price - discount, subsidy = reference - due."""

    id: int
    organisation_id: int
    month: str
    number: str | None
    state: str
    reference_won: int
    list_price_won: int
    discount_won: int
    due_won: int
    subsidy_won: int
    supply_won: int
    vat_won: int
    payable_won: int
    lines_without_price: int
    worked_out_at: datetime
    issued_at: datetime | None


class LineOut(Schema):
    """Days in a row (both counted) of one award's product; quantity is product-days or unit-seconds."""

    award: str
    product: str
    first_day: date
    last_day: date
    quantity: int
    quantity_unit: str
    price_won: int | None
    discounts: list[dict[str, Any]]
    fault: str
    reference_won: int
    list_price_won: int
    discount_won: int
    due_won: int
    subsidy_won: int
    supply_won: int
    vat_won: int
    payable_won: int


class StatementWithLinesOut(StatementOut):
    """A statement with its lines."""

    lines: list[LineOut]


_MONEY = ("reference", "list_price", "discount", "due", "subsidy", "supply", "vat", "payable")
_PLAIN = ("id", "organisation_id", "month", "number", "state", "worked_out_at", "issued_at")


def _money(row: Any) -> dict[str, int]:
    return {f"{name}_won": getattr(row, name) for name in _MONEY}


def _statement(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _PLAIN} | _money(row) | {"lines_without_price": row.faults}


def _line(row: Any) -> dict[str, Any]:
    return _money(row) | {
        "award": row.award.number,
        "product": row.product.code,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "quantity": row.quantity,
        "quantity_unit": "product_day" if row.product.grain == "month" else f"{row.product.pool.unit}_second",
        "price_won": row.tariff.price if row.tariff else None,
        "discounts": row.discounts,
        "fault": row.fault,
    }


@router.get("/statements", response=list[StatementOut], operation_id="list_statements")
@paginate
def list_statements(request: HttpRequest, month: str | None = Query(None, pattern=MONTH)) -> Any:
    """The statements of one's organisations, newest month first; all of them for the body."""
    rows = queries.statements(request.actor)
    if request.actor.reads_everything:
        _note(request, "search", month or "")
    return [_statement(row) for row in (rows.filter(month=month) if month else rows)]


@router.get("/statements/{statement_id}", response=StatementWithLinesOut, operation_id="get_statement")
def get_statement(request: HttpRequest, statement_id: int) -> Any:
    """One statement with its lines."""
    row = one(queries.statements(request.actor), pk=statement_id)
    if not request.actor.member_of(row.organisation_id):
        _note(request, "view", statement_id)
    return _statement(row) | {"lines": [_line(line) for line in queries.lines(row)]}


def _note(request: HttpRequest, what: str, subject: object) -> None:
    read(by=request.actor, now=getattr(request, "now", timezone.now()), what=what, kind="statement", subject=subject)
