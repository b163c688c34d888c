"""Reads pools, their capacity by month, and products: all of it public, as it is what a centre offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from madang.portal.actors import READING_ROLES, Actor
from madang.portal.awards.models import AwardLine
from madang.portal.awards.rules import AwardState
from madang.portal.plans import problems
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

    Facilities have none here. What is set aside by decisions that are not published yet only staff see.
    """
    rows = list(PoolMonth.objects.all())
    months = shown_months(sorted({row.month for row in rows}), Month.of(now, settings.MADANG_ZONE))
    unpublished = None if by.has(*READING_ROLES) else set_aside()
    stored = {(row.pool_id, row.month): _capacity(row, unpublished) for row in rows}
    nothing = Capacity()
    table = [
        PoolCapacity(pool, [(month, stored.get((pool.pk, month), nothing)) for month in months])
        for pool in pools(by).exclude(unit=PoolUnit.ITEM)
    ]
    return months, table


def capacity(by: Actor, pool: Pool) -> list[tuple[str, Capacity]]:
    """What is stored of one pool, by month; what is set aside by decisions that are not published only staff see."""
    unpublished = None if by.has(*READING_ROLES) else set_aside()
    return [(row.month, _capacity(row, unpublished)) for row in PoolMonth.objects.filter(pool=pool).order_by("month")]


def set_aside() -> dict[tuple[int, str], int]:
    """Units promised by pool and month to awards whose decisions are not published, so that they tell nobody."""
    return problems.holdings(AwardLine.objects.filter(award__state=AwardState.HELD))


def capacity_of(pool: int, month: str) -> Capacity:
    """One pool-month; nothing where none is stored."""
    row = PoolMonth.objects.filter(pool=pool, month=month).first()
    return _capacity(row) if row else Capacity()


def pool_code(pool: int) -> str:
    """A pool's code by its id; empty where there is none."""
    return Pool.objects.filter(pk=pool).values_list("code", flat=True).first() or ""


def _capacity(row: PoolMonth, unpublished: Mapping[tuple[int, str], int] | None = None) -> Capacity:
    """As stored; for everybody else less what is `unpublished`, and without the version, which would tell of it."""
    if unpublished is None:
        return Capacity(row.physical, row.funded, row.committed, row.version)
    return Capacity(row.physical, row.funded, row.committed - unpublished.get((row.pool_id, row.month), 0))
