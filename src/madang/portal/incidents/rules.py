"""What was damaged or happened at a facility: how bad it is, and how far its treatment has come."""

from __future__ import annotations

from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.facilities.rules import KEEPERS


class IncidentKind(StrEnum):
    DAMAGE = "damage"
    ACCIDENT = "accident"


class Severity(StrEnum):
    """`slight`: it can be used; `serious`: only in part; `dangerous`: nobody may use it."""

    SLIGHT = "slight"
    SERIOUS = "serious"
    DANGEROUS = "dangerous"


class IncidentState(StrEnum):
    """`settled` and `unfounded` are its two ends."""

    REPORTED = "reported"
    SEEN = "seen"
    WORKING = "working"
    SETTLED = "settled"
    UNFOUNDED = "unfounded"


WHAT, WORDS = 200, 1000
OPEN_MOST = 20
MOVES = {
    IncidentState.REPORTED: (IncidentState.SEEN, IncidentState.WORKING, IncidentState.SETTLED, IncidentState.UNFOUNDED),
    IncidentState.SEEN: (IncidentState.WORKING, IncidentState.SETTLED, IncidentState.UNFOUNDED),
    IncidentState.WORKING: (IncidentState.SETTLED, IncidentState.UNFOUNDED),
}
OPEN = frozenset(MOVES)
_WORDS_NEEDED = frozenset({IncidentState.SETTLED, IncidentState.UNFOUNDED})


def refuse_unless_user(by: Actor) -> int:
    """Who may report: somebody of any organisation, or who keeps the calendar. Refused: ``not_allowed_for_role``."""
    if by.person is None or not (by.memberships or by.has(*KEEPERS)):
        raise Refused("not_allowed_for_role")
    return by.person


def check_report(what: str, words: str) -> tuple[str, str]:
    """Both as they are kept. Refused: ``incident_what_needed`` (most), ``incident_words_needed`` (most)."""
    if not 1 <= len(what.strip()) <= WHAT:
        raise Refused("incident_what_needed", field="what", most=WHAT)
    return what.strip(), check_words(words)


def check_words(words: str, *, needed: bool = True) -> str:
    """Words as they are kept. Refused: ``incident_words_needed`` (most)."""
    if len(words.strip()) > WORDS or (needed and not words.strip()):
        raise Refused("incident_words_needed", field="words", most=WORDS)
    return words.strip()


def check_move(state: str, to: IncidentState, words: str) -> str:
    """The words as they are kept. Refused: ``incident_move_wrong``, ``incident_words_needed`` (most)."""
    if to not in MOVES.get(IncidentState(state), ()):
        raise Refused("incident_move_wrong")
    return check_words(words, needed=to in _WORDS_NEEDED)
