"""Suppliers of rented capacity, their prices and what is owed to them, as JSON for staff."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.resources.queries import pools
from madang.portal.schemas import Code, Comment, Id, Month
from madang.portal.suppliers import actions, queries
from madang.portal.suppliers.rules import SupplyKind, SupplyState

router = Router(tags=["suppliers"])


class SupplierIn(Schema):
    """A supplier's short name, and its name."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=120)]


class SupplierOut(Schema):
    """A supplier of rented capacity."""

    code: str
    name: str
    created_at: datetime


class SupplyContractIn(Schema):
    """A price for a pool from a month on, in whole won without VAT; nought ends it. `units`: those that are kept."""

    supplier: Code
    pool: Code
    kind: SupplyKind
    first_month: Month
    price_won: Annotated[int, Field(le=10**12)]
    units: Annotated[int, Field(ge=0, le=10**6)] = 0
    document: Annotated[str, Field(max_length=200)]


class SupplyContractOut(Schema):
    """A price that counts from a month on, until the pool's next of its kind."""

    id: int
    supplier: str = Field(alias="supplier.code")
    pool: str = Field(alias="pool.code")
    kind: SupplyKind
    first_month: str
    price_won: int = Field(alias="price")
    units: int
    document: str


class SupplierMonthIn(Schema):
    """Whose account of which month is to be worked out."""

    supplier: Code
    month: Month


class SupplierDraftIn(Schema):
    """A word for the approver."""

    comment: Comment = ""


class SupplierLaidOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


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


@router.get("/suppliers", response=list[SupplierOut], operation_id="list_suppliers")
@paginate
@known_to(*READING_ROLES)
def list_suppliers(request: HttpRequest) -> Any:
    """Suppliers of rented capacity, in order of names."""
    return queries.suppliers(request.actor)


@router.post("/suppliers", response={201: SupplierOut}, operation_id="add_supplier")
@known_to(*READING_ROLES)
def add_supplier(request: HttpRequest, given: SupplierIn) -> Any:
    """Notes a supplier."""
    return Status(201, actions.add_supplier(by=request.actor, now=request.now, **given.dict()))


@router.get("/supply-contracts", response=list[SupplyContractOut], operation_id="list_supply_contracts")
@paginate
@known_to(*READING_ROLES)
def list_supply_contracts(request: HttpRequest) -> Any:
    """Every price, by pool, the last first."""
    return queries.contracts(request.actor)


@router.post("/supply-contracts", response={201: SupplyContractOut}, operation_id="set_supply_contract")
@known_to(*READING_ROLES)
def set_supply_contract(request: HttpRequest, given: SupplyContractIn) -> Any:
    """Sets a price for a pool from a month on; the one of the same month is replaced until a month is agreed on."""
    plain = given.dict() | {
        "pool": one(pools(request.actor), code=given.pool).pk,
        "supplier": _supplier(request, given),
    }
    price = plain.pop("price_won")
    made = actions.set_contract(by=request.actor, now=request.now, price=price, **plain)
    return Status(201, one(queries.contracts(request.actor), pk=made.pk))


def _supplier(request: HttpRequest, given: SupplyContractIn | SupplierMonthIn) -> int:
    return int(one(queries.suppliers(request.actor), code=given.supplier).pk)


@router.post("/supplier-statements", response={201: SupplierStatementOut}, operation_id="work_out_supplier_statement")
@known_to(*READING_ROLES)
def work_out_supplier_statement(request: HttpRequest, given: SupplierMonthIn) -> Any:
    """Works out what is owed for a closed month, anew until it is agreed on."""
    supplier = _supplier(request, given)
    made = actions.work_out(by=request.actor, now=request.now, supplier=supplier, month=given.month)
    return Status(201, one(queries.statements(request.actor), pk=made.pk))


@router.post(
    "/supplier-statements/{int:statement}/draft",
    response={201: SupplierLaidOut},
    operation_id="lay_supplier_statement_before",
)
@known_to(*READING_ROLES)
def lay_supplier_statement_before(request: HttpRequest, statement: Id, given: SupplierDraftIn) -> Any:
    """Lays what is owed before an approver, who agrees on it by approving."""
    one(queries.statements(request.actor), pk=statement)
    made = actions.lay_before(by=request.actor, now=request.now, statement=statement, comment=given.comment)
    return Status(201, {"approval": made.pk})
