"""What a suggestion of reviewers changes, how its problem is written down, and when reviewers may bid."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from madang.errors import Refused
from madang.review.assignment import Application, Expertise, Problem, Reviewer
from madang.review.assignment import changes as library_changes

Pair = tuple[int, int]
"""(application, reviewer) by the numbers of their rows"""

LEAST_TIME = timedelta(days=1)
BIDDING_STATES = frozenset({"screening", "in_review"})


class SuggestionState(StrEnum):
    """`found` can be confirmed while nothing that it stands on changes; `dropped`: another was asked for since."""

    WAITING = "waiting"
    FOUND = "found"
    FAILED = "failed"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


class Wish(StrEnum):
    """What a reviewer says to an application before it is given out."""

    EAGER = "eager"
    WILLING = "willing"
    UNWILLING = "unwilling"


WEIGHTS = {Wish.EAGER: 2, Wish.WILLING: 1, Wish.UNWILLING: -1}


class Why(StrEnum):
    """Why a sheet is taken back: a conflict came up, its reviewer no longer takes part, or it is better elsewhere."""

    CONFLICT = "conflict"
    RESTING = "resting"
    MOVED = "moved"


@dataclass(frozen=True)
class Removal:
    """A sheet that would be taken back; `begun`: something is written on it, so that a person says yes to it."""

    pair: Pair
    why: Why
    begun: bool


@dataclass(frozen=True)
class Changes:
    """What a suggestion changes of what stands: pairs to give, sheets to take back, and how many stay."""

    added: tuple[Pair, ...]
    removed: tuple[Removal, ...]
    kept: int

    @property
    def begun(self) -> tuple[Removal, ...]:
        return tuple(one for one in self.removed if one.begun)

    @property
    def nothing(self) -> bool:
        return not (self.added or self.removed)


def key(number: int) -> str:
    """A row's number as an id of the problem; padded, so that the order of text is that of numbers."""
    return f"{number:012d}"


def changes(
    problem: Problem, chosen: Mapping[str, Collection[str]], *, resting: Collection[int], begun: Collection[Pair]
) -> Changes:
    """What `chosen` changes; `begun` are open sheets with something written on them, `resting` who takes no part."""
    found = library_changes(problem, chosen)
    removed = []
    for pair in found.removed:
        own = int(pair[0]), int(pair[1])
        why = Why.CONFLICT if pair in problem.conflicts else Why.RESTING if own[1] in resting else Why.MOVED
        removed.append(Removal(own, why, own in begun))
    added = tuple((int(application), int(reviewer)) for application, reviewer in found.added)
    return Changes(added, tuple(removed), len(found.kept))


def confirmed(
    found: Changes, only: Collection[Pair] | None, *, begun: bool
) -> tuple[tuple[Pair, ...], tuple[Removal, ...]]:
    """Which pairs to give and which sheets to take back: all of them (begun ones by `begun` alone), or only these.

    Refused: "assignment_pair_unknown", "assignment_nothing_chosen".
    """
    if only is None:
        added, removed = found.added, tuple(one for one in found.removed if begun or not one.begun)
    else:
        wanted = set(only)
        added = tuple(pair for pair in found.added if pair in wanted)
        removed = tuple(one for one in found.removed if one.pair in wanted)
        if len(added) + len(removed) < len(wanted):
            raise Refused("assignment_pair_unknown")
    if not (added or removed):
        raise Refused("assignment_nothing_chosen")
    return added, removed


# --- the problem, written down for the child process, and as what a suggestion stands on ---


def written(problem: Problem) -> dict[str, Any]:
    """A problem as JSON's own values, the same in whatever order it came about."""
    return {
        "applications": sorted([one.id, one.needed, sorted(one.fields)] for one in problem.applications),
        "reviewers": sorted(
            [one.id, one.limit, sorted((name, int(level)) for name, level in one.fields.items()), one.load]
            for one in problem.reviewers
        ),
        "bids": sorted([*pair, bid] for pair, bid in problem.bids.items()),
        **{name: sorted(getattr(problem, name)) for name in ("conflicts", "apart", "begun", "given")},
    }


def read(document: Mapping[str, Any]) -> Problem:
    """The problem that `written` wrote."""
    pairs = {
        name: frozenset((one, other) for one, other in document[name])
        for name in ("conflicts", "apart", "begun", "given")
    }
    return Problem(
        tuple(Application(name, needed, frozenset(fields)) for name, needed, fields in document["applications"]),
        tuple(
            Reviewer(name, limit, {field: Expertise(level) for field, level in fields}, load)
            for name, limit, fields, load in document["reviewers"]
        ),
        bids={(application, reviewer): bid for application, reviewer, bid in document["bids"]},
        **pairs,
    )


# --- bids ---


def check_bidding(state: str, until: datetime, now: datetime) -> None:
    """Bids are taken while applications are screened or reviewed, for a day at least."""
    if state not in BIDDING_STATES:
        raise Refused("bids_not_now")
    if until < now + LEAST_TIME:
        raise Refused("bids_too_short", field="until")


def check_apart(one: int, other: int, reason: str) -> tuple[int, int]:
    """Two different reviewers, the lower number first, with a reason."""
    if one == other:
        raise Refused("apart_from_oneself", field="other")
    if not reason.strip():
        raise Refused("review_reason_needed", field="reason")
    return (one, other) if one < other else (other, one)
