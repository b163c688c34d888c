"""A cohort of an academy in the spring of 2026, as the tests of training make it and look at it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from factories import NOW, actor, make_actor, make_organisation, make_person

from madang.portal.actors import Role
from madang.portal.certificates import actions as certificates
from madang.portal.courses import actions as courses
from madang.portal.courses.models import Cohort
from madang.portal.courses.rules import Band, CohortGiven, CohortState, CourseKind, CourseText, StageGiven, StageKind
from madang.portal.learners import actions
from madang.portal.learners.models import Learner
from madang.portal.lessons import actions as lessons
from madang.values import Period

CLOSES = datetime(2026, 4, 10, tzinfo=UTC)
SELECTED = CLOSES + timedelta(hours=1)
STARTS, ENDS = date(2026, 4, 13), date(2026, 5, 11)
OVER = datetime(2026, 5, 11, 3, tzinfo=UTC)
BORN = date(2000, 1, 1)
_serial = count(1)


def keeper():
    return make_actor(Role.PROGRAMME_MANAGER)


def given(**changed) -> CohortGiven:
    values = {
        "organisation": 1, "number": 1, "places": 2, "opens_at": NOW, "closes_at": CLOSES, "starts_on": STARTS,
        "ends_on": ENDS, "band": Band.DAY, "hours": 100, "stages": (StageGiven(StageKind.TEST, 100, 40),),
    }  # fmt: skip
    return CohortGiven(**(values | changed))


def make_cohort(by=None, *, organisation=None, draft=False, **changed) -> Cohort:
    """A cohort that takes applications."""
    by = by or keeper()
    text = CourseText(f"ai-{next(_serial)}", CourseKind.ACADEMY, "인공지능 과정", "AI course")
    course = courses.add_course(by=by, now=NOW, given=text)
    organisation = organisation or make_organisation(kind="public_body", size_class="none")
    row = courses.add_cohort(by=by, now=NOW, course=course.pk, given=given(organisation=organisation.pk, **changed))
    if not draft:
        courses.publish(by=by, now=NOW, cohort=row.pk, version=1)
    return Cohort.objects.get(pk=row.pk)


def applied(cohort, person=None, **more) -> Learner:
    person = person or make_person()
    return actions.apply(by=actor(person), now=NOW, cohort=cohort.pk, born_on=BORN, **more)


def mark(by, cohort, points) -> None:
    stage = cohort.stages.get(kind="test")
    actions.give_points(by=by, now=NOW, cohort=cohort.pk, stage=stage.pk, points=points)


def selected(by, cohort, *points) -> list[Learner]:
    """As many learners as points; the places are given."""
    rows = [applied(cohort) for _ in points]
    mark(by, cohort, {row.pk: number for row, number in zip(rows, points, strict=True) if number is not None})
    version = Cohort.objects.get(pk=cohort.pk).version
    actions.select(by=by, now=SELECTED, cohort=cohort.pk, version=version)
    return [Learner.objects.get(pk=row.pk) for row in rows]


def states(rows) -> list[str]:
    found = Learner.objects.in_bulk([row.pk for row in rows])
    return [found[row.pk].state for row in rows]


def hours(start, end, day=13) -> Period:
    """A day of April from hour to hour, in UTC; Korea's clock is nine hours ahead."""
    midnight = datetime(2026, 4, day, tzinfo=UTC)
    return Period(midnight + timedelta(hours=start), midnight + timedelta(hours=end))


def graduated(by, cohort, row) -> Learner:
    """One of the class came to the only lesson, and the cohort has ended."""
    (lesson,) = lessons.plan(by=by, now=SELECTED, cohort=cohort.pk, title="Tensors", period=hours(1, 3))
    start = lesson.starts_at
    code = lessons.open_code(by=by, now=start, lesson=lesson.pk)
    lessons.enter_code(by=actor(row.person), now=start, learner=row.pk, code=code)
    version = Cohort.objects.get(pk=cohort.pk).version
    certificates.issue(by=by, now=OVER, cohort=cohort.pk, version=version)
    assert Cohort.objects.get(pk=cohort.pk).state == CohortState.ENDED
    return Learner.objects.get(pk=row.pk)
