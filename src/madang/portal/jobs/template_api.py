"""The API of job templates: listed, saved, changed, deleted by the people of their organisation."""

# Annotations are kept as they are written, as in the modules beside.
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate
from pydantic import Field

from madang.portal.faces import one
from madang.portal.jobs import templates
from madang.portal.jobs.rules import Terms
from madang.portal.jobs.schemas import AmountsIn
from madang.portal.jobs.steering_api import EndingIn
from madang.portal.jobs.templates import Filled

router = Router(tags=["jobs"])


class TemplateFields(AmountsIn, EndingIn):
    """A job's form: command, an environment's code, amounts, and how its jobs wait and end."""

    name: str = Field(min_length=1, max_length=100)
    argv: list[str] = Field(min_length=1, max_length=10_000)
    environment: str = Field("", max_length=60)


class TemplateIn(TemplateFields):
    """A template to keep for one of the caller's organisations, by its id."""

    organisation: int = Field(ge=1, le=2**63 - 1)


class TemplateChange(TemplateFields):
    """What a template is to hold from now on; `version` as it was read."""

    version: int = Field(ge=1, le=2**31 - 1)


class TemplateOut(Schema):
    """A template as it stands."""

    id: int
    version: int
    organisation: int = Field(alias="organisation_id")
    name: str
    argv: list[str]
    environment: str
    gpus: int
    cores: int
    memory_mb: int
    wall_seconds: int
    nodes: int
    priority: int
    requeue: bool
    checkpoint_seconds: int
    elements: int = Field(alias="array_count")
    saved_at: datetime

    @staticmethod
    def resolve_environment(row: Any) -> str:
        return str(row.environment.code) if row.environment else ""


def _filled(given: TemplateFields) -> Filled:
    terms = Terms(**given.model_dump(include=set(EndingIn.model_fields)))
    return Filled(given.name, given.argv, given.environment, given.shape, terms)


@router.get("/job-templates", response=list[TemplateOut], operation_id="list_job_templates")
@paginate(LimitOffsetPagination)
def list_job_templates(request: HttpRequest) -> Any:
    """The templates of the caller's organisations, by name."""
    return templates.templates(request.actor)


@router.post("/job-templates", response={201: TemplateOut}, operation_id="save_job_template")
def save_job_template(request: HttpRequest, given: TemplateIn) -> Any:
    """Keeps a template for an organisation."""
    filled = _filled(given)
    made = templates.add(by=request.actor, now=timezone.now(), organisation=given.organisation, filled=filled)
    return Status(201, made)


@router.put("/job-templates/{int:id}", response=TemplateOut, operation_id="change_job_template")
def change_job_template(request: HttpRequest, id: int, given: TemplateChange) -> Any:
    """Replaces what a template holds. 409 where somebody was faster."""
    row = _own(request, id)
    changed = {"template": row, "version": given.version, "filled": _filled(given)}
    templates.change(by=request.actor, now=timezone.now(), **changed)
    return _own(request, id)


@router.delete("/job-templates/{int:id}", response={204: None}, operation_id="delete_job_template")
def delete_job_template(request: HttpRequest, id: int) -> Any:
    """Deletes a template; its jobs stay."""
    templates.delete(by=request.actor, now=timezone.now(), template=_own(request, id))
    return Status(204, None)


def _own(request: HttpRequest, id: int) -> Any:
    return one(templates.templates(request.actor), pk=min(id, 2**63 - 1))
