"""Works out the scores of an intake from the sheets that were submitted; for queries and for other domains' actions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from madang.portal.applications.models import Application
from madang.portal.applications.rules import ApplicationState
from madang.portal.calls.models import Criterion
from madang.portal.reviews import rules
from madang.portal.reviews.models import CriterionPoints
from madang.portal.reviews.rules import AssignmentState, Scored
from madang.review import scores as library
from madang.values import divide_half_up

# What is reviewed: submitted, not withdrawn, not found ineligible.
REVIEWED_STATES = (ApplicationState.SUBMITTED, ApplicationState.REOPENED, ApplicationState.ELIGIBLE)


def _sheets_of(intake: int) -> dict[int, list[library.Sheet]]:
    """The submitted sheets of an intake by application, in one query."""
    rows = CriterionPoints.objects.filter(
        assignment__application__intake=intake, assignment__state=AssignmentState.SUBMITTED
    ).values_list("assignment__application", "assignment", "criterion__code", "points")
    by_sheet: dict[tuple[int, int], dict[str, int | None]] = defaultdict(dict)
    for application, assignment, code, given in rows:
        by_sheet[application, assignment][code] = given
    found: dict[int, list[library.Sheet]] = defaultdict(list)
    for (application, assignment), given in by_sheet.items():
        found[application].append(library.Sheet(str(assignment), given))
    return found


def totals_in(intake: int) -> list[tuple[str, str, int]]:
    """Every submitted sheet's total as (application, reviewer, thousandths of 100 points), ids as text."""
    rows = CriterionPoints.objects.filter(
        assignment__application__in=_reviewed(intake), assignment__state=AssignmentState.SUBMITTED
    ).values_list("assignment__application", "assignment__reviewer", "criterion__points", "points")
    given: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for application, reviewer, most, points in rows:
        if points is not None:
            given[application, reviewer].append((most, points))
    return [
        (str(application), str(reviewer), divide_half_up(100_000 * sum(p for _, p in one), sum(m for m, _ in one)))
        for (application, reviewer), one in sorted(given.items())
    ]


def _reviewed(intake: int) -> QuerySet[Application]:
    return Application.objects.filter(intake=intake, state__in=REVIEWED_STATES, in_force__isnull=False)


@dataclass(frozen=True)
class Table:
    """A track's scoring table, its minimum total (thousandths), and how its sheets become a score."""

    criteria: list[library.Criterion]
    minimum_total_milli: int
    rule: library.Rule


def tables(intake: int) -> dict[int, Table]:
    """The scoring tables of an intake's call, by track."""
    rows = Criterion.objects.filter(track__call__intakes=intake).order_by("position", "pk")
    found: dict[int, Table] = {}
    for track, minimum, rule, code, most, least in rows.values_list(
        "track", "track__minimum_total_milli", "track__score_rule", "code", "points", "minimum_points"
    ):
        table = found.setdefault(track, Table([], minimum, library.Rule(rule)))
        table.criteria.append(library.Criterion(code, most, least or None))
    return found


def scores_in(intake: int) -> dict[int, Scored]:
    """Every reviewed application's score, worked out from its sheets; for other domains' actions."""
    table, given = tables(intake), _sheets_of(intake)
    found = []
    for pk, number, title, track in _reviewed(intake).values_list("pk", "number", "title", "track"):
        by = table[track]
        score, missed = rules.score_of(by.criteria, given.get(pk, []), by.minimum_total_milli, by.rule)
        found.append(Scored(pk, number, title, track, score, missed))
    return {row.application: row for row in rules.ranked(found)}


def errors_in(intake: int) -> dict[int, int]:
    """The standard error of every reviewed application's score, in thousandths of a point, pooled by track."""
    table, given = tables(intake), _sheets_of(intake)
    tracks = dict(Application.objects.filter(pk__in=given).values_list("pk", "track"))
    found: dict[int, int] = {}
    for track, by in table.items():
        sheets = {str(pk): given[pk] for pk in given if tracks.get(pk) == track}
        found |= {int(pk): error for pk, error in library.errors(by.criteria, sheets).items()}
    return found
