"""Rolls movements up into day totals, releases demand, works the public figures out, and freezes a year's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings

from madang.disclosure.protection import Protection
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.indicators import queries, rollups, rules, sources
from madang.portal.indicators.models import (
    DayUse,
    FigureSet,
    IntakeFigures,
    ReportedFigure,
    RollUpCursor,
    YearFigures,
)
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
    added: dict[rollups.Place, int] = defaultdict(int)
    for day, pool, owner, seconds in found:
        if owner.startswith(rollups.AWARD):
            added[day, pool, int(owner.removeprefix(rollups.AWARD))] += seconds
    totals = rollups.totals_of(added)
    _put({place: totals.get(place, 0) + seconds for place, seconds in added.items()})
    return last - before


def _put(totals: Mapping[rollups.Place, int]) -> None:
    """Writes day totals anew. Whoever does this has moved the cursor in the same transaction and so is alone."""
    rows = [
        DayUse(day=day, pool_id=pool, award_id=award, seconds=seconds) for (day, pool, award), seconds in totals.items()
    ]
    place = ["day", "pool", "award"]
    DayUse.objects.bulk_create(rows, update_conflicts=True, unique_fields=place, update_fields=["seconds"])


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
        _put({(day, pool, award): seconds for day, seconds in used.items()})
    return len(places)


def work_out(*, now: datetime) -> bool:
    """Releases what was decided, then works all figures out and keeps them; whether anything changed."""
    for intake, decided_at in sources.to_release():
        release(now=now, intake=intake, decided_at=decided_at)
    return keep(now=now, figures=queries.worked_out(now))


@action
def release(*, now: datetime, intake: int, decided_at: datetime) -> None:
    """Fixes what an intake's demand shows for good, small cells withheld, so that no later day tells more."""
    protection = Protection(threshold=settings.MADANG_SMALL_CELL)
    found = rules.released(sources.lines(intake), sources.attributes_shown(intake), protection)
    IntakeFigures.objects.create(
        intake_id=intake, decided_at=decided_at, released_at=now, threshold=protection.threshold, demand=found
    )
    journal.record(by=WORKER, now=now, did="indicators.release", kind="intake", subject=intake)


@action
def keep(*, now: datetime, figures: queries.Figures) -> bool:
    """Stores newly worked-out figures when they differ from the last ones; the last of each day stays for good."""
    last = queries.latest()
    if last and last.figures == figures:
        return False
    kept = FigureSet.objects.create(worked_out_at=now, figures=figures)
    queries.outdated(now).delete()
    journal.record(by=WORKER, now=now, did="indicators.keep", kind="figures", subject=kept.pk)
    return True


@action
def draft(*, by: Actor, now: datetime, year: int, comment: str) -> Approval:
    """Lays the figures of a year, as the tables say now, before an approver.

    Refused: ``figures_year_runs``, ``figures_year_frozen``, ``figures_year_empty``, and as `approvals.draft`.
    """
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    facts = {"year": str(year), "sha256": queries.digest(_freezable(year, now))}
    return approvals.draft(by=by, now=now, kind=ApprovalKind.FREEZE_FIGURES, subject=year, comment=comment, **facts)


@action
def freeze(*, by: Actor, now: datetime, year: int, comment: str, document_number: str) -> YearFigures:
    """Approves the drafted figures of a year and keeps them for good.

    Refused as `draft` and `approvals.approve`, and ``figures_changed`` where the tables no longer say what was drafted.
    """
    given = {"comment": comment, "document_number": document_number}
    approval = approvals.approve(by=by, now=now, kind=ApprovalKind.FREEZE_FIGURES, subject=year, **given)
    text = _freezable(year, now)
    sha256 = queries.digest(text)
    if sha256 != approval.facts["sha256"]:
        raise Refused("figures_changed", year=year)
    row = YearFigures.objects.create(year=year, content=text, sha256=sha256, approval=approval, frozen_at=now)
    journal.record(by=by, now=now, did="indicators.freeze", kind="figures", subject=year, sha256=sha256)
    return row


def _freezable(year: int, now: datetime) -> str:
    rules.refuse_unless_over(year, queries.this_year(now))
    if YearFigures.objects.filter(year=year).exists():
        raise Refused("figures_year_frozen", year=year)
    found = queries.worked_out(now)
    if not any(rules.of_year(found, year).values()):
        raise Refused("figures_year_empty", year=year)
    return queries.year_text(year, found)


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
