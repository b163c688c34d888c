"""The policy `fair`: the granted share of each class as equal as it can be, by max-min (leximin) or Nash welfare.

A class's share is what it is given of what it asks for (first alternatives), in weighted units x months, awards that
are kept included. Shares are compared in whole thousandths, products in whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from madang.allocation import ties
from madang.allocation.columns import Columns, Value, columns
from madang.allocation.lines import Room
from madang.allocation.parts import Award, Request
from madang.allocation.policies import NASH, Fair, Portfolio
from madang.allocation.portfolio import Chosen, Report, search, settled, value
from madang.allocation.problem import Problem
from madang.allocation.selection.choices import Choices, Option, Part
from madang.allocation.settling import Held

WHOLE = 1000  # thousandths
ROUNDS = 12  # of Nash's ascent at most
FINE = 10**9  # how finely Nash's weights are cut


@dataclass(frozen=True)
class Level:
    """The awards, and by class the thousandths of its ask that it is sure to get (max-min) or gets (Nash).

    `proven`: whether no level can be higher; the bound of the awards holds for plans that reach these levels.
    """

    chosen: Chosen
    shares: Mapping[str, int]
    proven: bool


def classes(problem: Problem, attribute: str) -> dict[str, list[Request]]:
    """Who is decided on together, by the value of an attribute; who has none is a class of its own ("")."""
    found: dict[str, list[Request]] = {}
    for request in problem.requests:
        found.setdefault(request.holder(attribute) or "", []).append(request)
    return found


def fair(
    problem: Problem,
    policy: Fair,
    candidates: Sequence[Request],
    room: Room,
    work: int,
    report: Report | None = None,
) -> Level:
    """The awards to candidates, who stand in the published order; `room` holds the fixed awards."""
    search_for = _Levels(problem, policy, candidates, room, work)
    levels, proven = search_for.leximin()
    best = search_for.best(levels, value(problem, Portfolio()), report)
    if policy.aim == NASH:
        best = search_for.ascended(best)
        levels, proven = search_for.shares(best.awards), False
    return Level(best, levels, proven)


class _Levels:
    """Portfolios in which every class reaches a level, and how far the levels can rise."""

    def __init__(self, problem: Problem, policy: Fair, candidates: Sequence[Request], room: Room, work: int) -> None:
        self.problem, self.policy, self.work = problem, policy, work
        open_ones = {request.id for request in candidates}
        counted = classes(problem, policy.attribute)
        members = {
            name: [r for r in found if r.id in open_ones or r.fixed is not None] for name, found in counted.items()
        }
        self.asked = {name: sum(ties.asked(problem, r) for r in found) for name, found in members.items() if found}
        self.of = {r.id: name for name, found in members.items() for r in found}
        self.kept = dict.fromkeys(self.asked, 0)
        for request in problem.requests:
            if request.fixed is not None:
                self.kept[self.of[request.id]] += ties.amount(problem, request, request.fixed)
        self.plain = columns(problem, candidates, room, Value(lambda _r, _p: 0, lambda _r: 0))
        self.candidates, self.room = candidates, room
        self.known: tuple[Held | None, ...] | None = None  # a selection that reached the last levels

    def _levelled(self, made: Columns, levels: Mapping[str, int], rising: Sequence[str] = ()) -> Choices:
        """The choices that reach the levels, in rows of their own; `rising` classes rise together with the one part of
        one more request, the first."""
        names = sorted(self.asked)
        row = {name: len(made.choices.limits) + n for n, name in enumerate(names)}
        owed = (WHOLE * self.kept[name] - levels.get(name, 0) * self.asked[name] for name in names)
        limits = (*made.choices.limits, *owed)
        requests = tuple(self._amounted(made, place, row) for place in range(len(made.requests)))
        if rising:
            room = WHOLE - max(levels.get(name, 0) for name in rising)
            part = Part(1, room, {row[name]: self.asked[name] for name in rising})
            requests = ((Option(("level", 0), 0, {}, (part,)),), *requests)
        return Choices(requests, limits)

    def _amounted(self, made: Columns, place: int, row: Mapping[str, int]) -> tuple[Option, ...]:
        request, found = made.requests[place], []
        mine = row[self.of[request.id]]
        for index, option in enumerate(made.choices.requests[place]):
            nothing = made.award(place, (index, (0,) * len(option.parts)))
            base = ties.amount(self.problem, request, nothing) if nothing else 0
            parts = []
            for n, part in enumerate(option.parts):
                one = made.award(place, (index, tuple(int(m == n) for m in range(len(option.parts)))))
                step = (ties.amount(self.problem, request, one) if one else 0) - base
                parts.append(replace(part, uses={**part.uses, mine: -WHOLE * step}))
            found.append(replace(option, uses={**option.uses, mine: -WHOLE * base}, parts=tuple(parts)))
        return tuple(found)

    def _risen(self, levels: Mapping[str, int], rising: Sequence[str]) -> tuple[int, bool]:
        """How far some classes can rise together above the levels, in thousandths, and whether that is proven."""
        start = None if self.known is None else (None, *self.known)
        found = search(self._levelled(self.plain, levels, rising), gap=0, work=self.work, start=start)
        self.known = found.chosen[1:]
        return found.objective, found.bound <= found.objective

    def leximin(self) -> tuple[dict[str, int], bool]:
        """The smallest share as large as possible, then the next: class → thousandths, and whether all is proven.

        Of several classes that could stay lowest, the one that lets the others rise most does; of those the one that
        asks for most, then the first by name.
        """
        levels: dict[str, int] = {}
        rising = sorted(self.asked)
        level, proven = self._risen({}, rising) if rising else (0, True)
        while rising:
            floor = {**levels, **dict.fromkeys(rising, level)}
            if len(rising) == 1 or level >= WHOLE:
                levels = floor
                break
            tries = []
            for name in rising:
                more, sure = self._risen(floor, [other for other in rising if other != name])
                proven = proven and sure
                tries.append((more, self.asked[name], name))
            more, _, lowest = min(tries, key=lambda one: (-one[0], -one[1], one[2]))
            levels[lowest] = level
            rising.remove(lowest)
            level += max(0, more)
        return levels, proven

    def best(self, levels: Mapping[str, int], worth: Value, report: Report | None = None) -> Chosen:
        """The portfolio worth most among those that reach the levels."""
        made = columns(self.problem, self.candidates, self.room, worth)
        choices = self._levelled(made, levels)
        found = search(choices, gap=self.policy.gap, work=self.work, report=report, start=self.known)
        names = [*made.names, *(("level", name) for name in sorted(self.asked))]
        return settled(Columns(self.problem, made.requests, self.room, choices, names), found)

    def given(self, awards: Mapping[str, Award]) -> dict[str, int]:
        """What each class is given, in weighted units x months."""
        found = dict(self.kept)
        for name, award in awards.items():
            found[self.of[name]] += ties.amount(self.problem, self.problem.request[name], award)
        return found

    def shares(self, awards: Mapping[str, Award]) -> dict[str, int]:
        """Thousandths of its ask that each class gets, rounded down."""
        return {name: units * WHOLE // self.asked[name] for name, units in self.given(awards).items()}

    def ascended(self, best: Chosen) -> Chosen:
        """Nash: portfolios that weigh each class by what it has so far, as long as the product of all grows.

        By the inequality of the means, where such a portfolio is no better than the last, no other can be.
        """
        for _ in range(ROUNDS):
            given = self.given(best.awards)
            weight = {name: -(-FINE * sum(given.values()) // units) for name, units in given.items() if units}
            worth = Value(lambda r, _p, w=weight: w.get(self.of[r.id], 0), lambda _r: 0)  # type: ignore[misc]
            nearer = self.best({}, worth)
            if self._product(nearer.awards, weight) <= self._product(best.awards, weight):
                break
            best = nearer
        return best

    def _product(self, awards: Mapping[str, Award], counted: Mapping[str, int]) -> int:
        return math.prod(units for name, units in self.given(awards).items() if name in counted)
