"""Works out the scores of an intake from the sheets that were submitted; for queries and for other domains' actions."""

from __future__ import annotations

from collections import defaultdict
from math import isqrt

from django.db.models import Q, QuerySet

from madang.portal.applications.models import Application
from madang.portal.applications.rules import ApplicationState
from madang.portal.bonuses.models import BonusVerdict
from madang.portal.bonuses.rules import ClaimState
from madang.portal.calls.models import Criterion, Track
from madang.portal.calls.rules import ReviewStep
from madang.portal.consensus.models import AgreedSheet
from madang.portal.consensus.rules import ConsensusState
from madang.portal.exchanges.models import PeerEntry
from madang.portal.meetings.models import CommitteePoints
from madang.portal.meetings.rules import MeetingState
from madang.portal.reviews import rules
from madang.portal.reviews.models import CriterionPoints
from madang.portal.reviews.rules import AssignmentState, Scored, Table
from madang.review import scores as library
from madang.review.totals import Adjustment, Origin
from madang.values import divide_half_up

# What is reviewed: submitted, not withdrawn, not found ineligible.
REVIEWED_STATES = (ApplicationState.SUBMITTED, ApplicationState.REOPENED, ApplicationState.ELIGIBLE)


def _sheets_of(intake: int) -> dict[int, dict[ReviewStep, list[library.Sheet]]]:
    """The submitted sheets of an intake by application and step, in one query; a sheet is named by its row."""
    rows = CriterionPoints.objects.filter(
        assignment__application__intake=intake, assignment__state=AssignmentState.SUBMITTED
    ).values_list("assignment__application", "assignment__step", "assignment", "criterion__code", "points")
    by_sheet: dict[tuple[int, str, int], dict[str, int | None]] = defaultdict(dict)
    for application, step, assignment, code, given in rows:
        by_sheet[application, step, assignment][code] = given
    found: dict[int, dict[ReviewStep, list[library.Sheet]]] = defaultdict(lambda: defaultdict(list))
    for (application, step, assignment), given in by_sheet.items():
        found[application][ReviewStep(step)].append(library.Sheet(str(assignment), given))
    return found


def totals_in(intake: int) -> list[tuple[str, str, int]]:
    """Every submitted sheet's total as (application, reviewer, thousandths of 100 points), ids as text.

    Of the review of documents alone: there each reviewer scores by himself, and part of the applications.
    """
    rows = CriterionPoints.objects.filter(
        assignment__application__in=_reviewed(intake),
        assignment__state=AssignmentState.SUBMITTED,
        assignment__step=ReviewStep.DOCUMENT,
    ).values_list("assignment__application", "assignment__reviewer", "criterion__points", "points")
    given: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for application, reviewer, most, points in rows:
        if points is not None:
            given[application, reviewer].append((most, points))
    return [
        (str(application), str(reviewer), divide_half_up(100_000 * sum(p for _, p in one), sum(m for m, _ in one)))
        for (application, reviewer), one in sorted(given.items())
    ]


def by_applicants(intake: int) -> bool:
    """Whether in some track of an intake applicants review each other."""
    return Track.objects.filter(call__intakes=intake, peer_groups__gt=0).exists()


def groups(intake: int) -> dict[int, int]:
    """The review group of each application of an intake that is in one."""
    return dict(PeerEntry.objects.filter(application__intake=intake).values_list("application", "group"))


def _reviewed(intake: int) -> QuerySet[Application]:
    return Application.objects.filter(intake=intake, state__in=REVIEWED_STATES, in_force__isnull=False)


def tables(intake: int) -> dict[int, Table]:
    """The scoring tables of an intake's call, by track."""
    rows = Criterion.objects.filter(track__call__intakes=intake).select_related("track").order_by("position", "pk")
    found: dict[int, Table] = {}
    for row in rows:
        table = found.setdefault(row.track_id, table_of(row.track, []))
        table.criteria.append(library.Criterion(row.code, row.points, row.minimum_points or None))
    return found


def table_of(track: Track, criteria: list[library.Criterion]) -> Table:
    """The scoring table of a track with these criteria."""
    weights = {step: getattr(track, f"{step}_weight") for step in ReviewStep}
    rule = library.Rule(track.score_rule)
    most = {"bonus_most": track.bonus_most, "penalty_most": track.penalty_most, "claims_most": track.claims_most}
    return Table(criteria, track.minimum_total_milli, rule, weights, **most, consensus=track.consensus)


def _agreed_in(intake: int) -> dict[int, library.Sheet]:
    """The sheet that each closed consensus of an intake came to: the one that was sent last."""
    rows = AgreedSheet.objects.filter(consensus__application__intake=intake, consensus__state=ConsensusState.CLOSED)
    every = rows.order_by("number").values_list("consensus__application", "points")
    return {application: library.Sheet("agreed", points) for application, points in every}


def _points_of(intake: int, meeting: int | None, claimed: bool) -> dict[int, list[Adjustment]]:
    """What committees added or took in meetings whose minutes are approved, and in one of them, by application;

    and the bonus points that applicants claimed and an officer confirmed.
    """
    counting = Q(meeting__state=MeetingState.CLOSED) | Q(meeting=meeting)
    rows = CommitteePoints.objects.filter(counting, application__intake=intake)
    found: dict[int, list[Adjustment]] = defaultdict(list)
    for application, meeting, points, reason in rows.values_list("application", "meeting", "points", "reason"):
        found[application].append(Adjustment(str(meeting), points, Origin.COMMITTEE, reason))
    standing = BonusVerdict.objects.filter(state=ClaimState.CONFIRMED, undone_at__isnull=True)
    confirmed = standing.filter(application__intake=intake).values_list("application", "rule__code", "rule__points")
    for application, code, points in confirmed if claimed else ():
        found[application].append(Adjustment(f"claim {code}", points, Origin.CLAIMED, confirmed=True))
    return found


def scores_in(intake: int, meeting: int | None = None) -> dict[int, Scored]:
    """Every reviewed application's score, worked out from its sheets; for other domains' actions.

    With a `meeting` the points that it adds or takes off are counted before its minutes are approved.
    """
    table, given = tables(intake), _sheets_of(intake)
    points = _points_of(intake, meeting, any(one.claims_most for one in table.values()))
    agreed = _agreed_in(intake) if any(one.consensus for one in table.values()) else {}
    group, found = groups(intake), []
    for pk, number, title, track in _reviewed(intake).values_list("pk", "number", "title", "track"):
        made = rules.score_of(table[track], given.get(pk, {}), points.get(pk, ()), agreed.get(pk))
        found.append(
            Scored(
                pk, number, title, track, made.score, made.shortfalls,
                group=group.get(pk), by_step=made.by_step, claimed_milli=made.claimed_milli,
                bonus_milli=made.bonus_milli, penalty_milli=made.penalty_milli,
            )
        )  # fmt: skip
    return {row.application: row for row in rules.ranked(found)}


def errors_in(intake: int) -> dict[int, int]:
    """The standard error of every reviewed application's score, in thousandths of a point, pooled by track and step.

    Of applicants who review each other by group too, or what somebody writes would move the error of their own score.
    Steps are independent, so that the variances of their shares add up.
    """
    table, given, group = tables(intake), _sheets_of(intake), groups(intake)
    tracks = dict(Application.objects.filter(pk__in=given).values_list("pk", "track"))
    classes = {pk: (track, group.get(pk)) for pk, track in tracks.items()}
    squares: dict[int, int] = defaultdict(int)
    for one in set(classes.values()):
        by = table[one[0]]
        whole = sum(by.weights.values())
        for step, weight in by.weights.items():
            sheets = {str(pk): every[step] for pk, every in given.items() if classes.get(pk) == one and step in every}
            for pk, error in library.errors(by.criteria, sheets).items() if weight else ():
                squares[int(pk)] += (error * weight) ** 2 // whole**2
    return {pk: isqrt(square) for pk, square in squares.items()}
