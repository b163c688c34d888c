"""What a piece of coursework is, who may keep it, and when enough of it is completed for a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from madang.errors import Refused

TITLE_LIMIT, PIECES_MOST = 120, 200


@dataclass(frozen=True)
class CourseworkGiven:
    """A piece of coursework, due before `due_at`; for one track or, where that is empty, for all."""

    title_ko: str
    title_en: str
    due_at: datetime
    track: str = ""
    required: bool = True


def checked(given: CourseworkGiven, first: date, last: date, day: date) -> CourseworkGiven:
    """The piece as it is kept; `day` is the one on which it is due, and the cohort is held on [first, last).

    Refused, each with its field: ``coursework_title_needed`` (most), ``coursework_outside_cohort``.
    """
    titles = {name: " ".join(getattr(given, name).split()) for name in ("title_ko", "title_en")}
    for name, title in titles.items():
        if not 1 <= len(title) <= TITLE_LIMIT:
            raise Refused("coursework_title_needed", field=name, most=TITLE_LIMIT)
    # work may be due at the midnight that ends the last day
    if not first <= day <= last:
        raise Refused("coursework_outside_cohort", field="due_at")
    return CourseworkGiven(**titles, due_at=given.due_at, track=given.track, required=given.required)


def asked_of(required: Mapping[str, int], track: str) -> int:
    """How many required pieces who learns in a track is given; `required`: counts by track, "" for all."""
    return required.get("", 0) + (required.get(track, 0) if track else 0)


def enough(done: int, asked: int, least: int) -> bool:
    """Whether `done` of `asked` required pieces are at least `least` per cent; where none was asked nothing lacks."""
    return done * 100 >= asked * least


def published(asked: int, completed: int, people: int, least: int) -> dict[str, int | None]:
    """What may be published of a year's coursework: nothing of fewer than `least` people; and neither what all of them
    did or left, nor what nearly all did, which would say it of each.
    """
    whole = people >= least and all(one >= least for one in (completed, asked - completed))
    return {
        "coursework_asked": asked if people >= least else None,
        "coursework_completed": completed if whole else None,
    }
