"""Until when a reviewer may be challenged, how it is decided, and whom a challenge may mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from madang.errors import Refused
from madang.review.names import possibly_same
from madang.review.presets import Ground, Preset

AT_MOST = 5


class ChallengeState(StrEnum):
    """A challenge waits, and is then upheld or dismissed."""

    WAITING = "waiting"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


def session_of(track: int, meetings: Iterable[tuple[int | None, datetime]], review_due_at: datetime) -> datetime:
    """Before which instant challenges on a track's applications are filed and decided.

    The first meeting of a committee for the track or for all of the intake; without any, the day reviews are due.
    """
    return min((at for of, at in meetings if of in (None, track)), default=review_due_at)


def check_filing(preset: Preset, filed: int, session: datetime, now: datetime) -> None:
    """Refused where the track's rules know no challenges, too many were filed, or the session has begun."""
    if Ground.CHALLENGE not in preset.rules:
        raise Refused("challenge_not_in_rules")
    if filed >= AT_MOST:
        raise Refused("challenge_too_many", most=AT_MOST)
    if now >= session:
        raise Refused("challenge_too_late", at=session)


def check_decision(upheld: bool, session: datetime, now: datetime) -> None:
    """Once the session has begun nobody is let in any more: what was not decided by then can only be upheld."""
    if not upheld and now >= session:
        raise Refused("challenge_session_begun", at=session)


def meant(name: str, pool: Mapping[int, Iterable[str]]) -> list[int]:
    """Those of the pool (by number, with every spelling of their names) whom a written name may mean."""
    return sorted(pk for pk, names in pool.items() if any(possibly_same(name, one) for one in names))
