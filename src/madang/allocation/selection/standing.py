"""What prices say of every request: the proven bound, what is still open, and who is in or out in every best plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from madang.allocation.selection.arrays import Arrays, Ints
from madang.allocation.selection.prices import Prices, best_of, priced

IN, OUT, MARGINAL = "in", "out", "marginal"


@dataclass(frozen=True)
class Standing:
    """All in worth times `denominator`.

    `total`: no plan brings more; `gain[r]`: what request r adds to it, 0 where it is best left out; `option[o]`: what
    it would add by option o; `column[c]`: what is left of a column's worth once its rows are paid.
    """

    arrays: Arrays
    prices: Prices
    total: int
    gain: Ints
    option: Ints
    column: Ints

    @property
    def bound(self) -> int:
        """No plan is worth more: proven in whole numbers."""
        return self.total // self.prices.denominator

    def loss(self) -> Ints:
        """By option: how far the bound falls when it is taken."""
        loss: Ints = np.repeat(self.gain, np.diff(self.arrays.first)) - self.option
        return loss

    def open(self, objective: int) -> tuple[Ints, Ints]:
        """(options that a plan worth at least `objective` may take, requests that it must serve), as masks."""
        slack = self.total - objective * self.prices.denominator
        return self.loss() <= slack, self.gain > slack

    def verdicts(self, objective: int) -> tuple[str, ...]:
        """Of each request, whether every plan worth at least `objective` serves it ("in"), none does ("out"), or this
        is not proven ("marginal")."""
        slack = self.total - objective * self.prices.denominator
        loss, first, gain = self.loss().tolist(), self.arrays.first.tolist(), self.gain.tolist()
        found = []
        for request in range(self.arrays.requests):
            if gain[request] > slack:
                found.append(IN)
            else:
                possible = any(one <= slack for one in loss[first[request] : first[request + 1]])
                found.append(MARGINAL if possible else OUT)
        return tuple(found)


def standing(arrays: Arrays, prices: Prices) -> Standing:
    """How requests stand at these prices."""
    found = priced(arrays, prices)
    gain = best_of(found.option, arrays.first)
    return Standing(arrays, prices, found.rows + sum(gain.tolist()), gain, found.option, found.column)
