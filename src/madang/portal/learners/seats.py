"""Gives seats to learners and takes them back, inside an action's transaction; the reserve list moves up at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from madang.errors import Stale
from madang.portal.actors import WORKER
from madang.portal.awards import parts
from madang.portal.courses import rules as courses
from madang.portal.courses.models import Cohort, Seat, SeatWeek
from madang.portal.journal.actions import record
from madang.portal.learners.models import Learner
from madang.portal.learners.rules import LearnerState
from madang.portal.people.actions import write_mail

BATCH = 500


def take(cohort: Cohort, people: Sequence[int], now: datetime) -> None:
    """Seats these people, all or none, and gives each their part of the class's award.

    Stale where there are not enough free seats, or where one of them took a seat in another cohort at the same time at
    this moment: the tables let nobody have both.
    """
    free = list(Seat.objects.filter(cohort=cohort, person__isnull=True).order_by("number")[: len(people)])
    if len(free) < len(people):
        raise Stale("seats")
    span = courses.weeks(cohort.starts_on, cohort.ends_on)
    try:
        with transaction.atomic():
            for seat, person in zip(free, people, strict=True):
                if not Seat.objects.filter(pk=seat.pk, person__isnull=True).update(person=person):
                    raise Stale("seats")
            SeatWeek.objects.bulk_create(
                (
                    SeatWeek(seat=seat, person_id=person, week=week, band=cohort.band)
                    for seat, person in zip(free, people, strict=True)
                    for week in span
                ),
                batch_size=BATCH,
            )  # fmt: skip
    except IntegrityError as error:
        raise Stale("seats") from error
    if cohort.award_id and cohort.allowance:
        parts.give(now=now, award=cohort.award_id, people=people, seconds=cohort.allowance)


def free(cohort: Cohort, person: int, now: datetime) -> None:
    """Takes a seat back, with its weeks and its part of the award; Stale where the person has none."""
    seats = Seat.objects.filter(cohort=cohort, person=person)
    SeatWeek.objects.filter(seat__in=seats, person=person).delete()
    if not seats.update(person=None):
        raise Stale("seats")
    if cohort.award_id:
        parts.end(now=now, award=cohort.award_id, people=[person])


def move_up(cohort: Cohort, now: datetime) -> int | None:
    """Seats the first of the reserve list who can sit there, and writes to them; gives the learner.

    One who has a seat elsewhere at the same time stays on the list and does not hold up those behind.
    """
    for row in Learner.objects.filter(cohort=cohort, state=LearnerState.RESERVE).order_by("reserve", "pk"):
        try:
            with transaction.atomic():
                same = Learner.objects.filter(pk=row.pk, state=LearnerState.RESERVE)
                if not same.update(state=LearnerState.SEATED, reserve=None):
                    raise Stale("learner")
                take(cohort, [row.person_id], now)
        except Stale:
            continue
        record(by=WORKER, now=now, did="learners.move_up", kind="learner", subject=row.pk, cohort=cohort.pk)
        tell([row.pk], now, "learner_moved_up")
        return row.pk
    return None


def tell(learners: Iterable[int], now: datetime, code: str) -> None:
    """Writes to learners, each in their language."""
    rows = Learner.objects.filter(pk__in=list(learners), person__is_active=True)
    for row in rows.select_related("person", "cohort__course").order_by("pk"):
        course = row.cohort.course
        name = course.name_ko if row.person.language == "ko" else course.name_en
        link, key = reverse("learner", args=[row.pk]), f"{code}-{row.pk}-{now.timestamp():.0f}"
        write_mail(row.person, now=now, code=code, key=key, link=link, course=name, number=row.cohort.number)
