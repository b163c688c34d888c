"""Sets up pools, their monthly capacity and products, and promises capacity to awards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.journal.actions import record
from madang.portal.resources import queries
from madang.portal.resources.models import Pool, PoolMonth, Product
from madang.portal.resources.rules import (
    Capacity,
    Grain,
    PoolUnit,
    refuse_capacity,
    refuse_unit,
    refuse_unless_manager,
)
from madang.portal.transactions import action

PoolMonthKey = tuple[int, str]


@action
def create_pool(
    *,
    by: Actor,
    now: datetime,
    code: str,
    name_ko: str,
    name_en: str,
    unit: PoolUnit,
    grain: Grain = Grain.MONTH,
    backend_type: str = "",
    runs_jobs: bool = False,
) -> Pool:
    """A new pool without capacity. Refused: ``pool_code_taken``, ``pool_of_facilities``."""
    refuse_unless_manager(by)
    refuse_unit(unit, grain, backend_type=backend_type, runs_jobs=runs_jobs)
    if Pool.objects.filter(code=code).exists():
        raise Refused("pool_code_taken", taken=code, field="code")
    pool = Pool.objects.create(
        code=code,
        name_ko=name_ko,
        name_en=name_en,
        unit=unit,
        grain=grain,
        backend_type=backend_type,
        runs_jobs=runs_jobs,
        created_at=now,
    )
    record(by=by, now=now, did="resources.create_pool", kind="pool", subject=pool.pk, code=code)
    return pool


@action
def set_capacity(*, by: Actor, now: datetime, pool: int, months: Mapping[str, Capacity]) -> None:
    """Sets physical and funded units month by month; what is committed stays as it is.

    A `version` in a given capacity must be the stored one (Stale otherwise). Refused: ``month_not_written``,
    ``funded_above_physical``, ``capacity_below_committed`` (month, funded, committed).
    """
    refuse_unless_manager(by)
    for month, wanted in sorted(months.items()):
        refuse_capacity(month, wanted)
        _set_month(pool, month, wanted)
    facts = {month: [wanted.physical, wanted.funded] for month, wanted in sorted(months.items())}
    record(by=by, now=now, did="resources.set_capacity", kind="pool", subject=pool, months=facts)


def _set_month(pool: int, month: str, wanted: Capacity) -> None:
    values = {"physical": wanted.physical, "funded": wanted.funded}
    stored = PoolMonth.objects.filter(pool=pool, month=month)
    guarded = stored.filter(version=wanted.version) if wanted.version is not None else stored
    if guarded.filter(committed__lte=wanted.funded).update(**values, version=F("version") + 1):
        return
    present = stored.first()
    if present is None:
        PoolMonth.objects.create(pool_id=pool, month=month, **values)
    elif present.committed > wanted.funded:
        raise Refused("capacity_below_committed", month=month, funded=wanted.funded, committed=present.committed)
    else:
        raise Stale("pool month", month=month, physical=present.physical, funded=present.funded)


@action
def create_product(
    *, by: Actor, now: datetime, code: str, pool: int, name_ko: str, name_en: str, units: int, grain: Grain
) -> Product:
    """A new product of a pool, sold as the pool is.

    Refused: ``product_code_taken``, ``hour_product_has_one_unit``, ``pool_sold_otherwise``.
    """
    refuse_unless_manager(by)
    if Product.objects.filter(code=code).exists():
        raise Refused("product_code_taken", taken=code, field="code")
    if grain != Grain.MONTH and units != 1:
        raise Refused("hour_product_has_one_unit", units=units, field="units")
    if not Pool.objects.filter(pk=pool, grain=grain).exists():
        raise Refused("pool_sold_otherwise", field="grain")
    product = Product.objects.create(
        code=code, pool_id=pool, name_ko=name_ko, name_en=name_en, units=units, grain=grain
    )
    record(by=by, now=now, did="resources.create_product", kind="product", subject=product.pk, code=code, pool=pool)
    return product


@action
def retire_product(*, by: Actor, now: datetime, product: int) -> None:
    """Offers the product to no new call; awards that hold it keep it."""
    refuse_unless_manager(by)
    if not Product.objects.filter(pk=product, active=True).update(active=False):
        raise Stale("product")
    record(by=by, now=now, did="resources.retire_product", kind="product", subject=product)


@action
def commit(*, by: Actor, now: datetime, pool: int, month: str, units: int) -> None:
    """Promises units of one pool-month. Refused: ``capacity_exceeded`` (pool, month, asked, free)."""
    commit_all(by=by, now=now, units={(pool, month): units})


@action
def commit_all(*, by: Actor, now: datetime, units: Mapping[PoolMonthKey, int]) -> None:
    """Promises units of several pool-months, all or none, with one line in the journal."""
    for (pool, month), asked in _ordered(units):
        fits = PoolMonth.objects.filter(pool=pool, month=month, funded__gte=F("committed") + asked)
        if not fits.update(committed=F("committed") + asked, version=F("version") + 1):
            raise Refused("capacity_exceeded", asked=asked, **_figures(pool, month))
    _record_units(by, now, "resources.commit", units)


@action
def release_commitment(*, by: Actor, now: datetime, pool: int, month: str, units: int) -> None:
    """Takes back a promise. Refused: ``commitment_smaller`` (pool, month, asked, committed)."""
    release_all(by=by, now=now, units={(pool, month): units})


@action
def release_all(*, by: Actor, now: datetime, units: Mapping[PoolMonthKey, int]) -> None:
    """Takes back promises of several pool-months, all or none, with one line in the journal."""
    for (pool, month), asked in _ordered(units):
        there = PoolMonth.objects.filter(pool=pool, month=month, committed__gte=asked)
        if not there.update(committed=F("committed") - asked, version=F("version") + 1):
            raise Refused("commitment_smaller", asked=asked, **_figures(pool, month))
    _record_units(by, now, "resources.release_commitment", units)


def _ordered(units: Mapping[PoolMonthKey, int]) -> list[tuple[PoolMonthKey, int]]:
    """In one order for everybody, so that two writers wait for each other and do not deadlock."""
    if any(asked <= 0 for asked in units.values()):
        raise Refused("units_not_above_zero")
    return sorted(units.items())


def _figures(pool: int, month: str) -> dict[str, object]:
    present = queries.capacity_of(pool, month)
    return {"pool": queries.pool_code(pool), "month": month, "free": present.free, "committed": present.committed}


def _record_units(by: Actor, now: datetime, did: str, units: Mapping[PoolMonthKey, int]) -> None:
    facts = [[pool, month, asked] for (pool, month), asked in sorted(units.items())]
    subject = facts[0][0] if len({pool for pool, _ in units}) == 1 else ""
    record(by=by, now=now, did=did, kind="pool", subject=subject, units=facts)
