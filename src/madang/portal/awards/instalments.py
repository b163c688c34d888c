"""Grants an award in two instalments: half of its computing when it enters into force, the rest after a report."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor, Role
from madang.portal.awards import actions, queries, rules
from madang.portal.awards.models import Award, SecondInstalment
from madang.portal.awards.rules import AwardState
from madang.portal.journal import actions as journal
from madang.portal.transactions import action

BEFORE = (AwardState.HELD, AwardState.OFFERED)


@action
def split(*, by: Actor, now: datetime, award: int, report_on: date | None) -> None:
    """Says of an award that nobody has accepted yet that half of what it counts by the hour comes after a report.

    `report_on` is the first day after those that the report is about, within the award's days; without it all comes at
    once. Either takes the place of what its track says. Refused: "not_allowed_for_role", "not_found",
    "instalments_late", "instalments_nothing", "instalments_day".
    """
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = queries.awards(by).filter(pk=award).first()
    if row is None:
        raise Refused("not_found")
    if row.state not in BEFORE:
        raise Refused("instalments_late")
    if not any(rules.in_halves(line.product.grain) for line in row.lines.all()):
        raise Refused("instalments_nothing")
    if report_on is not None and not row.starts_on < report_on < row.ends_on:
        raise Refused("instalments_day", field="report_on")
    # whoever accepts at the same moment has not read it
    if not Award.objects.filter(pk=award, state=row.state).update(state=F("state")):
        raise Stale("award")
    if report_on is None:
        SecondInstalment.objects.filter(award=award).delete()
    else:
        given = {"report_on": report_on, "set_by_id": by.person, "set_at": now}
        if not SecondInstalment.objects.filter(award=award).update(**given):
            SecondInstalment.objects.create(award_id=award, **given)
    day = report_on.isoformat() if report_on else None
    journal.record(by=by, now=now, did="awards.split", kind="award", subject=award, report_on=day)


@action
def release(*, by: Actor, now: datetime, award: int) -> bool:
    """Grants the rest of an award in force, once, for the action that accepted its report; False where none waits."""
    waiting = SecondInstalment.objects.filter(award=award, award__state=AwardState.IN_FORCE, released_at__isnull=True)
    if not waiting.update(released_at=now):
        return False
    seconds = actions.grant_rest(by=by, now=now, award=award)
    journal.record(by=by, now=now, did="awards.release", kind="award", subject=award, seconds=seconds)
    return True
