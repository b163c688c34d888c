"""Pools, their capacity by month, and products as JSON: public; set by staff."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.access.bearer import token_or_none
from madang.portal.actors import PUBLIC, READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.resources import actions, queries
from madang.portal.resources.rules import Capacity, Grain, PoolUnit
from madang.portal.schemas import Code, Month, Name, Units, Version

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
    """Units of a pool in one month (YYYY-MM); `version` goes back with a change, and is null for who makes none."""

    month: str
    physical_units: int
    funded_units: int
    committed_units: int
    free_units: int
    version: int | None


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


class PoolIn(Schema):
    """A new pool; `backend_type` is what the cluster calls its units."""

    code: Code
    name_ko: Name
    name_en: Name
    unit: PoolUnit
    grain: Grain = Grain.MONTH
    backend_type: str = Field("", max_length=30)
    runs_jobs: bool = False


class CapacityIn(Schema):
    """One month of a pool; with the `version` that was read nobody else's change is overwritten."""

    month: Month
    physical_units: Units
    funded_units: Units
    version: Version | None = None


class ProductIn(Schema):
    """A new product: so many units of a pool by the month, or its hours."""

    code: Code
    pool: Code
    name_ko: Name
    name_en: Name
    units: int = Field(1, ge=1, le=1_000_000)
    grain: Grain


@router.get("/pools", response=list[PoolOut], auth=None, operation_id="list_pools")
@paginate
def list_pools(request: HttpRequest) -> Any:
    """All pools."""
    return queries.pools(PUBLIC)


def _capacity(request: HttpRequest, pool: Any) -> list[dict[str, Any]]:
    return [
        {
            "month": month,
            "physical_units": figures.physical,
            "funded_units": figures.funded,
            "committed_units": figures.committed,
            "free_units": figures.free,
            "version": figures.version,
        }
        for month, figures in queries.capacity(request.actor, pool)
    ]


@router.get("/pools/{code}/capacity", response=list[CapacityOut], auth=token_or_none, operation_id="list_pool_capacity")
@paginate
def list_pool_capacity(request: HttpRequest, code: str = Path(pattern=r"^[-\w]{1,30}$")) -> Any:
    """A pool's capacity by month; a token of the staff shows what is set aside before publication, and the version."""
    return _capacity(request, one(queries.pools(PUBLIC), code=code))


@router.post("/pools", response={201: PoolOut}, operation_id="create_pool")
@known_to(*READING_ROLES)
def create_pool(request: HttpRequest, given: PoolIn) -> Any:
    """A new pool, without capacity."""
    return Status(201, actions.create_pool(by=request.actor, now=request.now, **given.dict()))


@router.put("/pools/{code}/capacity", response=list[CapacityOut], operation_id="set_pool_capacity")
@known_to(*READING_ROLES)
def set_pool_capacity(request: HttpRequest, code: str, given: list[CapacityIn]) -> Any:
    """Sets what stands there and what is funded, month by month, all of it or nothing; gives every month of the pool.

    409 where a month changed since its `version`, or less would be funded than is promised.
    """
    row = one(queries.pools(request.actor), code=code)
    months = {one.month: Capacity(one.physical_units, one.funded_units, version=one.version) for one in given}
    actions.set_capacity(by=request.actor, now=request.now, pool=row.pk, months=months)
    return _capacity(request, row)


@router.get("/products", response=list[ProductOut], auth=None, operation_id="list_products")
@paginate
def list_products(request: HttpRequest) -> Any:
    """All products, those on offer first."""
    return queries.products(PUBLIC)


@router.post("/products", response={201: ProductOut}, operation_id="create_product")
@known_to(*READING_ROLES)
def create_product(request: HttpRequest, given: ProductIn) -> Any:
    """A new product of a pool; tracks of new calls can offer it."""
    pool = one(queries.pools(request.actor), code=given.pool)
    plain = given.dict(exclude={"pool"})
    made = actions.create_product(by=request.actor, now=request.now, pool=pool.pk, **plain)
    return Status(201, one(queries.products(request.actor), pk=made.pk))


@router.post("/products/{code}/retirement", response=ProductOut, operation_id="retire_product")
@known_to(*READING_ROLES)
def retire_product(request: HttpRequest, code: str) -> Any:
    """Takes a product off offer; awards that hold it keep it to their end."""
    row = one(queries.products(request.actor), code=code)
    actions.retire_product(by=request.actor, now=request.now, product=row.pk)
    return one(queries.products(request.actor), code=code)
