"""Reads pools, their capacity by month, and products: all of it public, as it is what a centre offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from madang.portal.actors import Actor
from madang.portal.resources.models import Pool, PoolMonth, Product
from madang.portal.resources.rules import Capacity, PoolUnit, shown_months
from madang.values import Month


@dataclass(frozen=True)
class PoolCapacity:
    """A pool with its capacity in each of the table's months, in their order."""

    pool: Pool
    months: list[tuple[str, Capacity]]


def pools(by: Actor) -> QuerySet[Pool]:
    """All pools, in order of code."""
    return Pool.objects.order_by("code")


def pools_that_run_jobs() -> QuerySet[Pool]:
    """Pools whose jobs a backend runs; the others are only held by the month."""
    return Pool.objects.filter(runs_jobs=True).order_by("code")


def products(by: Actor) -> QuerySet[Product]:
    """Products with their pools, those on offer first."""
    return Product.objects.select_related("pool").order_by("-active", "pool__code", "units", "code")


def products_on_offer() -> QuerySet[Product]:
    """Products that a new call may offer; facilities are booked, not applied for."""
    return (
        Product.objects.filter(active=True)
        .exclude(pool__unit=PoolUnit.ITEM)
        .select_related("pool")
        .order_by("pool__code", "units", "code")
    )


def capacity_table(by: Actor, now: datetime) -> tuple[list[str], list[PoolCapacity]]:
    """The months shown, and each pool's capacity in them; a month with nothing stored has nothing.

    Facilities have none here.
    """
    rows = list(PoolMonth.objects.all())
    months = shown_months(sorted({row.month for row in rows}), Month.of(now, settings.MADANG_ZONE))
    stored = {(row.pool_id, row.month): _capacity(row) for row in rows}
    nothing = Capacity()
    table = [
        PoolCapacity(pool, [(month, stored.get((pool.pk, month), nothing)) for month in months])
        for pool in pools(by).exclude(unit=PoolUnit.ITEM)
    ]
    return months, table


def capacity(by: Actor, pool: Pool) -> list[tuple[str, Capacity]]:
    """What is stored of one pool, by month."""
    return [(row.month, _capacity(row)) for row in PoolMonth.objects.filter(pool=pool).order_by("month")]


def capacity_of(pool: int, month: str) -> Capacity:
    """One pool-month; nothing where none is stored."""
    row = PoolMonth.objects.filter(pool=pool, month=month).first()
    return _capacity(row) if row else Capacity()


def pool_code(pool: int) -> str:
    """A pool's code by its id; empty where there is none."""
    return Pool.objects.filter(pk=pool).values_list("code", flat=True).first() or ""


def _capacity(row: PoolMonth) -> Capacity:
    return Capacity(row.physical, row.funded, row.committed, row.version)
