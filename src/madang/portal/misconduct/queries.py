"""Reads findings of misconduct, for staff and auditors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from madang.portal.actors import Actor
from madang.portal.misconduct.models import Misconduct
from madang.portal.reviews.models import Reviewer


def experts(by: Actor) -> QuerySet[Reviewer]:
    """The pool, for staff and auditors."""
    rows = Reviewer.objects.select_related("person")
    return rows if by.reads_everything else rows.none()


def findings(by: Actor, reviewer: int | None = None) -> QuerySet[Misconduct]:
    """Findings, newest first, for staff and auditors."""
    rows = Misconduct.objects.select_related("reviewer__person", "noted_by", "confirmed_by", "annulled_by")
    rows = rows.filter(reviewer=reviewer) if reviewer else rows
    return rows.order_by("-found_on", "-pk") if by.reads_everything else rows.none()


def counting(reviewers: Iterable[Reviewer]) -> dict[int, tuple[date, ...]]:
    """The days on which misconduct was found that counts now, by reviewer; the calls' rules say for how long."""
    found: dict[int, list[date]] = defaultdict(list)
    rows = Misconduct.objects.filter(reviewer__in=list(reviewers), confirmed_at__isnull=False, annulled_at__isnull=True)
    for reviewer, day in rows.order_by("found_on").values_list("reviewer", "found_on"):
        found[reviewer].append(day)
    return {reviewer: tuple(days) for reviewer, days in found.items()}
