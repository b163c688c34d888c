"""Reads timetables and who came, as far as the actor may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from madang.portal.actors import Actor
from madang.portal.courses import queries as courses
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import FacilityKind, FacilityState
from madang.portal.learners.models import Learner
from madang.portal.learners.queries import IN_CLASS
from madang.portal.lessons.models import Lesson, Presence


def _joined() -> QuerySet[Lesson]:
    return Lesson.objects.select_related("cohort__course", "booking").prefetch_related("booking__booked__facility")


def lessons(by: Actor) -> QuerySet[Lesson]:
    """Lessons of cohorts whose class the actor sees, in order of time."""
    return _joined().filter(cohort__in=courses.taught(by).order_by().values("pk")).order_by("starts_at", "pk")


def of_cohort(by: Actor, cohort: int) -> QuerySet[Lesson]:
    """A cohort's lessons with how many came; cancelled ones too."""
    own = Lesson.objects.filter(pk=OuterRef("pk")).order_by()
    came = own.annotate(n=Count("presences", filter=Q(presences__came=True))).values("n")
    return lessons(by).filter(cohort=cohort).annotate(came=Subquery(came))


def of_learner(learner: Learner, now: datetime) -> QuerySet[Lesson]:
    """The lessons of a learner's track that are not over, for a caller who may see the learner."""
    rows = _joined().filter(cohort=learner.cohort_id, track__in=["", learner.track], cancelled_at__isnull=True)
    return rows.filter(ends_at__gt=now).order_by("starts_at", "pk")


def rooms() -> QuerySet[Facility]:
    """What a lesson can be held in."""
    kinds = (FacilityKind.ROOM, FacilityKind.SEAT)
    return Facility.objects.filter(kind__in=kinds, state=FacilityState.IN_USE).order_by("code")


def register(lesson: Lesson) -> QuerySet[Learner]:
    """Everybody of the class whom a lesson is for, by name, with what is noted in `noted`: one row or none."""
    rows = Learner.objects.filter(cohort=lesson.cohort_id, state__in=IN_CLASS)
    rows = rows.filter(track=lesson.track) if lesson.track else rows
    noted = Prefetch("presences", Presence.objects.filter(lesson=lesson).select_related("corrected_by"), "noted")
    return rows.select_related("person").prefetch_related(noted).order_by("person__name", "pk")


def held_minutes(cohort: int, now: datetime) -> dict[str, int]:
    """Minutes of the lessons that are over, by track; "" for those that are for all."""
    rows = Lesson.objects.filter(cohort=cohort, cancelled_at__isnull=True, ends_at__lte=now).order_by()
    return dict(rows.values_list("track").annotate(n=Sum("minutes")))


def came_minutes(cohort: int, now: datetime, learners: Iterable[int] | None = None) -> dict[int, int]:
    """Minutes of those that each learner came to; who came to none is left out."""
    rows = Presence.objects.filter(lesson__cohort=cohort, came=True, lesson__cancelled_at__isnull=True)
    rows = rows.filter(lesson__ends_at__lte=now).order_by()
    rows = rows if learners is None else rows.filter(learner__in=list(learners))
    return dict(rows.values_list("learner").annotate(n=Sum("lesson__minutes")))


def attendance(cohort: int, rows: Iterable[Learner], now: datetime) -> dict[int, tuple[int, int]]:
    """Of each of these learners the minutes that they came and the minutes held for them; two queries."""
    some = list(rows)
    held, came = held_minutes(cohort, now), came_minutes(cohort, now, [row.pk for row in some])
    return {row.pk: (came.get(row.pk, 0), _held_for(held, row.track)) for row in some}


def _held_for(held: dict[str, int], track: str) -> int:
    return held.get("", 0) + (held.get(track, 0) if track else 0)


def present_at(learner: int, lessons_: Iterable[Lesson]) -> set[int]:
    """At which of these lessons a learner is noted as there."""
    rows = Presence.objects.filter(learner=learner, lesson__in=list(lessons_), came=True)
    return set(rows.values_list("lesson", flat=True))
