"""Reads sheets of costs, the rent beside them, and what a GPU-hour came to in some months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch, QuerySet, Sum

from madang.portal.actors import Actor
from madang.portal.expenses import rules
from madang.portal.expenses.models import ExpenseLine, ExpenseMonth, ExpenseSheet
from madang.portal.expenses.rules import Hour, SheetState
from madang.portal.indicators.models import DayUse
from madang.portal.indicators.rules import funded_seconds
from madang.portal.resources.models import Pool, PoolMonth
from madang.portal.suppliers.models import SupplierLine, SupplierStatement, SupplyContract
from madang.portal.suppliers.rules import SupplyState
from madang.values import Month


@dataclass(frozen=True)
class Rent:
    """Won owed by pool, without VAT, and what is not agreed on yet as (supplier, month)."""

    by_pool: dict[int, int]
    missing: list[tuple[str, str]]


def sheets(by: Actor) -> QuerySet[ExpenseSheet]:
    """Every sheet for staff and auditors, the last period first."""
    lines = ExpenseLine.objects.select_related("pool").order_by("kind", "pk")
    rows = ExpenseSheet.objects.select_related("entered_by").order_by("-first_month", "-length", "-pk")
    return rows.prefetch_related(Prefetch("lines", lines)) if by.reads_everything else rows.none()


def agreed(months: Sequence[str]) -> dict[str, int]:
    """The sheet that stands for each of some months, as far as one does."""
    return dict(ExpenseMonth.objects.filter(month__in=months).values_list("month", "sheet"))


def covered() -> dict[str, int]:
    """Every month that a sheet is agreed on for, with that sheet."""
    return dict(ExpenseMonth.objects.order_by("month").values_list("month", "sheet"))


def draft_of(first_month: str, length: int) -> ExpenseSheet | None:
    """The sheet of a period that is being entered."""
    return ExpenseSheet.objects.filter(first_month=first_month, length=length, state=SheetState.DRAFT).first()


def spent(sheets: Sequence[int]) -> list[tuple[int | None, int]]:
    """(Pool or None for all, won) by line of some sheets."""
    return list(ExpenseLine.objects.filter(sheet__in=sheets).order_by("pk").values_list("pool", "amount"))


def rent(months: Sequence[str]) -> Rent:
    """What suppliers are owed for some months, as it was agreed on, and what is still to be agreed on."""
    agreed = SupplierStatement.objects.filter(state=SupplyState.AGREED, month__in=months)
    known = set(agreed.values_list("supplier__name", "month"))
    contracts = list(SupplyContract.objects.select_related("supplier").order_by("first_month", "pk"))
    owing = {(name, month) for month in months for name in _owing(contracts, month)}
    lines = SupplierLine.objects.filter(statement__in=agreed).order_by().values_list("contract__pool")
    return Rent(dict(lines.annotate(won=Sum("amount"))), sorted(owing - known, key=lambda one: one[::-1]))


def _owing(contracts: Sequence[SupplyContract], month: str) -> set[str]:
    last = {(row.pool_id, row.kind): row for row in contracts if row.first_month <= month}
    return {row.supplier.name for row in last.values() if row.price}


def hours(sheets: Sequence[int], months: Sequence[str], rented: Rent) -> list[Hour]:
    """What a GPU-hour came to in some months by these sheets and the rent; four queries."""
    pools = {row.pk: row for row in Pool.objects.filter(unit="gpu").order_by("code")}
    funded = dict.fromkeys(pools, 0)
    for row in PoolMonth.objects.filter(pool__in=pools, month__in=months):
        seconds = Month.parse(row.month).period(settings.MADANG_ZONE).seconds
        funded[row.pool_id] += funded_seconds(row.funded, pools[row.pool_id].grain, seconds, seconds)
    return rules.hours([*spent(sheets), *rented.by_pool.items()], funded, _used(list(pools), months))


def _used(pools: Sequence[int], months: Sequence[str]) -> dict[int, int]:
    first, end = Month.parse(months[0]), Month.parse(months[-1]).plus(1)
    days = DayUse.objects.filter(pool__in=pools, day__gte=f"{first}-01", day__lt=f"{end}-01").order_by()
    found: dict[int, int] = defaultdict(int)
    found.update(days.values_list("pool").annotate(n=Sum("seconds")))
    return found
