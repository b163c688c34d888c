"""The judge's own count of what a plan is worth, and of what the prices of its proof prove by weak duality.

For prices p ≥ 0 of the rows, no plan is worth more than Σ p × limit + Σ over requests of the largest of 0 and, over the
ways of serving it, worth − Σ p × use + Σ over its parts of (how many more) × max(0, worth − Σ p × use of one more).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from madang.allocation.check_limits import Fault, Tally, applies, held_by
from madang.allocation.parts import NO_ENVY, SHARE_AT_LEAST, SUCCESS_BAND, Award, Request
from madang.allocation.plan import Grant, Plan
from madang.allocation.policies import Fair, Policy, Portfolio
from madang.allocation.problem import Problem

Row = tuple[str, ...]
Uses = Counter[Row]


def worth(problem: Problem, policy: Policy, given: Mapping[str, Award]) -> int:
    """What awards are worth together: in a portfolio's own measure, else points x weighted units x months."""
    tally, total = Tally(problem), 0
    for request in problem.requests:
        if request.id in given:
            total += _worth(tally, policy, request, given[request.id], once=True)
    return total


def _worth(tally: Tally, policy: Policy, request: Request, award: Award, *, once: bool) -> int:
    points = tally.points(request)
    if isinstance(policy, Portfolio):
        points = max(0, points - policy.above) ** policy.power
        if policy.measure == "awards":
            return points if once else 0
    return points * sum(units * tally.weight(pool) for (pool, _), units in tally.amounts(request, award).items())


@dataclass
class _Way:
    """One way of serving a request at its least, and what more it may get: (worth, how many, uses of one)."""

    worth: int
    uses: Uses
    parts: list[tuple[int, int, Uses]]


class _Rows:
    """Every way of serving every open request, with what it draws on each row, worked out from the problem alone."""

    def __init__(self, problem: Problem, policy: Policy, kept: Mapping[str, Award], order: Sequence[Request]) -> None:
        self.problem, self.policy, self.tally = problem, policy, Tally(problem)
        self.open = [r for r in order if self.tally.open(r)]
        self.fixed = [(r, kept[r.id]) for r in problem.requests if r.fixed is not None and r.id in kept]
        self.taken: Uses = Counter()
        for request, award in self.fixed:
            self.taken.update(self._lines(request, award))
        self.extra: dict[str, Uses] = defaultdict(Counter)
        self.limits: dict[Row, int] = {}
        for rule in problem.rules:
            if rule.kind == SHARE_AT_LEAST:
                self.limits["share", rule.name] = -sum(self._share(rule.name, r, a) for r, a in self.fixed)
            elif rule.kind == SUCCESS_BAND:
                self._band(rule.name)
        self.ways = {request.id: list(self._ways(request)) for request in self.open}

    def _lines(self, request: Request, award: Award) -> Uses:
        return Counter(self.tally.draw(request, award))

    def _share(self, name: str, request: Request, award: Award) -> int:
        rule = next(rule for rule in self.problem.rules if rule.name == name)
        amount = sum(
            units * (1 if rule.pool else self.tally.weight(pool))
            for (pool, _), units in self.tally.amounts(request, award).items()
            if rule.pool in (None, pool)
        )
        return amount * (rule.number("thousandths") - (1000 if applies(rule, request) else 0))

    def _band(self, name: str) -> None:
        rule = next(rule for rule in self.problem.rules if rule.name == name)
        groups: dict[str, list[Request]] = defaultdict(list)
        for request in [*self.open, *(r for r, _ in self.fixed)]:
            own = held_by(request, rule.text("attribute"))
            if own is not None and applies(rule, request):
                groups[own].append(request)
        every = sum(map(len, groups.values()))
        for own, members in groups.items():
            most = max(1000 * every, rule.number("thousandths") * len(members) * every)
            above, below = ("above", name, own), ("below", name, own)
            self.limits[above] = self.limits[below] = most
            for other, found in groups.items():
                units = 1000 * ((every if other == own else 0) - len(members))
                for request in found:
                    if request.fixed is None:
                        self.extra[request.id].update({above: units, below: -units})
                    else:
                        self.limits[above] -= units
                        self.limits[below] += units

    def limit(self, row: Row) -> int | None:
        """What the open requests may use of a row; None for a row that the problem does not have."""
        if row[0] in ("share", "above", "below") and len(row) in (2, 3):
            return self.limits.get(row)
        if row[0] in ("envy", "own"):
            return 0
        known = len(row) == 5 and (row[0] != "pool" or (row[1], row[2]) in self.tally.capacity)
        return self.tally.limit(row) - self.taken[row] if known else None

    def _ways(self, request: Request) -> Iterator[_Way]:
        for option, alternative in enumerate(request.options):
            for later in range(alternative.later + 1):
                way = self._way(request, option, later)
                if way is not None:
                    yield way

    def _all(self, request: Request, award: Award) -> Uses:
        uses = self._lines(request, award)
        for rule in self.problem.rules:
            if rule.kind == SHARE_AT_LEAST:
                uses["share", rule.name] = self._share(rule.name, request, award)
        return uses

    def _way(self, request: Request, option: int, later: int) -> _Way | None:
        items = request.options[option].items
        blank = [(0,) * item.months if item.total else () for item in items]
        totals = any(item.total for item in items)
        base = Award(tuple(0 if i.total else i.least for i in items), option, later, tuple(blank) if totals else ())
        lines = self._lines(request, base)
        if any(units > (self.limit(row) or 0) for row, units in lines.items() if units):
            return None
        uses = self._all(request, base)
        uses.update(self.extra[request.id])
        own, something = ("own", request.id, str(option)), not any(item.least for item in items)
        parts = []
        for index, item in enumerate(items):
            if item.total:
                uses[(*own, str(index), "least")], uses[(*own, str(index), "asked")] = item.least, -item.asked
            for month in range(item.months) if item.total else [-1] if item.asked > item.least else []:
                single = tuple(int(n == index) for n in range(len(items)))
                spread = list(blank)
                if item.total:
                    spread[index] = tuple(int(n == month) for n in range(item.months))
                parts.append(
                    self._part(request, Award(single, option, later, tuple(spread) if totals else ()), lines, index)
                )
        if something:
            uses[(*own, "something")] = 1
            for _, _, one in parts:
                one[(*own, "something")] = -1
        return _Way(_worth(self.tally, self.policy, request, base, once=True), uses, parts)

    def _part(self, request: Request, one: Award, lines: Uses, index: int) -> tuple[int, int, Uses]:
        item = request.options[one.option].items[index]
        draw = self._lines(request, one)
        most = item.asked if item.total else item.asked - item.least
        for row, units in draw.items():
            most = min(most, ((self.limit(row) or 0) - lines[row]) // units)
        uses = self._all(request, one)
        if item.total:
            own = ("own", request.id, str(one.option), str(index))
            uses[(*own, "least")], uses[(*own, "asked")] = -1, 1
        return _worth(self.tally, self.policy, request, one, once=False), max(0, most), uses

    def envy(self, priced: Mapping[Row, int]) -> None:
        """Adds the rows of envy that have a price: the second may be granted only where the first is."""
        for row in priced:
            if row[0] == "envy" and len(row) == 4 and self._envies(*row[1:]):
                for name, units in ((row[3], 1), (row[2], -1)):
                    for way in self.ways[name]:
                        way.uses[row] = units

    def _envies(self, rule_name: str, better: str, other: str) -> bool:
        rule = next((r for r in self.problem.rules if r.name == rule_name and r.kind == NO_ENVY), None)
        named = {r.id: r for r in self.open}
        if rule is None or better not in named or other not in named:
            return False
        one, two = named[better], named[other]
        if "attribute" in rule.params:
            attribute = rule.text("attribute")
            if held_by(one, attribute) != held_by(two, attribute):
                return False
        asks = [self.tally._asked(r) for r in (one, two)]
        same = set(asks[0]) == set(asks[1]) and one.options[0].later == two.options[0].later
        no_more = all(units <= asks[1][key] for key, units in asks[0].items())
        return same and no_more and self.tally.points(one) > self.tally.points(two)


def proof_faults(problem: Problem, plan: Plan, given: Mapping[str, Grant], order: Sequence[Request]) -> Iterator[Fault]:
    """What of a portfolio's proof is not so, and who is refused although something would still fit."""
    if not isinstance(plan.policy, Portfolio | Fair):
        return
    kept = {r.id: r.fixed for r in problem.requests if r.fixed is not None}
    rows = _Rows(problem, plan.policy, kept, order)
    awards = {name: grant.award for name, grant in given.items()}
    yield from _room_left(rows, awards, plan)
    if plan.proof is not None:
        yield from _proven(rows, plan, given, worth(problem, plan.policy, kept))


def _room_left(rows: _Rows, given: Mapping[str, Award], plan: Plan) -> Iterator[Fault]:
    """A portfolio leaves nobody out whose least, or one unit where the least is nothing, would still fit.

    Where rules about all awards together hold, adding one may break them, and this is not asked.
    """
    if isinstance(plan.policy, Fair) or any(
        r.kind in (SHARE_AT_LEAST, SUCCESS_BAND, NO_ENVY) for r in rows.problem.rules
    ):
        return
    used: Uses = Counter()
    for name, award in given.items():
        used.update(rows._lines(next(r for r in rows.problem.requests if r.id == name), award))
    for request in rows.open:
        if request.id in given:
            continue
        for index, items in enumerate(option.items for option in request.options):
            if any(item.total for item in items):
                continue
            least = tuple(item.least for item in items)
            singles = [tuple(int(n == k) for n in range(len(items))) for k in range(len(items))]
            for quantities in [least] if any(least) else singles:
                for later in range(request.options[index].later + 1):
                    draw = rows._lines(request, Award(quantities, index, later))
                    if all(used[row] + units <= rows.tally.limit(row) for row, units in draw.items()):
                        yield Fault("room_left", {"request": request.id})
                        return


def _proven(rows: _Rows, plan: Plan, given: Mapping[str, Grant], kept: int) -> Iterator[Fault]:
    """Counts again what the prices prove, and who is decided by them."""
    assert plan.proof is not None
    priced = {price.row: price.price for price in plan.proof.prices}
    rows.envy(priced)
    shared: dict[Row, int] = {}
    for ways in rows.ways.values():
        for way in ways:
            for uses in (way.uses, *(uses for _, most, uses in way.parts if most)):
                for row in uses:
                    if row in priced:
                        shared[row] = math.gcd(shared.get(row, 0), uses[row])
    total = 0
    for row, price in priced.items():
        limit = rows.limit(row)
        if limit is None:
            yield Fault("proof_wrong", {"stated": plan.proof.proven, "found": "-".join(row)})
            return
        total += price * (limit // (shared.get(row) or 1))
    scale = plan.proof.denominator

    def paid(uses: Uses) -> int:
        return sum(priced[row] * (uses[row] // shared[row]) for row in uses if row in priced and shared.get(row))

    left = {
        name: [
            scale * way.worth - paid(way.uses) + sum(most * max(0, scale * w - paid(u)) for w, most, u in way.parts)
            for way in ways
        ]
        for name, ways in rows.ways.items()
    }
    best = {name: max([0, *values]) for name, values in left.items()}
    total += sum(best.values())
    found = kept + total // scale
    if found > plan.proof.proven:
        yield Fault("proof_wrong", {"stated": plan.proof.proven, "found": found})
    marginal = set(plan.marginal)
    for name, values in left.items():
        other = total - best[name] + (0 if name in given else max(values, default=-total - scale))
        decided = other // scale + kept < plan.objective
        if not decided and name not in marginal:
            yield Fault("marginal_wrong", {"request": name})
