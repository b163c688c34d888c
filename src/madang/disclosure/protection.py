"""What a reader of published tables must not be able to tell of a cell."""

from __future__ import annotations

from dataclasses import dataclass

from madang.disclosure.tables import Entry
from madang.errors import Refused


@dataclass(frozen=True)
class Protection:
    """What a reader must not be able to tell.

    `threshold`: a cell with fewer contributors than this, but some, is small; the number of contributors of a withheld
    cell stays open by at least `threshold` - 1, and a small one cannot be told from one that is not. `percent`: an
    amount stays open by at least that part of itself, and by 1.
    """

    threshold: int = 5
    percent: int = 20

    def __post_init__(self) -> None:
        if self.threshold < 2 or not 1 <= self.percent <= 100:
            raise Refused("disclosure_protection_out_of_range", threshold=self.threshold, percent=self.percent)

    def small(self, entry: Entry) -> bool:
        """Whether a cell is withheld for what it holds itself."""
        return 0 < entry.contributors < self.threshold

    def width(self, entry: Entry) -> Entry:
        """How far contributors and amount of a withheld cell must stay open: highest less lowest possible value."""
        return Entry(self.threshold - 1, max(1, -(-entry.amount * self.percent // 100)))
