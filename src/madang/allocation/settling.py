"""Improves a selection step by step until no step helps, so that equal ones are told apart by the published order.

Every step raises first the objective and then, request by request from the best placed on, (granted, the more preferred
alternative and earlier start, the quantities), so it ends; it is exact and depends on nothing but what it starts from.
Requests that the proof has decided are left alone: only marginal ones give way to each other. Replacements are limited
in number, never in time.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence

from madang.allocation.selection.choices import Choices, Option

Held = tuple[int, tuple[int, ...]]  # which option, and the quantities of its parts
# Replacements looked at, and of them worked out to the end: beyond that, with thousands marginal, none is tried.
LOOKS, TRIES = 3_000_000, 20_000


class Settling:
    """A selection over requests that stand in the published order; `left` is what each row still allows."""

    def __init__(self, choices: Choices, held: Sequence[Held | None], decided: Sequence[bool] | None = None) -> None:
        self.requests = choices.requests
        self.left = list(choices.limits)
        self.held: list[Held | None] = list(held)
        self.decided = list(decided) if decided is not None else [False] * len(self.requests)
        self.used: list[dict[int, int]] = [{}] * len(self.requests)
        self.worths = [0] * len(self.requests)
        self.looks, self.tries = LOOKS, TRIES
        self.most = [max((_most(option) for option in options), default=0) for options in self.requests]
        for place, one in enumerate(self.held):
            if one is not None:
                self._take(place, one)

    def objective(self) -> int:
        return sum(self.worths)

    def settle(self) -> list[Held | None]:
        """Adds, raises, replaces and shifts until none of it changes anything."""
        moved = True
        while moved:
            moved = self.fill()
            moved = self.prefer() or moved
            moved = self.replace() or moved
            moved = self.shift() or moved
        return self.held

    def _use(self, place: int, one: Held) -> dict[int, int]:
        option = self.requests[place][one[0]]
        found = dict(option.uses)
        for part, quantity in zip(option.parts, one[1], strict=True):
            if quantity:
                for row, each in part.uses.items():
                    found[row] = found.get(row, 0) + each * quantity
        return found

    def _take(self, place: int, one: Held) -> None:
        self.held[place], self.used[place] = one, self._use(place, one)
        self.worths[place] = worth(self.requests[place][one[0]], one[1])
        for row, units in self.used[place].items():
            self.left[row] -= units

    def _release(self, place: int) -> Held:
        one = self.held[place]
        assert one is not None
        for row, units in self.used[place].items():
            self.left[row] += units
        self.held[place], self.used[place], self.worths[place] = None, {}, 0
        return one

    def _grown(self, place: int, index: int, start: Sequence[int]) -> tuple[int, ...] | None:
        """The parts of an option raised in turn as far as the rows allow, from a start whose room is still free."""
        option = self.requests[place][index]
        quantities = list(start)
        use = self._use(place, (index, tuple(quantities)))
        room = {row: self.left[row] - units for row, units in use.items()}
        for n, part in enumerate(option.parts):
            more = part.more - quantities[n]
            for row, each in part.uses.items():
                if each > 0:
                    more = min(more, room.get(row, self.left[row]) // each)
            if more > 0 and part.worth >= 0:
                quantities[n] += more
                for row, each in part.uses.items():
                    room[row] = room.get(row, self.left[row]) - each * more
        return tuple(quantities) if all(units >= 0 for units in room.values()) else None

    def _best(self, place: int) -> Held | None:
        """The option worth most as things stand, of equal ones the first; None where none fits."""
        best: Held | None = None
        for index, option in enumerate(self.requests[place]):
            if self._lacking(option):
                continue
            quantities = self._grown(place, index, [0] * len(option.parts))
            if quantities is None:
                continue
            if best is None or worth(option, quantities) > worth(self.requests[place][best[0]], best[1]):
                best = index, quantities
        return best

    def fill(self) -> bool:
        """Gives what is left: to those without an award the best that fits, to those cut as much as they asked for."""
        changed = False
        for place in range(len(self.requests)):
            held = self.held[place]
            if held is None:
                best = self._best(place)
                if best is not None and worth(self.requests[place][best[0]], best[1]) >= 0:
                    self._take(place, best)
                    changed = True
                continue
            self._release(place)
            grown = self._grown(place, *held)
            self._take(place, (held[0], grown) if grown is not None else held)
            changed = changed or (grown is not None and grown != held[1])
        return changed

    def prefer(self) -> bool:
        """Serves a request by a more preferred alternative, or earlier, where that is worth no less."""
        changed = False
        for place, held in enumerate(self.held):
            if held is None or len(self.requests[place]) == 1:
                continue
            now, drew = self.worths[place], self.used[place]
            self._release(place)
            best = self._best(place)
            gained = worth(self.requests[place][best[0]], best[1]) if best is not None else -1
            if (
                best is not None
                and (gained > now or (gained == now and best[0] < held[0]))
                and self._put(place, best, drew)
            ):
                changed = True
            else:
                self._take(place, held)
        return changed

    def _put(self, place: int, one: Held, released: dict[int, int]) -> bool:
        """Takes an award where every row that another has just left still holds: a share at least can break by that."""
        self._take(place, one)
        if all(self.left[row] >= 0 for row in released):
            return True
        self._release(place)
        return False

    def replace(self) -> bool:
        """Puts a request without an award in the place of one that has one, wherever that is worth more, or as much
        and the request stands before the other."""
        changed, holding = False, self._holding()
        for place in range(len(self.requests)):
            if self.tries <= 0 or self.looks <= 0:
                break
            if self.held[place] is not None or self.decided[place]:
                continue
            for option in self.requests[place]:
                lacking = self._lacking(option)
                row = min(lacking, key=lambda row: len(holding.get(row, ())), default=None)
                rivals = holding.get(row, [])[::-1] if row is not None else []
                if any(self._replaced(place, rival, lacking) for rival in rivals):
                    changed = True
                    for one in self.used[place]:
                        bisect.insort(holding.setdefault(one, []), place)
                    break
        return changed

    def _holding(self) -> dict[int, list[int]]:
        """By row, which awards that are not decided draw on it, the best placed first."""
        found: dict[int, list[int]] = {}
        for place, used in enumerate(self.used):
            for row in used if not self.decided[place] else ():
                found.setdefault(row, []).append(place)
        return found

    def _lacking(self, option: Option) -> dict[int, int]:
        """By how much rows are too short for an option's base, where its own parts do not make room."""
        own = {row for part in option.parts for row, each in part.uses.items() if each < 0}
        return {
            row: units - self.left[row]
            for row, units in option.uses.items()
            if units > 0 and units > self.left[row] and row not in own
        }

    def _replaced(self, place: int, rival: int, lacking: Mapping[int, int]) -> bool:
        self.looks -= 1
        before, drew = self.worths[rival], self.used[rival]
        gain = self.most[place] - before
        if self.held[rival] is None or gain < 0 or (gain == 0 and place > rival):
            return False
        if any(drew.get(row, 0) < short for row, short in lacking.items()):
            return False
        self.tries -= 1
        released = self._release(rival)
        best = self._best(place)
        gained = worth(self.requests[place][best[0]], best[1]) - before if best is not None else -1
        better = gained > 0 or (gained == 0 and place < rival)
        if best is not None and better and self._put(place, best, drew):
            return True
        self._take(rival, released)
        return False

    def shift(self) -> bool:
        """Moves quantities to better-placed awards that were cut, where that costs nothing; the last-placed give."""
        changed, drawing = False, self._drawing()
        for place, held in enumerate(self.held):
            for index, part in enumerate(self.requests[place][held[0]].parts if held is not None else ()):
                short = [row for row, each in part.uses.items() if each > self.left[row]]
                if short and self._quantity(place, index) < part.more:
                    row = min(short, key=lambda row: len(drawing.get(row, ())))
                    for rival in drawing.get(row, [])[::-1]:
                        changed = (rival > place and self._shifted(place, index, rival)) or changed
        return changed

    def _quantity(self, place: int, index: int) -> int:
        held = self.held[place]
        assert held is not None
        return held[1][index]

    def _drawing(self) -> dict[int, list[int]]:
        """By row, whose award draws on it with some part, the best placed first."""
        found: dict[int, list[int]] = {}
        for place, held in enumerate(self.held):
            parts = self.requests[place][held[0]].parts if held is not None else ()
            for row in {row for part in parts for row, each in part.uses.items() if each > 0}:
                found.setdefault(row, []).append(place)
        return found

    def _shifted(self, place: int, index: int, rival: int) -> bool:
        mine, theirs = self.held[place], self.held[rival]
        assert mine is not None
        assert theirs is not None
        part, changed = self.requests[place][mine[0]].parts[index], False
        for other, given in enumerate(self.requests[rival][theirs[0]].parts):
            by = min(part.more - mine[1][index], theirs[1][other])
            if by <= 0 or given.worth > part.worth:
                continue
            for row in part.uses.keys() | given.uses.keys():
                net = part.uses.get(row, 0) - given.uses.get(row, 0)
                if net > 0:
                    by = min(by, self.left[row] // net)
            if by > 0:
                mine, theirs = self._moved(place, index, by), self._moved(rival, other, -by)
                changed = True
        return changed

    def _moved(self, place: int, index: int, by: int) -> Held:
        option, quantities = self._release(place)
        moved = option, tuple(q + by if n == index else q for n, q in enumerate(quantities))
        self._take(place, moved)
        return moved


def worth(option: Option, quantities: Sequence[int]) -> int:
    """What an option brings with these quantities of its parts."""
    return option.worth + sum(part.worth * q for part, q in zip(option.parts, quantities, strict=True))


def _most(option: Option) -> int:
    return option.worth + sum(max(0, part.worth) * part.more for part in option.parts)
