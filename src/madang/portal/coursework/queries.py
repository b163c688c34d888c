"""Reads coursework and who completed it, as far as the actor may see the class; a learner's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from madang.portal.actors import Actor
from madang.portal.courses import queries as courses
from madang.portal.courses.rules import KEEPERS
from madang.portal.coursework import rules
from madang.portal.coursework.models import Coursework, CourseworkDone
from madang.portal.learners.models import Learner
from madang.portal.learners.queries import IN_CLASS


def may_keep(by: Actor, cohort: int) -> bool:
    """Whether the actor gives this class its coursework: who teaches it, and who keeps the courses."""
    return by.has(*KEEPERS) or courses.teaches(by, cohort)


def coursework(by: Actor) -> QuerySet[Coursework]:
    """Coursework of cohorts whose class the actor sees, by when it is due."""
    seen = courses.taught(by).order_by().values("pk")
    return Coursework.objects.filter(cohort__in=seen).select_related("cohort__course").order_by("due_at", "pk")


def of_cohort(by: Actor, cohort: int) -> list[Coursework]:
    """A cohort's coursework with `completed` of `given`: how many of how many of the class; two queries."""
    own = Coursework.objects.filter(pk=OuterRef("pk")).order_by()
    inside = own.annotate(n=Count("done", filter=Q(done__learner__state__in=IN_CLASS))).values("n")
    rows = list(coursework(by).filter(cohort=cohort).annotate(completed=Subquery(inside)))
    learners = Learner.objects.filter(cohort=cohort, state__in=IN_CLASS).order_by()
    sizes = dict(learners.values_list("track").annotate(n=Count("pk")))
    for row in rows:
        row.given = sizes.get(row.track, 0) if row.track else sum(sizes.values())
    return rows


def register(row: Coursework) -> QuerySet[Learner]:
    """Everybody of the class whom a piece is for, by name, with whether they completed it."""
    rows = Learner.objects.filter(cohort=row.cohort_id, state__in=IN_CLASS)
    rows = rows.filter(track=row.track) if row.track else rows
    done = CourseworkDone.objects.filter(coursework=row.pk, learner=OuterRef("pk"))
    return rows.select_related("person").annotate(done=Exists(done)).order_by("person__name", "pk")


def of_learner(learner: Learner) -> QuerySet[Coursework]:
    """The coursework that a learner is given, with whether they completed it, for a caller who may see the learner."""
    done = CourseworkDone.objects.filter(coursework=OuterRef("pk"), learner=learner.pk)
    rows = Coursework.objects.filter(cohort=learner.cohort_id, track__in=["", learner.track])
    return rows.annotate(is_done=Exists(done)).order_by("due_at", "pk")


def completion(cohort: int, rows: Iterable[Learner]) -> dict[int, tuple[int, int]]:
    """Of each of these learners how many required pieces they completed, and how many they were given; two queries."""
    some = list(rows)
    pieces = Coursework.objects.filter(cohort=cohort, required=True).order_by()
    asked = dict(pieces.values_list("track").annotate(n=Count("pk")))
    noted = CourseworkDone.objects.filter(coursework__cohort=cohort, coursework__required=True).order_by()
    noted = noted.filter(Q(coursework__track="") | Q(coursework__track=F("learner__track")))
    noted = noted.filter(learner__in=[row.pk for row in some])
    done = dict(noted.values_list("learner").annotate(n=Count("pk")))
    return {row.pk: (done.get(row.pk, 0), rules.asked_of(asked, row.track)) for row in some}


@dataclass(frozen=True)
class Spread:
    """Of a class: required pieces completed and given in all, and how many learners have enough of how many."""

    completed: int
    given: int
    enough: int
    learners: int


def spread(cohort: int, least: int) -> Spread:
    """How far a class has come, where a certificate asks for `least` per cent; three queries."""
    found = completion(cohort, Learner.objects.filter(cohort=cohort, state__in=IN_CLASS)).values()
    completed, given = (sum(column) for column in zip(*found, strict=True)) if found else (0, 0)
    return Spread(completed, given, sum(rules.enough(*one, least) for one in found), len(found))
