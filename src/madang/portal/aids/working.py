"""Works out what a list of aid comes to: what is due, and what earlier lists paid too much or too little."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum

from madang.errors import Refused
from madang.portal.aids import rules
from madang.portal.aids.models import AidList, AidPayment, AidRate
from madang.portal.aids.rules import AidKind, AidTerms, AidUnit, Attended, Key
from madang.portal.learners.models import Learner
from madang.portal.learners.queries import IN_CLASS
from madang.portal.learners.rules import LearnerState
from madang.portal.lessons.models import Lesson, Presence
from madang.portal.wageclaims import queries as wageclaims
from madang.values import Month

FORMAT = "madang-aid 2"
# who left had days before
PAID = (*IN_CLASS, LearnerState.LEFT)


def terms_of(cohort: int) -> list[AidTerms]:
    """The terms of a cohort in the order in which they were set."""
    rows = AidRate.objects.filter(cohort=cohort).order_by("pk").values_list(
        "first_month", "unit", "won", "month_most_won", "attendance_least", "source"
    )  # fmt: skip
    return [AidTerms(month, AidUnit(unit), *more) for month, unit, *more in rows]


def learners_of(cohort: int) -> dict[int, str]:
    """Who can be paid, with their track; not those whose attendance was destroyed after its time."""
    rows = Learner.objects.filter(cohort=cohort, state__in=PAID, emptied_at__isnull=True)
    return dict(rows.values_list("pk", "track"))


def attended(cohort: int, months: Iterable[str], tracks: dict[int, str]) -> dict[tuple[int, str], Attended]:
    """By learner and month: on how many days they came, how many minutes, and how many were held; a query a month."""
    found = {}
    for month in sorted(months):
        period = Month.parse(month).period(settings.MADANG_ZONE)
        rows = Lesson.objects.filter(cohort=cohort, cancelled_at__isnull=True)
        rows = rows.filter(starts_at__gte=period.start, starts_at__lt=period.end)
        held: dict[str, int] = defaultdict(int)
        lessons = {}
        for pk, track, starts_at, minutes in rows.values_list("pk", "track", "starts_at", "minutes"):
            held[track] += minutes
            lessons[pk] = (starts_at.astimezone(settings.MADANG_ZONE).date(), minutes)
        days: dict[int, set[Any]] = defaultdict(set)
        came: dict[int, int] = defaultdict(int)
        for learner, lesson in Presence.objects.filter(lesson__in=rows, came=True).values_list("learner", "lesson"):
            day, minutes = lessons[lesson]
            days[learner].add(day)
            came[learner] += minutes
        for pk, track in tracks.items():
            all_held = held[""] + (held[track] if track else 0)
            found[pk, month] = Attended(len(days[pk]), came[pk], all_held)
    return found


def content(row: AidList) -> dict[str, Any]:
    """What a list comes to now; people stand in it by number.

    Of living aid it holds its own month, and of every month whose list is fixed what is due beyond what was paid. Of
    wage aid it holds every month of a claim that was accepted, and what was paid for one that was struck since.
    Refused: ``aid_terms_missing`` (month).
    """
    kind = AidKind(row.kind)
    due, found = _living(row) if kind is AidKind.LIVING else (_wages(row.cohort_id), {})
    lines = rules.lines(due, _paid(row.cohort_id, kind))
    return {
        "format": FORMAT,
        "kind": kind.value,
        "cohort": row.cohort_id,
        "month": row.month,
        "lines": [asdict(line) | asdict(found.get((line.learner, line.of_month), Attended())) for line in lines],
    }


def _wages(cohort: int) -> dict[Key, int]:
    return {(learner, month, source, to): won for learner, month, source, to, won in wageclaims.due(cohort)}


def _living(row: AidList) -> tuple[dict[Key, int], dict[tuple[int, str], Attended]]:
    terms = terms_of(row.cohort_id)
    fixed = AidList.objects.filter(cohort=row.cohort_id, kind=row.kind, fixed_at__isnull=False)
    tracks = learners_of(row.cohort_id)
    found = attended(row.cohort_id, {row.month, *fixed.values_list("month", flat=True)}, tracks)
    due: dict[Key, int] = {}
    for (learner, month), days in found.items():
        rate = rules.in_force(terms, month)
        if rate is None:
            raise Refused("aid_terms_missing", month=month)
        due[learner, month, rate.source, 0] = rules.due_won(days, rate)
    return due, found


def _paid(cohort: int, kind: AidKind) -> dict[Key, int]:
    """What was paid, by key; nothing of those whose attendance was destroyed after its time."""
    rows = AidPayment.objects.filter(aids__cohort=cohort, aids__kind=kind, learner__emptied_at__isnull=True)
    rows = rows.filter(learner__isnull=False).order_by()
    sums = rows.values_list("learner", "of_month", "source", "organisation").annotate(won=Sum("amount"))
    return {(learner, month, source, to or 0): won for learner, month, source, to, won in sums}


def digest(found: dict[str, Any]) -> str:
    """SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(json.dumps(found, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def over(month: str, now: datetime) -> bool:
    """Whether the last day of a month is over."""
    return month < str(Month.of(now, settings.MADANG_ZONE))
