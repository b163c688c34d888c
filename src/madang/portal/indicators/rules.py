"""The public figures as values: what each counts, and how rows are added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

DIMENSIONS = ("call", "track", "region", "region_today", "kind")
MEASURES = ("applications", "awards", "gpus_asked", "gpus_given")


@dataclass(frozen=True)
class Counts:
    """Applications and awards, GPUs asked for and given."""

    applications: int = 0
    awards: int = 0
    gpus_asked: int = 0
    gpus_given: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.applications + other.applications,
            self.awards + other.awards,
            self.gpus_asked + other.gpus_asked,
            self.gpus_given + other.gpus_given,
        )


@dataclass(frozen=True)
class Cell:
    """The counts of one call, track, region and kind of applicant; the least that all tables are added up from."""

    call: str
    track: str
    region: str
    region_today: str
    kind: str
    counts: Counts

    def to_json(self) -> dict[str, object]:
        return {**{name: getattr(self, name) for name in DIMENSIONS}, **asdict(self.counts)}

    @classmethod
    def from_json(cls, row: Mapping[str, object]) -> Cell:
        keys = {name: str(row[name]) for name in DIMENSIONS}
        return cls(**keys, counts=Counts(**{name: int(str(row[name])) for name in MEASURES}))


def table(cells: Iterable[Cell], dimension: str) -> list[tuple[str, Counts]]:
    """Adds the cells up by one dimension, most applications first, then by name."""
    if dimension not in DIMENSIONS:
        raise ValueError(f"{dimension!r} is no dimension of the figures")
    sums: dict[str, Counts] = {}
    for cell in cells:
        name = getattr(cell, dimension)
        sums[name] = sums.get(name, Counts()) + cell.counts
    return sorted(sums.items(), key=lambda row: (-row[1].applications, row[0]))


def total(cells: Iterable[Cell]) -> Counts:
    """All cells added up."""
    return sum((cell.counts for cell in cells), Counts())


def funded_seconds(funded: int, grain: str, passed: int, month: int) -> int:
    """Funded unit-seconds of a month of which `passed` of its `month` seconds are over.

    A pool sold by the month counts units, one sold by the hour counts unit-hours for the whole month.
    """
    return funded * passed if grain == "month" else funded * 3600 * passed // month
