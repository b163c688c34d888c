"""Chooses the cells to withhold: small ones, and as many others as it takes that no small one can be worked out.

Small cells are withheld first (primary suppression), then cells beside them, until for each withheld cell there are
worlds that look the same from outside and in which it holds quite different numbers (secondary suppression, one cell
after the other: Robertson, *Cell suppression at Statistics Canada*, 1993). The worlds are kept: they prove it, and
`madang.disclosure.check` looks at them without any solver.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from madang.disclosure.protection import Protection
from madang.disclosure.tables import Cell, Cube, Entry, Place
from madang.disclosure.worlds import Seen, World, another_world


@dataclass(frozen=True)
class Release:
    """Tables with cells withheld, and the worlds that show why they cannot be worked out.

    `cells`: every cell of every table, None for one that is withheld; which of these are `small` is not published.
    `contributors` and `amounts`: worlds of each measure, by place, which agree with all that is shown.
    """

    cells: Mapping[Cell, Entry | None]
    small: frozenset[Cell]
    contributors: tuple[World, ...]
    amounts: tuple[World, ...]

    @property
    def withheld(self) -> frozenset[Cell]:
        """The cells that are not shown."""
        return frozenset(cell for cell, entry in self.cells.items() if entry is None)


def withhold(cube: Cube, protection: Protection) -> Release:
    """The tables of a cube with as few contributors in withheld cells as one pass finds.

    The order of entries plays no part. Solves a small mixed-integer program for each withheld cell that is not yet
    open: call it where that may take seconds.
    """
    sums = cube.sums()
    filled = {cell: entry for cell, entry in sums.items() if entry.contributors}
    small = {cell for cell, entry in filled.items() if protection.small(entry)}
    members = _members(cube, filled)
    contributors = _Measure("contributors", cube, filled, members)
    amounts = _Measure("amount", cube, filled, members)
    widths = {cell: protection.width(entry) for cell, entry in filled.items()}
    withheld, known = set(small), -1
    while len(withheld) > known:  # what one measure adds must be open in the other too
        known = len(withheld)
        contributors.open(withheld, {cell: width.contributors for cell, width in widths.items()}, small)
        amounts.open(withheld, {cell: width.amount for cell, width in widths.items()}, set())
    shown = {cell: None if cell in withheld else entry for cell, entry in sums.items()}
    return Release(shown, frozenset(small), tuple(contributors.worlds), tuple(amounts.worlds))


def _members(cube: Cube, filled: Collection[Cell]) -> dict[Cell, list[Place]]:
    """The places of each cell that is not zero, without those that a shown zero settles."""
    members: dict[Cell, list[Place]] = {cell: [] for cell in filled}
    for place in cube.places():
        cells = cube.cells_of(place)
        if all(cell in members for cell in cells):
            for cell in cells:
                members[cell].append(place)
    return members


class _Measure:
    """One measure of a cube and the worlds found for it so far."""

    def __init__(
        self, name: str, cube: Cube, filled: Mapping[Cell, Entry], members: Mapping[Cell, list[Place]]
    ) -> None:
        places = sorted({place for cells in members.values() for place in cells})
        self.truth: World = {place: getattr(cube.entries.get(place, Entry()), name) for place in places}
        self.members = members
        self.sums: dict[Cell, int] = {cell: getattr(entry, name) for cell, entry in filled.items()}
        self.costs = {cell: 1 + entry.contributors for cell, entry in filled.items()}
        self.worlds: list[World] = []

    def open(self, withheld: set[Cell], widths: Mapping[Cell, int], small: Collection[Cell]) -> None:
        """Finds worlds until every withheld cell is open by its width, and adds the cells that must differ in them.

        Small cells come as low as the shown zeros let them, and up to their width and 1; others to either side,
        whichever withholds less.
        """
        ready: set[Cell] = set()
        while unready := withheld - ready:
            cell = min(unready, key=lambda one: (one not in small, self.sums[one], one))
            if cell in small:
                self._lower(cell, withheld)
                self._take([self._other(cell, widths[cell] + 1, withheld)], withheld)
            else:
                lowest, highest = self._range(cell)
                if highest - lowest < widths[cell]:
                    aims = (lowest + widths[cell], highest - widths[cell])
                    self._take([self._other(cell, aim, withheld) for aim in aims if aim > 0], withheld)
            ready.add(cell)

    def _range(self, cell: Cell) -> tuple[int, int]:
        """The lowest and highest number that a cell holds in the worlds found, the true one among them."""
        held = [self._held(cell, world) for world in (self.truth, *self.worlds)]
        return min(held), max(held)

    def _lower(self, cell: Cell, withheld: set[Cell]) -> None:
        for aim in range(1, self._range(cell)[0]):
            if world := self._other(cell, aim, withheld):
                return self._take([world], withheld)
        return None

    def _other(self, cell: Cell, aim: int, withheld: Collection[Cell]) -> World | None:
        """A world in which a cell holds `aim`."""
        if aim in {self._held(cell, world) for world in self.worlds}:
            return self.truth
        shown = self.sums.keys() - withheld
        return another_world(Seen(self.truth, self.members, self.sums, shown), cell, aim - self.sums[cell], self.costs)

    def _take(self, worlds: Sequence[World | None], withheld: set[Cell]) -> None:
        """Keeps the world for which the fewest contributors are withheld, and withholds their cells."""
        given = [(self._differing(world, withheld), world) for world in worlds if world is not None]
        cells, world = min(given, key=lambda one: sum(self.costs[cell] for cell in one[0]))
        withheld.update(cells)
        if world is not self.truth:
            self.worlds.append(world)

    def _differing(self, world: World, withheld: Collection[Cell]) -> list[Cell]:
        return [cell for cell in self.sums if cell not in withheld and self._held(cell, world) != self.sums[cell]]

    def _held(self, cell: Cell, world: World) -> int:
        return sum(world[place] for place in self.members[cell])
