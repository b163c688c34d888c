"""The independent judge of a plan: finds every rule of the problem or policy that it breaks, in whole numbers.

It shares no code with the solver: it knows problems and plans only as values and works out everything for itself.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from madang.allocation.plan import KEPT, REDUCED, REFUSED, WHOLE, Plan
from madang.allocation.policies import CRITERIA, CRITERION, LOTTERY, SCORE, SMALLER_ASK, STOP, Rank
from madang.allocation.problem import (
    MINIMUM_CRITERION,
    MINIMUM_SCORE,
    ORGANISATION_SHARE,
    TRACK_BUDGET,
    Problem,
    Request,
    Rule,
)
from madang.values import Month

# What a unit of computing is counted against: ("pool", pool, month), (rule, month) or (rule, organisation).
Count = tuple[object, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a plan; `facts` are plain values (ids, numbers, months as text)."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


def check(problem: Problem, plan: Plan) -> list[Fault]:
    """Every fault of `plan` as an answer to `problem`; an empty list for a plan that may be adopted.

    Codes: problem_differs, hash_differs, grant_unknown, grant_repeated, grant_misshapen, grant_empty, above_asked,
    below_least, fixed_changed, below_minimum, over_capacity, over_budget, over_share, not_whole, order_broken,
    room_left, objective_wrong, bound_wrong, outcome_wrong, reserve_wrong.
    """
    return list(_Judge(problem, plan).faults())


class _Judge:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        self.units = {product.code: (product.pool, product.units) for product in problem.products}
        self.requests = {request.id: request for request in problem.requests}
        self.given = {
            grant.request: grant.quantities
            for grant in plan.grants
            if grant.request in self.requests and len(grant.quantities) == len(self.requests[grant.request].items)
        }
        self.hash = _hash(problem)

    def faults(self) -> Iterator[Fault]:
        yield from self._identity()
        yield from self._grants()
        for request in self.problem.requests:
            yield from self._amounts(request)
        yield from self._limits()
        yield from self._policy()
        yield from self._figures()
        yield from self._answers()

    def _identity(self) -> Iterator[Fault]:
        if self.plan.problem != self.problem:
            yield Fault("problem_differs")
        if self.plan.problem_hash != self.hash:
            yield Fault("hash_differs", {"stated": self.plan.problem_hash, "found": self.hash})

    def _grants(self) -> Iterator[Fault]:
        for name, times in Counter(grant.request for grant in self.plan.grants).items():
            if times > 1:
                yield Fault("grant_repeated", {"request": name, "times": times})
        for grant in self.plan.grants:
            if grant.request not in self.requests:
                yield Fault("grant_unknown", {"request": grant.request})
            elif len(grant.quantities) != len(self.requests[grant.request].items):
                yield Fault("grant_misshapen", {"request": grant.request})
            elif not any(grant.quantities):
                yield Fault("grant_empty", {"request": grant.request})

    def _amounts(self, request: Request) -> Iterator[Fault]:
        got = self.given.get(request.id)
        if request.fixed is not None:
            if got != request.fixed:
                changed = {"request": request.id, "fixed": list(request.fixed), "given": list(got or ())}
                yield Fault("fixed_changed", changed)
            return
        if got is None:
            return
        for index, (quantity, item) in enumerate(zip(got, request.items, strict=True)):
            facts: dict[str, object] = {"request": request.id, "item": index, "given": quantity}
            if quantity > item.asked:
                yield Fault("above_asked", {**facts, "asked": item.asked})
            if quantity < item.least:
                yield Fault("below_least", {**facts, "least": item.least})
        for rule in self._failed(request):
            yield Fault("below_minimum", {"request": request.id, "rule": rule.name})

    def _failed(self, request: Request) -> Iterator[Rule]:
        """The rules with a minimum that the request does not reach."""
        for rule in self.problem.rules:
            if rule.kind == MINIMUM_SCORE:
                points = request.score
            elif rule.kind == MINIMUM_CRITERION:
                points = request.criteria.get(rule.text("criterion"), 0)
            else:
                continue
            applies = all(request.attributes.get(name) == value for name, value in rule.where().items())
            if applies and points < rule.number("score"):
                yield rule

    def _draws(self, request: Request, quantities: tuple[int, ...]) -> Counter[Count]:
        """What an award is counted against, and with how many units."""
        found: Counter[Count] = Counter()
        for item, quantity in zip(request.items, quantities, strict=True):
            if not quantity:
                continue
            pool, units = self.units[item.product]
            months = [item.first.plus(offset) for offset in range(item.months)]
            for month in months:
                found["pool", pool, month] += quantity * units
            for rule in self.problem.rules:
                if rule.params.get("pool") != pool:
                    continue
                if rule.kind == ORGANISATION_SHARE:
                    found[rule.name, request.organisation] += quantity * units * len(months)
                elif rule.kind == TRACK_BUDGET and request.attributes.get("track") == rule.params["track"]:
                    for month in months:
                        found[rule.name, month] += quantity * units
        return found

    def _limit(self, count: Count) -> int:
        if count[0] == "pool":
            return self._free(str(count[1]), count[2])
        rule = next(rule for rule in self.problem.rules if rule.name == count[0])
        if rule.kind == TRACK_BUDGET:
            return rule.number("units")
        pool = rule.text("pool")
        months = next(p for p in self.problem.pools if p.code == pool).months
        return sum(self._free(pool, month) for month in months) * rule.number("thousandths") // 1000

    def _free(self, pool: str, month: object) -> int:
        assert isinstance(month, Month)
        capacity = next(p for p in self.problem.pools if p.code == pool).months[month]
        return max(capacity.funded - capacity.held, 0)

    def _limits(self) -> Iterator[Fault]:
        used: Counter[Count] = Counter()
        for name, quantities in self.given.items():
            used.update(self._draws(self.requests[name], quantities))
        for count, units in sorted(used.items(), key=lambda entry: str(entry[0])):
            limit = self._limit(count)
            if units > limit:
                yield _over(count, units, limit)

    def _policy(self) -> Iterator[Fault]:
        if isinstance(self.plan.policy, Rank):
            yield from self._ranked(self.plan.policy)
        else:
            yield from self._filled()

    def _ranked(self, policy: Rank) -> Iterator[Fault]:
        """Follows the published order: whole awards only, nobody passed over who fits, nobody below where it stops."""
        used: Counter[Count] = Counter()
        for request in self.problem.requests:
            if request.fixed is not None:
                used.update(self._draws(request, request.fixed))
        shut: set[Count] = set()
        for request in self._order():
            if request.fixed is not None or any(self._failed(request)):
                continue
            asked = tuple(item.asked for item in request.items)
            got = self.given.get(request.id)
            if got is not None and got != asked:
                yield Fault("not_whole", {"request": request.id})
            draws = self._draws(request, asked)
            fits = all(used[count] + units <= self._limit(count) for count, units in draws.items())
            barred = any(_whole(count) in shut for count in draws)
            if (got is not None) != (fits and not barred):
                yield Fault("order_broken", {"request": request.id})
            if got is not None:
                used.update(self._draws(request, got))
            elif policy.overflow == STOP and not barred:
                full = (count for count, units in draws.items() if used[count] + units > self._limit(count))
                shut.update(_whole(count) for count in full if not self._is_share(count))

    def _is_share(self, count: Count) -> bool:
        return any(rule.name == count[0] and rule.kind == ORGANISATION_SHARE for rule in self.problem.rules)

    def _filled(self) -> Iterator[Fault]:
        """A portfolio leaves nobody out whose least, or one unit where the least is nothing, would still fit."""
        used: Counter[Count] = Counter()
        for name, quantities in self.given.items():
            used.update(self._draws(self.requests[name], quantities))
        for request in self.problem.requests:
            if request.id in self.given or request.fixed is not None or any(self._failed(request)):
                continue
            for quantities in _smallest(request):
                draws = self._draws(request, quantities)
                if all(used[count] + units <= self._limit(count) for count, units in draws.items()):
                    yield Fault("room_left", {"request": request.id})
                    break

    def _order(self) -> list[Request]:
        """The published order, worked out from the policy's list of keys."""
        ranked = [rule.text("criterion") for rule in self.problem.rules if rule.kind == MINIMUM_CRITERION]
        names = ranked + sorted({name for r in self.problem.requests for name in r.criteria} - set(ranked))

        def place(request: Request) -> list[object]:
            text = f"{self.hash}\n{self.plan.seed}\n{request.id}"
            number = hashlib.sha256(text.encode()).hexdigest()
            keys: list[object] = []
            for tie in self.plan.policy.ties:
                if tie == SCORE:
                    keys.append(-request.score)
                elif tie == CRITERIA:
                    keys.extend(-request.criteria.get(name, 0) for name in names)
                elif tie.startswith(CRITERION):
                    keys.append(-request.criteria.get(tie[len(CRITERION) :], 0))
                elif tie == SMALLER_ASK:
                    keys.append(sum(item.asked * self.units[item.product][1] * item.months for item in request.items))
                elif tie == LOTTERY:
                    keys.append(number)
            return [*keys, number, request.id]

        return sorted(self.problem.requests, key=place)

    def _figures(self) -> Iterator[Fault]:
        total = 0
        for name, quantities in self.given.items():
            request = self.requests[name]
            for item, quantity in zip(request.items, quantities, strict=True):
                total += request.score * quantity * self.units[item.product][1] * item.months
        if total != self.plan.objective:
            yield Fault("objective_wrong", {"stated": self.plan.objective, "found": total})
        if self.plan.bound is not None and self.plan.bound < total:
            yield Fault("bound_wrong", {"stated": self.plan.bound, "found": total})

    def _answers(self) -> Iterator[Fault]:
        for request in self.problem.requests:
            found, stated = self._outcome(request), self.plan.outcomes.get(request.id)
            if found != stated:
                yield Fault("outcome_wrong", {"request": request.id, "stated": stated, "found": found})
        for name in self.plan.outcomes.keys() - self.requests.keys():
            yield Fault("outcome_wrong", {"request": name, "stated": self.plan.outcomes[name], "found": None})
        reserve = [
            request.id
            for request in self._order()
            if self._outcome(request) == REFUSED and not any(self._failed(request))
        ]
        if reserve != list(self.plan.reserve):
            yield Fault("reserve_wrong", {"stated": list(self.plan.reserve), "found": reserve})

    def _outcome(self, request: Request) -> str:
        if request.fixed is not None:
            return KEPT
        got = self.given.get(request.id)
        if got is None:
            return REFUSED
        return WHOLE if got == tuple(item.asked for item in request.items) else REDUCED


def _hash(problem: Problem) -> str:
    text = json.dumps(problem.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _whole(count: Count) -> Count:
    """The pool or budget that a count is one month of: what `stop` shuts."""
    return count[:-1]


def _smallest(request: Request) -> Iterator[tuple[int, ...]]:
    """The smallest awards that a request could have been given."""
    start = tuple(item.least for item in request.items)
    if any(start):
        yield start
        return
    for index in range(len(start)):
        yield tuple(int(index == other) for other in range(len(start)))


def _over(count: Count, units: int, limit: int) -> Fault:
    facts: dict[str, object] = {"given": units, "limit": limit}
    if count[0] == "pool":
        return Fault("over_capacity", {"pool": count[1], "month": str(count[2]), **facts})
    if isinstance(count[1], Month):
        return Fault("over_budget", {"rule": count[0], "month": str(count[1]), **facts})
    return Fault("over_share", {"rule": count[0], "organisation": count[1], **facts})
