"""Pools, their capacity by month, and products as JSON; public."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router, Schema
from ninja.pagination import paginate

from madang.portal.actors import PUBLIC
from madang.portal.faces import one
from madang.portal.resources import queries

router = Router(tags=["resources"])


class PoolOut(Schema):
    """A pool of one type; its unit is a GPU or a core, and its capacity counts units (month) or unit-hours (hour)."""

    code: str
    name_ko: str
    name_en: str
    unit: str
    grain: str
    runs_jobs: bool


class CapacityOut(Schema):
    """Units of a pool in one month (YYYY-MM)."""

    month: str
    physical_units: int
    funded_units: int
    committed_units: int
    free_units: int


class ProductOut(Schema):
    """What can be asked for: units of a pool by the month, or its hours."""

    code: str
    pool: str
    name_ko: str
    name_en: str
    units: int
    grain: str
    active: bool

    @staticmethod
    def resolve_pool(row: Any) -> str:
        return row.pool.code


@router.get("/pools", response=list[PoolOut], auth=None, operation_id="list_pools")
@paginate
def list_pools(request: HttpRequest) -> Any:
    """All pools."""
    return queries.pools(PUBLIC)


@router.get("/pools/{code}/capacity", response=list[CapacityOut], auth=None, operation_id="list_pool_capacity")
@paginate
def list_pool_capacity(request: HttpRequest, code: str = Path(pattern=r"^[-\w]{1,30}$")) -> Any:
    """A pool's capacity by month."""
    row = one(queries.pools(PUBLIC), code=code)
    return [
        {
            "month": month,
            "physical_units": figures.physical,
            "funded_units": figures.funded,
            "committed_units": figures.committed,
            "free_units": figures.free,
        }
        for month, figures in queries.capacity(PUBLIC, row)
    ]


@router.get("/products", response=list[ProductOut], auth=None, operation_id="list_products")
@paginate
def list_products(request: HttpRequest) -> Any:
    """All products, those on offer first."""
    return queries.products(PUBLIC)
