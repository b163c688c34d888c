"""Which bonus points may be claimed, when an officer judges a claim, and what the claims of an application come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from madang.errors import Refused
from madang.portal.calls.rules import IntakeState


class ClaimState(StrEnum):
    """A claim waits until an officer has confirmed or declined it."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


JUDGED = (ClaimState.CONFIRMED, ClaimState.DECLINED)
# Claims are frozen with the submission, and scores stand once the intake is decided.
JUDGED_IN = (IntakeState.SCREENING, IntakeState.IN_REVIEW)


@dataclass(frozen=True)
class Claim:
    """One claim: the rule's row as published, the points it brings, and where it stands with the officer's verdict."""

    rule: Any
    points: int
    state: ClaimState = ClaimState.WAITING
    verdict: Any = None


@dataclass(frozen=True)
class Standing:
    """What the claims of an application come to, in whole points: claimed, confirmed, and the most that counts."""

    claimed: int
    confirmed: int
    cap: int

    @property
    def counts(self) -> int:
        return min(self.confirmed, self.cap)


def standing(claims: Iterable[Claim], cap: int) -> Standing:
    """The sum of some claims."""
    every = list(claims)
    confirmed = sum(one.points for one in every if one.state == ClaimState.CONFIRMED)
    return Standing(sum(one.points for one in every), confirmed, cap)


def check_codes(codes: Iterable[str], known: Collection[str]) -> list[str]:
    """The claims as they are kept: once each, in order of their codes. Refused: ``bonus_unknown``."""
    kept = sorted(set(codes))
    if set(kept) - set(known):
        raise Refused("bonus_unknown", field="claims")
    return kept


def check_reason(reason: str) -> None:
    """Every verdict says why, and so does whoever takes one back."""
    if not reason.strip():
        raise Refused("bonus_reason_needed", field="reason")


def claims_of(codes: Iterable[str], rules: Mapping[str, Any], verdicts: Mapping[int, Any]) -> list[Claim]:
    """The claims of some codes, by the track's rules and the verdicts that stand by rule."""
    found = []
    for code in codes:
        rule = rules.get(code)
        if rule is not None:
            verdict = verdicts.get(rule.pk)
            state = ClaimState(verdict.state) if verdict else ClaimState.WAITING
            found.append(Claim(rule, rule.points, state, verdict))
    return found
