"""Notes suppliers and contracts, works out what is owed for a month, and agrees on it by two people."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals import queries as drafts
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.journal.actions import record
from madang.portal.resources.rules import written_month
from madang.portal.suppliers import queries, rules
from madang.portal.suppliers.models import Supplier, SupplierLine, SupplierStatement, SupplyContract
from madang.portal.suppliers.rules import SupplyKind, SupplyState
from madang.portal.transactions import action

KIND = ApprovalKind.PAY_SUPPLIER


@action
def add_supplier(*, by: Actor, now: datetime, code: str, name: str) -> Supplier:
    """Notes a supplier. Refused: "not_allowed_for_role", "supply_code_taken"."""
    rules.refuse_unless_managing(by)
    try:
        with transaction.atomic():
            row = Supplier.objects.create(code=code, name=name.strip(), created_at=now)
    except IntegrityError as error:
        raise Refused("supply_code_taken", field="code") from error
    record(by=by, now=now, did="suppliers.add_supplier", kind="supplier", subject=row.pk, code=code)
    return row


def _alone() -> None:
    # a contract of one supplier can end another's: whoever sets or agrees meets the others here
    Supplier.objects.update(version=F("version") + 1)


@action
def set_contract(
    *,
    by: Actor,
    now: datetime,
    supplier: int,
    pool: int,
    kind: SupplyKind,
    first_month: str,
    price: int,
    document: str,
    units: int = 0,
) -> SupplyContract:
    """Sets a price for a pool from a month on; nought ends it. Once a month is agreed on, its prices stay.

    Refused: "not_allowed_for_role", "month_not_written", "supply_month_agreed" (month), and as
    `rules.refuse_unless_whole`.
    """
    rules.refuse_unless_managing(by)
    written_month(first_month)
    rules.refuse_unless_whole(kind, price, units, document)
    _alone()
    agreed = (
        SupplierStatement.objects.filter(state=SupplyState.AGREED, month__gte=first_month).order_by("-month").first()
    )
    if agreed is not None:
        raise Refused("supply_month_agreed", month=agreed.month, field="first_month")
    given = {"supplier_id": supplier, "price": price, "units": units, "document": document.strip()}
    place = {"pool_id": pool, "kind": kind, "first_month": first_month}
    given |= {"set_by_id": by.person, "set_at": now}
    if not SupplyContract.objects.filter(**place).update(**given):
        SupplyContract.objects.create(**place, **given)
    facts = {"pool": pool, "of": str(kind), "month": first_month, "price_won": price, "units": units}
    record(by=by, now=now, did="suppliers.set_contract", kind="supplier", subject=supplier, **facts)
    return SupplyContract.objects.get(**place)


@action
def work_out(*, by: Actor, now: datetime, supplier: int, month: str) -> SupplierStatement:
    """Works out what is owed for a month, anew until it is agreed on.

    Refused: "not_allowed_for_role", "month_not_written", "supply_month_open" (month), "supply_nothing_owed" (month),
    "supply_agreed", "supply_draft_waits".
    """
    rules.refuse_unless_managing(by)
    written_month(month)
    if not queries.is_closed(month):
        raise Refused("supply_month_open", month=month, field="month")
    _alone()
    lines = queries.owed(supplier, month)
    if not lines:
        raise Refused("supply_nothing_owed", month=month, field="month")
    row, _ = SupplierStatement.objects.get_or_create(supplier_id=supplier, month=month, defaults={"worked_out_at": now})
    if row.state == SupplyState.AGREED:
        raise Refused("supply_agreed")
    if drafts.waiting_for(KIND, row.pk) is not None:
        raise Refused("supply_draft_waits")
    SupplierLine.objects.filter(statement=row).delete()
    SupplierLine.objects.bulk_create(SupplierLine(statement=row, contract_id=one.contract, quantity=one.quantity,
                                                  amount=one.amount) for one in lines)  # fmt: skip
    SupplierStatement.objects.filter(pk=row.pk).update(amount=rules.total(lines), worked_out_at=now)
    facts = {"supplier": supplier, "month": month, "amount_won": rules.total(lines)}
    record(by=by, now=now, did="suppliers.work_out", kind="supplier_statement", subject=row.pk, **facts)
    return SupplierStatement.objects.get(pk=row.pk)


def _fresh(statement: int) -> SupplierStatement:
    row = SupplierStatement.objects.select_related("supplier").filter(pk=statement).first()
    if row is None:
        raise Refused("not_found")
    if row.state == SupplyState.AGREED:
        raise Refused("supply_agreed")
    if not queries.is_closed(row.month):
        raise Refused("supply_month_open", month=row.month)
    if queries.stored(row.pk) != queries.owed(row.supplier_id, row.month):
        raise Refused("supply_changed")
    return row


@action
def lay_before(*, by: Actor, now: datetime, statement: int, comment: str) -> Approval:
    """Lays what is owed before an approver. Refused: "supply_agreed", "supply_month_open", "supply_changed"."""
    row = _fresh(statement)
    facts = {"supplier": row.supplier.code, "month": row.month, "amount_won": row.amount}
    return approvals.draft(by=by, now=now, kind=KIND, subject=statement, comment=comment, **facts)


@action
def agree(*, by: Actor, now: datetime, statement: int, comment: str, document_number: str) -> None:
    """The second person agrees: it is what contracts and book say at this moment, and stays. Refused as the draft."""
    approvals.approve(by=by, now=now, kind=KIND, subject=statement, comment=comment, document_number=document_number)
    _alone()
    row = _fresh(statement)
    same = SupplierStatement.objects.filter(pk=statement, state=SupplyState.DRAFT, amount=row.amount)
    if not same.update(state=SupplyState.AGREED, agreed_at=now):
        raise Stale("supplier_statement")
    facts = {"supplier": row.supplier_id, "month": row.month, "amount_won": row.amount}
    record(by=by, now=now, did="suppliers.agree", kind="supplier_statement", subject=statement, **facts)
