"""How a call and its intakes move through their states, whose clock decides, and what a correction may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role, Via


class ConflictRules(StrEnum):
    """Which tradition's rules say what bars a reviewer: the names of the library's presets."""

    KOREAN = "korean"
    INTERNATIONAL = "international"


class ReviewStep(StrEnum):
    """The steps of a review in their order; each has a weight in the score (`<step>_weight` of the track)."""

    DOCUMENT = "document"
    PRESENTATION = "presentation"
    ON_SITE = "on_site"


class CallKind(StrEnum):
    REGULAR = "regular"
    ADDITIONAL = "additional"
    ROLLING = "rolling"
    BETA = "beta"


class CallState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class IntakeState(StrEnum):
    """Where an intake stands. `planned` and `open` follow the clock; the rest are moved by dates or by the operator."""

    PLANNED = "planned"
    OPEN = "open"
    SCREENING = "screening"
    IN_REVIEW = "in_review"
    DECIDED = "decided"
    CLOSED = "closed"


class ReferenceDate(StrEnum):
    """The day on which a fact about an applicant is judged."""

    ANNOUNCEMENT = "announcement"
    DEADLINE = "deadline"
    AWARD = "award"


class EligibilityKind(StrEnum):
    """What a rule looks at; `parameters` by kind stand beside each."""

    ORGANISATION_KIND = "organisation_kind"  # kinds: [..]
    REGION = "region"  # regions: [codes]
    OUTSIDE_CAPITAL = "outside_capital"  # no parameters
    AGE_AT_MOST = "age_at_most"  # years: int
    RUNNING_AWARDS_AT_MOST = "running_awards_at_most"  # awards: int
    NO_OVERDUE_REPORT = "no_overdue_report"  # no parameters
    ONE_PER_ORGANISATION = "one_per_organisation"  # no parameters; within the call
    NOT_BANNED = "not_banned"  # no parameters; holds in every call, whether a track lists it or not


DRAFTING = frozenset({Role.PROGRAMME_MANAGER})
MOVING = frozenset({Role.PROGRAMME_MANAGER, Role.OPERATOR, Role.APPROVER})
WAITING_FOR_APPLICATIONS = frozenset({IntakeState.PLANNED, IntakeState.OPEN})
NEXT = {
    IntakeState.PLANNED: IntakeState.OPEN,
    IntakeState.OPEN: IntakeState.SCREENING,
    IntakeState.SCREENING: IntakeState.IN_REVIEW,
    IntakeState.IN_REVIEW: IntakeState.DECIDED,
    IntakeState.DECIDED: IntakeState.CLOSED,
}


@dataclass(frozen=True)
class Dates:
    """The dates of one intake; applications are accepted in the half-open stretch [opens_at, closes_at)."""

    opens_at: datetime
    closes_at: datetime
    review_due_at: datetime
    decision_due_at: datetime

    @property
    def in_order(self) -> bool:
        return self.opens_at < self.closes_at <= self.review_due_at <= self.decision_due_at


def only(by: Actor, roles: frozenset[Role]) -> None:
    """Lets a person with one of the roles go on; refuses everyone else."""
    if not by.has(*roles):
        raise Refused("not_allowed_for_role")


def accepts(state: str, dates: Dates, instant: datetime, *, published: bool = True) -> bool:
    """Whether an application may come in at `instant`. The dates decide, whether a worker runs or not."""
    return published and state in WAITING_FOR_APPLICATIONS and dates.opens_at <= instant < dates.closes_at


def state_at(state: str, dates: Dates, instant: datetime) -> IntakeState:
    """The state that people are shown: `planned` and `open` follow the clock, later ones are what was set."""
    if state not in WAITING_FOR_APPLICATIONS:
        return IntakeState(state)
    if instant < dates.opens_at:
        return IntakeState.PLANNED
    return IntakeState.OPEN if instant < dates.closes_at else IntakeState.SCREENING


def check_move(by: Actor, state: str, to: str, dates: Dates, now: datetime) -> None:
    """Refuses a move that is out of order, before its date, or by someone who may not make it."""
    if by.via is not Via.WORKER:
        only(by, MOVING)
    if NEXT.get(IntakeState(state)) != to:
        raise Refused("intake_move_out_of_order", state=state, to=to)
    if to == IntakeState.OPEN and now < dates.opens_at:
        raise Refused("intake_not_yet_open", opens_at=dates.opens_at)
    if to == IntakeState.SCREENING and now < dates.closes_at:
        raise Refused("intake_still_open", closes_at=dates.closes_at)


def next_dates(dates: Dates) -> Dates:
    """The next intake of a rolling call: it opens when this one closes and is as long, with the same times after it."""
    shift = dates.closes_at - dates.opens_at
    return Dates(dates.closes_at, dates.closes_at + shift, dates.review_due_at + shift, dates.decision_due_at + shift)


class FieldKind(StrEnum):
    """How a field of a published call is written in a correction."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INSTANT = "instant"
    NUMBER = "number"
    MONTH = "month"


# What a correction notice may change, by the kind of thing; anything else needs a new call.
CORRECTABLE: Mapping[str, Mapping[str, FieldKind]] = {
    "call": {
        "title_ko": FieldKind.TEXT,
        "title_en": FieldKind.TEXT,
        "summary_ko": FieldKind.LONG_TEXT,
        "summary_en": FieldKind.LONG_TEXT,
    },
    "intake": {
        "opens_at": FieldKind.INSTANT,
        "closes_at": FieldKind.INSTANT,
        "review_due_at": FieldKind.INSTANT,
        "decision_due_at": FieldKind.INSTANT,
        "accept_days": FieldKind.NUMBER,
        "objection_days": FieldKind.NUMBER,
    },
    "track": {
        "title_ko": FieldKind.TEXT,
        "title_en": FieldKind.TEXT,
        "guidance_ko": FieldKind.LONG_TEXT,
        "guidance_en": FieldKind.LONG_TEXT,
        "first_month": FieldKind.MONTH,
        "last_month": FieldKind.MONTH,
        "minimum_months": FieldKind.NUMBER,
        "minimum_total_milli": FieldKind.NUMBER,
    },
    "product": {"minimum": FieldKind.NUMBER, "maximum": FieldKind.NUMBER},
    "criterion": {
        "title_ko": FieldKind.TEXT,
        "title_en": FieldKind.TEXT,
        "points": FieldKind.NUMBER,
        "minimum_points": FieldKind.NUMBER,
        "anchors_ko": FieldKind.LONG_TEXT,
        "anchors_en": FieldKind.LONG_TEXT,
    },
    "section": {
        "title_ko": FieldKind.TEXT,
        "title_en": FieldKind.TEXT,
        "guidance_ko": FieldKind.LONG_TEXT,
        "guidance_en": FieldKind.LONG_TEXT,
        "max_characters": FieldKind.NUMBER,
    },
    "evidence": {
        "title_ko": FieldKind.TEXT,
        "title_en": FieldKind.TEXT,
        "max_age_days": FieldKind.NUMBER,
    },
}
# Once reviewers score, the scoring table and the amounts stand.
FIXED_IN_REVIEW = frozenset({"criterion", "product"})


@dataclass(frozen=True)
class Target:
    """What a correction changes, written `track.gpu.title_ko`: the kind of thing, which one, and its field."""

    thing: str
    keys: tuple[str, ...]
    field: str

    @property
    def written(self) -> str:
        return ".".join([self.thing, *self.keys, self.field])


def target(written: str) -> Target:
    """Reads a correction's field; refuses what a correction may not change."""
    thing, _, rest = written.partition(".")
    keys, field = rest.split(".")[:-1], rest.split(".")[-1]
    if field not in CORRECTABLE.get(thing, {}):
        raise Refused("not_correctable", field=written)
    return Target(thing, tuple(keys), field)


def check_correction(
    changed: Target, old: object, new: object, states: frozenset[str], now: datetime, *, scored: bool = False
) -> None:
    """Refuses a correction that changes nothing, shortens a deadline, or touches what reviewers already judge by.

    `states` are the states of the intakes that the correction bears on; `scored` says that points were given by the
    criterion's table, perhaps on a draft of a sheet, which may be before the review of the whole intake has begun.
    """
    if old == new:
        raise Refused("correction_changes_nothing")
    started = bool(states - WAITING_FOR_APPLICATIONS - {IntakeState.SCREENING})
    if started and changed.thing in FIXED_IN_REVIEW | {"intake"} and changed.field != "decision_due_at":
        raise Refused("correction_after_review_began")
    if scored and changed.thing == "criterion":
        raise Refused("correction_after_first_score")
    if changed.field == "opens_at" and isinstance(old, datetime) and old <= now:
        raise Refused("correction_intake_has_opened")
    if changed.field == "closes_at" and isinstance(new, datetime) and isinstance(old, datetime):
        if new < old:
            raise Refused("correction_shortens_deadline", old=old)
        if new <= now:
            raise Refused("correction_deadline_past", new=new)
