"""What the camp consists of and who gets in: spaces as rectangles, calls for tenants, bids with points, notices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.values import divide_half_up


class SpaceKind(StrEnum):
    """Rooms and seats are let to one tenant; what is shared is booked as a facility."""

    ROOM = "room"
    SEAT = "seat"
    SHARED = "shared"


class SpaceState(StrEnum):
    IN_USE = "in_use"
    CLOSED = "closed"


class TenantCallState(StrEnum):
    """What a call for tenants is at an instant; nothing of it is stored."""

    DRAFT = "draft"
    PLANNED = "planned"
    OPEN = "open"
    JUDGED = "judged"
    DECIDED = "decided"


class BidState(StrEnum):
    """`handed_in` waits for points and the decision; `reserve` may still be selected."""

    HANDED_IN = "handed_in"
    WITHDRAWN = "withdrawn"
    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_SELECTED = "not_selected"


# who keeps the camp from day to day, and who decides who gets in and stays
KEEPERS = frozenset({Role.PROGRAMME_MANAGER, Role.SCREENING_OFFICER})
DECIDERS = frozenset({Role.PROGRAMME_MANAGER})
UNDECIDED = frozenset({BidState.HANDED_IN, BidState.RESERVE})

CODE = re.compile(r"[-a-zA-Z0-9_]{1,30}")
NAME, TITLE, TEXT, REASON = 80, 120, 4000, 1000
FLOOR_LEAST, FLOOR_MOST = -5, 60
# the plan is drawn on whole steps; a rectangle has at least one
PLAN_MOST = 200
PEOPLE_MOST = 200
MONTHS_MOST, CEILING_MOST = 60, 120
POINTS_MOST = 100
LET = (SpaceKind.ROOM, SpaceKind.SEAT)


def refuse_unless_keeper(by: Actor) -> int:
    """Who keeps the camp, by number. Refused: ``not_allowed_for_role``."""
    if by.person is None or not by.has(*KEEPERS):
        raise Refused("not_allowed_for_role")
    return by.person


def refuse_unless_decider(by: Actor) -> int:
    """Who decides about tenants, by number. Refused: ``not_allowed_for_role``."""
    if by.person is None or not by.has(*DECIDERS):
        raise Refused("not_allowed_for_role")
    return by.person


# --- spaces ---


@dataclass(frozen=True)
class Space:
    """A room, a seat or something shared: a rectangle on a floor's plan, from its upper left corner, in whole steps.

    `people`: how many can be there; of what is shared it is not asked. `facility`: the code of what is booked there.
    """

    code: str
    name_ko: str
    name_en: str
    kind: SpaceKind
    floor: int
    x: int
    y: int
    width: int
    height: int
    people: int = 1
    facility: str = ""


NUMBERS = {
    "floor": (FLOOR_LEAST, FLOOR_MOST), "x": (0, PLAN_MOST), "y": (0, PLAN_MOST), "width": (1, PLAN_MOST),
    "height": (1, PLAN_MOST), "people": (1, PEOPLE_MOST),
}  # fmt: skip
COLUMNS = tuple(field.name for field in fields(Space))


def checked(given: Space) -> Space:
    """The space as it is kept.

    Refused, each with its field: ``space_code_malformed``, ``space_name_needed`` (most),
    ``space_number_wrong`` (least, most), ``space_off_the_plan`` (most), ``space_not_shared``.
    """
    if not CODE.fullmatch(given.code):
        raise Refused("space_code_malformed", field="code")
    for name in ("name_ko", "name_en"):
        if not 1 <= len(getattr(given, name).strip()) <= NAME:
            raise Refused("space_name_needed", field=name, most=NAME)
    for name, (least, most) in NUMBERS.items():
        if not least <= getattr(given, name) <= most:
            raise Refused("space_number_wrong", field=name, least=least, most=most)
    for name, length in (("width", given.x + given.width), ("height", given.y + given.height)):
        if length > PLAN_MOST:
            raise Refused("space_off_the_plan", field=name, most=PLAN_MOST)
    if given.facility and given.kind is not SpaceKind.SHARED:
        raise Refused("space_not_shared", field="facility")
    return given


def overlap(one: Space, other: Space) -> bool:
    """Whether two rectangles of a floor share more than an edge."""
    return (
        one.floor == other.floor
        and one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def refuse_overlaps(given: Space, others: Iterable[Space]) -> None:
    """Refused: ``space_overlaps`` (other): two things cannot be drawn at one place."""
    for other in others:
        if other.code != given.code and overlap(given, other):
            raise Refused("space_overlaps", field="x", other=other.code)


# --- calls and bids ---


@dataclass(frozen=True)
class TenantCallText:
    """A call for tenants: how long a tenancy is at first, and how long it can be with every extension, in months."""

    title_ko: str
    title_en: str
    text_ko: str
    text_en: str
    opens_at: datetime
    closes_at: datetime
    months: int
    ceiling_months: int


def checked_call(given: TenantCallText) -> TenantCallText:
    """Refused, each with its field: ``tenant_call_text_needed`` (most), ``tenant_call_dates_wrong``,
    ``tenant_call_months_wrong`` (most)."""
    for name, most in (("title_ko", TITLE), ("title_en", TITLE), ("text_ko", TEXT), ("text_en", TEXT)):
        if not 1 <= len(getattr(given, name).strip()) <= most:
            raise Refused("tenant_call_text_needed", field=name, most=most)
    if given.opens_at >= given.closes_at:
        raise Refused("tenant_call_dates_wrong", field="closes_at")
    if not 1 <= given.months <= MONTHS_MOST:
        raise Refused("tenant_call_months_wrong", field="months", most=MONTHS_MOST)
    if not given.months <= given.ceiling_months <= CEILING_MOST:
        raise Refused("tenant_call_months_wrong", field="ceiling_months", most=CEILING_MOST)
    return given


def call_state(
    published_at: datetime | None, opens_at: datetime, closes_at: datetime, finished_at: datetime | None, now: datetime
) -> TenantCallState:
    """What a call for tenants is now: open on [opens_at, closes_at)."""
    if published_at is None:
        return TenantCallState.DRAFT
    if finished_at is not None:
        return TenantCallState.DECIDED
    if now < opens_at:
        return TenantCallState.PLANNED
    return TenantCallState.OPEN if now < closes_at else TenantCallState.JUDGED


def checked_points(points: int, reason: str) -> str:
    """The reason as it is kept. Refused: ``bid_points_wrong`` (most), ``camp_reason_needed`` (most)."""
    if not 0 <= points <= POINTS_MOST:
        raise Refused("bid_points_wrong", field="points", most=POINTS_MOST)
    return reason_of(reason)


def reason_of(reason: str) -> str:
    """A reason as it is kept. Refused: ``camp_reason_needed`` (most)."""
    if not 1 <= len(reason.strip()) <= REASON:
        raise Refused("camp_reason_needed", field="reason", most=REASON)
    return reason.strip()


@dataclass(frozen=True)
class Ranked:
    """A bid's place: the mean of its officers' points in thousandths (None before any), and its rank from 1."""

    bid: int
    mean_milli: int | None
    officers: int
    rank: int


def ranking(points: Mapping[int, Iterable[int]]) -> list[Ranked]:
    """Bids by the mean of their officers' points, halves rounded up to a thousandth. Equal means share a rank; those
    without points come last.

    `points` maps bids to what each officer gave.
    """
    means: dict[int, tuple[int | None, int]] = {}
    for bid, given in points.items():
        listed = list(given)
        mean = divide_half_up(sum(listed) * 1000, len(listed)) if listed else None
        means[bid] = mean, len(listed)
    order = sorted(means, key=lambda bid: (means[bid][0] is None, -(means[bid][0] or 0), bid))
    places: dict[int | None, int] = {}
    for place, bid in enumerate(order, start=1):
        places.setdefault(means[bid][0], place)
    return [Ranked(bid, *means[bid], places[means[bid][0]]) for bid in order]


# --- notices ---


@dataclass(frozen=True)
class NoticeText:
    """A notice of the house in both languages, shown on its days [from_on, until_on]."""

    title_ko: str
    title_en: str
    text_ko: str
    text_en: str
    from_on: date
    until_on: date


def checked_notice(given: NoticeText) -> NoticeText:
    """Refused, each with its field: ``notice_text_needed`` (most), ``notice_days_wrong``."""
    for name, most in (("title_ko", TITLE), ("title_en", TITLE), ("text_ko", TEXT), ("text_en", TEXT)):
        if not 1 <= len(getattr(given, name).strip()) <= most:
            raise Refused("notice_text_needed", field=name, most=most)
    if given.from_on > given.until_on:
        raise Refused("notice_days_wrong", field="until_on")
    return given
