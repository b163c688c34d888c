"""The questions that a committee asks of a solved plan, and which of them a plan can answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from madang.errors import Refused


class StudyKind(StrEnum):
    """`costs`: what each rule costs; `noise`: who is selected when scores are redrawn; `changes`: the nearest change
    for everybody; `overbooking`: how likely more is used than there is."""

    COSTS = "costs"
    NOISE = "noise"
    CHANGES = "changes"
    OVERBOOKING = "overbooking"


class StudyState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


# How often scores are redrawn: a list takes a fraction of a second to walk, a portfolio many seconds to solve.
DRAWS = {"rank": 200, "tiers": 200, "scaled": 200, "portfolio": 20, "fair": 20}
# Policies whose nearest changes are found fast enough to look for them without being asked.
AT_ONCE = frozenset({"rank", "tiers", "scaled"})
STUDIED = frozenset({"checked", "adopted", "superseded"})


def fitting(policy: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> list[StudyKind]:
    """The questions that make sense for a plan of a policy with these rules."""
    found = [StudyKind.COSTS] if rules else []
    found += [StudyKind.NOISE, StudyKind.CHANGES]
    overbooked = any(rule["kind"] == "overbooking" for rule in rules)
    return [*found, StudyKind.OVERBOOKING] if overbooked else found


def check_askable(state: str, kind: str, policy: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> None:
    """Only of a plan that was solved without a fault, and only what fits it."""
    if state not in STUDIED:
        raise Refused("study_of_unsolved_plan")
    if kind not in fitting(policy, rules):
        raise Refused("study_does_not_fit")


def with_changes(
    reasons: Mapping[str, Mapping[str, Any]],
    changes: Mapping[str, Sequence[Mapping[str, Any]]] | None,
    rules: Sequence[Mapping[str, Any]],
) -> dict[str, Mapping[str, Any]]:
    """Reasons with the nearest changes among their facts, where they are known; rules by their published sentences."""
    if not changes:
        return dict(reasons)
    sentences = {rule["name"]: rule["sentence"] for rule in rules}

    def told(change: Mapping[str, Any]) -> Mapping[str, Any]:
        known = change["change"] == "rule" and change["named"] in sentences
        return {**change, "sentence": sentences[change["named"]]} if known else change

    return {
        name: {**reason, "facts": {**reason["facts"], "nearest": [told(one) for one in changes[name]]}}
        if changes.get(name)
        else reason
        for name, reason in reasons.items()
    }
