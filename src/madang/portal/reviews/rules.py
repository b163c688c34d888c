"""How a review moves through its states, which points a sheet may hold, and what an intake's coverage comes to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.calls.rules import ReviewStep
from madang.review import scores, totals
from madang.review.presets import Ground


def manager_of(by: Actor) -> int:
    """The programme manager who acts. Refused: ``not_allowed_for_role`` for anybody else."""
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    return by.person


class AssignmentState(StrEnum):
    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    RECUSED = "recused"
    WITHDRAWN = "withdrawn"


class Interest(StrEnum):
    """The kinds of conflict of interest that a reviewer can declare."""

    SAME_ORGANISATION = "same_organisation"
    SAME_DEPARTMENT = "same_department"
    FIRM_GROUP = "firm_group"
    MEMBER = "member"
    RELATIVE = "relative"
    ADVICE = "advice"
    FINANCIAL = "financial"
    SUPERIOR = "superior"
    SUPERVISION = "supervision"
    COAUTHOR = "coauthor"
    OTHER = "other"


# Sheets that count or may still come to count towards an application's coverage.
LIVE_STATES = frozenset({AssignmentState.ASSIGNED, AssignmentState.SUBMITTED})

# Whoever declares "another reason" steps back on his own word: that is a recusal, and it excludes.
GROUNDS = {
    Interest.SAME_ORGANISATION: Ground.SAME_ORGANISATION,
    Interest.SAME_DEPARTMENT: Ground.SAME_DEPARTMENT,
    Interest.FIRM_GROUP: Ground.FIRM_GROUP,
    Interest.MEMBER: Ground.MEMBER,
    Interest.RELATIVE: Ground.RELATIVE,
    Interest.ADVICE: Ground.ADVICE,
    Interest.FINANCIAL: Ground.FINANCIAL,
    Interest.SUPERIOR: Ground.SUPERIOR,
    Interest.SUPERVISION: Ground.SUPERVISION,
    Interest.COAUTHOR: Ground.COAUTHOR,
    Interest.OTHER: Ground.RECUSAL,
}
# What an interest comes to once it is over, where that is another ground.
ENDED = {
    Interest.SAME_ORGANISATION: Ground.FORMER_ORGANISATION,
    Interest.SAME_DEPARTMENT: Ground.FORMER_ORGANISATION,
    Interest.FIRM_GROUP: Ground.OTHER,
    Interest.OTHER: Ground.OTHER,
}


def declared(kind: Interest, ended: bool) -> list[Ground]:
    """The grounds of a declared interest.

    Whoever declares one that holds steps back, also where the call's rules would only warn of it; of one that is over
    the rules say whether it still bars.
    """
    return [ENDED.get(kind, GROUNDS[kind])] if ended else sorted({GROUNDS[kind], Ground.RECUSAL})


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


def open_until(due_at: datetime, grace_days: int) -> datetime:
    """The end of the time in which a sheet may change."""
    return due_at + timedelta(days=grace_days)


def check_decline(by_applicants: bool) -> None:
    """An applicant who reviews other applicants steps back for an interest alone, or owes the review."""
    if by_applicants:
        raise Refused("peer_review_not_declined")


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


def check_ended(ended_on: date | None, today: date) -> None:
    """What ends later still holds."""
    if ended_on is not None and ended_on > today:
        raise Refused("interest_ends_ahead", field="ended_on")


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
    """An application's score with what it fell short of; `rank` is its place among those with a score, best first.

    `by_step` holds the score of each step that has sheets; the total has `claimed_milli` (bonus points
    that were claimed and confirmed), `bonus_milli` and `penalty_milli` (of committees) in it.
    Where applicants review each other, `rank` is the place within the review `group`.
    """

    application: int
    number: str
    title: str
    track: int
    score: scores.Score
    shortfalls: tuple[scores.Shortfall, ...]
    rank: int | None = None
    group: int | None = None
    by_step: Mapping[ReviewStep, scores.Score] = field(default_factory=dict)
    claimed_milli: int = 0
    bonus_milli: int = 0
    penalty_milli: int = 0


@dataclass(frozen=True)
class Table:
    """A track's scoring table, its minimum total (thousandths), and how sheets, steps and points on top become one."""

    criteria: list[scores.Criterion]
    minimum_total_milli: int
    rule: scores.Rule
    weights: Mapping[ReviewStep, int] = field(default_factory=lambda: {ReviewStep.DOCUMENT: 1})
    bonus_most: int = 0
    penalty_most: int = 0
    claims_most: int = 0
    consensus: bool = False


Sheets = Mapping[ReviewStep, Sequence[scores.Sheet]]


@dataclass(frozen=True)
class Sum:
    """What an application's sheets come to: the score in all and by step, minimums missed, points on top and off."""

    score: scores.Score
    by_step: Mapping[ReviewStep, scores.Score]
    shortfalls: tuple[scores.Shortfall, ...]
    claimed_milli: int
    bonus_milli: int
    penalty_milli: int


def score_of(
    table: Table, given: Sheets, points: Sequence[totals.Adjustment] = (), agreed: scores.Sheet | None = None
) -> Sum:
    """The score from the submitted sheets by step, with what was claimed and confirmed, and what committees added.

    Each step is scored by the track's rule, the steps are weighted, points are capped and added, and only then is
    anything rounded. Whoever lacks a step that has weight has no total. A criterion's minimum must be reached in every
    step that counts; the minimum total is judged with the points on top. Where a track decides by consensus its
    documents have the score of the sheet that was `agreed` on, and none before.
    """
    alone, given = given, _counted(table, given, agreed)
    by_step = {step: scores.application_score(table.criteria, given[step], table.rule) for step in ReviewStep
               if given.get(step)}  # fmt: skip
    if given is not alone and ReviewStep.DOCUMENT in by_step:
        before = scores.application_score(table.criteria, alone.get(ReviewStep.DOCUMENT, ()))
        beside = {"spread_milli": before.spread_milli, "answered": before.answered}
        by_step[ReviewStep.DOCUMENT] = replace(by_step[ReviewStep.DOCUMENT], **beside)
    counting = [step for step in ReviewStep if table.weights.get(step)]
    steps = [totals.Step(step, tuple(table.criteria), table.weights[step], table.rule) for step in counting]
    exact = totals.in_all(steps, {step: given.get(step, ()) for step in counting})
    made = None
    if exact is not None:
        reviewed = exact * sum(one.points for one in table.criteria) / 100
        most = {"most_bonus": table.bonus_most, "most_penalty": table.penalty_most, "most_claimed": table.claims_most}
        made = totals.adjusted(Fraction(reviewed), points, **most)
    score = _in_all([by_step.get(step) for step in counting], table, made.total_milli if made else None)
    missed = list(scores.shortfalls(table.criteria, score))
    got = score.total_milli
    if table.minimum_total_milli and (got is None or got < table.minimum_total_milli):
        missed.append(scores.Shortfall(scores.TOTAL, table.minimum_total_milli // 1000, got))
    on_top = (made.claimed_milli, made.bonus_milli, made.penalty_milli) if made else (0, 0, 0)
    return Sum(score, by_step, tuple(missed), *on_top)


def _counted(table: Table, given: Sheets, agreed: scores.Sheet | None) -> Sheets:
    """The sheets that make the score: with a consensus the one agreed on in place of the independent ones."""
    return {**given, ReviewStep.DOCUMENT: [agreed] if agreed else []} if table.consensus else given


def _in_all(steps: Sequence[scores.Score | None], table: Table, total_milli: int | None) -> scores.Score:
    """One score of several steps: of each criterion the lowest step, of spreads the widest, all sheets together."""
    found = [one for one in steps if one is not None]
    codes = [criterion.code for criterion in table.criteria]
    by_code = {code: [one.per_criterion_milli[code] if one else None for one in steps] for code in codes}
    return scores.Score(
        total_milli=total_milli,
        per_criterion_milli={
            code: None if None in every else min(one for one in every if one is not None)
            for code, every in by_code.items()
        },
        answered=sum(one.answered for one in found),
        answered_permille=min((one.answered_permille for one in found), default=0),
        spread_milli=max((one.spread_milli for one in found), default=0),
    )


def ranked(rows: Collection[Scored]) -> list[Scored]:
    """Best first with their places; equals share a place; those without a score come last and have none.

    Each review group has a ranking of its own.
    """
    order = sorted(rows, key=lambda row: (row.score.total_milli is None, -(row.score.total_milli or 0), row.number))
    better: dict[tuple[int, int] | None, list[int]] = {}
    placed: list[Scored] = []
    for row in order:
        total = row.score.total_milli
        ahead = better.setdefault((row.track, row.group) if row.group else None, [])
        ahead.append(total or 0)
        placed.append(replace(row, rank=None if total is None else ahead.index(total) + 1))
    return placed
