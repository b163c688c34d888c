"""Counts what stands in each round, for staff and auditors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, QuerySet, Sum

from madang.portal.actors import READING_ROLES, Actor
from madang.portal.applications.models import Application
from madang.portal.awards.models import Award
from madang.portal.calls import queries as calls
from madang.portal.calls.models import Intake
from madang.portal.calls.rules import ReviewStep
from madang.portal.decisions import queries as decisions
from madang.portal.decisions.models import Decision
from madang.portal.plans.models import Plan
from madang.portal.reviews.models import ReviewAssignment
from madang.portal.reviews.rules import LIVE_STATES
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.rounds.rules import Standing

# Rounds shown on the centre's first page, nearest deadline last.
SHOWN = 8


def intakes(by: Actor) -> QuerySet[Intake]:
    """Intakes of published calls with their calls, latest deadline first; staff and auditors only."""
    rows = Intake.objects.select_related("call").exclude(call__state="draft").order_by("-closes_at", "-pk")
    return rows if by.has(*READING_ROLES) else rows.none()


def current(by: Actor) -> list[Intake]:
    """The rounds that are going on: not closed, latest deadline first."""
    return list(intakes(by).exclude(state="closed").exclude(call__state="closed")[:SHOWN])


Counts = dict[int, Counter[str]]


def _by_state(rows: QuerySet, intake: str, state: str = "state") -> Counts:
    """How many rows of each state each intake has; one query."""
    found: Counts = defaultdict(Counter)
    for pk, value, count in rows.order_by().values_list(intake, state).annotate(n=Count("pk")):
        found[pk][value] += count
    return found


def standings(by: Actor, rounds: Iterable[Intake], now: datetime) -> dict[int, Standing]:
    """Each round in numbers, by intake; eight queries however many there are."""
    rows = {row.pk: row for row in rounds}
    if not by.has(*READING_ROLES) or not rows:
        return {}
    files = Application.objects.filter(intake__in=rows, in_force__isnull=False)
    applications = _by_state(files, "intake")
    wanted = dict(
        files.filter(state__in=REVIEWED_STATES)
        .order_by()
        .values_list("intake")
        .annotate(sheets=Sum("track__reviews_wanted"))
    )
    documents = ReviewAssignment.objects.filter(application__intake__in=rows, step=ReviewStep.DOCUMENT)
    sheets = _by_state(documents, "application__intake")
    plans = _by_state(Plan.objects.filter(intake__in=rows), "intake")
    awards = _by_state(Award.objects.filter(application__intake__in=rows), "application__intake")
    decided = Decision.objects.filter(application__intake__in=rows)
    outcomes = _by_state(decided.filter(published_at__isnull=False), "application__intake", "outcome")
    held = _by_state(decided.filter(published_at__isnull=True), "application__intake", "outcome")
    freed = decisions.freed_hours(rows, now)
    found = {
        pk: _standing(
            row, now, applications[pk], wanted.get(pk) or 0, sheets[pk], plans[pk], awards[pk], outcomes[pk], held[pk]
        )
        for pk, row in rows.items()
    }
    return {pk: replace(standing, freed_hours=freed.get(pk, 0)) for pk, standing in found.items()}


def _standing(
    row: Intake,
    now: datetime,
    files: Counter[str],
    wanted: int,
    sheets: Counter[str],
    plans: Counter[str],
    awards: Counter[str],
    outcomes: Counter[str],
    held: Counter[str],
) -> Standing:
    return Standing(
        state=calls.shown_state(row, now),
        handed_in=files.total() - files["withdrawn"],
        to_screen=files["submitted"] + files["reopened"],
        eligible=files["eligible"],
        sheets_wanted=wanted,
        sheets_given=sum(sheets[state] for state in LIVE_STATES),
        sheets_back=sheets["submitted"],
        solving=plans["solving"],
        checked=plans["checked"],
        adopted=plans["adopted"],
        held_back=held.total() + awards["held"],
        published=outcomes.total(),
        reserve=outcomes["reserve"],
        offered=awards["offered"],
        accepted=awards["accepted"],
        in_force=awards["in_force"],
        came_back=sum(awards[state] for state in ("declined", "lapsed", "ended")),
    )
