"""Reads reports of damage and accidents, as far as the actor may see them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from madang.portal.actors import Actor
from madang.portal.facilities.rules import KEEPERS
from madang.portal.incidents.models import IncidentReport, IncidentStep
from madang.portal.incidents.rules import OPEN, IncidentState
from madang.portal.tasks import Task


def incidents(by: Actor) -> QuerySet[IncidentReport]:
    """One's own and those of one's organisations' bookings, newest first; all for staff and auditors."""
    rows = IncidentReport.objects.select_related("facility", "booking", "reported_by", "file", "closure")
    rows = rows.order_by("-reported_at", "-pk")
    if by.reads_everything:
        return rows
    own = Q(reported_by=by.person) & Q(reported_by__isnull=False)
    return rows.filter(own | Q(booking__organisation__in=by.memberships))


def steps(report: int) -> list[IncidentStep]:
    """What happened to a report, in order."""
    return list(IncidentStep.objects.filter(report=report).select_related("by").order_by("pk"))


def open_of(person: int) -> int:
    """How many reports of a person are not ended."""
    return IncidentReport.objects.filter(reported_by=person, state__in=OPEN).count()


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """Reports that nobody has looked at, for whoever keeps the catalogue."""
    if not by.has(*KEEPERS):
        return []
    count = IncidentReport.objects.filter(state=IncidentState.REPORTED).count()
    text = ngettext("A damage or accident was reported", "Damage or accidents were reported", count)
    return [Task(text, reverse("incidents"), count)] if count else []
