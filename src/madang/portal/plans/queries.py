"""Reads plans, as far as the actor may see them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.allocation.plan import Plan as AllocationPlan
from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.people.models import Region
from madang.portal.plans.models import Plan
from madang.portal.plans.outline import Outline
from madang.portal.plans.rules import PlanState, for_everybody
from madang.portal.resources.models import Pool, Product
from madang.portal.tasks import Task

# The documents of a plan, which are large, and the outline, which is not small.
LARGE = ("problem", "pseudonyms", "reasons", "result", "outline")
DOCUMENTS = ("problem", "result")


def plans(by: Actor) -> QuerySet[Plan]:
    """Plans, newest first, for staff and auditors; the public sees those that were adopted and published."""
    rows = Plan.objects.select_related("intake__call", "proposed_by", "own", "moved_from").order_by("-pk")
    rows = rows.defer(*(f"moved_from__{name}" for name in LARGE))
    if by.reads_everything:
        return rows
    published = Q(state=PlanState.ADOPTED) | Q(state=PlanState.SUPERSEDED, adopted_at__isnull=False)
    return rows.filter(published, decisions__published_at__isnull=False).distinct()


def listed(by: Actor, intake: int) -> QuerySet[Plan]:
    """An intake's plans without their documents, which are large."""
    return plans(by).filter(intake=intake).defer(*LARGE)


def shown(by: Actor) -> QuerySet[Plan]:
    """Plans with their outlines and reasons, without problem and result: what a page of one plan needs."""
    return plans(by).defer(*DOCUMENTS)


def light(by: Actor) -> QuerySet[Plan]:
    """Plans without any of their documents."""
    return plans(by).defer(*LARGE)


def unsolved(by: Actor, intake: int) -> list[Plan]:
    """The intake's plans that wait or are being solved, oldest first."""
    return list(light(by).filter(intake=intake, state=PlanState.SOLVING).order_by("number"))


def document(plan: Plan) -> dict[str, Any]:
    """The plan as `madang allocate` reads it: the stored result with the problem put back."""
    return {**plan.result, "problem": plan.problem}


def document_for(by: Actor, plan: Plan) -> dict[str, Any]:
    """The plan as the actor may read it: whole for staff and auditors, for everybody else as `for_everybody`."""
    return document(plan) if by.reads_everything else for_everybody(document(plan))


def value(plan: Plan) -> AllocationPlan:
    """The plan as the library's value."""
    return AllocationPlan.from_json(document(plan))


def outline(plan: Plan) -> Outline:
    """What the solving process worked out for pages."""
    return Outline.from_json(plan.outline)


def to_solve() -> QuerySet[Plan]:
    """Plans that wait for their solve, or are being solved."""
    return Plan.objects.filter(state=PlanState.SOLVING)


def work(plan: int) -> dict[str, Any]:
    """What a solver needs of a plan."""
    row = Plan.objects.only("problem", "policy", "seed", "commitment").get(pk=plan)
    return {name: getattr(row, name) for name in ("problem", "policy", "seed", "commitment")}


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: checked plans that could be adopted, where the intake has none."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    rows = Plan.objects.filter(state=PlanState.CHECKED, intake__state="in_review")
    counts: dict[int, int] = defaultdict(int)
    for intake in rows.exclude(intake__plans__state=PlanState.ADOPTED).values_list("intake", flat=True):
        counts[intake] += 1
    text = gettext("Checked allocation plans to compare and adopt")
    return [Task(text, reverse("plans", args=[intake]), count) for intake, count in sorted(counts.items())]


@dataclass(frozen=True)
class Words:
    """How codes read: names of products and regions, and what each pool's figures count ("gpu_month")."""

    products: dict[str, str]
    regions: dict[str, str]
    grains: dict[str, str]


def words(language: str) -> Words:
    """The words of all products, regions and pools, in "en" or "ko"; three queries."""
    name = f"name_{language}"
    pools = Pool.objects.values_list("code", "unit", "grain")
    return Words(
        dict(Product.objects.values_list("code", name)),
        dict(Region.objects.values_list("code", name)),
        {code: f"{unit}_{grain}" for code, unit, grain in pools},
    )


def numbers(by: Actor, plan: Plan) -> dict[str, str]:
    """The receipt number behind each request id of a plan; for staff and auditors."""
    if not by.reads_everything:
        return {}
    known = dict(Application.objects.filter(intake=plan.intake_id).values_list("pk", "number"))
    return {name: known[pk] for name, pk in plan.pseudonyms.items() if known.get(pk)}


def people_in(by: Actor, plan: Plan, requests: list[str]) -> dict[str, Application]:
    """Which applications stand behind some request ids of a plan; for staff and auditors."""
    if not by.reads_everything:
        return {}
    wanted = {plan.pseudonyms[name]: name for name in requests if name in plan.pseudonyms}
    shown = Application.objects.only("number", "organisation__name").select_related("organisation")
    found = shown.filter(pk__in=wanted)
    return {wanted[row.pk]: row for row in found}
