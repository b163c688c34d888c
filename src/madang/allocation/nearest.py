"""Which nearest change would have altered an answer (points, a smaller ask, a rule off), found by solving again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial

from madang.allocation import ties
from madang.allocation.fewest import fewest
from madang.allocation.forcing import Keep, anew, forced
from madang.allocation.lines import Room, unmet, with_fixed
from madang.allocation.nearest_scaled import scaled_changes
from madang.allocation.parts import MINIMUM_CRITERION, MINIMUM_SCORE, MINIMUMS, Request
from madang.allocation.plan import Plan
from madang.allocation.policies import Fair, Portfolio, Rank, Scaled, Tiers
from madang.allocation.problem import Problem
from madang.allocation.ranking import Walk, queue
from madang.allocation.solve import solve
from madang.errors import Refused

Facts = dict[str, object]
Seen = Callable[[int, int], None]
MOST_POINTS = 10**9


def changes(
    problem: Problem, plan: Plan, progress: Seen | None = None, work: int | None = None, keep: Keep = anew
) -> dict[str, list[Facts]]:
    """For every request the nearest changes, each by itself, that would have altered its answer; lots stay as drawn.

    `{"change": "score", "points": ±d}` (the smallest such d), `{"change": "criterion", …}`, `{"change": "ask", "item",
    "to"}` (the largest amount that would have been given), `{"change": "rule", "named", "then"}` (without it); for
    `scaled` `{"change": "held", "points"}` with the cuts as they were made; for `portfolio` `forced`. For `fair`, rules
    alone.

    `progress(done, of)` is called after every request and then after every rule. `work`: at most so many nodes of every
    search tree, so that a portfolio's changes end sooner and claim less; with 0 nothing is searched for and no rule
    taken away. `keep`: what is found of each request ("request ID") and each rule ("rule NAME"), so that one that is
    broken off goes on where it was.
    """
    found: dict[str, list[Facts]] = {request.id: [] for request in problem.requests}
    searched = isinstance(plan.policy, Portfolio | Fair)
    rules = () if searched and work == 0 else problem.rules
    count, told = len(problem.requests), len(problem.requests) + len(rules)
    seen = progress or (lambda _done, _of: None)
    if isinstance(plan.policy, Rank | Tiers):
        asked = _Asked(problem, plan.policy, plan)
        for done, request in enumerate(problem.requests, start=1):
            found[request.id].extend(keep(f"request {request.id}", partial(asked.of, request)))
            seen(done, told)
    elif isinstance(plan.policy, Portfolio):
        for done, (name, facts) in enumerate(forced(problem, plan.policy, plan, work, keep), start=1):
            found[name].extend(facts)
            seen(done, told)
    elif isinstance(plan.policy, Scaled):
        for name, fact in scaled_changes(problem, plan.policy, plan).items():
            found[name].append(fact)
    for done, rule in enumerate(rules, start=1):
        for name, fact in keep(f"rule {rule.name}", partial(_without_rule, problem, plan, rule.name, work)):
            found[name].append(fact)
        seen(count + done, told)
    return found


def solved_without(problem: Problem, plan: Plan, rule: str, work: int | None = None) -> Plan | None:
    """The plan without one of the rules, everything else and the lots as they were; None where it cannot be solved.

    A portfolio begins with the plan's own awards, so that who fares otherwise does so for something that is worth more.
    `work`: nodes of its search tree, where they are to be fewer than the plan's.
    """
    given = {grant.request: grant.award for grant in plan.grants} if isinstance(plan.policy, Portfolio) else None
    limit = plan.work_limit if work is None or plan.work_limit is None else min(work, plan.work_limit)
    more = {"seed": plan.seed, "work_limit": limit}
    try:
        return solve(without(problem, rule), plan.policy, start=given, **more)  # type: ignore[arg-type]
    except Refused:
        return None


def _without_rule(problem: Problem, plan: Plan, rule: str, work: int | None) -> list[tuple[str, Facts]]:
    """Who would fare otherwise without one of the rules: solved again without it."""
    again = solved_without(problem, plan, rule, work)
    if again is None:
        return []
    return [
        (request.id, {"change": "rule", "named": rule, "then": "selected" if request.id in again.grant else "refused"})
        for request in problem.requests
        if (request.id in plan.grant) != (request.id in again.grant)
    ]


def without(problem: Problem, rule: str) -> Problem:
    """The same problem without one of its rules."""
    return replace(problem, rules=tuple(one for one in problem.rules if one.name != rule))


class _Past:
    """What was left of every line before a given turn of a walk; read like the list of a `Room`."""

    def __init__(self, moves: list[list[tuple[int, int]]], before: int) -> None:
        self.moves = moves
        self.before = before

    def __getitem__(self, line: int) -> int:
        history = self.moves[line]
        return history[bisect_left(history, (self.before, -MOST_POINTS)) - 1][1]


@dataclass
class _Story:
    """A walk as it went: who stood where, what was left before each turn, and when which list ended."""

    room: Room
    keys: list[ties.Key]
    moves: list[list[tuple[int, int]]]
    closed: dict[tuple[str, str, str], int]
    overflow: str

    def given(self, request: Request, place: int) -> bool:
        """Whether a request would be given something if its turn came before that of the one at `place` (from 1)."""
        room = copy(self.room)
        room.left = _Past(self.moves, place)  # type: ignore[assignment]
        walk = Walk(room, self.overflow, dry=True)
        walk.closed = {series: at for series, at in self.closed.items() if at < place}
        return walk.turn(request, place).award is not None

    def place(self, key: ties.Key) -> int:
        return bisect_left(self.keys, key) + 1


class _Asked:
    """Questions "what if" about one request at a time, answered by the walk itself."""

    def __init__(self, problem: Problem, policy: Rank | Tiers, plan: Plan) -> None:
        self.problem, self.policy, self.plan = problem, policy, plan
        self.read = ties.place(problem, policy.ties, plan.seed)
        order = sorted(problem.requests, key=self.read)
        self.line = queue(problem, policy, order, plan.seed)
        self.room, _ = with_fixed(problem)
        self.story = self._walked(self.line)
        self.top = max(problem.points.values(), default=0)

    def _walked(self, line: Sequence[Request]) -> _Story:
        room = copy(self.room)
        room.left = list(self.room.left)
        moves = [[(0, left)] for left in room.left]
        walk = Walk(room, self.policy.overflow)
        for place, request in enumerate(line, start=1):
            turn = walk.turn(request, place)
            if turn.award is not None:
                for index in room.need(request, turn.award):
                    moves[index].append((place, room.left[index]))
        keys = [self._key(request) for request in line]
        return _Story(self.room, keys, moves, walk.closed, self.policy.overflow)

    def _key(self, request: Request) -> ties.Key:
        """The key by which the queue is sorted: the tier first, in the lottery the lot."""
        if isinstance(self.policy, Tiers) and self.problem.points_of(request) < self.policy.whole:
            return 1, (ties.ticket(self.problem, self.plan.seed, request.id),)
        return 0, self.read(request)

    def of(self, request: Request) -> list[Facts]:
        """The nearest changes for one request."""
        if request.fixed is not None:
            return []
        if request.id in self.plan.grant:
            return [fact for fact in (self._less(request),) if fact]
        facts = [self._criterion(request)] if self._lacks(request, MINIMUM_CRITERION) else [self._more(request)]
        if unmet(self.problem, request) is None:
            facts.append(self._smaller(request))
        return [fact for fact in facts if fact]

    def _lacks(self, request: Request, kind: str) -> int:
        """By how many points a request misses the minimums of a kind; 0 where it reaches all."""
        missing = 0
        for rule in self.problem.rules:
            if rule.kind == kind and request.matches(rule.where()):
                points = request.score if kind == MINIMUM_SCORE else request.criteria.get(rule.text("criterion"), 0)
                missing = max(missing, rule.number("score") - points)
        return missing

    def _given(self, request: Request, story: _Story) -> bool:
        """Whether a request, changed as it may be, would be given something in a walk of the others."""
        if unmet(self.problem, request) is not None:
            return False
        if isinstance(self.policy, Tiers) and self.problem.points_of(request) < self.policy.lottery:
            return False
        return story.given(request, story.place(self._key(request)))

    def _more(self, request: Request) -> Facts | None:
        """The fewest more points with which it would have been selected; None where no number would do."""
        enough = self._lacks(request, MINIMUM_SCORE)
        points = request.score + self.problem.preferred(request)
        most = max(enough, self.top - points + 1, self._line() - points)
        found = fewest(lambda d: self._given(replace(request, score=request.score + d), self.story), most)
        return {"change": "score", "points": found} if found is not None else None

    def _line(self) -> int:
        return self.policy.whole if isinstance(self.policy, Tiers) else 0

    def _less(self, request: Request) -> Facts | None:
        """The fewest points less with which it would not have been selected; None where it always is."""
        others = self._walked([other for other in self.line if other.id != request.id])
        lost = fewest(lambda d: not self._given(replace(request, score=request.score - d), others), request.score)
        return {"change": "score", "points": -lost} if lost is not None else None

    def _criterion(self, request: Request) -> Facts | None:
        """Points for criteria alone, where those and nothing else kept it out."""
        raised, facts = dict(request.criteria), []
        for rule in self.problem.rules:
            if rule.kind in MINIMUMS and rule.kind != MINIMUM_SCORE and request.matches(rule.where()):
                name = rule.text("criterion")
                if raised.get(name, 0) < rule.number("score"):
                    raised[name] = rule.number("score")
                    facts.append({"criterion": name, "points": raised[name] - request.criteria.get(name, 0)})
        changed = replace(request, criteria=raised)
        return {"change": "criterion", "criteria": facts} if self._given(changed, self.story) else None

    def _smaller(self, request: Request) -> Facts | None:
        """The largest ask with which it would have been selected at its own score: of one item, or of all alike.

        Where several items could be smaller, the one that costs the request least.
        """
        tries: list[tuple[int, int, Facts]] = []
        for index, item in enumerate(request.items):

            def fits(cut: int, index: int = index, asked: int = item.asked) -> bool:
                return self._given(_with(request, index, asked - cut), self.story)

            most = fewest(fits, item.asked - 1)
            if most is not None:
                cost = ties.asked(self.problem, request) - ties.asked(
                    self.problem, _with(request, index, item.asked - most)
                )
                product = self.problem.product[item.product]
                amounts = {"to": (item.asked - most) * product.units, "from": item.asked * product.units}
                unit = {"pool": product.pool, "unit": self.problem.pool[product.pool].unit, "total": item.total}
                tries.append((cost, index, {"change": "ask", "item": index, **unit, **amounts}))
        return min(tries, key=lambda one: one[:2])[2] if tries else None


def _with(request: Request, index: int, asked: int) -> Request:
    """The request with another amount asked for in one item of its first alternative (its least never above it)."""
    first = request.options[0]
    items = tuple(
        replace(item, asked=asked, least=min(item.least, asked)) if n == index else item
        for n, item in enumerate(first.items)
    )
    return replace(request, options=(replace(first, items=items), *request.options[1:]))
