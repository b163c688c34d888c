"""What a course and a cohort are: kinds, states, parts of the week, stages of selection, and a seat's weeks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role


class CourseKind(StrEnum):
    """For whom a course is."""

    SCHOOL = "school"
    GIFTED = "gifted"
    UNIVERSITY = "university"
    ACADEMY = "academy"


class CohortState(StrEnum):
    """`open` is shown to everybody; once `selected` every place is a seat; `ended` has its certificates."""

    DRAFT = "draft"
    OPEN = "open"
    SELECTED = "selected"
    ENDED = "ended"


class Band(StrEnum):
    """The part of the week in which a cohort meets; somebody has one seat in each part of a week."""

    DAY = "day"
    EVENING = "evening"
    WEEKEND = "weekend"


class StageKind(StrEnum):
    """A step of the selection."""

    PAPERS = "papers"
    ONLINE = "online"
    TEST = "test"
    INTERVIEW = "interview"


KEEPERS = frozenset({Role.PROGRAMME_MANAGER, Role.SCREENING_OFFICER})
NAME_LIMIT, ABOUT_LIMIT, TRACK_LIMIT = 120, 2000, 60
PLACES_MOST, HOURS_MOST, POINTS_MOST, ONLINE_MOST, TRACKS_MOST = 2000, 5000, 1000, 320, 12
LONGEST = timedelta(days=1100)


def refuse_unless_keeper(by: Actor) -> int:
    """Who keeps the courses, by number. Refused: ``not_allowed_for_role``."""
    if by.person is None or not by.has(*KEEPERS):
        raise Refused("not_allowed_for_role")
    return by.person


@dataclass(frozen=True)
class CourseText:
    """What a course is called and what it teaches, in both languages."""

    code: str
    kind: CourseKind
    name_ko: str
    name_en: str
    about_ko: str = ""
    about_en: str = ""


@dataclass(frozen=True)
class StageGiven:
    """A stage of the selection: at most `most` points, of which `least` are needed; `hours` of an online stage."""

    kind: StageKind
    most: int
    least: int = 0
    hours: int | None = None


@dataclass(frozen=True)
class CohortGiven:
    """A cohort on [starts_on, ends_on) with applications in [opens_at, closes_at).

    `attendance_least`, `coursework_least`: the percentage of the lessons, and of the required coursework, that a
    certificate asks for.
    """

    organisation: int
    number: int
    places: int
    opens_at: datetime
    closes_at: datetime
    starts_on: date
    ends_on: date
    band: Band
    hours: int
    stages: tuple[StageGiven, ...]
    tracks: tuple[str, ...] = ()
    attendance_least: int = 80
    coursework_least: int = 0


def checked(given: CohortGiven) -> CohortGiven:
    """The cohort as it is kept.

    Refused, each with its field: ``cohort_places_wrong`` (most), ``cohort_hours_wrong`` (most), ``cohort_dates_wrong``,
    ``cohort_percentage_wrong``, ``cohort_tracks_wrong`` (most, letters), ``cohort_stages_wrong`` (most, hours).
    """
    if not 1 <= given.places <= PLACES_MOST or given.number < 1:
        raise Refused("cohort_places_wrong", field="places", most=PLACES_MOST)
    if not 1 <= given.hours <= HOURS_MOST:
        raise Refused("cohort_hours_wrong", field="hours", most=HOURS_MOST)
    ordered = given.opens_at < given.closes_at and given.closes_at.date() <= given.starts_on < given.ends_on
    if not ordered or given.ends_on - given.starts_on > LONGEST:
        raise Refused("cohort_dates_wrong", field="starts_on")
    for name in ("attendance_least", "coursework_least"):
        if not 0 <= getattr(given, name) <= 100:
            raise Refused("cohort_percentage_wrong", field=name)
    _refuse_tracks(given.tracks)
    _refuse_stages(given.stages)
    return given


def _refuse_tracks(tracks: Sequence[str]) -> None:
    known = len(set(tracks)) == len(tracks) <= TRACKS_MOST and all(0 < len(one) <= TRACK_LIMIT for one in tracks)
    if not known:
        raise Refused("cohort_tracks_wrong", field="tracks", most=TRACKS_MOST, letters=TRACK_LIMIT)


def _refuse_stages(stages: Sequence[StageGiven]) -> None:
    """At least one, each kind once, in the order of `StageKind`; hours where it is online and nowhere else."""
    order = list(StageKind)
    places = [order.index(one.kind) for one in stages]
    right = bool(stages) and places == sorted(set(places))
    for one in stages:
        right = right and 1 <= one.most <= POINTS_MOST and 0 <= one.least <= one.most
        online = one.kind is StageKind.ONLINE
        right = right and (one.hours is not None) == online and (not online or 1 <= (one.hours or 0) <= ONLINE_MOST)
    if not right:
        raise Refused("cohort_stages_wrong", field="stages", most=POINTS_MOST, hours=ONLINE_MOST)


def weeks(starts_on: date, ends_on: date) -> range:
    """The weeks from Monday that [starts_on, ends_on) touches, counted from the calendar's first Monday."""
    return range((starts_on.toordinal() - 1) // 7, (ends_on.toordinal() - 2) // 7 + 1)


def refuse_track(track: str, tracks: Collection[str]) -> None:
    """One of the cohort's tracks, or none where it has none. Refused: ``cohort_track_unknown``."""
    if track not in (tracks or ("",)):
        raise Refused("cohort_track_unknown", field="track")
