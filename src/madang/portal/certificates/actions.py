"""Ends a cohort with a certificate for everybody who came and worked enough, and revokes one given by mistake."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.certificates import rules
from madang.portal.certificates.models import Certificate
from madang.portal.courses import actions as courses
from madang.portal.courses.models import Cohort
from madang.portal.courses.rules import CohortState, refuse_unless_keeper
from madang.portal.coursework import queries as coursework
from madang.portal.coursework.rules import enough
from madang.portal.journal.actions import record
from madang.portal.learners import queries, seats
from madang.portal.learners.models import Learner
from madang.portal.learners.rules import LearnerState, graduates
from madang.portal.lessons import queries as lessons
from madang.portal.transactions import action

BATCH = 500


@action
def issue(*, by: Actor, now: datetime, cohort: int, version: int, telling: bool = True) -> tuple[int, int]:
    """Ends a cohort after its last day; gives how many graduated and how many did not.

    Who came often enough and completed as much of the required coursework as the cohort asks for graduates.

    Refused: ``not_allowed_for_role``, ``cohort_not_over``; Stale.
    """
    refuse_unless_keeper(by)
    row = Cohort.objects.select_related("course").get(pk=cohort)
    if queries.today(now) < row.ends_on:
        raise Refused("cohort_not_over")
    courses.turn(cohort, version, CohortState.SELECTED, state=CohortState.ENDED)
    seated = list(queries.seated(cohort).order_by("person__name", "pk"))
    came = lessons.attendance(cohort, seated, now)
    worked = coursework.completion(cohort, seated)
    done = [
        one for one in seated
        if graduates(*came[one.pk], row.attendance_least) and enough(*worked[one.pk], row.coursework_least)
    ]  # fmt: skip
    _end([one.pk for one in done], LearnerState.GRADUATED, now)
    missed = [one.pk for one in seated if one not in done]
    _end(missed, LearnerState.UNFINISHED, now)
    Certificate.objects.bulk_create(
        (
            Certificate(
                learner=one, number=rules.number_of(row.course.code, row.number, serial), code=rules.drawn_code(),
                name=one.shown_name or one.person.name, issued_at=now,
            )
            for serial, one in enumerate(done, start=1)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    if telling:
        seats.tell([one.pk for one in done], now, "learner_graduated")
    counts = len(done), len(missed)
    record(
        by=by, now=now, did="certificates.issue", kind="cohort", subject=cohort, graduates=counts[0], others=counts[1]
    )
    return counts


def _end(learners: list[int], state: LearnerState, now: datetime) -> None:
    rows = Learner.objects.filter(pk__in=learners, state=LearnerState.SEATED)
    if rows.update(state=state, ended_at=now) != len(learners):
        raise Stale("learner")


@action
def revoke(*, by: Actor, now: datetime, certificate: int, why: str) -> None:
    """Revokes a certificate; whoever checks it is told so, and nothing of why.

    Refused: ``not_allowed_for_role``, ``certificate_why_needed``; Stale where it is revoked already.
    """
    keeper = refuse_unless_keeper(by)
    if not why.strip():
        raise Refused("certificate_why_needed", field="why")
    fields = {"revoked_at": now, "revoked_by": keeper, "revoked_why": why.strip()[: rules.WHY_LIMIT]}
    if not Certificate.objects.filter(pk=certificate, revoked_at__isnull=True).update(**fields):
        raise Stale("certificate")
    learner = Certificate.objects.values_list("learner", flat=True).get(pk=certificate)
    record(by=by, now=now, did="certificates.revoke", kind="learner", subject=learner, certificate=certificate)
