"""Gives a class its coursework, changes and removes it, and notes who completed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.courses import queries as courses
from madang.portal.courses.models import Cohort
from madang.portal.courses.rules import CohortState, refuse_track
from madang.portal.coursework import queries, rules
from madang.portal.coursework.models import Coursework, CourseworkDone
from madang.portal.coursework.rules import CourseworkGiven
from madang.portal.journal.actions import record
from madang.portal.learners.models import Learner
from madang.portal.learners.rules import LearnerState
from madang.portal.transactions import action

KIND = "coursework"
GOING = (CohortState.OPEN, CohortState.SELECTED)
BATCH = 500


def _kept(by: Actor, cohort: int, *states: CohortState) -> Cohort:
    """A cohort that the actor keeps coursework of, in one of `states`.

    Its row is turned, so that what is written here and the certificates of the cohort come one after the other.
    """
    if not courses.taught(by).filter(pk=cohort).exists():
        raise Refused("not_found")
    if not queries.may_keep(by, cohort):
        raise Refused("not_allowed_for_role")
    if not Cohort.objects.filter(pk=cohort, state__in=states).update(version=F("version") + 1):
        raise Refused("coursework_closed")
    return Cohort.objects.get(pk=cohort)


def _checked(cohort: Cohort, given: CourseworkGiven) -> CourseworkGiven:
    if given.track:
        refuse_track(given.track, cohort.tracks)
    day = given.due_at.astimezone(settings.MADANG_ZONE).date()
    return rules.checked(given, cohort.starts_on, cohort.ends_on, day)


@action
def give(*, by: Actor, now: datetime, cohort: int, given: CourseworkGiven) -> Coursework:
    """Gives a class a piece of coursework.

    Refused: ``not_found``, ``not_allowed_for_role``, ``coursework_closed``, ``coursework_many`` (most),
    ``cohort_track_unknown``, and as `rules.checked`.
    """
    row = _kept(by, cohort, *GOING)
    if Coursework.objects.filter(cohort=cohort).count() >= rules.PIECES_MOST:
        raise Refused("coursework_many", most=rules.PIECES_MOST)
    made = Coursework.objects.create(cohort=row, added_at=now, **asdict(_checked(row, given)))
    record(by=by, now=now, did="coursework.give", kind=KIND, subject=made.pk, cohort=cohort, required=made.required)
    return made


@action
def change(*, by: Actor, now: datetime, coursework: int, version: int, given: CourseworkGiven) -> None:
    """Changes a piece; who completed it stays. Refused as `give`; Stale where somebody was first."""
    row = _kept(by, Coursework.objects.values_list("cohort", flat=True).get(pk=coursework), *GOING)
    known = asdict(_checked(row, given))
    if not Coursework.objects.filter(pk=coursework, version=version).update(version=F("version") + 1, **known):
        raise Stale("coursework")
    record(by=by, now=now, did="coursework.change", kind=KIND, subject=coursework, required=given.required)


@action
def drop(*, by: Actor, now: datetime, coursework: int, version: int) -> None:
    """Removes a piece that nobody has completed. Refused as `give`, and ``coursework_completed``; Stale."""
    _kept(by, Coursework.objects.values_list("cohort", flat=True).get(pk=coursework), *GOING)
    if CourseworkDone.objects.filter(coursework=coursework).exists():
        raise Refused("coursework_completed")
    if not Coursework.objects.filter(pk=coursework, version=version).delete()[0]:
        raise Stale("coursework")
    record(by=by, now=now, did="coursework.drop", kind=KIND, subject=coursework)


@action
def mark(*, by: Actor, now: datetime, coursework: int, done: Mapping[int, bool]) -> int:
    """Notes by learner whether they completed a piece; gives of how many that is another than before.

    Until the cohort ends. Refused: ``not_found``, ``not_allowed_for_role``, ``coursework_closed``,
    ``coursework_not_theirs`` where somebody has no place, or learns in another track.
    """
    row = Coursework.objects.get(pk=coursework)
    _kept(by, row.cohort_id, CohortState.SELECTED)
    theirs = Learner.objects.filter(pk__in=list(done), cohort=row.cohort_id, state=LearnerState.SEATED)
    if (theirs.filter(track=row.track) if row.track else theirs).count() != len(done):
        raise Refused("coursework_not_theirs")
    noted = CourseworkDone.objects.filter(coursework=row, learner__in=list(done))
    before = set(noted.values_list("learner", flat=True))
    added = [learner for learner, now_done in sorted(done.items()) if now_done and learner not in before]
    taken = [learner for learner, now_done in done.items() if not now_done and learner in before]
    given = {"coursework": row, "noted_by_id": by.person, "noted_at": now}
    CourseworkDone.objects.bulk_create((CourseworkDone(learner_id=pk, **given) for pk in added), batch_size=BATCH)
    noted.filter(learner__in=taken).delete()
    counts = {"completed": len(added), "taken_back": len(taken)}
    record(by=by, now=now, did="coursework.mark", kind=KIND, subject=coursework, **counts)
    return len(added) + len(taken)
