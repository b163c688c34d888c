"""Reads courses and cohorts: what everybody may see, what staff and teachers see, and who teaches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from madang.portal.actors import Actor
from madang.portal.courses.models import Cohort, Course, CourseTeacher, SelectionStage
from madang.portal.courses.rules import CohortState
from madang.portal.people.models import Organisation


def today(now: datetime) -> date:
    """The centre's day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def courses(by: Actor) -> QuerySet[Course]:
    """Every course, by name."""
    return Course.objects.order_by("name_ko", "pk")


def organisations() -> QuerySet[Organisation]:
    """Who can hold a cohort."""
    return Organisation.objects.order_by("name", "pk")


def _joined() -> QuerySet[Cohort]:
    stages = Prefetch("stages", SelectionStage.objects.order_by("place"))
    return Cohort.objects.select_related("course", "organisation").prefetch_related(stages)


def cohorts(by: Actor) -> QuerySet[Cohort]:
    """Cohorts, the latest first; drafts for staff and auditors only."""
    rows = _joined().order_by("-starts_on", "-pk")
    return rows if by.reads_everything else rows.exclude(state=CohortState.DRAFT)


def counted(rows: QuerySet[Cohort]) -> QuerySet[Cohort]:
    """With how many applied and how many seats are taken."""
    own = Cohort.objects.filter(pk=OuterRef("pk")).order_by()
    taken = own.annotate(n=Count("seats", filter=Q(seats__person__isnull=False)))
    applicants = own.annotate(n=Count("learners"))
    return rows.annotate(taken=Subquery(taken.values("n")), applicants=Subquery(applicants.values("n")))


def open_at(by: Actor, now: datetime) -> QuerySet[Cohort]:
    """Those that take applications now, the first to close first."""
    rows = cohorts(by).filter(state=CohortState.OPEN, opens_at__lte=now, closes_at__gt=now)
    return rows.order_by("closes_at", "pk")


def taught(by: Actor) -> QuerySet[Cohort]:
    """The cohorts that the actor sees the class of: those that they teach; all for staff and auditors."""
    rows = _joined().order_by("-starts_on", "-pk")
    return rows if by.reads_everything else rows.filter(teachers__person=by.person, teachers__person__isnull=False)


def teachers(cohort: int) -> QuerySet[CourseTeacher]:
    """Who teaches a cohort, by name."""
    return CourseTeacher.objects.filter(cohort=cohort).select_related("person").order_by("person__name", "pk")


def teaches(by: Actor, cohort: int) -> bool:
    """Whether the actor teaches a cohort."""
    return by.person is not None and CourseTeacher.objects.filter(cohort=cohort, person=by.person).exists()


def front_panels(by: Actor, now: datetime) -> list[dict[str, Any]]:
    """For the public's first page: cohorts that take applications."""
    rows = list(open_at(by, now)[:5])
    return [{"template": "courses/panel.html", "cohorts": rows}] if rows else []
