"""By how many points each request of a portfolio was short, or ahead: what prices exclude, what solving again finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from madang.allocation import ties
from madang.allocation.columns import ENVY_ROW, Value, columns
from madang.allocation.fewest import fewest
from madang.allocation.lines import unmet, with_fixed
from madang.allocation.parts import MINIMUM_SCORE, Request
from madang.allocation.plan import Plan
from madang.allocation.policies import COMPUTE, Portfolio
from madang.allocation.portfolio import row_name, value
from madang.allocation.problem import Problem
from madang.allocation.ranking import candidates
from madang.allocation.selection import Prices
from madang.allocation.selection.nearby import NODES, WIDER, Nearby, Note

Facts = dict[str, object]
T = TypeVar("T")
MOST_POINTS = 10**9
SEEKS = 3  # searches for one request at most: each starts from what the one before has found


class Keep(Protocol):
    """Gives what is kept under a name, or else what `find` gives, which it may keep: values that JSON knows."""

    def __call__(self, name: str, find: Callable[[], T], /) -> T: ...


def anew(_name: str, find: Callable[[], T]) -> T:
    """Keeps nothing."""
    return find()


def forced(
    problem: Problem, policy: Portfolio, plan: Plan, work: int | None = None, keep: Keep = anew
) -> Iterator[tuple[str, list[Facts]]]:
    """For each request that was refused or newly granted, how many points more or less would have altered that.

    `{"change": "score", "points": ±d, "least": ±n}`: with d points more (less), awards with (without) it are known that
    are worth more than the plan's; with fewer than n, the prices prove, there are none. Where both are the same, d is
    the fewest. `points` is None where no such awards are known; nothing is said where nothing is proven either. Who
    misses the minimum score alone has `least` alone, who would fall below it first `points` alone. `work`: at most so
    many nodes of each search; 0: no search. `keep` has each request's facts with what was found on the way, which
    speaks for later ones too.
    """
    made = _Made(problem, policy, plan, NODES if work is None else min(work, NODES))
    for request in problem.requests:
        facts, found = keep(f"request {request.id}", partial(made.told, request))
        made.near.note(found)
        yield request.id, facts


class _Made:
    """The plan's choices with their prices, and everything that was found beside the plan so far."""

    def __init__(self, problem: Problem, policy: Portfolio, plan: Plan, work: int) -> None:
        self.problem, self.policy, self.plan = problem, policy, plan
        order = ties.order(problem, policy.ties, plan.seed)
        room, _ = with_fixed(problem)
        self.open = candidates(problem, order)
        self.made = columns(problem, self.open, room, value(problem, policy))
        self.place = {request.id: place for place, request in enumerate(self.open)}
        each = int(policy.measure == COMPUTE)
        sized = columns(problem, self.open, room, Value(lambda _r, _p: each, lambda _r: 1 - each)).choices.requests
        sizes = [[(o.worth, tuple(part.worth for part in o.parts)) for o in options] for options in sized]
        grants = (plan.grant.get(request.id) for request in self.open)
        chosen = [self.made.held(place, grant.award) if grant else None for place, grant in enumerate(grants)]
        self.near = Nearby(self.made.choices, sizes, chosen, self._prices(), work)
        self.envies = [
            (self.place[name[2]], self.place[name[3]], len(room.lines) + row)
            for row, name in enumerate(self.made.names)
            if name[0] == ENVY_ROW
        ]

    def told(self, request: Request) -> tuple[list[Facts], list[Note]]:
        """What is said of a request, and what was found for it."""
        fact = self._of(request)
        told = fact is not None and (fact["points"] is not None or fact.get("least") not in (-1, 1))
        return [fact] if fact and told else [], self.near.news()

    def _of(self, request: Request) -> Facts | None:
        if request.fixed is not None:
            return None
        if request.id not in self.place:
            return self._below(request)
        return self._granted(request) if request.id in self.plan.grant else self._refused(request)

    def _prices(self) -> Prices | None:
        """The prices of the plan's own proof."""
        if self.plan.proof is None:
            return None
        told = {price.row: price.price for price in self.plan.proof.prices}
        count = len(self.made.choices.limits)
        return Prices(tuple(told.get(row_name(self.made, row), 0) for row in range(count)), self.plan.proof.denominator)

    def _each(self, request: Request, more: int) -> int:
        """What so many more (or fewer) points add to the worth of one of a request's size."""
        raised = self.problem.points_of(replace(request, score=request.score + more))
        now, then = (
            max(0, points - self.policy.above) ** self.policy.power
            for points in (self.problem.points[request.id], raised)
        )
        return int(then - now)

    def _below(self, request: Request) -> Facts | None:
        """Who misses nothing but the minimum score needs at least that."""
        rule = unmet(self.problem, request)
        if rule is None or rule.kind != MINIMUM_SCORE:
            return None
        return {"change": "score", "points": None, "least": max(self._margins(request, -1))}

    def _margins(self, request: Request, sign: int) -> list[int]:
        """By how many points a request stands above (sign 1), or below (-1), each minimum score that is asked of it."""
        lines = (
            r.number("score") for r in self.problem.rules if r.kind == MINIMUM_SCORE and request.matches(r.where())
        )
        return [sign * (request.score - line) for line in lines]

    def _refused(self, request: Request) -> Facts | None:
        place, now = self.place[request.id], self.near.objective
        # With more points fewer stand above it, so that it need not wait for them: their rows cost it nothing.
        spared = [row for _, other, row in self.envies if other == place]
        stands = self.near.prices_for(place, True)

        def possible(points: int) -> bool:
            each = self._each(request, points)
            bounds = (self.near.bound_with(stand, place, each, spared) for stand in stands)
            return all(bound is not None and bound > now for bound in bounds)

        least = fewest(possible, MOST_POINTS)
        if least is None:
            return None
        points = self._enough(request)
        for _ in range(SEEKS):
            if points == least:
                break
            before = points
            for wider in (1,) if before is not None else (1, WIDER):
                self.near.seek_with(place, self._each(request, least if before is None else before - 1), wider)
                points = self._enough(request)
                if points is not None:
                    break
            if points == before:
                break
        return {"change": "score", "points": points, "least": least}

    def _enough(self, request: Request) -> int | None:
        """The fewest points with which something that was found, with the request in it, beats the plan."""
        found = self.near.found_with(self.place[request.id])
        now = self.near.objective

        def enough(points: int) -> bool:
            each = self._each(request, points)
            return any(worth + each * size > now for worth, size in found)

        return fewest(enough, MOST_POINTS)

    def _granted(self, request: Request) -> Facts | None:
        place, now, own = self.place[request.id], self.near.objective, request.score
        size = self.near.size_of(place)
        # With fewer points it stands above fewer, which need not wait for it: that is worth their rows' price at most.
        spared = [row for better, _, row in self.envies if better == place]
        bound = min(self.near.bound_without(stand, place, spared) for stand in self.near.prices_for(place, False))
        least = fewest(lambda n: now + self._each(request, -n) * size < bound, own)
        for wider in (1, WIDER):
            enough = self._dispensable(place, size, own)
            if least is None or enough == least or (wider != 1 and enough is not None):
                break
            self.near.seek_without(place, wider)
        enough = self._dispensable(place, size, own)
        missed = min((margin + 1 for margin in self._margins(request, 1)), default=None)
        if missed is not None and missed <= own and (enough is None or missed <= enough):
            return {"change": "score", "points": -missed}  # below the minimum score it is refused for certain
        return {"change": "score", "points": -enough if enough else None, "least": -least} if least else None

    def _dispensable(self, place: int, size: int, own: int) -> int | None:
        """The fewest points less with which something that was found without the request beats the plan."""
        found, now, request = self.near.found_without(place), self.near.objective, self.open[place]
        return None if found is None else fewest(lambda n: now + self._each(request, -n) * size < found, own)
