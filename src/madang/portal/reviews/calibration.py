"""Works out calibrated scores apart, has them stored, and reads what is stored, for staff and auditors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from madang.errors import Refused
from madang.portal import apart
from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.applications.rules import content_hash
from madang.portal.journal.actions import record
from madang.portal.reviews import queries, rules, scoring
from madang.portal.reviews.models import Calibration
from madang.portal.transactions import action

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
    """What was stored: all scores, best first by what is calibrated; all reviewers; numbers that would come and go.

    `stale`: sheets came in or were set aside since.
    """

    number: int
    places: int
    made_at: datetime
    scores: list[Score]
    reviewers: list[Leaning]
    come: list[str]
    go: list[str]
    stale: bool


def calibrate(*, by: Actor, now: datetime, intake: int, places: int) -> Calibration:
    """Works out apart what the scores of an intake would be if its reviewers were equally lenient, and stores that.

    Refused: "not_allowed_for_role", "calibration_of_applicants", "calibration_too_small",
    "calibration_disconnected", "calibration_too_thin".
    """
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    if scoring.by_applicants(intake):
        raise Refused("calibration_of_applicants")
    totals = scoring.totals_in(intake)
    found = json.loads(apart.made(CALIBRATING, {"totals": totals, "places": places}))
    given = {"intake": intake, "places": places, "content": found, "sheets_sha256": digest(totals)}
    return keep_calibration(by=by, now=now, **given)


def digest(totals: list[tuple[str, str, int]]) -> str:
    """SHA-256 of the totals that a calibration stands on."""
    return content_hash({"totals": totals})


def calibrated(by: Actor, intake: int) -> Calibrated | None:
    """The calibration of an intake that was stored last, for staff and auditors; None where there is none."""
    row = Calibration.objects.filter(intake=intake).order_by("-number").first() if by.reads_everything else None
    if row is None:
        return None
    files = {str(pk): (number, title) for pk, number, title in _named(row.content["applications"])}
    people = {str(one.pk): one.person.name for one in queries.reviewers(by)}
    scores = [Score(int(pk), *files[pk], **one) for pk, one in row.content["applications"].items()]
    leanings = [Leaning(people[pk] or "–", **one) for pk, one in row.content["reviewers"].items()]
    return Calibrated(
        number=row.number,
        places=row.places,
        made_at=row.made_at,
        scores=sorted(scores, key=lambda one: (-one.score_milli, one.number)),
        reviewers=sorted(leanings, key=lambda one: -one.offset_milli),
        come=sorted(files[pk][0] for pk in row.content["come"]),
        go=sorted(files[pk][0] for pk in row.content["go"]),
        stale=row.sheets_sha256 != digest(scoring.totals_in(intake)),
    )


def _named(ids: Iterable[str]) -> Iterable[tuple[int, str, str]]:
    return Application.objects.filter(pk__in=map(int, ids)).values_list("pk", "number", "title")


@action
def keep_calibration(
    *, by: Actor, now: datetime, intake: int, places: int, content: Mapping[str, object], sheets_sha256: str
) -> Calibration:
    """Stores what was worked out apart from sheets with this digest, beside raw scores; see `calibration.calibrate`.

    Refused: "not_allowed_for_role", "calibration_of_applicants". Two at the same moment: the second is refused
    as "not_unique".
    """
    manager = rules.manager_of(by)
    if scoring.by_applicants(intake):
        raise Refused("calibration_of_applicants")
    number = Calibration.objects.filter(intake=intake).count() + 1
    given = {"places": places, "content": content, "sheets_sha256": sheets_sha256, "made_by_id": manager}
    made = Calibration.objects.create(intake_id=intake, number=number, made_at=now, **given)
    facts = {"number": number, "places": places, "sheets_sha256": sheets_sha256}
    record(by=by, now=now, did="reviews.keep_calibration", kind="intake", subject=intake, **facts)
    return made
