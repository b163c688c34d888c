"""Rolls movements up into day totals, works the public figures out, and notes what others reported."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role
from madang.portal.indicators import queries, rollups
from madang.portal.indicators.models import DayUse, FigureSet, ReportedFigure, RollUpCursor
from madang.portal.journal import actions as journal
from madang.portal.transactions import action

MOVEMENTS_AT_ONCE = 5_000
RECOUNTED_AT_ONCE = 20


@action
def roll_up(*, now: datetime) -> int:
    """Adds up to 5,000 further movements to the day totals; gives how many movements were looked at.

    The cursor moves by compare-and-swap, so two workers never add the same movement twice.
    """
    RollUpCursor.objects.get_or_create(name="day_use")
    before = rollups.cursor("day_use")
    last, found = rollups.use_after(before, MOVEMENTS_AT_ONCE)
    if last == before:
        return 0
    if not RollUpCursor.objects.filter(name="day_use", movement=before).update(movement=last):
        raise Stale("roll_up")
    for day, pool, owner, seconds in found:
        if owner.startswith(rollups.AWARD):
            _add(day, pool, int(owner.removeprefix(rollups.AWARD)), seconds)
    return last - before


def _add(day: date, pool: int, award: int, seconds: int) -> None:
    DayUse.objects.get_or_create(day=day, pool_id=pool, award_id=award)
    DayUse.objects.filter(day=day, pool=pool, award=award).update(seconds=F("seconds") + seconds)


@action
def recount(*, now: datetime) -> int:
    """Counts the day totals of up to 20 awards anew where they differ from their accounts; gives of how many.

    Up to where the cursor stands: what comes after is added when it is rolled up, not before or after this.
    """
    before = rollups.cursor("day_use")
    places = rollups.passed_over()[:RECOUNTED_AT_ONCE]
    if not RollUpCursor.objects.filter(name="day_use", movement=before).update(movement=before):
        raise Stale("roll_up")
    for award, pool in places:
        used = rollups.use_until(before, award, pool)
        DayUse.objects.filter(award=award, pool=pool).exclude(day__in=used).update(seconds=0)
        for day, seconds in used.items():
            DayUse.objects.get_or_create(day=day, pool_id=pool, award_id=award)
            DayUse.objects.filter(day=day, pool=pool, award=award).update(seconds=seconds)
    return len(places)


@action
def keep(*, now: datetime, figures: dict[str, Any]) -> bool:
    """Stores newly worked-out figures when they differ from the last ones; the last of each day stays for good."""
    last = queries.latest()
    if last and last.figures == figures:
        return False
    kept = FigureSet.objects.create(worked_out_at=now, figures=figures)
    queries.outdated(now).delete()
    journal.record(by=WORKER, now=now, did="indicators.keep", kind="figures", subject=kept.pk)
    return True


@action
def report(
    *, by: Actor, now: datetime, call: int, measure: str, kind: str, number: int, source: str, reported_on: date
) -> ReportedFigure:
    """Notes a figure that somebody else published on a call, with its source."""
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = ReportedFigure.objects.create(
        call_id=call, measure=measure, kind=kind, number=number, source=source, reported_on=reported_on
    )
    journal.record(by=by, now=now, did="indicators.report", kind="call", subject=call, figure=row.pk)
    return row
