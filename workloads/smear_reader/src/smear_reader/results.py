"""What may be said of a slide: by the machine alone, and after a person looked at its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from smear_reader.calibration import Calibration
from smear_reader.grading import Estimate, Grade, estimate, fields_to_read, grade
from smear_reader.reading import Place, Slide

LEAST_SHOWN, MOST_SHOWN = 20, 50


class Outcome(StrEnum):
    """How far a slide has come."""

    NO_FIELDS = "no_fields"
    NOT_RELEASED = "not_released"
    MORE_FIELDS = "more_fields"
    CANNOT_TELL = "cannot_tell"
    TO_CONFIRM = "to_confirm"
    GRADED = "graded"
    WAITING = "waiting"
    MORE_PICTURES = "more_pictures"
    FINAL = "final"


@dataclass(frozen=True)
class Judgement:
    """The machine's word: its count over so many reference fields, the table's grade of it, and the interval.

    `grade` may be said aloud only where `outcome` is GRADED. `more`: reference fields still to read.
    """

    outcome: Outcome
    count: int
    area: Fraction
    grade: Grade | None
    estimate: Estimate | None
    more: Fraction


def judge(slide: Slide, calibration: Calibration | None) -> Judgement:
    """The machine's word on a slide; nothing is released without a calibration."""
    found = grade(slide.count, slide.area)
    more = Fraction(fields_to_read(slide.count, slide.area))
    between = estimate(slide.count, slide.area, calibration.measured) if calibration and slide.area else None
    return Judgement(_outcome(slide, found, between), slide.count, slide.area, found, between, more)


def _outcome(slide: Slide, found: Grade | None, between: Estimate | None) -> Outcome:
    if slide.area == 0:
        return Outcome.NO_FIELDS
    if between is None:
        return Outcome.NOT_RELEASED
    if found is None:
        return Outcome.MORE_FIELDS
    if between.spans_negative:
        return Outcome.CANNOT_TELL
    if found in (Grade.NEGATIVE, Grade.SCANTY):
        return Outcome.TO_CONFIRM
    return Outcome.GRADED


def pages_of(places: Sequence[Place], threshold: float, pages: int = 1) -> tuple[Place, ...]:
    """The pictures that a person is shown: what counts, at least 20 and at most 50 of the likeliest, for each page."""
    counted = sum(place.score >= threshold for place in places)
    return tuple(places[: max(LEAST_SHOWN, min(counted, MOST_SHOWN * pages))])


@dataclass(frozen=True)
class Final:
    """What stands after a person looked: `confirmed` of `shown` pictures; `count` is what the grade rests on.

    Where every place that counts was shown, the count is the confirmed one. Where the machine counted more, the rest
    counts by the share confirmed; a grade below 1+ never rests on such a share.
    """

    outcome: Outcome
    grade: Grade | None
    count: int
    confirmed: int
    shown: int
    left: int


def settle(judgement: Judgement, shown: Sequence[Place], answers: Mapping[str, bool], counted: int, kept: int) -> Final:
    """What a person's answers (place's key -> a bacillus or not) make of the machine's word.

    `counted`: places that count; `kept`: pictures there are in all. Unanswered pictures leave the slide waiting.
    """
    left = sum(place.key not in answers for place in shown)
    confirmed = sum(answers.get(place.key, False) for place in shown)
    rest = max(0, counted - len(shown))
    count = confirmed + (rest * confirmed // len(shown) if shown else 0)
    found = grade(count, judgement.area)
    outcome = Outcome.FINAL
    if judgement.outcome in (Outcome.NO_FIELDS, Outcome.NOT_RELEASED):
        outcome = judgement.outcome
    elif left:
        outcome = Outcome.WAITING
    elif rest and found in (None, Grade.NEGATIVE, Grade.SCANTY):
        outcome = Outcome.MORE_PICTURES if kept > len(shown) else Outcome.CANNOT_TELL
    elif found is None:
        outcome = Outcome.MORE_FIELDS
    return Final(outcome, found if outcome == Outcome.FINAL else None, count, confirmed, len(shown), left)
