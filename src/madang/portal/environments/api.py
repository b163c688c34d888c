"""The API of environments: list, offer a prepared one, withdraw one; building one is submitting a job."""

# Annotations are kept as they are written: a paged function's are read where this module's names are not known.
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import Role
from madang.portal.environments import actions, queries
from madang.portal.environments.rules import Kind, State
from madang.portal.faces import known_to, one

router = Router(tags=["environments"])


class PreparedIn(Schema):
    """A folder of the operator's shelf under a code and a name."""

    code: str = Field(max_length=50)
    name_ko: str = Field(max_length=80)
    name_en: str = Field(max_length=80)
    folder: str = Field(max_length=100)


class EnvironmentOut(Schema):
    """An environment; `organisation` is null for the centre's. `jobs` named it, the last at `last_used_at`.

    `digest` is an image's, as in the registry that it is from; empty for others.
    """

    id: int
    code: str
    kind: Kind
    state: State
    name_ko: str
    name_en: str
    organisation: str | None
    base: str
    digest: str
    size_bytes: int | None = Field(alias="size")
    jobs: int
    last_used_at: datetime | None
    created_at: datetime

    @staticmethod
    def resolve_organisation(row: Any) -> str | None:
        return str(row.organisation.name) if row.organisation else None

    @staticmethod
    def resolve_base(row: Any) -> str:
        return str(row.base.code) if row.base else ""


@router.get("/environments", response=list[EnvironmentOut], operation_id="list_environments")
@paginate(LimitOffsetPagination)
def list_environments(request: HttpRequest) -> Any:
    """The centre's environments and those of the caller's organisations, newest first; withdrawn ones are left out."""
    return queries.listed(request.actor)


@router.post("/environments/prepared", response={201: EnvironmentOut}, operation_id="offer_environment")
@known_to(Role.OPERATOR)
def offer_environment(request: HttpRequest, given: PreparedIn) -> Any:
    """Offers what the operator has prepared on the shelf."""
    made = actions.add(by=request.actor, now=request.now, **given.dict())
    return Status(201, one(queries.listed(request.actor), pk=made.pk))


@router.post("/environments/{int:environment}/withdrawal", response={204: None}, operation_id="withdraw_environment")
def withdraw_environment(request: HttpRequest, environment: int) -> Any:
    """No new job can name it; what was built is destroyed when no job uses it any more."""
    row = one(queries.environments(request.actor), pk=environment)
    actions.withdraw(by=request.actor, now=request.now, environment=row)
    return Status(204, None)
