"""Works out the scores of an intake from the sheets that were submitted; for queries and for other domains' actions."""

from __future__ import annotations

from collections import defaultdict

from madang.portal.applications.models import Application
from madang.portal.applications.rules import ApplicationState
from madang.portal.calls.models import Criterion
from madang.portal.reviews import rules
from madang.portal.reviews.models import CriterionPoints
from madang.portal.reviews.rules import AssignmentState, Scored
from madang.review import scores as library

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


def tables(intake: int) -> dict[int, tuple[list[library.Criterion], int]]:
    """Each track's scoring table and minimum total (thousandths) of an intake's call, by track."""
    rows = Criterion.objects.filter(track__call__intakes=intake).order_by("position", "pk")
    found: dict[int, tuple[list[library.Criterion], int]] = {}
    for track, minimum, code, most, least in rows.values_list(
        "track", "track__minimum_total_milli", "code", "points", "minimum_points"
    ):
        found.setdefault(track, ([], minimum))[0].append(library.Criterion(code, most, least or None))
    return found


def scores_in(intake: int) -> dict[int, Scored]:
    """Every reviewed application's score, worked out from its sheets; for other domains' actions."""
    table, given = tables(intake), _sheets_of(intake)
    rows = Application.objects.filter(intake=intake, state__in=REVIEWED_STATES, in_force__isnull=False)
    found = []
    for pk, number, title, track in rows.values_list("pk", "number", "title", "track"):
        score, missed = rules.score_of(table[track][0], given.get(pk, []), table[track][1])
        found.append(Scored(pk, number, title, track, score, missed))
    return {row.application: row for row in rules.ranked(found)}


def errors_in(intake: int) -> dict[int, int]:
    """The standard error of every reviewed application's score, in thousandths of a point, pooled by track."""
    table, given = tables(intake), _sheets_of(intake)
    tracks = dict(Application.objects.filter(pk__in=given).values_list("pk", "track"))
    found: dict[int, int] = {}
    for track, (criteria, _) in table.items():
        sheets = {str(pk): given[pk] for pk in given if tracks.get(pk) == track}
        found |= {int(pk): error for pk, error in library.errors(criteria, sheets).items()}
    return found
