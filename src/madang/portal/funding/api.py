"""The API of who funds what: sources, and the shares of a pool from a month on."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.funding import actions, queries
from madang.portal.resources import queries as resources
from madang.portal.schemas import Code, Month, Name

router = Router(tags=["funding"])
Permille = Annotated[int, Field(ge=1, le=1000)]


class SourceIn(Schema):
    """A budget that computing is paid from."""

    code: Code
    name_ko: Name
    name_en: Name
    kind: Literal["national", "local", "own", "other"]


class SourceOut(Schema):
    """A budget that computing is paid from."""

    code: str
    name_ko: str
    name_en: str
    kind: str


class FundingIn(Schema):
    """The share of each source by its code, in permille; together 1000."""

    parts: dict[str, Permille]


class FundingOut(Schema):
    """Who funds a pool from a month on, until its next row begins."""

    pool: str
    first_month: str
    parts: dict[str, int]

    @staticmethod
    def resolve_pool(row: Any) -> str:
        return str(row.pool.code)

    @staticmethod
    def resolve_parts(row: Any) -> dict[str, int]:
        return {part.source.code: part.permille for part in row.parts.all()}


@router.get("/funding-sources", response=list[SourceOut], operation_id="list_funding_sources")
@paginate
@known_to(*READING_ROLES)
def list_funding_sources(request: HttpRequest) -> Any:
    """The budgets that computing is paid from."""
    return queries.sources(request.actor)


@router.post("/funding-sources", response={201: SourceOut}, operation_id="add_funding_source")
@known_to(*READING_ROLES)
def add_funding_source(request: HttpRequest, given: SourceIn) -> Any:
    """Notes a budget."""
    return Status(201, actions.add_source(by=request.actor, now=request.now, **given.dict()))


@router.get("/fundings", response=list[FundingOut], operation_id="list_fundings")
@paginate
@known_to(*READING_ROLES)
def list_fundings(request: HttpRequest) -> Any:
    """Who funds each pool, from which month on; a pool without a row is paid from the body's own funds."""
    return [row for pool in queries.pools(request.actor) for row in pool.fundings.all()]


@router.put("/pools/{pool}/fundings/{month}", response=FundingOut, operation_id="set_funding")
@known_to(*READING_ROLES)
def set_funding(request: HttpRequest, pool: Code, month: Month, given: FundingIn) -> Any:
    """Says who funds a pool from a month on, in place of what was said for that month."""
    row = one(resources.pools(request.actor), code=pool)
    return actions.set_funding(by=request.actor, now=request.now, pool=row.pk, first_month=month, parts=given.parts)
