"""What is owed to suppliers of rented capacity, as JSON for staff."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to
from madang.portal.suppliers import queries
from madang.portal.suppliers.rules import SupplyKind, SupplyState

router = Router(tags=["suppliers"])


class SupplierLineOut(Schema):
    """Unit-seconds used of a pool, or units kept, under one contract; won without VAT."""

    pool: str = Field(alias="contract.pool.code")
    kind: SupplyKind = Field(alias="contract.kind")
    price_won: int = Field(alias="contract.price")
    quantity: int
    owed_won: int = Field(alias="amount")


class SupplierStatementOut(Schema):
    """What is owed to one supplier for one month, without VAT."""

    id: int
    supplier: str = Field(alias="supplier.code")
    month: str
    state: SupplyState
    owed_won: int = Field(alias="amount")
    agreed_at: datetime | None
    lines: list[SupplierLineOut]

    @staticmethod
    def resolve_lines(row: Any) -> Any:
        return list(row.lines.all())


@router.get("/supplier-statements", response=list[SupplierStatementOut], operation_id="list_supplier_statements")
@paginate
@known_to(*READING_ROLES)
def list_supplier_statements(request: HttpRequest) -> Any:
    """What is owed by supplier and month, the last month first."""
    return queries.statements(request.actor)
