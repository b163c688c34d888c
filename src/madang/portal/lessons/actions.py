"""Plans lessons in rooms, opens their codes, and notes who came."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, time

from django.conf import settings
from django.db import IntegrityError, transaction

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.bookings import actions as bookings
from madang.portal.bookings import slots
from madang.portal.courses import queries as courses
from madang.portal.courses.models import Cohort
from madang.portal.courses.rules import KEEPERS, refuse_track, refuse_unless_keeper
from madang.portal.journal.actions import record
from madang.portal.learners.models import Learner
from madang.portal.learners.queries import IN_CLASS
from madang.portal.learners.rules import LearnerState
from madang.portal.lessons import queries, rules
from madang.portal.lessons.models import Lesson, Presence
from madang.portal.transactions import action
from madang.values import Period

KIND = "lesson"


@action
def plan(*, by: Actor, now: datetime, cohort: int, title: str, period: Period, track: str = "", room: int | None = None,
         weeks: int = 1) -> list[Lesson]:  # fmt: skip
    """Puts a lesson into the timetable, or the same one of so many weeks, with a booking of the room for each.

    All or none. Refused: ``not_allowed_for_role``, ``lesson_weeks_wrong`` (most), ``lesson_at_once`` where the class
    has another lesson then, as `rules.checked`, and as `bookings.actions.book` where there is a room.
    """
    refuse_unless_keeper(by)
    row = Cohort.objects.select_related("course").get(pk=cohort)
    if track:
        refuse_track(track, row.tracks)
    if not 1 <= weeks <= rules.WEEKS_MOST:
        raise Refused("lesson_weeks_wrong", field="weeks", most=rules.WEEKS_MOST)
    found = [
        _planned(by, now, row, title, one, track, room) for one in slots.weekly(period, weeks, settings.MADANG_ZONE)
    ]
    record(by=by, now=now, did="lessons.plan", kind="cohort", subject=cohort, lessons=len(found), room=room)
    return found


def _planned(by: Actor, now: datetime, cohort: Cohort, title: str, period: Period, track: str, room: int | None
             ) -> Lesson:  # fmt: skip
    first, last = (datetime.combine(day, time(), settings.MADANG_ZONE) for day in (cohort.starts_on, cohort.ends_on))
    kept = rules.checked(title, period, first, last)
    others = Lesson.objects.filter(cohort=cohort, cancelled_at__isnull=True)
    others = others.filter(starts_at__lt=period.end, ends_at__gt=period.start)
    if (others.filter(track__in=["", track]) if track else others).exists():
        raise Refused("lesson_at_once", field="starts_at")
    booking = None
    if room is not None:
        given = {"organisation": cohort.organisation_id, "facilities": [room], "period": period, "purpose": kept}
        booking = bookings.book(by=by, now=now, kept=True, **given)
    return Lesson.objects.create(
        cohort=cohort, title=kept, track=track, starts_at=period.start, ends_at=period.end,
        minutes=int((period.end - period.start).total_seconds()) // 60, booking=booking,
    )  # fmt: skip


@action
def cancel(*, by: Actor, now: datetime, lesson: int, why: str) -> None:
    """Takes a lesson that has not begun out of the timetable and gives its room back.

    Refused: ``not_allowed_for_role``, ``lesson_why_needed``, ``lesson_over``; Stale where it is cancelled already.
    """
    refuse_unless_keeper(by)
    if not why.strip():
        raise Refused("lesson_why_needed", field="why")
    row = Lesson.objects.get(pk=lesson)
    if now >= row.starts_at:
        raise Refused("lesson_over")
    if not Lesson.objects.filter(pk=lesson, cancelled_at__isnull=True).update(cancelled_at=now):
        raise Stale("lesson")
    if row.booking_id:
        bookings.cancel(by=by, now=now, booking=row.booking_id, reason=why, vouched=True)
    record(by=by, now=now, did="lessons.cancel", kind=KIND, subject=lesson)


# --- who came ---


def _taught(by: Actor, lesson: int) -> Lesson:
    """A lesson that stands, of a cohort that the actor teaches or keeps."""
    row = queries.lessons(by).filter(pk=lesson).first()
    if row is None:
        raise Refused("not_found")
    if not (by.has(*KEEPERS) or courses.teaches(by, row.cohort_id)):
        raise Refused("not_allowed_for_role")
    if row.cancelled_at is not None:
        raise Refused("lesson_cancelled")
    return row


@action
def open_code(*, by: Actor, now: datetime, lesson: int) -> str:
    """Draws a lesson's code, another one each time, which is good until the lesson ends; its room counts as used.

    Refused: ``not_found``, ``not_allowed_for_role``, ``lesson_cancelled``, ``lesson_too_early``, ``lesson_over``.
    """
    row = _taught(by, lesson)
    rules.refuse_outside(row.starts_at, row.ends_at, now)
    code = "".join(secrets.choice(rules.CODE_LETTERS) for _ in range(rules.CODE_LENGTH))
    Lesson.objects.filter(pk=lesson).update(code=code, opened_at=now)
    if row.booking_id:
        bookings.note_used(by=by, now=now, booking=row.booking_id)
    record(by=by, now=now, did="lessons.open_code", kind=KIND, subject=lesson)
    return code


@action
def enter_code(*, by: Actor, now: datetime, learner: int, code: str) -> Lesson:
    """A learner says that they are there, with the code of the lesson that goes on; a second time is the same.

    Refused: ``not_found``, ``learner_without_seat``, ``lesson_code_wrong`` where no lesson of theirs goes on with it.
    """
    row = Learner.objects.filter(pk=learner, person=by.person, person__isnull=False).first()
    if row is None:
        raise Refused("not_found")
    if row.state != LearnerState.SEATED:
        raise Refused("learner_without_seat")
    on = queries.of_learner(row, now).filter(starts_at__lte=now + rules.EARLY, code__isnull=False)
    given = rules.plain_code(code).encode()
    lesson = next((one for one in on if hmac.compare_digest(one.code.encode(), given)), None)
    if lesson is None:
        raise Refused("lesson_code_wrong", field="code")
    try:
        with transaction.atomic():
            Presence.objects.create(lesson=lesson, learner=row, came=True, noted_at=now)
    except IntegrityError:
        # they are noted already; who was corrected to absent asks the teacher
        return lesson
    record(by=by, now=now, did="lessons.enter_code", kind=KIND, subject=lesson.pk, learner=learner)
    return lesson


@action
def correct(*, by: Actor, now: datetime, lesson: int, learner: int, came: bool, why: str) -> None:
    """Says, with a reason, whether somebody was there after all.

    Refused: ``not_found``, ``not_allowed_for_role``, ``lesson_cancelled``, ``lesson_why_needed``,
    ``lesson_too_early`` before it begins.
    """
    row = _taught(by, lesson)
    person = Learner.objects.filter(pk=learner, cohort=row.cohort_id, state__in=IN_CLASS).first()
    if person is None or row.track not in ("", person.track):
        raise Refused("not_found")
    if not why.strip():
        raise Refused("lesson_why_needed", field="why")
    if now < row.starts_at:
        raise Refused("lesson_too_early")
    Presence.objects.filter(lesson=row, learner=person).delete()
    given = {"came": came, "noted_at": now, "corrected_by_id": by.person, "why": why.strip()[: rules.WHY_LIMIT]}
    Presence.objects.create(lesson=row, learner=person, **given)
    record(by=by, now=now, did="lessons.correct", kind=KIND, subject=lesson, learner=learner, came=came)
