"""Reads learners, as far as the actor may see them: their own, a teacher's class, all for staff and auditors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from madang.portal.actors import Actor
from madang.portal.courses import rules as courses
from madang.portal.courses.models import Cohort, CourseTeacher, SeatWeek
from madang.portal.courses.rules import CohortState
from madang.portal.learners.models import GuardianConsent, Learner, Placement, StagePoints
from madang.portal.learners.rules import (
    OPEN_STATES,
    TO_THE_END,
    Candidate,
    LearnerState,
    Needed,
    PlacementState,
    YearOfLearners,
)
from madang.portal.people.models import Person
from madang.portal.tasks import Task

IN_CLASS = (LearnerState.SEATED, *sorted(TO_THE_END))


def learners(by: Actor) -> QuerySet[Learner]:
    """One's own and, of cohorts that one teaches, who has or had a seat to the end; all for staff and auditors."""
    points = Prefetch("points", StagePoints.objects.select_related("stage").order_by("stage__place"))
    rows = Learner.objects.select_related("person", "cohort__course", "cohort__organisation").prefetch_related(points)
    if by.reads_everything:
        return rows
    if by.person is None:
        return rows.none()
    teaching = CourseTeacher.objects.filter(cohort=OuterRef("cohort"), person=by.person)
    return rows.filter(Q(person=by.person) | (Exists(teaching) & Q(state__in=IN_CLASS)))


def own(by: Actor) -> QuerySet[Learner]:
    """The actor's own, the latest first."""
    return learners(by).filter(person=by.person, person__isnull=False).order_by("-applied_at", "-pk")


def of_cohort(by: Actor, cohort: int, *, state: str = "", words: str = "") -> QuerySet[Learner]:
    """A cohort's learners: by name, or the reserve list by its order."""
    rows = learners(by).filter(cohort=cohort)
    rows = rows.filter(state=state) if state else rows
    for word in words.split():
        rows = rows.filter(Q(person__name__icontains=word) | Q(person__email__icontains=word))
    return rows.order_by("reserve", "person__name", "pk") if state == LearnerState.RESERVE else rows.order_by(
        "person__name", "pk"
    )  # fmt: skip


def states_of(by: Actor, cohort: int) -> dict[str, int]:
    """How many of a cohort's learners are in each state."""
    rows = learners(by).filter(cohort=cohort).prefetch_related(None).order_by()
    return dict(rows.values_list("state").annotate(n=Count("pk")))


def seated(cohort: int) -> QuerySet[Learner]:
    """Who has a seat, by name."""
    rows = Learner.objects.filter(cohort=cohort, state=LearnerState.SEATED)
    return rows.select_related("person").order_by("person__name", "pk")


def consents(person: int) -> QuerySet[GuardianConsent]:
    """A person's guardian's consents that still say whose they are, the latest first."""
    return GuardianConsent.objects.filter(person=person).exclude(guardian="").order_by("-given_on", "-pk")


def needed(cohort: Cohort) -> list[Needed]:
    """The stages of a cohort's selection in their order."""
    return [Needed(row.pk, row.most, row.least, row.hours) for row in cohort.stages.order_by("place")]


def candidates(cohort: int) -> list[Candidate]:
    """Everybody whose application stands, with their points; two queries."""
    points: dict[int, dict[int, int]] = defaultdict(dict)
    for learner, stage, number in StagePoints.objects.filter(learner__cohort=cohort).values_list(
        "learner", "stage", "points"
    ):
        points[learner][stage] = number
    rows = Learner.objects.filter(cohort=cohort, state=LearnerState.APPLIED).values_list("pk", "applied_at")
    return [Candidate(pk, applied_at, points[pk]) for pk, applied_at in rows]


def sitting_elsewhere(cohort: Cohort, people: Iterable[int] | None = None) -> set[int]:
    """Who has a seat in another cohort in the same part of a week."""
    span = courses.weeks(cohort.starts_on, cohort.ends_on)
    rows = SeatWeek.objects.filter(band=cohort.band, week__gte=span.start, week__lt=span.stop)
    rows = rows.exclude(seat__cohort=cohort)
    applied = Learner.objects.filter(cohort=cohort).values("person") if people is None else list(people)
    return set(rows.filter(person__in=applied).values_list("person", flat=True))


def placements(by: Actor, cohort: int) -> QuerySet[Placement]:
    """A cohort's placements, those to be decided first; for staff and auditors."""
    rows = Placement.objects.filter(learner__cohort=cohort).select_related("learner__person", "company", "decided_by")
    rows = rows.order_by("decided_at", "-hired_on", "pk")
    return rows if by.reads_everything else rows.none()


def placements_of(learner: int) -> QuerySet[Placement]:
    """A learner's placements, for a caller who may see the learner."""
    return Placement.objects.filter(learner=learner).select_related("company").order_by("-hired_on", "-pk")


def by_year() -> dict[int, YearOfLearners]:
    """Places, applicants, graduates and of these the hired, by the year of a cohort's last day; three queries.

    Of cohorts that have ended. Who was hired twice counts once.
    """
    rows = Cohort.objects.filter(state=CohortState.ENDED).values_list("pk", "ends_on", "places")
    years = {pk: (ends_on - date.resolution).year for pk, ends_on, _places in rows}
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for pk, _ends_on, places in rows:
        sums[years[pk]][0] += places
    hired = Placement.objects.filter(learner=OuterRef("pk"), state=PlacementState.ACCEPTED)
    found = Learner.objects.filter(cohort__in=years).order_by().values("cohort")
    graduated = Q(state=LearnerState.GRADUATED)
    for row in found.annotate(
        n=Count("pk"), graduated=Count("pk", filter=graduated), hired=Count("pk", filter=graduated & Exists(hired))
    ):
        for place, name in enumerate(("n", "graduated", "hired"), start=1):
            sums[years[row["cohort"]]][place] += row[name]
    return {year: YearOfLearners(*counts) for year, counts in sorted(sums.items())}


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For a learner: their courses that go on."""
    if by.person is None:
        return []
    count = Learner.objects.filter(person=by.person, state__in=sorted(OPEN_STATES)).count()
    return [Task(gettext("My courses"), reverse("learning"), count)] if count else []


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For who keeps the courses: cohorts to select, and placements to look at."""
    if not by.has(*courses.KEEPERS):
        return []
    due = Cohort.objects.filter(state=CohortState.OPEN, closes_at__lte=now).count()
    told = Placement.objects.filter(state=PlacementState.TOLD).count()
    url = reverse("staff-courses")
    select = ngettext("A cohort waits for its selection", "Cohorts wait for their selection", due)
    look = ngettext("A placement waits to be looked at", "Placements wait to be looked at", told)
    return [Task(text, url, count) for text, count in ((select, due), (look, told)) if count]


def today(now: datetime) -> date:
    """The centre's day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def person_with(email: str) -> Person | None:
    """The account with an address."""
    return Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
