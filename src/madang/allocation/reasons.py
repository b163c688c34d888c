"""A reason as a value: why one request got what it got, as a code and facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """A code and plain facts (texts, whole numbers, lists, objects); `sentences.sentence` puts it into words.

    Every reason of a request that reached all minimums and has no fixed award carries `score` (with the points of
    preferences), `place` and `of` (its place in the published order among those); every one on the reserve list
    `reserve_place`. docs/allocation.md lists the codes with their facts.
    """

    code: str
    facts: Mapping[str, object]

    def to_json(self) -> dict[str, object]:
        return {"code": self.code, "facts": dict(self.facts)}
