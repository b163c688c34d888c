"""Reads what calibrated scores stand on, and what they would be, for staff and auditors; nothing is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass

from madang.portal import apart
from madang.portal.actors import Actor
from madang.portal.reviews import queries, scoring

CALIBRATING = "madang.portal.reviews.calibrating"


@dataclass(frozen=True)
class Score:
    """An application's mean as given and as calibrated, with its standard error: thousandths of 100 points."""

    application: int
    number: str
    title: str
    raw_milli: int
    score_milli: int
    error_milli: int

    @property
    def moved_milli(self) -> int:
        return self.score_milli - self.raw_milli


@dataclass(frozen=True)
class Leaning:
    """How far above others a reviewer scores (thousandths) and how wide (1000: as others), each with its error."""

    name: str
    sheets: int
    offset_milli: int
    offset_error_milli: int
    scale_permille: int
    scale_error_permille: int


@dataclass(frozen=True)
class Calibrated:
    """All scores, best first by what is calibrated; all reviewers; numbers that would come in and go out of places."""

    scores: list[Score]
    reviewers: list[Leaning]
    come: list[str]
    go: list[str]


def calibrated(by: Actor, intake: int, places: int) -> Calibrated:
    """What the scores of an intake would be if its reviewers were equally lenient; worked out apart.

    Refused: "calibration_too_small", "calibration_disconnected", "calibration_too_thin".
    """
    totals = scoring.totals_in(intake) if by.reads_everything else []
    found = json.loads(apart.made(CALIBRATING, {"totals": totals, "places": places}))
    files = {str(row.pk): row for row in queries.reviewed(by, intake)}
    people = {str(row.pk): row.person.name for row in queries.reviewers(by)}
    scores = [Score(int(pk), files[pk].number, files[pk].title, **one) for pk, one in found["applications"].items()]
    return Calibrated(
        scores=sorted(scores, key=lambda one: (-one.score_milli, one.number)),
        reviewers=sorted(
            (Leaning(people[pk], **one) for pk, one in found["reviewers"].items()), key=lambda one: -one.offset_milli
        ),
        come=sorted(files[pk].number for pk in found["come"]),
        go=sorted(files[pk].number for pk in found["go"]),
    )
