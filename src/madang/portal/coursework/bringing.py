"""Brings a list of who completed a piece of coursework in: what each row comes to first, then all of it or nothing."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.coursework import actions, queries, sheet
from madang.portal.coursework.models import Coursework
from madang.portal.coursework.sheet import MarkList
from madang.portal.files import tables
from madang.portal.files.models import StoredFile
from madang.portal.learners.rules import LearnerState


def look(*, by: Actor, coursework: int, stored: StoredFile) -> MarkList:
    """What a kept file says of who is given a piece. Refused: ``not_allowed_for_role``, and as `sheet.read`."""
    row = Coursework.objects.get(pk=coursework)
    if not queries.may_keep(by, row.cohort_id):
        raise Refused("not_allowed_for_role")
    people = queries.register(row).filter(state=LearnerState.SEATED, person__email__isnull=False)
    known = {one.person.email.casefold(): (one.pk, one.done) for one in people}
    return sheet.read(tables.rows(stored, sheet.ROWS_AT_MOST + 1), known)


def bring_in(*, by: Actor, now: datetime, coursework: int, stored: StoredFile) -> int:
    """Keeps what a kept file says, all or none; gives of how many learners it changed something.

    Refused as `look`, ``progress_has_faults`` (rows), and as `actions.mark`.
    """
    found = look(by=by, coursework=coursework, stored=stored)
    if found.faults:
        raise Refused("progress_has_faults", field="file", rows=len(found.faults))
    done = {row.learner: row.done for row in found.rows}
    return actions.mark(by=by, now=now, coursework=coursework, done=done)
