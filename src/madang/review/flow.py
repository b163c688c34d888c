"""The flow behind an assignment, on arrays: places are given out one by one, along shortest chains of exchanges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]

BARRED = 1 << 44
"""A cost that no path pays; far above all others, far below what 64 bits hold."""
HOPS = 12
"""Bits below a distance that count its exchanges: of two equally short chains the one with fewer is taken."""
FAR = BARRED << HOPS


class Shortage(Exception):
    """The applications (rows) that compete, and how many places they can get at most."""

    def __init__(self, rows: Whole, possible: int) -> None:
        super().__init__()
        self.rows = rows
        self.possible = possible


@dataclass
class Flow:
    """The arrays of a problem, m applications and n reviewers, and the choice made so far.

    `cost` (m, n): a sheet's, `BARRED` where there can be none. `level` (m, n): 0, 1, 2 as `Expertise`. `needed` (m):
    places. `first`, `familiar` (m): how many experts, and how many who know the field, still earn something. `worth`:
    what they earn. `base` (n): sheets in hand; `room` (n): how many more; `step`: how much more each costs.

    At every moment the choice is the cheapest for the places given out so far, and `prices` (n, and the sink's last)
    prove it: no exchange that the choice leaves open costs less than nothing at these prices. An exchange hands a place
    on from one reviewer to another (`arcs`, at the cheapest application that the first one holds); to the sink leads
    one more sheet, from the sink one sheet fewer.
    """

    cost: Whole
    level: Whole
    needed: Whole
    first: Whole
    familiar: Whole
    worth: tuple[int, int]
    base: Whole
    room: Whole
    step: int
    chosen: Truth = field(init=False)
    prices: Whole = field(init=False)

    def __post_init__(self) -> None:
        rows, self.sink = self.cost.shape
        self.chosen = np.zeros(self.cost.shape, dtype=np.bool_)
        self.prices = np.append(self.step * self.base, 0)
        self.shipped = np.zeros(self.sink, dtype=np.int64)
        self.arcs = np.full((self.sink + 1, self.sink + 1), FAR, dtype=np.int64)
        self.leaving = self._leaving(np.arange(rows))
        for person in range(self.sink):
            self._draw_arcs(person)

    def settle(self, lacking: Counter[int] | None = None) -> None:
        """Gives out all places. Raises Shortage where that cannot be; with `lacking`, counts there what a row lacks.

        Sets of places that can be given out together are a matroid: to pass over each that no longer can gives out as
        many as can be at all. The first places of all go before any second one.
        """
        for turn in range(int(self.needed.max(initial=0))):
            for row in np.flatnonzero(self.needed > turn):
                try:
                    self._place(int(row), self.sink)
                except Shortage:
                    if lacking is None:
                        raise
                    lacking[int(row)] += 1

    def bar(self, row: int, person: int) -> None:
        """Takes an application from a reviewer for good, and gives the place out anew."""
        self.cost[row, person] = BARRED
        self.chosen[row, person] = False
        self._changed({row}, {person})
        self._place(row, person)

    def _place(self, row: int, end: int) -> None:
        """Gives out one place; the chain ends at the sink, or at a reviewer who has one sheet fewer than is paid."""
        distance, came_from = self._search(row, end)
        length = int(distance[end]) >> HOPS
        self.prices += np.maximum(0, length - (distance >> HOPS))
        chain = [end]
        while came_from[chain[-1]] >= 0:
            chain.append(int(came_from[chain[-1]]))
        self._exchange(row, chain[::-1])

    def _search(self, row: int, end: int) -> tuple[Whole, Whole]:
        """Shortest distances over reviewers and sink from an application, as far as the end (Bellman and Ford).

        All nodes that came nearer than the end in one round are followed together in the next; a round is one step on
        arrays, and there are about as many as the chain has exchanges.
        """
        level = self.prices << HOPS
        start = self.leaving[row, 0] + self.prices[:-1]
        distance = np.append(np.minimum((start - start.min()) << HOPS, FAR), FAR)
        came_from = np.full(self.sink + 1, -1)
        near = np.flatnonzero(distance < distance[end])
        while len(near):
            through = self.arcs.take(near, axis=0)
            through += (distance - level)[near][:, None]
            reached = through.min(axis=0) + level
            better = np.flatnonzero(reached < distance)
            distance[better] = reached[better]
            came_from[better] = near[through[:, better].argmin(axis=0)]
            near = better[distance[better] < distance[end]]
        if distance[end] >= FAR // 2:
            raise self._shortage(row, np.flatnonzero(distance[:-1] < FAR // 2))
        return distance, came_from

    def _shortage(self, row: int, full: Whole) -> Shortage:
        """Whoever was reached is full, and each application he holds has everyone outside already: the minimum cut."""
        competing = np.union1d(np.flatnonzero(self.chosen[:, full].any(axis=1)), [row])
        outside = np.ones(self.sink, dtype=np.bool_)
        outside[full] = False
        elsewhere = (self.cost[competing] < BARRED)[:, outside].sum()
        return Shortage(competing, int(elsewhere + self.room[full].sum()))

    def _exchange(self, row: int, chain: list[int]) -> None:
        steps = list(pairwise(chain))
        # which application each step hands on is settled before any of them changes
        handed = [(*step, self._handed(*step)) for step in steps if self.sink not in step]
        for giver, taker in steps:
            if taker == self.sink:
                self.shipped[giver] += 1
            elif giver == self.sink:
                self.shipped[taker] -= 1
        self.chosen[row, chain[0]] = True
        for giver, taker, application in handed:
            self.chosen[application, giver], self.chosen[application, taker] = False, True
        self._changed({row, *(application for _, _, application in handed)}, set(chain) - {self.sink})

    def _handed(self, giver: int, taker: int) -> int:
        held = np.flatnonzero(self.chosen[:, giver])
        costs = self.leaving[held, self.level[held, giver], taker] - self.cost[held, giver]
        return int(held[costs.argmin()])

    def _changed(self, rows: Collection[int], people: Collection[int]) -> None:
        """Works out anew what it costs to leave these applications, and the arcs of these people and their holders."""
        where = np.fromiter(rows, dtype=np.int64)
        self.leaving[where] = self._leaving(where)
        for person in {*people, *np.flatnonzero(self.chosen[where].any(axis=0)).tolist()}:
            self._draw_arcs(person)

    def _draw_arcs(self, person: int) -> None:
        held = np.flatnonzero(self.chosen[:, person])
        costs = self.leaving[held, self.level[held, person]] - self.cost[held, person][:, None]
        self._draw(person, slice(-1), costs.min(axis=0, initial=BARRED))
        sheets = int(self.shipped[person])
        next_one = self.step * (int(self.base[person]) + sheets)
        self._draw(person, self.sink, next_one if sheets < self.room[person] else BARRED)
        self._draw(self.sink, person, self.step - next_one if sheets else BARRED)

    def _draw(self, giver: int, taker: int | slice, cost: int | Whole) -> None:
        """An arc counts one exchange beside its cost."""
        self.arcs[giver, taker] = (cost << HOPS) + 1

    def _leaving(self, rows: Whole) -> Whole:
        """What it costs to hand a place of these applications (k) on from each level to each reviewer, (k, 3, n).

        Whoever has the application cannot take it. A place that is still free is left from level 0.
        """
        chosen, level = self.chosen[rows], self.level[rows]
        experts, familiar = (chosen & (level == 2)).sum(axis=1), (chosen & (level > 0)).sum(axis=1)
        first, more = self.worth
        to_expert = np.where(experts < self.first[rows], -first, 0)
        from_expert = np.where(experts <= self.first[rows], first, 0)
        into = np.where(familiar < self.familiar[rows], -more, 0)
        out = np.where(familiar <= self.familiar[rows], more, 0)
        none = np.zeros_like(into)
        between = [[none, into, into + to_expert], [out, none, to_expert], [out + from_expert, from_expert, none]]
        table = np.stack([np.stack(line, axis=-1) for line in between], axis=1)  # (k, from, to)
        levels = np.broadcast_to(level[:, None, :], (len(rows), 3, self.sink))
        costs = self.cost[rows][:, None, :] + np.take_along_axis(table, levels, axis=2)
        return np.where(chosen[:, None, :], BARRED, np.minimum(costs, BARRED))
