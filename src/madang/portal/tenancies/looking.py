"""Reads who lives in the camp: residents with their hours, visitors, what tenants reported, requests for repair."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Max, Prefetch, Q, QuerySet

from madang.portal.actors import Actor
from madang.portal.people.models import Person
from madang.portal.tenancies.models import (
    LetSpace,
    MonthDuty,
    MonthReport,
    Resident,
    Tenancy,
    UpkeepRequest,
    UpkeepStep,
    Visitor,
)
from madang.portal.tenancies.queries import tenancies
from madang.portal.tenancies.rules import OPEN_UPKEEP, TenancyState


def residents(tenancy: int) -> list[Resident]:
    """Residents of a tenancy, those who left last."""
    rows = Resident.objects.filter(tenancy=tenancy).select_related("person")
    return list(rows.order_by("-until_on", "person__name", "pk"))


def may_come_in(by: Actor, day: date) -> QuerySet[Resident]:
    """Who may come in on a day: residents of tenancies that are running, by name; for staff and auditors."""
    rows = Resident.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=day), from_on__lte=day)
    rows = rows.filter(tenancy__state=TenancyState.RUNNING, tenancy__ends_on__gt=day)
    spaces = Prefetch("tenancy__spaces", LetSpace.objects.select_related("space").order_by("space__code"))
    rows = rows.select_related("person", "tenancy__organisation").prefetch_related(spaces)
    return rows.order_by("tenancy__organisation__name", "person__name", "pk") if by.reads_everything else rows.none()


def lives_there(person: int | None, organisation: int, day: date) -> bool:
    """Whether somebody is a resident, for this organisation, on a day; for what only residents may book."""
    rows = Resident.objects.filter(person=person, person__isnull=False, from_on__lte=day)
    rows = rows.filter(Q(until_on__isnull=True) | Q(until_on__gt=day), tenancy__state=TenancyState.RUNNING)
    rows = rows.filter(tenancy__organisation=organisation)
    return rows.filter(tenancy__starts_on__lte=day, tenancy__ends_on__gt=day).exists()


def could_live(tenancy: Tenancy) -> QuerySet[Person]:
    """Members of the tenant who are no residents yet."""
    here = Resident.objects.filter(tenancy=tenancy, until_on__isnull=True)
    rows = Person.objects.filter(is_active=True, memberships__organisation=tenancy.organisation_id,
                                 memberships__left_at__isnull=True)  # fmt: skip
    return rows.exclude(pk__in=here.values("person")).distinct().order_by("name", "pk")


def visitors(tenancy: int, day: date) -> list[Visitor]:
    """Who is announced from a day on."""
    rows = Visitor.objects.filter(tenancy=tenancy, on__gte=day).select_related("host")
    return list(rows.order_by("on", "name", "pk"))


def visitors_on(by: Actor, day: date) -> QuerySet[Visitor]:
    """Everybody announced for a day, for staff and auditors."""
    rows = Visitor.objects.filter(on=day).select_related("host", "tenancy__organisation").order_by("name", "pk")
    return rows if by.reads_everything else rows.none()


# --- monthly reports ---


def duties(tenancy: int) -> list[MonthDuty]:
    """Months to report, the newest first, each with its versions, the last first."""
    versions = Prefetch("versions", MonthReport.objects.select_related("handed_in_by").order_by("-version"))
    return list(MonthDuty.objects.filter(tenancy=tenancy).prefetch_related(versions).order_by("-month"))


def duty(by: Actor, tenancy: int, month: str) -> MonthDuty | None:
    """One month to report of a tenancy that the actor may see."""
    rows = MonthDuty.objects.filter(tenancy__in=tenancies(by).order_by().values("pk"), tenancy=tenancy, month=month)
    return rows.select_related("tenancy").first()


def reported(organisations: Iterable[int], months: int = 24) -> list[MonthReport]:
    """The last version of each month that these organisations reported, the newest first; for a company's page."""
    rows = MonthReport.objects.filter(duty__tenancy__organisation__in=list(organisations))
    last = rows.order_by().values("duty").annotate(last=Max("pk")).values("last")
    return list(MonthReport.objects.filter(pk__in=last).select_related("duty").order_by("-duty__month")[:months])


# --- requests ---


def requests(by: Actor, state: str = "") -> QuerySet[UpkeepRequest]:
    """Requests for repair, the oldest first: of one's organisations' tenancies; all for staff and auditors."""
    rows = UpkeepRequest.objects.select_related("tenancy__organisation", "space", "asked_by").order_by("asked_at", "pk")
    if state == "open":
        rows = rows.filter(state__in=OPEN_UPKEEP)
    elif state:
        rows = rows.filter(state=state)
    return rows if by.reads_everything else rows.filter(tenancy__organisation__in=list(by.memberships))


def steps(request: int) -> list[UpkeepStep]:
    """What happened to a request, from the beginning."""
    return list(UpkeepStep.objects.filter(request=request).select_related("by").order_by("at", "pk"))
