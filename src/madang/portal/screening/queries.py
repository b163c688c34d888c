"""Reads what the screening officer works on: lists with filters, questions, owed reports, demand against capacity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language, gettext

from madang.portal.actors import READING_ROLES, Actor
from madang.portal.applications.models import Application, Ask, LateAttempt, ScreeningQuestion
from madang.portal.applications.queries import visible
from madang.portal.applications.rules import SCREENING
from madang.portal.awards.models import AwardLine
from madang.portal.calls import queries as calls
from madang.portal.calls.models import Intake
from madang.portal.counts import count_of
from madang.portal.people.models import Organisation
from madang.portal.plans.problems import holdings
from madang.portal.resources.models import Pool, PoolMonth
from madang.portal.screening.models import OwedReport
from madang.portal.screening.rules import DemandLine, Wish
from madang.portal.screening.rules import demand as demand_of
from madang.portal.tasks import Task

IN_THE_RUNNING = ["submitted", "reopened", "eligible"]
# awards that hold capacity of their months
HOLDING = ["held", "offered", "accepted", "in_force"]
TO_SCREEN = ["submitted", "reopened"]


def intakes(by: Actor) -> QuerySet[Intake]:
    """All intakes of published calls with how many applications they have, newest deadline first; staff only."""
    rows = Intake.objects.select_related("call").exclude(call__state="draft").order_by("-closes_at", "-pk")
    if not by.has(*READING_ROLES):
        return rows.none()
    # Counted for the rows that are shown, by the index of intake and state: a draft was never handed in.
    return rows.annotate(
        handed_in=count_of(Application, "intake", ~Q(state__in=["draft", "withdrawn"])),
        waiting=count_of(Application, "intake", Q(state__in=TO_SCREEN)),
    )


def applications(by: Actor, intake: int, chosen: Mapping[str, str]) -> QuerySet[Application]:
    """An intake's applications for staff, filtered by `track`, `state`, `region`, `kind` and words `q`."""
    if not by.has(*READING_ROLES):
        return Application.objects.none()
    rows = visible(by).filter(intake=intake, number__isnull=False).select_related("organisation__region")
    columns = {"track": "track__code", "state": "state", "region": "organisation__region__code"}
    columns["kind"] = "organisation__kind"
    for name, column in columns.items():
        if chosen.get(name):
            rows = rows.filter(**{column: chosen[name]})
    words = chosen.get("q", "").strip()
    if words:
        rows = rows.filter(
            Q(title__icontains=words) | Q(organisation__name__icontains=words) | Q(number__icontains=words)
        )
    return rows.order_by("number")


def filters(intake: Intake) -> dict[str, list[tuple[str, str]]]:
    """What the list can be filtered by, from the rows that there are: value and what a person reads."""
    rows = Application.objects.filter(intake=intake, number__isnull=False)
    name = "name_ko" if get_language() == "ko" else "name_en"
    regions = rows.values_list("organisation__region__code", f"organisation__region__{name}").distinct()
    return {
        "track": [(track.code, calls.titled(track)) for track in intake.call.tracks.order_by("position")],
        "region": sorted(regions),
    }


def late_attempts(by: Actor, intake: int) -> QuerySet[LateAttempt]:
    """Attempts to submit that the deadline cut off, newest first; staff only."""
    rows = LateAttempt.objects.filter(application__intake=intake).select_related("application__organisation")
    return rows.order_by("-attempted_at") if by.has(*READING_ROLES) else rows.none()


def own_questions(by: Actor) -> QuerySet[ScreeningQuestion]:
    """The questions to the actor's own organisations."""
    rows = ScreeningQuestion.objects.filter(application__organisation__in=list(by.memberships))
    return rows.select_related("application").order_by("pk")


def answer_files(by: Actor) -> QuerySet[ScreeningQuestion]:
    """Answers that came with a file, for the organisation's members, staff and auditors."""
    rows = ScreeningQuestion.objects.filter(answer_file__isnull=False).select_related("answer_file", "application")
    return rows if by.has(*READING_ROLES) else rows.filter(application__organisation__in=list(by.memberships))


def open_questions(application: int, now: datetime) -> int:
    """Questions without an answer whose deadline is not past."""
    return ScreeningQuestion.objects.filter(
        application=application, answered_at__isnull=True, answer_by__gt=now
    ).count()


def owed_reports(by: Actor) -> QuerySet[OwedReport]:
    """All owed reports for staff and auditors, an organisation's own for its members; those still owed first."""
    rows = OwedReport.objects.select_related("organisation", "duty__award")
    rows = rows.order_by(F("received_on").asc(nulls_first=True), "due_on")
    return rows if by.has(*READING_ROLES) else rows.filter(organisation__in=list(by.memberships))


def organisation_numbered(number: str) -> Organisation | None:
    """The organisation with a registration number, written with or without hyphens."""
    digits = "".join(letter for letter in number if letter.isdigit())
    return Organisation.objects.filter(registration_number=digits).first()


@dataclass(frozen=True)
class Demand:
    """What an intake asks for by pool and month against free capacity, the pools by code, and who asks."""

    lines: list[DemandLine]
    pools: dict[str, Pool]
    applications: int


def demand(by: Actor, intake: int) -> Demand:
    """What all applications in the running ask of each pool and month, against what is free or already theirs.

    Six queries; what this intake's own awards hold counts as free, since it is the same demand.
    """
    if not by.has(*READING_ROLES):
        return Demand([], {}, 0)
    rows = Ask.objects.filter(application__intake=intake, application__state__in=IN_THE_RUNNING)
    wishes = [
        Wish(pool, units, quantity, least, first, months, grain == "hour")
        for pool, units, grain, quantity, least, first, months in rows.values_list(
            "product__pool__code", "product__units", "product__grain", "quantity", "least", "first_month", "months"
        )
    ]
    pools = Pool.objects.in_bulk({wish.pool for wish in wishes}, field_name="code")
    held = AwardLine.objects.filter(award__application__intake=intake, award__state__in=HOLDING, added_on__isnull=True)
    own = holdings(held)
    months = PoolMonth.objects.filter(pool__code__in=pools).values_list("pool__code", "month", "funded", "committed")
    free = {
        (pool, month): funded - committed + own.get((pools[pool].pk, month), 0)
        for pool, month, funded, committed in months
    }
    count = Application.objects.filter(intake=intake, state__in=IN_THE_RUNNING).count()
    return Demand(demand_of(wishes, free), pools, count)


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """Intakes with applications to screen, and answers that came in."""
    if not by.has(*SCREENING):
        return []
    found = []
    for intake in intakes(by).filter(state="screening", waiting__gt=0)[:10]:
        text = gettext("Applications to screen: {call}").format(call=calls.titled(intake.call))
        url = reverse("intake-applications", args=[intake.pk])
        found.append(Task(text, url, intake.waiting, intake.review_due_at))
    answered = ScreeningQuestion.objects.filter(answered_at__isnull=False, application__state="submitted")
    for row in answered.select_related("application").order_by("-answered_at")[:10]:
        text = gettext("Answered: {number}").format(number=row.application.number)
        found.append(Task(text, reverse("screening", args=[row.application_id])))
    return found
