"""Keeps jobs' forms for an organisation under names: saved, listed, changed, deleted by any of its people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.environments import queries as environments
from madang.portal.jobs import rules
from madang.portal.jobs.models import Job, JobTemplate
from madang.portal.jobs.rules import USUAL, Shape, Terms
from madang.portal.journal import actions as journal
from madang.portal.transactions import action

MOST = 100


@dataclass(frozen=True)
class Filled:
    """What a template holds: a command, an environment's code ("" for none), amounts, and how its jobs wait and end."""

    name: str
    argv: list[str]
    environment: str
    shape: Shape
    terms: Terms = USUAL


def templates(by: Actor) -> QuerySet[JobTemplate]:
    """Those of the actor's organisations, by name."""
    rows = JobTemplate.objects.filter(organisation__in=by.memberships)
    return rows.select_related("organisation", "environment", "saved_by").order_by("name", "pk")


def of_job(job: Job, name: str) -> Filled:
    """What a template made of this job holds."""
    terms = Terms(
        priority=job.priority,
        requeue=job.requeue,
        checkpoint_seconds=job.checkpoint_seconds,
        elements=job.array_count,
    )
    return Filled(name, job.argv, job.environment.code if job.environment else "", job.shape, terms)


@action
def add(*, by: Actor, now: datetime, organisation: int, filled: Filled) -> JobTemplate:
    """Keeps a new template. Refused: ``not_allowed_for_role``, ``job_template_named``, ``job_templates_full``,
    ``environment_unknown``, and what no job could ask for.
    """
    if not by.member_of(organisation):
        raise Refused("not_allowed_for_role")
    if JobTemplate.objects.filter(organisation=organisation).count() >= MOST:
        raise Refused("job_templates_full", most=MOST)
    columns = {**_columns(organisation, filled), "saved_by_id": by.person, "saved_at": now}
    with _named_once():
        row = JobTemplate.objects.create(organisation_id=organisation, **columns)
    journal.record(by=by, now=now, did="jobs.save_template", kind="job_template", subject=row.pk)
    return row


@action
def change(*, by: Actor, now: datetime, template: JobTemplate, version: int, filled: Filled) -> None:
    """Replaces what a template holds. Refused as `add`; Stale where somebody changed it since `version`."""
    if not by.member_of(template.organisation_id):
        raise Refused("not_allowed_for_role")
    columns = {**_columns(template.organisation_id, filled), "saved_by_id": by.person, "saved_at": now}
    rows = JobTemplate.objects.filter(pk=template.pk, version=version)
    with _named_once():
        changed = rows.update(**columns, version=F("version") + 1)
    if not changed:
        raise Stale("job_template")
    journal.record(by=by, now=now, did="jobs.change_template", kind="job_template", subject=template.pk)


@action
def delete(*, by: Actor, now: datetime, template: JobTemplate) -> None:
    """Deletes a template; jobs that were made of it stay as they are."""
    if not by.member_of(template.organisation_id):
        raise Refused("not_allowed_for_role")
    if not JobTemplate.objects.filter(pk=template.pk).delete()[0]:
        raise Stale("job_template")
    journal.record(by=by, now=now, did="jobs.delete_template", kind="job_template", subject=template.pk)


def _columns(organisation: int, filled: Filled) -> Mapping[str, Any]:
    rules.check_name(filled.name)
    rules.check_form(filled.argv, filled.shape, filled.terms)
    environment = environments.of_award(organisation, filled.environment) if filled.environment else None
    if filled.environment and environment is None:
        raise Refused("environment_unknown", field="environment", named=filled.environment)
    terms = {name: getattr(filled.terms, name) for name in ("priority", "requeue", "checkpoint_seconds")}
    given = {"name": filled.name, "argv": filled.argv, "environment": environment, **asdict(filled.shape)}
    return {**given, **terms, "array_count": filled.terms.elements}


@contextmanager
def _named_once() -> Iterator[None]:
    """Says of a name that another template has what a person can do about it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        raise Refused("job_template_named", field="name") from fault
