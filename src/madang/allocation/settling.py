"""Improves a set of awards step by step until no step helps, so that equal plans are told apart by the published order.

Every step raises (objective, number of awards, standing of those who have one, unit-months, the better placed first) in
that order of importance, so it ends; it is exact and depends on nothing but the awards it starts from and the order.
"""

from __future__ import annotations

from collections.abc import Sequence

from madang.allocation import ties
from madang.allocation.lines import Room
from madang.allocation.problem import Problem, Request

Quantities = tuple[int, ...]


class Settling:
    """The awards so far (id → quantities) over the candidates, best first; `room` holds them and the fixed ones."""

    def __init__(
        self, problem: Problem, candidates: Sequence[Request], room: Room, awards: dict[str, Quantities]
    ) -> None:
        self.candidates = candidates
        self.room = room
        self.awards = awards
        self.worth = {r.id: _worth(problem, r) for r in candidates}
        self.most = {r.id: self.value(r, tuple(item.asked for item in r.items)) for r in candidates}
        self.units = {
            r.id: tuple(problem.product[item.product].units * item.months for item in r.items) for r in candidates
        }
        self.drawn: dict[str, tuple[int, dict[int, int]]] = {}  # of each award: what it is worth, what it draws on
        for request in candidates:
            if request.id in awards:
                room.take(request, awards[request.id])
                self._give(request, awards[request.id])

    def value(self, request: Request, quantities: Quantities) -> int:
        return sum(worth * quantity for worth, quantity in zip(self.worth[request.id], quantities, strict=True))

    def objective(self) -> int:
        return sum(self.value(r, self.awards[r.id]) for r in self.candidates if r.id in self.awards)

    def _give(self, request: Request, quantities: Quantities) -> None:
        """Writes an award down; the room has it already."""
        self.awards[request.id] = quantities
        self.drawn[request.id] = self.value(request, quantities), self.room.need(request, quantities)

    def settle(self) -> None:
        """Adds, raises, replaces and shifts until none of it changes anything."""
        moved = True
        while moved:
            self.fill()
            moved = self.replace() or self.shift()

    def fill(self) -> None:
        """Gives what is left: to those without an award their least or more, to those cut as much as they asked for."""
        for request in self.candidates:
            held = self.awards.get(request.id)
            start = held if held is not None else least(request)
            if held is None and self.room.lacking(request, start):
                continue
            if held is None:
                self.room.take(request, start)
            grown = self._grown(request, start)
            if any(grown) and grown != held:
                self._give(request, grown)

    def _grown(self, request: Request, start: Quantities) -> Quantities:
        """Raises each item in turn as far as its lines allow; `room` holds `start` before and the answer after."""
        grown = list(start)
        for index, item in enumerate(request.items):
            more = item.asked - grown[index]
            for line, units in self.room.uses[request.id][index]:
                more = min(more, self.room.left[line] // units)
            if more > 0:
                extra = tuple(more if i == index else 0 for i in range(len(grown)))
                self.room.take(request, extra)
                grown[index] += more
        return tuple(grown)

    def replace(self) -> bool:
        """Puts a request without an award in the place of one that has one, wherever that is worth more, or as much
        and the request stands before the other."""
        changed = False
        for place, request in enumerate(self.candidates):
            if request.id in self.awards:
                continue
            lacking = self.room.lacking(request, least(request))
            for rival_place in range(len(self.candidates) - 1, -1, -1):
                rival = self.candidates[rival_place]
                if rival.id not in self.awards or not self._could(request, rival, place < rival_place, lacking):
                    continue
                if self._replaced(request, rival, place < rival_place):
                    changed = True
                    break
        return changed

    def _could(self, request: Request, rival: Request, before: bool, lacking: dict[int, int]) -> bool:
        """A quick look before the exact one: can `request` bring enough, and does `rival` free what it lacks?"""
        value, freed = self.drawn[rival.id]
        gain = self.most[request.id] - value
        if gain < 0 or (gain == 0 and not before):
            return False
        return all(freed.get(line, 0) >= units for line, units in lacking.items())

    def _replaced(self, request: Request, rival: Request, before: bool) -> bool:
        held, start = self.awards[rival.id], least(request)
        self.room.give_back(rival, held)
        if not self.room.lacking(request, start):
            self.room.take(request, start)
            grown = self._grown(request, start)
            gain = self.value(request, grown) - self.value(rival, held)
            if any(grown) and (gain > 0 or (gain == 0 and before)):
                del self.awards[rival.id], self.drawn[rival.id]
                self._give(request, grown)
                return True
            self.room.give_back(request, grown)
        self.room.take(rival, held)
        return False

    def shift(self) -> bool:
        """Moves units of an item to a better-placed award that was cut, where that costs nothing."""
        changed = False
        held = [r for r in self.candidates if r.id in self.awards]
        for place, request in enumerate(held):
            for index, item in enumerate(request.items):
                if self.awards[request.id][index] < item.asked:
                    changed = self._shifted(request, index, held[:place:-1]) or changed
        return changed

    def _shifted(self, request: Request, index: int, rivals: Sequence[Request]) -> bool:
        """Takes from the last-placed rivals first; only between items of the same size in unit-months."""
        changed = False
        for rival in rivals:
            for other in range(len(rival.items)):
                if self.units[rival.id][other] != self.units[request.id][index]:
                    continue
                if self.worth[rival.id][other] > self.worth[request.id][index]:
                    continue
                by = self._movable(request, index, rival, other)
                if by > 0:
                    self._move(request, index, rival, other, by)
                    changed = True
        return changed

    def _movable(self, request: Request, index: int, rival: Request, other: int) -> int:
        """How many of a rival's item can become as many of the request's; the rival keeps its least and something."""
        mine, theirs = self.awards[request.id], self.awards[rival.id]
        most = min(request.items[index].asked - mine[index], theirs[other] - rival.items[other].least, sum(theirs) - 1)
        freed = dict(self.room.uses[rival.id][other])
        for line, units in self.room.uses[request.id][index]:
            net = units - freed.get(line, 0)
            if net > 0:
                most = min(most, self.room.left[line] // net)
        return most

    def _move(self, request: Request, index: int, rival: Request, other: int, by: int) -> None:
        for asking, quantities in (
            (rival, step(self.awards[rival.id], other, -by)),
            (request, step(self.awards[request.id], index, by)),
        ):
            self.room.give_back(asking, self.awards[asking.id])
            self.room.take(asking, quantities)
            self._give(asking, quantities)


def least(request: Request) -> Quantities:
    """The least useful quantity of each item."""
    return tuple(item.least for item in request.items)


def step(quantities: Quantities, index: int, by: int) -> Quantities:
    """`quantities` with the one at `index` changed by `by`."""
    return tuple(q + by if i == index else q for i, q in enumerate(quantities))


def _worth(problem: Problem, request: Request) -> tuple[int, ...]:
    """What one of each item brings to the objective: score x pool units x months."""
    return tuple(
        request.score * ties.amount(problem, request, tuple(int(i == index) for i in range(len(request.items))))
        for index in range(len(request.items))
    )
