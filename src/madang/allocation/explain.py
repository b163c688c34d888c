"""Why each request got what it got: reasons as codes and facts, read off the plan itself, so true by construction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from madang.allocation import nearest, ties
from madang.allocation.check import check
from madang.allocation.lines import POOL, SHARE, Line, unmet, with_fixed
from madang.allocation.parts import BUDGET, MINIMUM_SCORE, ORGANISATION, RESERVE, Award, Request, Rule
from madang.allocation.placing import Short, shortages
from madang.allocation.plan import KEPT, REDUCED, WHOLE, Plan
from madang.allocation.policies import LEAST, Fair, Portfolio, Rank, Scaled, Tiers
from madang.allocation.problem import Problem
from madang.allocation.ranking import Turn, candidates, lines_of, queue, walked
from madang.allocation.reasons import Reason
from madang.allocation.scaling import MILLION, award, cut_to, scaled, series_name, stays
from madang.allocation.standing import Standing
from madang.errors import Refused

FAULTY = "allocation_plan_faulty"
Facts = dict[str, object]
SHORT = {POOL: "pool_full", RESERVE: "reserve_reached", BUDGET: "budget_full", SHARE: "share_reached"}


def explain(
    problem: Problem,
    plan: Plan,
    *,
    changes: bool = False,
    progress: Callable[[int, int], None] | None = None,
    work: int | None = None,
) -> dict[str, Reason]:
    """A reason for every request, by id.

    `changes`: each reason also says which nearest change would have altered the answer, found by solving again
    (`nearest`; docs/allocation.md); `progress` is then called with how many requests and rules are done, of how many,
    and `work` limits the nodes of each of its searches.
    ``Refused("allocation_plan_faulty", faults=(code, …))`` for a plan that is not free of faults: nothing true could be
    said about it.
    """
    faults = check(problem, plan)
    if faults:
        raise Refused(FAULTY, faults=tuple(dict.fromkeys(fault.code for fault in faults)))
    found = _Account(problem, plan).reasons()
    if changes:
        near = nearest.changes(problem, plan, progress, work)
        found = {
            name: Reason(reason.code, {**reason.facts, "nearest": near[name]} if near.get(name) else reason.facts)
            for name, reason in found.items()
        }
    return found


class _Account:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        self.order = ties.order(problem, plan.policy.ties, plan.seed)
        self.open = candidates(problem, self.order)
        self.place = {request.id: place for place, request in enumerate(self.open, start=1)}
        self.reserve = {name: place for place, name in enumerate(plan.reserve, start=1)}
        self.room, _ = with_fixed(problem)

    def reasons(self) -> dict[str, Reason]:
        found = {
            request.id: self._settled(request) for request in self.problem.requests if request.id not in self.place
        }
        policy = self.plan.policy
        if isinstance(policy, Rank | Tiers):
            decided = self._in_turn(policy)
        elif isinstance(policy, Scaled):
            decided = self._scaled(policy)
        else:
            decided = self._together(policy)
        found.update((request.id, reason) for request, reason in decided)
        return {request.id: found[request.id] for request in self.problem.requests}

    def _settled(self, request: Request) -> Reason:
        """What no policy decided: an award that is kept, or a minimum that is not reached."""
        if request.fixed is not None:
            return Reason(KEPT, self._given(request, request.fixed))
        rule = unmet(self.problem, request)
        assert rule is not None
        facts: Facts = {**_named(rule), "line": rule.number("score")}
        if rule.kind == MINIMUM_SCORE:
            return Reason("below_minimum_score", {**facts, "score": request.score})
        criterion = rule.text("criterion")
        points = request.criteria.get(criterion, 0)
        return Reason("below_minimum_criterion", {**facts, "criterion": criterion, "points": points})

    def _placed(self, request: Request) -> Facts:
        points = self.problem.points[request.id]
        facts: Facts = {"score": points, "place": self.place[request.id], "of": len(self.open)}
        if points != request.score:
            facts["preference"] = points - request.score
        if request.id in self.reserve:
            facts["reserve_place"] = self.reserve[request.id]
        return facts

    def _given(self, request: Request, award: Award) -> Facts:
        """By item what was given and asked of which pool, a month or in all; which alternative, and when."""
        parts: list[Facts] = []
        for item, given in zip(request.options[award.option].items, award.quantities, strict=True):
            product = self.problem.product[item.product]
            pool = self.problem.pool[product.pool]
            amounts = {"given": given * product.units, "asked": item.asked * product.units, "total": item.total}
            parts.append({"product": product.code, "pool": pool.code, "unit": pool.unit, **amounts})
        facts: Facts = {"parts": parts}
        if award.option:
            facts["alternative"] = award.option + 1
        if award.later:
            facts |= {
                "later": award.later,
                "starts": str(request.options[award.option].items[0].first.plus(award.later)),
            }
        return facts

    def _in_turn(self, policy: Rank | Tiers) -> Iterator[tuple[Request, Reason]]:
        """`rank` and `tiers`: what each request met when its turn came."""
        line = queue(self.problem, policy, self.order, self.plan.seed)
        served = {request.id for request in line}
        lots = self._lots(policy, line) if isinstance(policy, Tiers) else {}
        for turn in walked(self.problem, policy, line, self.room):
            facts = self._placed(turn.request)
            if isinstance(policy, Tiers):
                facts |= self._tier(policy, turn.request, lots)
            yield turn.request, self._met(turn, facts, line)
        for request in self.open:
            if request.id not in served and isinstance(policy, Tiers):
                yield request, Reason("below_tier", {**self._placed(request), "line": policy.lottery})

    def _lots(self, policy: Tiers, line: Sequence[Request]) -> Mapping[str, int]:
        """The place of each request in the lottery, from 1."""
        drawn = (request.id for request in line if self.problem.points[request.id] < policy.whole)
        return {name: place for place, name in enumerate(drawn, start=1)}

    def _tier(self, policy: Tiers, request: Request, lots: Mapping[str, int]) -> Facts:
        if self.problem.points[request.id] >= policy.whole:
            return {"tier": "whole"}
        return {"tier": "lottery", "drawn": lots[request.id], "lots": len(lots)}

    def _met(self, turn: Turn, facts: Facts, line: Sequence[Request]) -> Reason:
        if turn.award is not None:
            return Reason("granted_whole", {**facts, **self._given(turn.request, turn.award)})
        facts |= _others(turn.request)
        if turn.ended is not None:
            (kind, pool, rule), at = turn.ended
            facts |= {"pool": pool or self._first_pool(turn.request), "ended_place": self.place[line[at - 1].id]}
            if kind == POOL:
                return Reason("list_ended", facts)
            return Reason("list_ended_budget", {**facts, **self._group(rule), **_named(self.problem.rule[rule])})
        return Reason(*self._short(turn.short[0], facts, "asked"))

    def _first_pool(self, request: Request) -> str:
        return self.problem.product[request.items[0].product].pool

    def _group(self, rule: str) -> Facts:
        return {"group": ", ".join(self.problem.rule[rule].where().values()) or rule}

    def _short(self, short: Short, facts: Facts, wanted: str) -> tuple[str, Facts]:
        """Which line was too short, for how much of what: the facts of a refusal."""
        line = self.room.lines[short.line]
        facts |= {**self._line(line), "free": short.free, wanted: short.wanted}
        return SHORT[line.kind], facts

    def _line(self, line: Line) -> Facts:
        units = {pool.unit for pool in self.problem.pools if line.pool in ("", pool.code)}
        unit = units.pop() if len(units) == 1 else "unit"
        if not line.pool and self.problem.reference:
            unit = self.problem.reference.name
        facts: Facts = {"pool": line.pool, "unit": unit}
        if not line.pool and self.problem.reference:
            facts["in_thousandths"] = True
        if line.month is not None:
            facts["month"] = str(line.month)
        if line.rule:
            facts |= _named(self.problem.rule[line.rule])
        if line.kind == BUDGET:
            facts |= self._group(line.rule)
        if line.kind == SHARE:
            own = self.problem.rule[line.rule].text("holder") == ORGANISATION
            facts["holder"] = "" if own else line.holder
        return facts

    def _scaled(self, policy: Scaled) -> Iterator[tuple[Request, Reason]]:
        """`scaled`: what the function leaves of an ask, and which scarce line cut it further."""
        parts, dropped = stays(self.problem, policy, self.open), self._dropped(policy)
        for request in self.open:
            share = parts[request.id]
            facts: Facts = {**self._placed(request), "stays": share.numerator * MILLION // share.denominator}
            grant, series = self.plan.grant.get(request.id), self._series(request)
            if grant is None and request.id in dropped:
                line = series[dropped[request.id]]
                code = "scaled_dropped" if line.rule else "scaled_dropped_pool"
                yield request, Reason(code, {**facts, **self._scarce(line)})
                continue
            cut = min((name for name in series if name in self.plan.factors), key=self._factor, default=None)
            if cut is not None:
                facts |= {"series": cut, "factor": self.plan.factors[cut], **self._scarce(series[cut])}
            left = cut_to(request, share, self.plan.factors[cut] if cut else MILLION)
            if grant is None:
                nothing = self._given(request, award(request, (0,) * len(request.items)))
                yield request, Reason("scaled_to_nothing", {**facts, **self._lacking(request, nothing, left)})
                continue
            if grant.award.quantities > left:
                facts["raised"] = True
            code = "scaled_whole" if self.plan.outcomes[request.id] == WHOLE else "scaled_cut"
            yield request, Reason(code, {**facts, **self._given(request, grant.award)})

    def _dropped(self, policy: Scaled) -> Mapping[str, str]:
        """Who goes without because not even the least amounts fit, and for which series."""
        if policy.below != LEAST or all(request.id in self.plan.grant for request in self.open):
            return {}
        return scaled(self.problem, policy, self.open, self.room).dropped

    def _series(self, request: Request) -> Mapping[str, Line]:
        """The series that a request draws on, by name, with one line of each."""
        lines = (self.room.lines[line] for line in lines_of(self.room, request, 0, 0))
        return {series_name(line): line for line in lines}

    def _factor(self, series: str) -> tuple[int, str]:
        return self.plan.factors[series], series

    def _scarce(self, line: Line) -> Facts:
        return _named(self.problem.rule[line.rule]) if line.rule else {"pool": line.pool}

    def _lacking(self, request: Request, given: Facts, left: Sequence[int]) -> Facts:
        """Of a request that was cut to nothing, what would be left of the first item that falls below its least."""
        parts = given["parts"]
        assert isinstance(parts, list)
        for item, least, stays_of, part in zip(request.items, smallest(request), left, parts, strict=True):
            if stays_of < least:
                units = self.problem.product[item.product].units
                part |= {"left": stays_of * units, "least": least * units}
                break
        return given

    def _together(self, policy: Portfolio | Fair) -> Iterator[tuple[Request, Reason]]:
        """`portfolio` and `fair`: what is left once all awards are given, and for whom it is too little."""
        standing = Standing(self.problem, self.plan, self.open)
        self.room = standing.room
        marginal = set(self.plan.marginal)
        for request in self.open:
            facts: Facts = {**self._placed(request), "gap": self.plan.gap, "aim": _aim(policy)}
            if request.id in marginal:
                facts["marginal"] = True
            grant = self.plan.grant.get(request.id)
            if grant is None:
                yield request, self._left_out(request, standing, {**facts, **_others(request)})
                continue
            facts |= self._given(request, grant.award)
            if self.plan.outcomes[request.id] == REDUCED:
                yield request, self._cut(request, grant.award, standing, facts)
            else:
                yield request, Reason("chosen_whole", facts)

    def _cut(self, request: Request, award: Award, standing: Standing, facts: Facts) -> Reason:
        """The first item below what was asked, and what kept one more of it out, if anything did."""
        stopped = standing.one_more(request, award)
        if isinstance(stopped, Short):
            code, facts = self._short(stopped, facts, "one_more")
            return Reason(f"chosen_reduced_{code}", facts)
        if stopped is not None:
            return Reason("chosen_reduced_rule", {**facts, **_named(self.problem.rule[stopped])})
        return Reason("chosen_reduced", facts)

    def _left_out(self, request: Request, standing: Standing, facts: Facts) -> Reason:
        short = shortages(self.room, request, smallest(request))
        if short:
            lowest = self.lowest.get(short[0].line)
            code, facts = self._short(short[0], facts, "least")
            if lowest is not None:
                facts["lowest"] = lowest
            return Reason(f"left_out_{code}", facts)
        rule = standing.against(request)
        if rule is not None:
            return Reason("left_out_rule", {**facts, **_named(self.problem.rule[rule])})
        return Reason("left_out", facts)

    @cached_property
    def lowest(self) -> Mapping[int, int]:
        """By line, the lowest score among the newly granted that draw on it; none where only fixed awards do."""
        found: dict[int, int] = {}
        for request in self.open:
            if request.id in self.plan.grant:
                points = self.problem.points[request.id]
                for line in self.room.need(request, self.plan.grant[request.id].award):
                    found[line] = min(points, found.get(line, points))
        return found


def smallest(request: Request) -> tuple[int, ...]:
    """The smallest award of the first alternative: its least amounts, or one of its first item where they are 0."""
    least = tuple(item.least for item in request.items)
    return least if any(least) else tuple(int(index == 0) for index in range(len(least)))


def _others(request: Request) -> Facts:
    """How many other ways of serving a request there were, where there were any."""
    count = sum(option.later + 1 for option in request.options) - 1
    return {"other_ways": count} if count else {}


def _aim(policy: Portfolio | Fair) -> str:
    return policy.aim if isinstance(policy, Fair) else policy.measure


def _named(rule: Rule) -> Facts:
    return {"rule": rule.name, "rule_sentence": dict(rule.sentence)}
