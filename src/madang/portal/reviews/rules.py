"""How a review moves through its states, which points a sheet may hold, and what an intake's coverage comes to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from madang.errors import Refused
from madang.review import scores
from madang.review.presets import Ground


class AssignmentState(StrEnum):
    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    RECUSED = "recused"
    WITHDRAWN = "withdrawn"


class Interest(StrEnum):
    """The kinds of conflict of interest that a reviewer can declare."""

    SAME_ORGANISATION = "same_organisation"
    MEMBER = "member"
    RELATIVE = "relative"
    ADVICE = "advice"
    FINANCIAL = "financial"
    OTHER = "other"


# Sheets that count or may still come to count towards an application's coverage.
LIVE_STATES = frozenset({AssignmentState.ASSIGNED, AssignmentState.SUBMITTED})

# Whoever declares "another reason" steps back on his own word: that is a recusal, and it excludes.
GROUNDS = {
    Interest.SAME_ORGANISATION: Ground.SAME_ORGANISATION,
    Interest.MEMBER: Ground.MEMBER,
    Interest.RELATIVE: Ground.RELATIVE,
    Interest.ADVICE: Ground.ADVICE,
    Interest.FINANCIAL: Ground.FINANCIAL,
    Interest.OTHER: Ground.RECUSAL,
}

Answers = Mapping[str, int | None]


def check_points(most: Mapping[str, int], given: Answers) -> None:
    """Refused "criterion_unknown" or "points_out_of_range" for what the scoring table does not allow."""
    for code, points in given.items():
        if code not in most:
            raise Refused("criterion_unknown", criterion=code)
        if points is not None and not 0 <= points <= most[code]:
            raise Refused("points_out_of_range", criterion=code, points=points, most=most[code], field=f"points_{code}")


def check_open(state: str, due_at: datetime, now: datetime) -> None:
    """A sheet may change until it is submitted and before its due date; otherwise Refused."""
    if state == AssignmentState.SUBMITTED:
        raise Refused("review_already_submitted")
    if state != AssignmentState.ASSIGNED:
        raise Refused("review_ended")
    if now >= due_at:
        raise Refused("review_past_due", due=due_at)


def check_complete(codes: Sequence[str], given: Answers) -> None:
    """Every criterion has points before a sheet is submitted."""
    missing = [code for code in codes if given.get(code) is None]
    if missing:
        raise Refused("review_incomplete", missing=len(missing), field=f"points_{missing[0]}")


def check_due(due_at: datetime, now: datetime) -> None:
    """A due date lies ahead."""
    if due_at <= now:
        raise Refused("review_due_in_the_past", field="due_at")


def check_learnt(learnt_on: date | None, today: date) -> None:
    """Nobody knows of an interest before the day has come."""
    if learnt_on is not None and learnt_on > today:
        raise Refused("interest_learnt_ahead", field="learnt_on")


@dataclass(frozen=True)
class Coverage:
    """How many sheets one application should have, has, and has back."""

    wanted: int
    assigned: int
    submitted: int

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.assigned)

    @property
    def complete(self) -> bool:
        return self.submitted >= self.wanted


@dataclass(frozen=True)
class Scored:
    """An application's score with what it fell short of; `rank` is its place among those with a score, best first."""

    application: int
    number: str
    title: str
    track: int
    score: scores.Score
    shortfalls: tuple[scores.Shortfall, ...]
    rank: int | None = None


def score_of(
    criteria: Sequence[scores.Criterion],
    sheets: Sequence[scores.Sheet],
    minimum_total_milli: int,
    rule: scores.Rule = scores.Rule.MEAN,
) -> tuple[scores.Score, tuple[scores.Shortfall, ...]]:
    """The score from the submitted sheets, and the minimums missed; the track's minimum total is in thousandths."""
    score = scores.application_score(criteria, sheets, rule)
    missed = list(scores.shortfalls(criteria, score))
    got = score.total_milli
    if minimum_total_milli and (got is None or got < minimum_total_milli):
        missed.append(scores.Shortfall(scores.TOTAL, minimum_total_milli // 1000, got))
    return score, tuple(missed)


def ranked(rows: Collection[Scored]) -> list[Scored]:
    """Best first with their places; equals share a place; those without a score come last and have none."""
    order = sorted(rows, key=lambda row: (row.score.total_milli is None, -(row.score.total_milli or 0), row.number))
    placed: list[Scored] = []
    for index, row in enumerate(order, start=1):
        before = placed[-1] if placed else None
        same = before is not None and before.score.total_milli == row.score.total_milli
        place = None if row.score.total_milli is None else (before.rank if same and before else index)
        placed.append(Scored(row.application, row.number, row.title, row.track, row.score, row.shortfalls, place))
    return placed
