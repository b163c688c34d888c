"""How learners are chosen and what a child's application needs: points, order, reserve list, placements, figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from madang.errors import Refused
from madang.portal.people.rules import years_after
from madang.values import divide_half_up


class LearnerState(StrEnum):
    """Where an application stands; `left` gave a seat up, `unfinished` ended without a certificate."""

    APPLIED = "applied"
    SEATED = "seated"
    RESERVE = "reserve"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LEFT = "left"
    GRADUATED = "graduated"
    UNFINISHED = "unfinished"


class ConsentMeans(StrEnum):
    """How a guardian's consent was given."""

    PAPER = "paper"
    PHONE = "phone"
    PERSON = "person"


class PlacementState(StrEnum):
    """A placement counts once an officer has accepted what shows it."""

    TOLD = "told"
    ACCEPTED = "accepted"
    REFUSED = "refused"


OPEN_STATES = frozenset({LearnerState.APPLIED, LearnerState.SEATED, LearnerState.RESERVE})
# who had a seat when the cohort ended
TO_THE_END = frozenset({LearnerState.GRADUATED, LearnerState.UNFINISHED})
CHILD_YEARS = 14
STATEMENT_LIMIT, NAME_LIMIT, WHY_LIMIT, EVIDENCE_LIMIT, EMPLOYER_LIMIT = 2000, 80, 300, 300, 120


def is_child(born_on: date, today: date) -> bool:
    """Whether somebody is under fourteen, so that a guardian decides (Personal Information Protection Act, 22-2).

    Refused: ``learner_birth_wrong`` for a day that has not come or is over 120 years ago.
    """
    if born_on > today or today.year - born_on.year > 120:
        raise Refused("learner_birth_wrong", field="born_on")
    return today < years_after(born_on, CHILD_YEARS)


def refuse_outside(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Refused: ``learners_not_open_yet``, ``learners_closed``; the deadline itself is too late."""
    if now < opens_at:
        raise Refused("learners_not_open_yet")
    if now >= closes_at:
        raise Refused("learners_closed")


@dataclass(frozen=True)
class Needed:
    """A stage as the selection sees it: its row, at most and at least so many points, hours of an online stage."""

    stage: int
    most: int
    least: int
    hours: int | None = None


@dataclass(frozen=True)
class Candidate:
    """Who applied, when, and the points of each stage that they took part in."""

    learner: int
    applied_at: datetime
    points: Mapping[int, int]


def online_points(hours: int, needed: int, most: int) -> int:
    """Points of an online stage: all of them for all hours, in proportion below, half a point up."""
    return divide_half_up(min(hours, needed) * most, needed)


def refuse_points(points: int, most: int) -> None:
    """Refused: ``learner_points_wrong`` (most)."""
    if not 0 <= points <= most:
        raise Refused("learner_points_wrong", field="points", most=most)


def total(candidate: Candidate) -> int:
    """The sum of the stages' points."""
    return sum(candidate.points.values())


def ranked(candidates: Iterable[Candidate], stages: Sequence[Needed]) -> tuple[list[int], list[int]]:
    """Who passed, the best first, and who did not.

    Who missed a stage or stayed below what it needs has not passed. Of equal sums the later stage decides, then the
    one before it, then who applied first, then the lower number: so that the order is always the same.
    """
    passed, failed = [], []
    for one in candidates:
        met = all(one.points.get(stage.stage, -1) >= stage.least for stage in stages)
        (passed if met else failed).append(one)
    backwards = [stage.stage for stage in reversed(stages)]

    def order(one: Candidate) -> tuple[object, ...]:
        return (-total(one), *(-one.points[stage] for stage in backwards), one.applied_at, one.learner)

    return [one.learner for one in sorted(passed, key=order)], sorted(one.learner for one in failed)


def graduates(minutes: int, held: int, least: int) -> bool:
    """Whether `minutes` of `held` minutes of lessons are at least `least` per cent; nobody graduates of no lessons."""
    return held > 0 and minutes * 100 >= held * least


@dataclass(frozen=True)
class YearOfLearners:
    """The counts of one year's cohorts."""

    places: int
    applicants: int
    graduates: int
    hired: int

    def shown(self, least: int) -> dict[str, int | None]:
        """What may be published: no part of people smaller than `least`, and none that can be worked out from two."""
        applicants = self.applicants if self.applicants >= least else None
        graduated = (
            self.graduates if applicants is not None and _apart(self.graduates, self.applicants, least) else None
        )
        hired = self.hired if graduated is not None and _apart(self.hired, self.graduates, least) else None
        return {"places": self.places, "applicants": applicants, "graduates": graduated, "graduates_hired": hired}

    def told(self, earlier: Mapping[str, int | None] | None, least: int) -> dict[str, int | None]:
        """What is published after `earlier`: the same people until every step, and every difference of two, is large.

        So nobody is told by subtracting one day from the next. What was shown is not withheld later; places are no
        people.
        """
        now = self.shown(least)
        if earlier is None:
            return now
        before = {name: earlier[name] for name in ("applicants", "graduates", "graduates_hired")}
        steps = [None if one is None else (now[name] or 0) - one for name, one in before.items()]
        parts = [one - other for one, other in pairwise(steps) if one is not None and other is not None]
        gone = any(one is not None and now[name] is None for name, one in before.items())
        if gone or any(0 < abs(one) < least for one in [*steps, *parts] if one is not None):
            return {"places": self.places, **before}
        return now


def _apart(part: int, whole: int, least: int) -> bool:
    """Whether neither the part nor the rest is a small number of people."""
    return all(one == 0 or one >= least for one in (part, whole - part))
