"""Why each request got what it got: reasons as codes and facts, read off the plan itself, so true by construction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from madang.allocation import ties
from madang.allocation.check import check
from madang.allocation.lines import BUDGET, POOL, SHARE, Line, Room, unmet
from madang.allocation.plan import KEPT, REDUCED, REFUSED, WHOLE, Plan
from madang.allocation.policies import STOP, Rank
from madang.allocation.problem import MINIMUM_SCORE, Problem, Request, Rule
from madang.allocation.ranking import series
from madang.errors import Refused

FAULTY = "allocation_plan_faulty"
Facts = dict[str, object]


@dataclass(frozen=True)
class Reason:
    """A code and plain facts (texts, whole numbers, lists, objects); `sentences.sentence` puts it into words.

    Every reason of a request that reached all minimums and has no fixed award carries `score`, `place` and `of` (its
    place in the published order among those); every one on the reserve list `reserve_place`. docs/allocation.md lists
    the codes with their facts.
    """

    code: str
    facts: Mapping[str, object]

    def to_json(self) -> dict[str, object]:
        return {"code": self.code, "facts": dict(self.facts)}


def explain(problem: Problem, plan: Plan) -> dict[str, Reason]:
    """A reason for every request, by id.

    ``Refused("allocation_plan_faulty", faults=(code, …))`` for a plan that is not free of faults: nothing true could be
    said about it.
    """
    faults = check(problem, plan)
    if faults:
        raise Refused(FAULTY, faults=tuple(dict.fromkeys(fault.code for fault in faults)))
    return _Account(problem, plan).reasons()


class _Account:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        order = ties.order(problem, plan.policy.ties, plan.seed)
        self.open = [r for r in order if r.fixed is None and unmet(problem, r) is None]
        self.place = {request.id: place for place, request in enumerate(self.open, start=1)}
        self.reserve = {name: place for place, name in enumerate(plan.reserve, start=1)}
        self.room = Room(problem)
        for request in problem.requests:
            if request.fixed is not None:
                self.room.take(request, request.fixed)

    def reasons(self) -> dict[str, Reason]:
        found = {
            request.id: self._settled(request) for request in self.problem.requests if request.id not in self.place
        }
        decided = self._in_turn() if isinstance(self.plan.policy, Rank) else self._together()
        found.update((request.id, reason) for request, reason in decided)
        return {request.id: found[request.id] for request in self.problem.requests}

    def _settled(self, request: Request) -> Reason:
        """What no policy decided: an award that is kept, or a minimum that is not reached."""
        if request.fixed is not None:
            return Reason(KEPT, {"parts": self._parts(request, request.fixed)})
        rule = unmet(self.problem, request)
        assert rule is not None
        facts: Facts = {**_named(rule), "line": rule.number("score")}
        if rule.kind == MINIMUM_SCORE:
            return Reason("below_minimum_score", {**facts, "score": request.score})
        criterion = rule.text("criterion")
        points = request.criteria.get(criterion, 0)
        return Reason("below_minimum_criterion", {**facts, "criterion": criterion, "points": points})

    def _placed(self, request: Request) -> Facts:
        facts: Facts = {"score": request.score, "place": self.place[request.id], "of": len(self.open)}
        if request.id in self.reserve:
            facts["reserve_place"] = self.reserve[request.id]
        return facts

    def _parts(self, request: Request, quantities: Sequence[int]) -> list[Facts]:
        """By item: what was given and asked of which pool, in its units each month."""
        parts: list[Facts] = []
        for item, given in zip(request.items, quantities, strict=True):
            product = self.problem.product[item.product]
            pool = self.problem.pool[product.pool]
            amounts = {"given": given * product.units, "asked": item.asked * product.units}
            parts.append({"product": product.code, "pool": pool.code, "unit": pool.unit, **amounts})
        return parts

    def _in_turn(self) -> Iterator[tuple[Request, Reason]]:
        """`rank`: what each request met when its turn came."""
        ended: dict[tuple[str, str, str], int] = {}
        for request in self.open:
            asked = tuple(item.asked for item in request.items)
            facts = self._placed(request)
            if request.id in self.plan.grant:
                self.room.take(request, asked)
                yield request, Reason("granted_whole", {**facts, "parts": self._parts(request, asked)})
                continue
            need = self.room.need(request, asked)
            closed = [line for line in sorted(need) if series(self.room.lines[line]) in ended]
            if closed:
                line = self.room.lines[closed[0]]
                yield request, Reason(*self._ended(line, facts, ended[series(line)]))
                continue
            lacking = min(self.room.lacking(request, asked))
            yield request, Reason(*self._short(lacking, need[lacking], facts, "asked"))
            if isinstance(self.plan.policy, Rank) and self.plan.policy.overflow == STOP:
                for short in self.room.lacking(request, asked):
                    if self.room.lines[short].kind != SHARE:
                        ended[series(self.room.lines[short])] = self.place[request.id]

    def _ended(self, line: Line, facts: Facts, at: int) -> tuple[str, Facts]:
        facts |= {"pool": line.pool, "ended_place": at}
        if line.kind == POOL:
            return "list_ended", facts
        return "list_ended_budget", {**facts, "track": line.holder, **_named(self.problem.rule[line.rule])}

    def _short(self, index: int, amount: int, facts: Facts, wanted: str) -> tuple[str, Facts]:
        """Which line was too short, for how much of what: the facts of a refusal."""
        line = self.room.lines[index]
        facts |= {"pool": line.pool, "unit": self.problem.pool[line.pool].unit, "free": self.room.left[index]}
        facts[wanted] = amount
        if line.month is not None:
            facts["month"] = str(line.month)
        if line.rule:
            facts |= _named(self.problem.rule[line.rule])
        if line.kind == BUDGET:
            facts["track"] = line.holder
        return {POOL: "pool_full", BUDGET: "budget_full", SHARE: "share_reached"}[line.kind], facts

    def _together(self) -> Iterator[tuple[Request, Reason]]:
        """`portfolio`: what is left once all awards are given, and for whom it is too little."""
        for grant in self.plan.grants:
            request = self.problem.request[grant.request]
            if request.fixed is None:
                self.room.take(request, grant.quantities)
        for request in self.open:
            facts = {**self._placed(request), "gap": self.plan.gap}
            outcome = self.plan.outcomes[request.id]
            if outcome == REFUSED:
                yield request, self._left_out(request, facts)
                continue
            quantities = self.plan.grant[request.id].quantities
            facts["parts"] = self._parts(request, quantities)
            if outcome == WHOLE:
                yield request, Reason("chosen_whole", facts)
            elif outcome == REDUCED:
                yield request, self._cut(request, quantities, facts)

    def _cut(self, request: Request, quantities: Sequence[int], facts: Facts) -> Reason:
        """The first item below what was asked, and what kept one more of it out, if anything did."""
        for index, item in enumerate(request.items):
            one = tuple(int(index == other) for other in range(len(request.items)))
            lacking = self.room.lacking(request, one) if quantities[index] < item.asked else {}
            if lacking:
                line = min(lacking)
                code, facts = self._short(line, self.room.need(request, one)[line], facts, "one_more")
                return Reason(f"chosen_reduced_{code}", facts)
        return Reason("chosen_reduced", facts)

    def _left_out(self, request: Request, facts: Facts) -> Reason:
        least = tuple(item.least for item in request.items)
        wanted = least if any(least) else tuple(int(index == 0) for index in range(len(least)))
        line = min(self.room.lacking(request, wanted))
        lowest = self._lowest(line)
        code, facts = self._short(line, self.room.need(request, wanted)[line], facts, "least")
        if lowest is not None:
            facts["lowest"] = lowest
        return Reason(f"left_out_{code}", facts)

    def _lowest(self, line: int) -> int | None:
        """The lowest score among the newly granted that draw on a line; None where only fixed awards do."""
        scores = [
            request.score
            for request in self.open
            if request.id in self.plan.grant and line in self.room.need(request, self.plan.grant[request.id].quantities)
        ]
        return min(scores, default=None)


def _named(rule: Rule) -> Facts:
    return {"rule": rule.name, "rule_sentence": dict(rule.sentence)}
