"""Keeps courses and cohorts: adds them, opens them to applications with a seat for every place, names teachers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.awards import parts
from madang.portal.awards.models import Award
from madang.portal.courses import rules
from madang.portal.courses.models import Cohort, Course, CourseTeacher, Seat, SelectionStage
from madang.portal.courses.rules import CohortGiven, CohortState, CourseText
from madang.portal.journal.actions import record
from madang.portal.people.models import Organisation, Person
from madang.portal.transactions import action

KIND = "cohort"


@action
def add_course(*, by: Actor, now: datetime, given: CourseText, generated: bool = False) -> Course:
    """Adds a course. Refused: ``not_allowed_for_role``, ``course_code_known``."""
    rules.refuse_unless_keeper(by)
    if Course.objects.filter(code=given.code).exists():
        raise Refused("course_code_known", field="code")
    row = Course.objects.create(**asdict(given), generated=generated, added_at=now)
    record(by=by, now=now, did="courses.add_course", kind="course", subject=row.pk)
    return row


@action
def change_course(*, by: Actor, now: datetime, course: int, version: int, given: CourseText) -> None:
    """Changes what is said of a course; its code stays. Stale where somebody was first."""
    rules.refuse_unless_keeper(by)
    texts = {name: value for name, value in asdict(given).items() if name != "code"}
    if not Course.objects.filter(pk=course, version=version).update(version=F("version") + 1, **texts):
        raise Stale("course")
    record(by=by, now=now, did="courses.change_course", kind="course", subject=course)


@action
def add_cohort(*, by: Actor, now: datetime, course: int, given: CohortGiven) -> Cohort:
    """Drafts a cohort. Refused as `rules.checked`, and ``cohort_number_known``, ``cohort_organisation_unknown``."""
    rules.refuse_unless_keeper(by)
    known = rules.checked(given)
    if Cohort.objects.filter(course=course, number=known.number).exists():
        raise Refused("cohort_number_known", field="number")
    if not Organisation.objects.filter(pk=known.organisation).exists():
        raise Refused("cohort_organisation_unknown", field="organisation")
    values = {name: value for name, value in asdict(known).items() if name not in ("stages", "organisation", "tracks")}
    row = Cohort.objects.create(
        course_id=course, organisation_id=known.organisation, tracks=list(known.tracks), **values
    )
    SelectionStage.objects.bulk_create(
        SelectionStage(cohort=row, place=place, **asdict(stage)) for place, stage in enumerate(known.stages)
    )
    record(by=by, now=now, did="courses.add_cohort", kind=KIND, subject=row.pk, places=known.places)
    return row


def turn(cohort: int, version: int, *states: CohortState, **changed: object) -> None:
    """Changes a cohort in one of `states`, if it is as it was read; Stale otherwise."""
    rows = Cohort.objects.filter(pk=cohort, version=version, state__in=states)
    if not rows.update(version=F("version") + 1, **changed):
        raise Stale("cohort")


@action
def publish(*, by: Actor, now: datetime, cohort: int, version: int) -> None:
    """Opens a drafted cohort: everybody sees it, and every place becomes a seat. Stale where it is no draft."""
    rules.refuse_unless_keeper(by)
    turn(cohort, version, CohortState.DRAFT, state=CohortState.OPEN)
    places = Cohort.objects.values_list("places", flat=True).get(pk=cohort)
    Seat.objects.bulk_create((Seat(cohort_id=cohort, number=n) for n in range(1, places + 1)), batch_size=500)
    record(by=by, now=now, did="courses.publish", kind=KIND, subject=cohort, places=places)


@action
def drop(*, by: Actor, now: datetime, cohort: int, version: int) -> None:
    """Removes a draft that nobody has seen. Stale where it is no draft any more."""
    rules.refuse_unless_keeper(by)
    turn(cohort, version, CohortState.DRAFT)
    Cohort.objects.filter(pk=cohort, state=CohortState.DRAFT).delete()
    record(by=by, now=now, did="courses.drop", kind=KIND, subject=cohort)


@action
def name_teacher(*, by: Actor, now: datetime, cohort: int, email: str) -> None:
    """Says who teaches. Refused: ``teacher_unknown``, ``teacher_named``."""
    rules.refuse_unless_keeper(by)
    person = Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if person is None:
        raise Refused("teacher_unknown", field="email")
    if CourseTeacher.objects.filter(cohort=cohort, person=person).exists():
        raise Refused("teacher_named", field="email")
    CourseTeacher.objects.create(cohort_id=cohort, person=person)
    record(by=by, now=now, did="courses.name_teacher", kind=KIND, subject=cohort, person=person.pk)


@action
def end_teacher(*, by: Actor, now: datetime, cohort: int, teacher: int) -> None:
    """Somebody no longer teaches. Stale where that was said already."""
    rules.refuse_unless_keeper(by)
    if not CourseTeacher.objects.filter(pk=teacher, cohort=cohort).delete()[0]:
        raise Stale("teacher")
    record(by=by, now=now, did="courses.end_teacher", kind=KIND, subject=cohort, teacher=teacher)


@action
def share_award(*, by: Actor, now: datetime, cohort: int, version: int, award: str, hours: int) -> None:
    """Gives the class an award of the cohort's organisation to share, and each learner at most so many hours of it.

    Refused: ``cohort_award_wrong`` where the organisation has no such award, ``cohort_allowance_wrong``; Stale.
    """
    rules.refuse_unless_keeper(by)
    row = Award.objects.filter(number=award.strip(), organisation__in=Cohort.objects.filter(pk=cohort).values(
        "organisation")).first()  # fmt: skip
    if row is None:
        raise Refused("cohort_award_wrong", field="award")
    if not 1 <= hours <= 1_000_000:
        raise Refused("cohort_allowance_wrong", field="hours")
    before = Cohort.objects.values_list("award", flat=True).get(pk=cohort)
    states = (CohortState.DRAFT, CohortState.OPEN, CohortState.SELECTED)
    turn(cohort, version, *states, award=row, allowance=hours * 3600)
    people = list(Seat.objects.filter(cohort=cohort, person__isnull=False).values_list("person", flat=True))
    if before and before != row.pk:
        parts.end(now=now, award=before, people=people)
    parts.give(now=now, award=row.pk, people=people, seconds=hours * 3600)
    record(by=by, now=now, did="courses.share_award", kind=KIND, subject=cohort, award=row.pk, seconds=hours * 3600)
