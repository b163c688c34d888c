"""Tables that are published together: entries by place, the cells that add them up, and what each cell holds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from madang.errors import Refused

Place = tuple[str, ...]  # one category of every dimension


@dataclass(frozen=True)
class Entry:
    """How many contributed, and how much they contributed together; both whole and not below zero, an amount only where
    somebody contributed."""

    contributors: int = 0
    amount: int = 0

    def __add__(self, other: Entry) -> Entry:
        return Entry(self.contributors + other.contributors, self.amount + other.amount)


@dataclass(frozen=True, order=True)
class Cell:
    """One cell of one table: the dimensions by which it divides, and one category of each; the total has none."""

    dimensions: tuple[str, ...]
    categories: Place


@dataclass(frozen=True)
class Cube:
    """The truth behind tables: `entries` by place (a place that is absent holds nothing), and `groupings`, the sets of
    dimensions that a table is published for. Every table shows each combination of the categories that occur."""

    dimensions: tuple[str, ...]
    groupings: tuple[tuple[str, ...], ...]
    entries: Mapping[Place, Entry]

    def __post_init__(self) -> None:
        unknown = {name for grouping in self.groupings for name in grouping} - set(self.dimensions)
        if unknown:
            raise Refused("disclosure_dimension_unknown", names=sorted(unknown))
        for place, entry in self.entries.items():
            if len(place) != len(self.dimensions):
                raise Refused("disclosure_place_has_other_dimensions", place=list(place))
            if entry.contributors < 0 or entry.amount < 0 or (entry.amount and not entry.contributors):
                raise Refused("disclosure_entry_impossible", place=list(place))

    def categories(self) -> tuple[tuple[str, ...], ...]:
        """The categories of each dimension that occur, sorted."""
        return tuple(tuple(sorted({place[n] for place in self.entries})) for n in range(len(self.dimensions)))

    def places(self) -> Iterable[Place]:
        """Every combination of categories, whether anything lies there or not."""
        return itertools.product(*self.categories())

    def cells_of(self, place: Place) -> list[Cell]:
        """The cells, one a table, to which a place is added."""
        named = dict(zip(self.dimensions, place, strict=True))
        return [Cell(grouping, tuple(named[name] for name in grouping)) for grouping in self.groupings]

    def sums(self) -> dict[Cell, Entry]:
        """What each cell of each table holds."""
        found: dict[Cell, Entry] = {}
        for place in self.places():
            entry = self.entries.get(place, Entry())
            for cell in self.cells_of(place):
                found[cell] = found.get(cell, Entry()) + entry
        return found
