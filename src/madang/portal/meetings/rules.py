"""How a meeting of a committee goes on, when it may decide, and which points it may add or take off."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from madang.errors import Refused


class MeetingState(StrEnum):
    """Arranged for a day, sitting once enough members are there, closed by its minutes; or cancelled."""

    PLANNED = "planned"
    SITTING = "sitting"
    CLOSED = "closed"
    CANCELLED = "cancelled"


LIVE = (MeetingState.PLANNED, MeetingState.SITTING)


def quorum(seats: int, percents: Iterable[int]) -> int:
    """How many members must be there: more than this share of the seats, by the strictest track of the section."""
    return max((seats * percent // 100 + 1 for percent in percents), default=seats // 2 + 1)


def check_present(here: Collection[int], members: Collection[int], chair: int, needed: int) -> None:
    """Only members are there, the one who leads among them, and enough of them."""
    if not set(here) <= set(members):
        raise Refused("meeting_not_a_member", field="here")
    if chair not in here:
        raise Refused("meeting_chair_not_there", field="chair")
    if len(set(here)) < needed:
        raise Refused("meeting_without_quorum", present=len(set(here)), needed=needed, field="here")


def check_points(points: int, reason: str, bonus_most: int, penalty_most: int) -> None:
    """Points on top within what the call allows, with a reason; 0 takes them back."""
    if not -penalty_most <= points <= bonus_most:
        raise Refused("committee_points_out_of_range", most=bonus_most, least=-penalty_most, field="points")
    if points and not reason.strip():
        raise Refused("committee_points_need_reason", field="reason")


def check_whole(opinion: str, missing: int, present: int, needed: int) -> None:
    """Minutes say something, every sheet of those present is in, and there is a quorum."""
    if present < needed:
        raise Refused("meeting_without_quorum", present=present, needed=needed)
    if missing:
        raise Refused("meeting_sheets_missing", sheets=missing)
    if not opinion.strip():
        raise Refused("meeting_opinion_needed")
