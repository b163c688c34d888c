"""What a suggestion comes to beside what stands now: what is given and taken back, loads before and after, gaps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from madang.portal.applications.models import Application
from madang.portal.reviews.models import Reviewer
from madang.portal.suggestions.models import AssignmentSuggestion
from madang.portal.suggestions.problem import Standing, standing
from madang.portal.suggestions.rules import Changes, Pair, Removal
from madang.review.assignment import Expertise


@dataclass(frozen=True)
class Gap:
    """An application that goes without some reviewers, and why."""

    file: Application
    missing: int
    lack: str
    conflicted: int


@dataclass(frozen=True)
class Load:
    """A reviewer's open sheets before and after, and the most that he takes."""

    person: Reviewer
    before: int
    after: int


@dataclass(frozen=True)
class Given:
    """A pair that would be given: how well the reviewer knows the field (0 to 2), and what he said."""

    pair: Pair
    person: Reviewer
    expertise: int
    wish: str


@dataclass(frozen=True)
class Taken:
    """A sheet that would be taken back."""

    removal: Removal
    person: Reviewer


@dataclass(frozen=True)
class Line:
    """One application with what would change on it."""

    file: Application
    given: tuple[Given, ...]
    taken: tuple[Taken, ...]


@dataclass(frozen=True)
class Shown:
    """A suggestion that was found, beside what stands; `stale`: what it stands on has changed, so all else is moot."""

    row: AssignmentSuggestion
    now: Standing
    changes: Changes

    @property
    def stale(self) -> bool:
        return self.now.sha256 != self.row.basis_sha256

    @property
    def slack(self) -> int:
        """How far from the best this can be at most; 0 is the proof that nothing is better."""
        return int(self.row.content["cost"] - self.row.content["bound"])

    @cached_property
    def gaps(self) -> list[Gap]:
        rows = [
            Gap(self.now.files[int(one["application"])], one["missing"], one["lack"], one["conflicted"])
            for one in self.row.content["gaps"]
        ]
        return sorted(rows, key=lambda one: one.file.number or "")

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.gaps)

    @cached_property
    def loads(self) -> list[Load]:
        """Of those whose load changes, by name."""
        added = Counter(reviewer for _, reviewer in self.changes.added)
        gone = Counter(one.pair[1] for one in self.changes.removed)
        rows = [self.now.people[pk] for pk in added.keys() | gone.keys()]
        return [
            Load(row, row.open_sheets, row.open_sheets + added[row.pk] - gone[row.pk])
            for row in sorted(rows, key=lambda row: (row.person.name, row.pk))
        ]

    @cached_property
    def unknown(self) -> int:
        """How many applications would have nobody who is an expert in their field."""
        chosen = self.row.content["chosen"]
        return sum(
            Expertise.EXPERT not in {known.get(int(one)) for one in people}
            for application, people in chosen.items()
            for known in [self.now.expertise(int(application))]
        )

    @cached_property
    def lines(self) -> list[Line]:
        """Applications on which something would change, in order of their numbers."""
        given: dict[int, list[Given]] = {}
        taken: dict[int, list[Taken]] = {}
        for pair in self.changes.added:
            level = self.now.expertise(pair[0]).get(pair[1], Expertise.NONE)
            one = Given(pair, self.now.people[pair[1]], int(level), self.now.wishes.get(pair, ""))
            given.setdefault(pair[0], []).append(one)
        for removal in self.changes.removed:
            taken.setdefault(removal.pair[0], []).append(Taken(removal, self.now.people[removal.pair[1]]))
        files = sorted((self.now.files[pk] for pk in given.keys() | taken.keys()), key=lambda row: row.number or "")
        return [Line(row, tuple(given.get(row.pk, ())), tuple(taken.get(row.pk, ()))) for row in files]


def shown(row: Any, now: datetime) -> Shown | None:
    """A suggestion that was found and waits; None for any other. Constant in queries.

    Where what it stands on has changed, its pairs may no longer be there at all: then nothing is said to change.
    """
    if row is None or row.state != "found":
        return None
    found = standing(row.intake_id, now, moves=row.moves)
    stale = found.sha256 != row.basis_sha256
    return Shown(row, found, Changes((), (), 0) if stale else found.changes(row.content["chosen"]))
