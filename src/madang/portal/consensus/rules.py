"""How a consensus goes on: written by its moderator, sent to the reviewers, answered by each, and closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from madang.errors import Refused


class ConsensusState(StrEnum):
    """Written by the moderator, sent to the reviewers, and closed: then its sheet is the application's score."""

    WRITING = "writing"
    SENT = "sent"
    CLOSED = "closed"


OPEN = (ConsensusState.WRITING, ConsensusState.SENT)


@dataclass(frozen=True)
class Answers:
    """What the reviewers who still count say to the sheet that was sent last, each by number."""

    agreed: frozenset[int]
    objected: frozenset[int]
    silent: frozenset[int]

    @property
    def unanimous(self) -> bool:
        return bool(self.agreed) and not self.objected and not self.silent


def answers(panel: Collection[int], given: Mapping[int, bool]) -> Answers:
    """Sorts the panel by what each said; what somebody said who left the panel since counts no longer."""
    said = {one: given[one] for one in panel if one in given}
    agreed = frozenset(one for one, agrees in said.items() if agrees)
    return Answers(agreed, frozenset(said) - agreed, frozenset(panel) - said.keys())


def check_ready(waiting: int) -> None:
    """Nobody sees another's sheet before all are in."""
    if waiting:
        raise Refused("consensus_sheets_missing", sheets=waiting)


def check_answer(agrees: bool, reason: str) -> None:
    """Whoever objects says why."""
    if not agrees and not reason.strip():
        raise Refused("consensus_objection_needs_reason", field="reason")


def check_close(found: Answers, reason: str) -> None:
    """A moderator closes once everybody has answered; over an objection only with a reason."""
    if found.silent:
        raise Refused("consensus_not_answered", reviewers=len(found.silent))
    if not found.agreed and not found.objected:
        raise Refused("consensus_not_answered", reviewers=0)
    if found.objected and not reason.strip():
        raise Refused("consensus_closing_needs_reason", field="reason")


def check_reason(reason: str) -> None:
    """What is taken up again is taken up for a reason."""
    if not reason.strip():
        raise Refused("consensus_reason_needed", field="reason")
