"""Judges a release with whole numbers alone: whether its worlds agree with all that is shown and differ by enough."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from madang.disclosure.protection import Protection
from madang.disclosure.tables import Cell, Cube, Entry, Place
from madang.disclosure.withholding import Release
from madang.disclosure.worlds import World

Measure = Literal["contributors", "amount"]


def check(cube: Cube, protection: Protection, release: Release) -> list[str]:
    """The faults of a release, as codes with the cell or the number of the world; none where it keeps what is promised.

    `shown_wrongly`, `small_cell_shown`: a cell against the truth. `world_differs`, `world_impossible`: a world that a
    reader of the tables could tell from the truth. `too_narrow`, `told_to_be_small`: a withheld cell that is not open.
    """
    sums = cube.sums()
    faults = [
        f"shown_wrongly {_named(cell)}" for cell, entry in release.cells.items() if entry not in (None, sums[cell])
    ]
    faults += [
        f"small_cell_shown {_named(cell)}" for cell in sums if protection.small(sums[cell]) and release.cells[cell]
    ]
    measures: tuple[tuple[Measure, tuple[World, ...]], ...] = (
        ("contributors", release.contributors),
        ("amount", release.amounts),
    )
    for measure, worlds in measures:
        held = [_held(cube, world) for world in worlds]
        for number, (world, totals) in enumerate(zip(worlds, held, strict=True)):
            faults += [f"{fault} {measure} {number}" for fault in _against_shown(release, measure, world, totals)]
        faults += _narrow(protection, release, measure, sums, held)
    return faults


def _named(cell: Cell) -> str:
    return "/".join(cell.categories) or "total"


def _held(cube: Cube, world: World) -> dict[Cell, int]:
    totals: dict[Cell, int] = {}
    for place, number in world.items():
        for cell in _cells_of(cube, place):
            totals[cell] = totals.get(cell, 0) + number
    return totals


def _cells_of(cube: Cube, place: Place) -> Iterable[Cell]:
    named = dict(zip(cube.dimensions, place, strict=True))
    return (Cell(grouping, tuple(named[name] for name in grouping)) for grouping in cube.groupings)


def _against_shown(release: Release, measure: Measure, world: World, totals: dict[Cell, int]) -> list[str]:
    faults = ["world_impossible"] if any(number < 0 for number in world.values()) else []
    for cell, entry in release.cells.items():
        number = totals.get(cell, 0)
        if entry is None and number < 1:
            faults.append("world_impossible")  # a zero would have been shown
        if entry is not None and number != getattr(entry, measure):
            faults.append("world_differs")
    return faults


def _narrow(
    protection: Protection, release: Release, measure: Measure, sums: dict[Cell, Entry], held: list[dict[Cell, int]]
) -> list[str]:
    faults = []
    for cell in sorted(release.withheld):
        numbers = [getattr(sums[cell], measure), *(totals.get(cell, 0) for totals in held)]
        if max(numbers) - min(numbers) < getattr(protection.width(sums[cell]), measure):
            faults.append(f"too_narrow {measure} {_named(cell)}")
        if measure == "contributors" and max(numbers) < protection.threshold:
            faults.append(f"told_to_be_small {_named(cell)}")
    return faults
