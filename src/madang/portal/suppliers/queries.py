"""Reads suppliers, contracts and what is owed, and works out what the book says of a month."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Prefetch, QuerySet, Sum

from madang.accounting.ledger import Bucket
from madang.portal.actors import Actor
from madang.portal.ledger.models import AccountingMonth, Adjustment, MonthTotal
from madang.portal.suppliers import rules
from madang.portal.suppliers.models import Supplier, SupplierLine, SupplierStatement, SupplyContract
from madang.portal.suppliers.rules import Owed, SupplyKind, SupplyState, Terms


def suppliers(by: Actor) -> QuerySet[Supplier]:
    """All of them for staff and auditors, in order of names."""
    rows = Supplier.objects.order_by("name", "pk")
    return rows if by.reads_everything else rows.none()


def contracts(by: Actor) -> QuerySet[SupplyContract]:
    """Every contract for staff and auditors, by pool, the last first."""
    rows = SupplyContract.objects.select_related("supplier", "pool").order_by("pool__code", "kind", "-first_month")
    return rows if by.reads_everything else rows.none()


def statements(by: Actor) -> QuerySet[SupplierStatement]:
    """What is owed by supplier and month for staff and auditors, the last month first."""
    lines = SupplierLine.objects.select_related("contract__pool").order_by("contract__pool__code", "contract__kind")
    rows = SupplierStatement.objects.select_related("supplier").order_by("-month", "supplier__name")
    return rows.prefetch_related(Prefetch("lines", lines)) if by.reads_everything else rows.none()


def in_force(supplier: int, month: str) -> list[Terms]:
    """The supplier's contracts that count in a month: of each pool and kind the last, if it is theirs and costs."""
    last: dict[tuple[int, str], SupplyContract] = {}
    for row in SupplyContract.objects.filter(first_month__lte=month).order_by("first_month", "pk"):
        last[row.pool_id, row.kind] = row
    found = [row for row in last.values() if row.supplier_id == supplier and row.price]
    return [Terms(row.pk, SupplyKind(row.kind), row.pool_id, row.price, row.units) for row in found]


def booked_seconds(pools: Iterable[int], month: str) -> dict[int, int]:
    """Unit-seconds used of each pool that are booked in a month: its own, and what came or was undone for closed ones.

    Every second of the book is booked in one month, so the months add up to it.
    """
    wanted = list(pools)
    used = MonthTotal.objects.filter(account__pool__in=wanted, account__bucket=Bucket.USED, month=month)
    sums = used.order_by().values_list("account__pool").annotate(net=Sum(F("came_in") - F("went_out")))
    found = dict.fromkeys(wanted, 0) | dict(sums)
    for of, way in (("month", -1), ("booked", 1)):
        for side, sign in (("movement__to_account", 1), ("movement__from_account", -1)):
            rows = Adjustment.objects.filter(**{of: month, f"{side}__bucket": Bucket.USED, f"{side}__pool__in": wanted})
            for pool, seconds in rows.values_list(f"{side}__pool").annotate(sum=Sum("movement__amount")):
                found[pool] += way * sign * seconds
    return found


def owed(supplier: int, month: str) -> list[Owed]:
    """What the contracts come to in a month by the book as it is now."""
    terms = in_force(supplier, month)
    seconds = booked_seconds({one.pool for one in terms}, month)
    return sorted((rules.owed(one, seconds[one.pool]) for one in terms), key=lambda line: line.contract)


def stored(statement: int) -> list[Owed]:
    """The lines of a statement as they are kept."""
    rows = SupplierLine.objects.filter(statement=statement).order_by("contract")
    return [Owed(*row) for row in rows.values_list("contract", "quantity", "amount")]


def is_closed(month: str) -> bool:
    """Whether the books of a month are closed."""
    return AccountingMonth.objects.filter(month=month, closed_at__isnull=False).exists()


def check_books() -> list[str]:
    """Agreed statements that are not what contracts and book say, as supplier and month."""
    rows = SupplierStatement.objects.filter(state=SupplyState.AGREED).select_related("supplier").order_by("pk")
    wrong = []
    for row in rows:
        lines = stored(row.pk)
        if lines != owed(row.supplier_id, row.month) or rules.total(lines) != row.amount:
            wrong.append(f"{row.supplier.code} {row.month}")
    return wrong
