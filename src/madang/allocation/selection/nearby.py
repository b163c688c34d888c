"""Selections near a known one with one request served, or left out: what prices exclude, and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from madang.allocation.selection.arrays import Arrays, Ints, trimmed
from madang.allocation.selection.canonical import ordered
from madang.allocation.selection.choices import Choices
from madang.allocation.selection.holding import Holding, amounts, held, mend, uses
from madang.allocation.selection.linear import NARROW, Wanted
from madang.allocation.selection.prices import Prices
from madang.allocation.selection.relaxation import Relaxation
from madang.allocation.selection.search import Held, given
from madang.allocation.selection.solving import solved
from madang.allocation.selection.stages import rounded
from madang.allocation.selection.standing import Standing, standing

# How many other requests may change beside the one that is asked about: those that the prices leave most in doubt, of
# all and of those that draw on the same scarce rows. Measured on rounds of 1,200 (docs/portfolio.md).
# of all and of those that draw on the same scarce rows; where nothing is found among so few, among more.
CLOSE, RELATED = 10, 30
WIDER = 4
WAYS = 3  # of the ways to serve a request: for so many room is made at once
NODES = 60
SMALL: dict[
    str, bool | int | float | str
] = {  # trees of so few columns: HiGHS's longer preparations cost more than they find
    "mip_rel_gap": 1e-4,
    "mip_abs_gap": 1e-6,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_allow_restart": False,
}
MANY = 0.5  # a row that more than this part of the requests draws on relates nobody to anybody
# (request, worth, size of its award) of a selection that serves a request though the known one does not, or, with no
# size, of one that leaves it out.
Note = tuple[int, int, int | None]


class Nearby:
    """A known selection, and others that differ from it little.

    `sizes[place][option]`: (size of the base, size of one of each part): what the worth of a request is measured in, so
    that each point more raises its worth by that much. `objective`: what the known selection is worth.
    """

    def __init__(
        self,
        choices: Choices,
        sizes: Sequence[Sequence[tuple[int, tuple[int, ...]]]],
        chosen: Sequence[Held | None],
        known: Prices | None = None,
        work: int = NODES,
    ) -> None:
        cut, origin = trimmed(choices)
        self.arrays, places, self.rows = ordered(cut)
        self.at = {place: request for request, place in enumerate(places.tolist())}
        self.size = _sizes(self.arrays, places, origin, sizes)
        start = given(self.arrays, places, origin, chosen)
        if start is None:
            raise ValueError("the known selection breaks a limit")
        self.start, self.objective, self.work = start, start.worth(), work
        self.relaxation = Relaxation(self.arrays, np.ones(self.arrays.options, dtype=bool))
        self.stand = self._priced(known)
        some = np.diff(self.arrays.first) > 0
        self.doubt = np.where(some, np.abs(_largest(self.stand).astype(float)), np.inf)
        self.order = np.argsort(self.doubt, kind="stable")
        self.holders = _holders(start, self.order.tolist())
        self.sharing = _sharing(self.arrays, self.stand.prices)
        # What was found by request: (worth, size of its award), or the largest worth of one that leaves it out.
        self.serving: dict[int, set[tuple[int, int]]] = {}
        self.without: dict[int, int] = {}
        self.noted: list[Note] = []

    def _priced(self, known: Prices | None) -> Standing:
        """The prices of the relaxation, or those known before where they prove more."""
        found = self.relaxation.solved()
        every = [found.prices] if found is not None else []
        if known is not None:
            every.append(Prices(tuple(known.multipliers[row] for row in self.rows.tolist()), known.denominator))
        every = every or [Prices((0,) * len(self.arrays.limits), 1)]
        return min((standing(self.arrays, prices) for prices in every), key=lambda one: one.bound)

    def size_of(self, place: int) -> int:
        """The size of what the known selection gives a request."""
        return self._size(self.at[place], self.start)

    def prices_for(self, place: int, served: bool) -> list[Standing]:
        """What prices prove of selections that serve a request, or do not: those of all, and those made for it."""
        prices = self.relaxation.forced(self.at[place], served)
        return [self.stand, standing(self.arrays, prices)] if prices is not None else [self.stand]

    def bound_with(self, stand: Standing, place: int, each: int, spared: Sequence[int] = ()) -> int | None:
        """What no selection that serves a request is worth more than, where one of its size is worth `each` more.

        `spared`: rows that it does not draw on after all. None where nothing can serve it.
        """
        request, by = self.at[place], stand.prices.denominator
        values = []
        for option in range(int(self.arrays.first[request]), int(self.arrays.first[request + 1])):
            value = int(stand.column[option]) + by * each * int(self.size[option])
            for part in range(int(self.arrays.parts[option]), int(self.arrays.parts[option + 1])):
                column = self.arrays.options + part
                left = int(stand.column[column]) + by * each * int(self.size[column])
                value += int(self.arrays.more[column]) * max(0, left)
            values.append(value)
        if not values:
            return None
        return (stand.total - int(stand.gain[request]) + max(values) + self._paid(stand, spared)) // by

    def bound_without(self, stand: Standing, place: int, spared: Sequence[int] = ()) -> int:
        """What no selection that leaves a request out is worth more than, if each of these rows gives way by one."""
        total = stand.total - int(stand.gain[self.at[place]]) + self._paid(stand, spared)
        return total // stand.prices.denominator

    def _paid(self, stand: Standing, rows: Sequence[int]) -> int:
        return sum(stand.prices.multipliers[int(np.flatnonzero(self.rows == row)[0])] for row in rows)

    def found_with(self, place: int) -> set[tuple[int, int]]:
        """(worth, size of its award) of every selection found that serves a request."""
        return self.serving.get(self.at[place], set())

    def found_without(self, place: int) -> int | None:
        """The most that a selection found without a request is worth."""
        return self.without.get(self.at[place])

    def seek_with(self, place: int, each: int, wider: int = 1) -> None:
        """Looks for a good selection that serves a request, one of its size being worth `each` more."""
        request = self.at[place]
        columns = self._columns(request)
        worth = self.arrays.worth.astype(float)  # for the search alone: what it finds is counted in whole numbers
        worth[columns] += float(each) * self.size[columns].astype(float)
        free = self._neighbours(request, wider)
        must = np.zeros(self.arrays.requests, dtype=bool)
        must[request] = True
        self._seek(replace(self.arrays, worth=worth), free, free[self.arrays.owner], must)

    def seek_without(self, place: int, wider: int = 1) -> None:
        """Looks for a good selection that leaves a request out."""
        request = self.at[place]
        free = self._neighbours(request, wider)
        self._seek(self.arrays, free, free[self.arrays.owner] & (self.arrays.owner != request), None)

    def _seek(self, arrays: Arrays, free: Ints, options: Ints, must: Ints | None) -> None:
        """The best that a small search tree finds where only some requests (a mask) may change; it is kept."""
        if self.work == 0:
            return
        option = np.where(free, -1, self.start.option)
        kept = option[arrays.owner[arrays.option]] == arrays.option
        settled = held(arrays, option, np.where(kept, self.start.quantity, 0))
        every = np.ones(arrays.requests, dtype=bool)
        wanted = Wanted(options, settled.left, every, NARROW, must)
        found = solved(arrays, wanted, None, None, mip_max_nodes=self.work, **SMALL)
        if found is None:
            return
        inner = rounded(arrays, found)
        option = np.where(free, inner.option, option)
        taken = option[arrays.owner[arrays.option]] == arrays.option
        quantity = np.where(free[arrays.owner[arrays.option]], inner.quantity, self.start.quantity)
        self._keep(held(self.arrays, option, np.where(taken, quantity, 0)))

    def _keep(self, holding: Holding) -> None:
        """Notes a selection for every request that it decides otherwise than the known one."""
        mend(holding)
        if not holding.fits:
            return
        worth = holding.worth()
        now, then = self.start.option >= 0, holding.option >= 0
        served = np.flatnonzero(then & ~now).tolist()
        notes: list[Note] = [(request, worth, self._size(request, holding)) for request in served]
        notes += [(request, worth, None) for request in np.flatnonzero(now & ~then).tolist()]
        self.note(notes)
        self.noted += notes

    def note(self, notes: Sequence[Note]) -> None:
        """Takes what was found before, by this search or another of the same selection."""
        for request, worth, size in notes:
            if size is None:
                self.without[request] = max(worth, self.without.get(request, worth))
            else:
                self.serving.setdefault(request, set()).add((worth, size))

    def news(self) -> list[Note]:
        """What was found since this was last asked."""
        found, self.noted = self.noted, []
        return found

    def _size(self, request: int, holding: Holding) -> int:
        columns = self._columns(request)
        taken = amounts(self.arrays, holding.option, holding.quantity)[columns] * self.size[columns]
        return sum(taken.tolist())

    def _columns(self, request: int) -> Ints:
        arrays = self.arrays
        first, last = int(arrays.first[request]), int(arrays.first[request + 1])
        parts = np.arange(int(arrays.parts[first]), int(arrays.parts[last])) if last > first else np.arange(0)
        return np.concatenate([np.arange(first, last), arrays.options + parts])

    def _neighbours(self, request: int, wider: int) -> Ints:
        """A mask of the requests that may change: this one, those that could make room for it, those most in doubt of
        all and of those related to it."""
        free = np.zeros(self.arrays.requests, dtype=bool)
        free[self.order[: CLOSE * wider]] = True
        free[self.order[self._related(request)[self.order]][: RELATED * wider]] = True
        if self.start.option[request] < 0:
            free[self._room_for(request)] = True
        free[request] = True
        return free & np.isfinite(self.doubt)

    def _room_for(self, request: int) -> list[int]:
        """The least doubtless of those who hold what a request lacks, enough for the ways that cost least."""
        ways = [
            self._givers(option)
            for option in range(int(self.arrays.first[request]), int(self.arrays.first[request + 1]))
        ]
        ways.sort(key=lambda givers: sum(float(self.doubt[giver]) for giver in givers))
        return sorted({giver for givers in ways[:WAYS] for giver in givers})

    def _givers(self, option: int) -> list[int]:
        found: dict[int, None] = {}
        rows, units = uses(self.arrays, option)
        for row, needed in zip(rows.tolist(), units.tolist(), strict=True):
            lacking = needed - int(self.start.left[row])
            lacking -= sum(self.holders[row][giver] for giver in found if giver in self.holders.get(row, {}))
            for giver, held_units in self.holders.get(row, {}).items():
                if needed <= 0 or lacking <= 0:
                    break
                if giver not in found:
                    found[giver] = None
                    lacking -= held_units
        return list(found)

    def _related(self, request: int) -> Ints:
        """A mask of the requests that draw on a scarce row that this one draws on."""
        owner, row = self.sharing
        mine = np.unique(row[owner == request])
        found = np.zeros(self.arrays.requests, dtype=bool)
        found[owner[np.isin(row, mine)]] = True
        return found


def _sizes(
    arrays: Arrays, places: Ints, origin: list[list[int]], sizes: Sequence[Sequence[tuple[int, tuple[int, ...]]]]
) -> Ints:
    """By column, what one of it measures."""
    kept = [sizes[place][option] for place in places.tolist() for option in origin[place]]
    every = [base for base, _ in kept] + [part for _, parts in kept for part in parts]
    return np.array(every, dtype=arrays.worth.dtype)


def _largest(stand: Standing) -> Ints:
    """By request, the largest value of its options at the prices, which may be below zero; 0 without options."""
    first = stand.arrays.first
    found = np.zeros(stand.arrays.requests, dtype=stand.option.dtype)
    some = np.flatnonzero(first[1:] > first[:-1])
    if len(some):
        found[some] = np.maximum.reduceat(stand.option, first[some])
    return found


def _holders(start: Holding, order: Sequence[int]) -> dict[int, dict[int, int]]:
    """By row, how much of it each request holds, in this order."""
    arrays = start.arrays
    found: dict[int, dict[int, int]] = {}
    taken = amounts(arrays, start.option, start.quantity).tolist()
    for request in order:
        option = int(start.option[request])
        parts = range(int(arrays.parts[option]), int(arrays.parts[option + 1])) if option >= 0 else ()
        for column in (option, *(arrays.options + part for part in parts)) if option >= 0 else ():
            for row, units in zip(*(one.tolist() for one in uses(arrays, column)), strict=True):
                own = found.setdefault(row, {})
                own[request] = own.get(request, 0) + units * taken[column]
    return {row: {r: units for r, units in own.items() if units > 0} for row, own in found.items()}


def _sharing(arrays: Arrays, prices: Prices) -> tuple[Ints, Ints]:
    """(request, row) wherever one draws on a row that has a price and is not everybody's."""
    columns = np.repeat(np.arange(len(arrays.worth)), np.diff(arrays.begin))
    option = np.concatenate([np.arange(arrays.options), arrays.option])
    owner = arrays.owner[option[columns]]
    pairs = np.unique(np.stack([owner, arrays.row]), axis=1)
    users = np.bincount(pairs[1], minlength=len(arrays.limits))
    priced = np.array([price > 0 for price in prices.multipliers], dtype=bool)
    some = priced & (users <= MANY * arrays.requests)
    pairs = pairs[:, some[pairs[1]]]
    return pairs[0], pairs[1]
