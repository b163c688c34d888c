"""Brings a list of online hours in: what each row comes to first, then all of it or nothing."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.courses.models import SelectionStage
from madang.portal.courses.rules import StageKind, refuse_unless_keeper
from madang.portal.files import tables
from madang.portal.files.models import StoredFile
from madang.portal.learners import actions, sheet
from madang.portal.learners.models import Learner, StagePoints
from madang.portal.learners.rules import LearnerState
from madang.portal.learners.sheet import ProgressList


def online_stage(cohort: int) -> SelectionStage | None:
    """The online stage of a cohort; None where it has none."""
    return SelectionStage.objects.filter(cohort=cohort, kind=StageKind.ONLINE).first()


def look(*, by: Actor, cohort: int, stored: StoredFile) -> ProgressList:
    """What a kept file says of a cohort's applicants.

    Refused: ``not_allowed_for_role``, ``stage_over`` where the cohort has no online stage, and as `sheet.read`.
    """
    refuse_unless_keeper(by)
    stage = online_stage(cohort)
    if stage is None or stage.hours is None:
        raise Refused("stage_over")
    hours = dict(StagePoints.objects.filter(stage=stage).values_list("learner", "hours"))
    standing = Learner.objects.filter(cohort=cohort, state=LearnerState.APPLIED, person__email__isnull=False)
    known = {email.casefold(): (pk, hours.get(pk)) for pk, email in standing.values_list("pk", "person__email")}
    return sheet.read(tables.rows(stored, sheet.ROWS_AT_MOST + 1), known, stage.hours)


def bring_in(*, by: Actor, now: datetime, cohort: int, stored: StoredFile) -> int:
    """Keeps the hours of a kept file, all or none; gives of how many learners.

    Refused as `look`, ``progress_has_faults`` (rows), and as `actions.give_points`.
    """
    found = look(by=by, cohort=cohort, stored=stored)
    if found.faults:
        raise Refused("progress_has_faults", field="file", rows=len(found.faults))
    stage = online_stage(cohort)
    points = {row.learner: row.hours for row in found.rows}
    return actions.give_points(by=by, now=now, cohort=cohort, stage=stage.pk if stage else 0, points=points)
