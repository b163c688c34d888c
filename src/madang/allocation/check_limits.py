"""The judge's own count of what awards draw on, and of every limit and rule that they must keep."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from madang.allocation.parts import (
    BUDGET,
    MINIMUM_CRITERION,
    MINIMUM_SCORE,
    NO_ENVY,
    OVERBOOKING,
    PREFERENCE,
    RESERVE,
    SHARE_AT_LEAST,
    SHARE_AT_MOST,
    SUCCESS_BAND,
    Award,
    Request,
    Rule,
)
from madang.allocation.problem import Problem

# What computing is counted against: (kind, pool, month, rule, holder), with "" for what does not apply.
Count = tuple[str, ...]
PIECES = 1 << 52  # into so many pieces a probability is cut; every piece that is cut off is counted as a risk


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a plan; `facts` are plain values (ids, numbers, months as text)."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Tally:
    """Counts awards against a problem's limits."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.units = {product.code: (product.pool, product.units) for product in problem.products}
        self.capacity = {(p.code, str(m)): c for p in problem.pools for m, c in p.months.items()}
        self.weights = dict(problem.reference.thousandths) if problem.reference else {}
        self.known: dict[Count, int] = {}
        self.draws: dict[tuple[str, Award], Counter[Count]] = {}

    def weight(self, pool: str) -> int:
        return self.weights.get(pool, 1)

    def points(self, request: Request) -> int:
        """Score and preferences, never below zero."""
        points = request.score
        for rule in self.problem.rules:
            if rule.kind == PREFERENCE and applies(rule, request):
                points += rule.number("points")
        return max(points, 0)

    def failed(self, request: Request) -> Iterator[Rule]:
        """The rules with a minimum that the request does not reach."""
        for rule in self.problem.rules:
            if rule.kind == MINIMUM_SCORE:
                points = request.score
            elif rule.kind == MINIMUM_CRITERION:
                points = request.criteria.get(rule.text("criterion"), 0)
            else:
                continue
            if applies(rule, request) and points < rule.number("score"):
                yield rule

    def open(self, request: Request) -> bool:
        """Whether the policy decides on a request."""
        return request.fixed is None and not any(self.failed(request))

    def amounts(self, request: Request, award: Award) -> Counter[tuple[str, str]]:
        """(pool, month) → units."""
        found: Counter[tuple[str, str]] = Counter()
        for index, item in enumerate(request.options[award.option].items):
            pool, units = self.units[item.product]
            for offset in range(item.months):
                amount = award.spread[index][offset] if item.total else award.quantities[index]
                if amount:
                    found[pool, str(item.first.plus(award.later + offset))] += amount * units
        return found

    def draw(self, request: Request, award: Award) -> Counter[Count]:
        """What an award is counted against, and with how many units."""
        key = request.id, award
        if key not in self.draws:
            found: Counter[Count] = Counter()
            for (pool, month), units in self.amounts(request, award).items():
                found["pool", pool, month, "", ""] += units
                for rule in self.problem.rules:
                    count = self._count(rule, request, pool, month)
                    if count is not None:
                        found[count] += units * (1 if rule.params.get("pool") else self.weight(pool))
            self.draws[key] = found
        return self.draws[key]

    def _count(self, rule: Rule, request: Request, pool: str, month: str) -> Count | None:
        if rule.kind not in (RESERVE, BUDGET, SHARE_AT_MOST) or rule.params.get("pool", pool) != pool:
            return None
        scope = str(rule.params.get("pool", ""))
        if rule.kind == RESERVE:
            return RESERVE, scope, month, rule.name, ""
        if not applies(rule, request):
            return None
        if rule.kind == BUDGET:
            each = rule.params.get("each", "month") == "month"
            return BUDGET, scope, month if each else "", rule.name, ", ".join(rule.where().values())
        holder = held_by(request, rule.text("holder"))
        return None if holder is None else ("share", scope, "", rule.name, holder)

    def limit(self, count: Count) -> int:
        if count not in self.known:
            self.known[count] = self._limit(count)
        return self.known[count]

    def _limit(self, count: Count) -> int:
        kind, pool, month, name, _ = count
        if kind == "pool":
            capacity = self.capacity[pool, month]
            factors = [1000]
            factors += [r.number("thousandths") for r in self.problem.rules if r.kind == OVERBOOKING and r.pool == pool]
            return max(capacity.funded * max(factors) // 1000 - capacity.held, 0)
        rule = next(rule for rule in self.problem.rules if rule.name == name)
        if kind == RESERVE:
            capacity = self.capacity[pool, month]
            kept = (capacity.funded * rule.number("thousandths") + 999) // 1000
            return max(capacity.funded - kept - capacity.held, 0)
        if kind == BUDGET:
            return rule.number("units")
        whole = 0
        for (code, _month), capacity in self.capacity.items():
            if pool in ("", code):
                whole += max(capacity.funded - capacity.held, 0) * (1 if pool else self.weight(code))
        return whole * rule.number("thousandths") // 1000

    def faults(self, given: Mapping[str, Award]) -> Iterator[Fault]:
        """Every limit and every rule about all awards together that the awards break."""
        requests = {request.id: request for request in self.problem.requests}
        used: Counter[Count] = Counter()
        for name, award in given.items():
            used.update(self.draw(requests[name], award))
        for count, units in sorted(used.items()):
            if units > self.limit(count):
                yield _over(count, units, self.limit(count))
        for rule in self.problem.rules:
            if rule.kind == SHARE_AT_LEAST:
                yield from self._share(rule, requests, given)
            elif rule.kind == SUCCESS_BAND:
                yield from self._band(rule, given)
            elif rule.kind == NO_ENVY:
                yield from self._envy(rule, given)
            elif rule.kind == OVERBOOKING:
                yield from self._risk(rule, requests, given)

    def _share(self, rule: Rule, requests: Mapping[str, Request], given: Mapping[str, Award]) -> Iterator[Fault]:
        own = every = 0
        for name, award in given.items():
            for (pool, _), units in self.amounts(requests[name], award).items():
                if rule.params.get("pool", pool) == pool:
                    amount = units * (1 if rule.params.get("pool") else self.weight(pool))
                    every += amount
                    own += amount if applies(rule, requests[name]) else 0
        if own * 1000 < every * rule.number("thousandths"):
            yield Fault("below_share", {"rule": rule.name, "given": own, "every": every})

    def _band(self, rule: Rule, given: Mapping[str, Award]) -> Iterator[Fault]:
        members: dict[str, list[Request]] = defaultdict(list)
        for request in self.problem.requests:
            holder = held_by(request, rule.text("attribute"))
            counted = request.fixed is not None or self.open(request)
            if holder is not None and counted and applies(rule, request):
                members[holder].append(request)
        every = sum(len(found) for found in members.values())
        granted = sum(request.id in given for found in members.values() for request in found)
        for name, found in sorted(members.items()):
            own = sum(request.id in given for request in found)
            apart = 1000 * abs(own * every - len(found) * granted)
            if apart > max(1000 * every, rule.number("thousandths") * len(found) * every):
                facts = {"rule": rule.name, "class": name, "given": own, "of": len(found), "all": granted}
                yield Fault("outside_band", {**facts, "every": every})

    def _envy(self, rule: Rule, given: Mapping[str, Award]) -> Iterator[Fault]:
        asks = {r.id: self._asked(r) for r in self.problem.requests if self.open(r)}
        requests = {r.id: r for r in self.problem.requests}
        attribute = rule.params.get("attribute")
        groups: dict[object, list[Request]] = defaultdict(list)
        for name, asked in asks.items():
            own = held_by(requests[name], str(attribute)) if attribute else None
            groups[own, requests[name].options[0].later, frozenset(asked)].append(requests[name])
        for group in groups.values():
            refused = [r for r in group if r.id not in given]
            for request in refused:
                for other in group:
                    lower = other.id in given and self.points(other) < self.points(request)
                    if lower and all(units <= asks[other.id][key] for key, units in asks[request.id].items()):
                        yield Fault("envy", {"rule": rule.name, "request": request.id, "other": other.id})
                        break

    def _asked(self, request: Request) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        for item in request.options[0].items:
            pool, units = self.units[item.product]
            for offset in range(item.months):
                found[pool, str(item.first.plus(offset))] += item.asked * units
        return found

    def _risk(self, rule: Rule, requests: Mapping[str, Request], given: Mapping[str, Award]) -> Iterator[Fault]:
        """The chance that more is used at once than is funded, where each award is used whole or not at all."""
        pool = rule.text("pool")
        sizes: dict[str, list[int]] = defaultdict(list)
        for name, award in sorted(given.items()):
            for (code, month), units in self.amounts(requests[name], award).items():
                if code == pool:
                    sizes[month].append(units)
        for month, found in sorted(sizes.items()):
            capacity = self.capacity[pool, month]
            room = max(capacity.funded - capacity.held, 0)
            chance = chance_above(found, rule.number("rate"), room)
            if chance * 1000 > rule.number("risk") * PIECES:
                facts = {"rule": rule.name, "month": month, "chance": chance * 1_000_000 // PIECES}
                yield Fault("risk_exceeded", {**facts, "risk": rule.number("risk")})


def chance_above(sizes: list[int], rate: int, room: int) -> int:
    """At least the probability, in pieces, that awards used each with `rate` thousandths take more than `room`.

    The exact sum over all outcomes (a Poisson-binomial distribution with weights), every division rounded up.
    """
    if sum(sizes) <= room:
        return 0
    chances = [0] * (room + 1)
    chances[0], above = PIECES, 0
    for size in sizes:
        after = [-(-pieces * (1000 - rate) // 1000) for pieces in chances]
        for taken, pieces in enumerate(chances):
            if pieces:
                used = -(-pieces * rate // 1000)
                if taken + size <= room:
                    after[taken + size] += used
                else:
                    above += used
        chances = after
    return min(above, PIECES)


def applies(rule: Rule, request: Request) -> bool:
    """Whether a rule's `where` names only what is so of the request."""
    return all(held_by(request, name) == value for name, value in rule.where().items())


def held_by(request: Request, attribute: str) -> str | None:
    """Which value of an attribute a request counts under."""
    return request.organisation if attribute == "organisation" else request.attributes.get(attribute)


def _over(count: Count, units: int, limit: int) -> Fault:
    kind, pool, month, rule, holder = count
    facts: dict[str, object] = {"given": units, "limit": limit, "month": month or "-"}
    if kind == "pool":
        return Fault("over_capacity", {"pool": pool, **facts})
    if kind == RESERVE:
        return Fault("over_reserve", {"rule": rule, "pool": pool, **facts})
    if kind == BUDGET:
        return Fault("over_budget", {"rule": rule, **facts})
    return Fault("over_share", {"rule": rule, "holder": holder, **facts})
