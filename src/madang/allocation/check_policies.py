"""The judge's own account of what each policy promises: the published order, the walk down it, the scaled amounts."""

from __future__ import annotations

import bisect
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from madang.allocation.check_limits import Count, Fault, Tally
from madang.allocation.parts import MINIMUM_CRITERION, TOGETHER, Award, Request
from madang.allocation.plan import Grant, Plan
from madang.allocation.policies import (
    CRITERIA,
    CRITERION,
    LOTTERY,
    SCORE,
    SMALLER_ASK,
    STOP,
    Fair,
    Portfolio,
    Rank,
    Scaled,
    Tiers,
)
from madang.allocation.problem import Problem

Given = Mapping[str, Grant]


def ordered(problem: Problem, plan: Plan, asks: str) -> list[Request]:
    """Every request in the published order, worked out from the policy's list of keys."""
    tally = Tally(problem)
    ranked = [rule.text("criterion") for rule in problem.rules if rule.kind == MINIMUM_CRITERION]
    names = ranked + sorted({name for r in problem.requests for name in r.criteria} - set(ranked))

    def place(request: Request) -> list[object]:
        keys: list[object] = []
        for tie in plan.policy.ties:
            if tie == SCORE:
                keys.append(-tally.points(request))
            elif tie == CRITERIA:
                keys.extend(-request.criteria.get(name, 0) for name in names)
            elif tie.startswith(CRITERION):
                keys.append(-request.criteria.get(tie[len(CRITERION) :], 0))
            elif tie == SMALLER_ASK:
                keys.append(asked(tally, request))
            elif tie == LOTTERY:
                keys.append(lot(asks, plan.seed, request))
        return [*keys, lot(asks, plan.seed, request), request.id]

    return sorted(problem.requests, key=place)


def lot(asks: str, seed: int, request: Request) -> str:
    """The lottery number of a request; `asks`: the hash of who takes part and what they ask."""
    return hashlib.sha256(f"{asks}\n{seed}\n{request.id}".encode()).hexdigest()


def asked(tally: Tally, request: Request) -> int:
    """Weighted units x months that the first alternative asks for."""
    total = 0
    for item in request.options[0].items:
        pool, units = tally.units[item.product]
        total += item.asked * units * tally.weight(pool) * (1 if item.total else item.months)
    return total


def reserve_list(problem: Problem, plan: Plan, order: Sequence[Request], asks: str) -> list[Request]:
    """Whom the policy decides on, in the order in which they are served or next in line."""
    tally, policy = Tally(problem), plan.policy
    found = [request for request in order if tally.open(request)]
    if not isinstance(policy, Tiers):
        return found
    top = [r for r in found if tally.points(r) >= policy.whole]
    middle = [r for r in found if policy.lottery <= tally.points(r) < policy.whole]
    return top + sorted(middle, key=lambda r: (lot(asks, plan.seed, r), r.id))


def policy_faults(problem: Problem, plan: Plan, given: Given, order: Sequence[Request], asks: str) -> Iterator[Fault]:
    """What of its policy's promises a plan breaks."""
    if not isinstance(plan.policy, Portfolio | Fair):
        for rule in problem.rules:
            if rule.kind in TOGETHER:
                yield Fault("rule_not_kept_by_policy", {"rule": rule.name})
    served = reserve_list(problem, plan, order, asks)
    if isinstance(plan.policy, Rank | Tiers):
        yield from _walked(problem, plan, given, served)
    elif isinstance(plan.policy, Scaled):
        yield from _scaled(problem, plan, given, served, plan.policy)
    elif isinstance(plan.policy, Fair):
        yield from _shares(problem, plan, given, plan.policy)


class _Used:
    """What is used while the judge walks down a list."""

    def __init__(self, problem: Problem) -> None:
        self.tally = Tally(problem)
        self.used: Counter[Count] = Counter()
        for request in problem.requests:
            if request.fixed is not None:
                self.used.update(self.tally.draw(request, request.fixed))

    def fits(self, request: Request, option: int, later: int) -> tuple[Award | None, set[Count]]:
        """The award of all that is asked for, totals as early as can be; or None and the counts that were short."""
        items = request.options[option].items
        blank = [(0,) * item.months if item.total else () for item in items]
        spread = list(blank) if any(item.total for item in items) else []
        quantities = [0 if item.total else item.asked for item in items]
        draw = Counter(self.tally.draw(request, Award(tuple(quantities), option, later, tuple(spread))))
        short = {count for count, units in draw.items() if self.used[count] + units > self.tally.limit(count)}
        if short:
            return None, short
        for index, item in enumerate(items):
            if not item.total:
                continue
            amounts: list[int] = []
            for month in range(item.months):
                one = [
                    tuple(int(n == month) for n in range(item.months)) if k == index else blank[k]
                    for k in range(len(items))
                ]
                single = tuple(int(k == index) for k in range(len(items)))
                each = self.tally.draw(request, Award(single, option, later, tuple(one)))
                free = {c: (self.tally.limit(c) - self.used[c] - draw[c]) // units for c, units in each.items()}
                given = max(0, min([item.asked - sum(amounts), *free.values()]))
                draw.update({count: units * given for count, units in each.items()})
                amounts.append(given)
            if sum(amounts) < item.asked:
                stuck = [
                    count
                    for count, units in each.items()
                    if self.tally.limit(count) - self.used[count] - draw[count] < units
                ]
                return None, {min(stuck, key=self._line)}
            spread[index], quantities[index] = tuple(amounts), item.asked
        return Award(tuple(quantities), option, later, tuple(spread)), set()

    def _line(self, count: Count) -> tuple[int, int, str]:
        """Where a count stands in the published list of limits: pools first, then rules in their order."""
        kind, pool, month, rule, _ = count
        names = [one.name for one in self.tally.problem.rules]
        return (0, 0, pool + month) if kind == "pool" else (1, names.index(rule), month)


def _series(count: Count) -> tuple[str, str, str]:
    return count[0], count[1], count[3]


def _walked(problem: Problem, plan: Plan, given: Given, served: Sequence[Request]) -> Iterator[Fault]:
    """Follows the order: whole awards only, nobody passed over who fits, nobody served where a list has ended."""
    walk, shut = _Used(problem), set[tuple[str, str, str]]()
    stop = isinstance(plan.policy, Rank | Tiers) and plan.policy.overflow == STOP
    names = {request.id for request in served}
    for other in problem.requests:
        if other.id in given and walk.tally.open(other) and other.id not in names:
            yield Fault("order_broken", {"request": other.id})
    for request in served:
        grant, award, first_short = given.get(request.id), None, set[Count]()
        barred_first = False
        for option, alternative in enumerate(request.options):
            for later in range(alternative.later + 1):
                barred = bool(shut) and any(s in shut for s in _touched(walk.tally, request, option, later))
                if option == later == 0:
                    barred_first = barred
                if award is not None or barred:
                    continue
                award, short = walk.fits(request, option, later)
                first_short = short if option == later == 0 else first_short
        if grant is not None and grant.quantities != tuple(i.asked for i in request.options[grant.option].items):
            yield Fault("not_whole", {"request": request.id})
        if (grant.award if grant else None) != award:
            yield Fault("order_broken", {"request": request.id})
        if grant is not None:
            walk.used.update(walk.tally.draw(request, grant.award))
        elif stop and not barred_first:
            shut.update(_series(count) for count in first_short if count[0] != "share")


def _touched(tally: Tally, request: Request, option: int, later: int) -> set[tuple[str, str, str]]:
    items = request.options[option].items
    ones = tuple((1,) * item.months if item.total else () for item in items)
    spread = ones if any(item.total for item in items) else ()
    return {_series(count) for count in tally.draw(request, Award((1,) * len(items), option, later, spread))}


def _shares(problem: Problem, plan: Plan, given: Given, policy: Fair) -> Iterator[Fault]:
    """The share that each class is said to reach is reached."""
    tally = Tally(problem)
    wanted: Counter[str] = Counter()
    got: Counter[str] = Counter()
    for request in problem.requests:
        if request.fixed is None and not tally.open(request):
            continue
        own = request.organisation if policy.attribute == "organisation" else request.attributes.get(policy.attribute)
        wanted[own or ""] += asked(tally, request)
        if request.id in given:
            for (pool, _), units in tally.amounts(request, given[request.id].award).items():
                got[own or ""] += units * tally.weight(pool)
    if set(plan.shares) != set(wanted):
        yield Fault(
            "share_not_reached", {"class": ", ".join(sorted(set(plan.shares) ^ set(wanted))) or "-", "share": 0}
        )
    for name, share in sorted(plan.shares.items()):
        if got[name] * 1000 < share * wanted[name]:
            yield Fault("share_not_reached", {"class": name, "share": share})


class _Scale:
    """The judge's own tuning of a scaled plan: what each series of limits leaves of the asks, in millionths."""

    def __init__(self, problem: Problem, policy: Scaled, served: Sequence[Request]) -> None:
        self.used, self.policy, self.served = _Used(problem), policy, served
        tally = self.used.tally
        points = sorted(tally.points(request) for request in served)
        self.left: dict[str, Fraction] = {}
        for request in served:
            own, size = tally.points(request), asked(tally, request)
            below = bisect.bisect_left(points, own)
            self.left[request.id] = left_of(policy, own, size, below, len(points) - 1) / size
        self.cut = {request.id: 10**6 for request in served}
        self.dropped: set[str] = set()

    def award(self, request: Request, millionths: int) -> Award | None:
        part = self.left[request.id] * min(millionths, self.cut[request.id]) / 10**6
        quantities = []
        for item in request.options[0].items:
            quantity = int(item.asked * part)
            if quantity < item.least and self.policy.below != "least":
                return None
            quantities.append(max(quantity, item.least))
        if not any(quantities):
            return None
        spread = [
            tuple(q // item.months + int(n < q % item.months) for n in range(item.months)) if item.total else ()
            for item, q in zip(request.options[0].items, quantities, strict=True)
        ]
        return Award(tuple(quantities), spread=tuple(spread) if any(spread) else ())

    def tuned(self) -> dict[str, int]:
        """Factors by series, in the published order of tuning."""
        members: dict[tuple[int, str], list[Request]] = defaultdict(list)
        kinds = ["share", "budget", "reserve", "pool"]
        for request in self.served:
            items = request.options[0].items
            ones = tuple((1,) * item.months if item.total else () for item in items)
            whole = Award((1,) * len(items), spread=ones if any(ones) else ())
            for name in {self._name(count) for count in self.used.tally.draw(request, whole)}:
                members[kinds.index(name.split(":")[0]), name].append(request)
        found = {}
        for (_, name), requests in sorted(members.items()):
            factor = self._factor(name, requests)
            if factor < 10**6:
                found[name] = factor
                for request in requests:
                    self.cut[request.id] = min(self.cut[request.id], factor)
        return found

    def _name(self, count: Count) -> str:
        kind, pool, _, rule, holder = count
        return ":".join(part for part in (kind, rule or pool, holder if kind == "share" else "") if part)

    def _holds(self, name: str, requests: Sequence[Request], millionths: int) -> bool:
        total: Counter[Count] = Counter()
        for request in requests:
            award = None if request.id in self.dropped else self.award(request, millionths)
            if award is not None:
                total.update({c: n for c, n in self.used.tally.draw(request, award).items() if self._name(c) == name})
        return all(self.used.used[count] + units <= self.used.tally.limit(count) for count, units in total.items())

    def _factor(self, name: str, requests: Sequence[Request]) -> int:
        if self._holds(name, requests, 10**6):
            return 10**6
        if not self._holds(name, requests, 0):
            served, none = 0, len(requests)
            while none - served > 1:
                middle = (served + none) // 2
                served, none = (middle, none) if self._holds(name, requests[:middle], 0) else (served, middle)
            self.dropped.update(request.id for request in requests[served:])
            if self._holds(name, requests, 10**6):
                return 10**6
        low, high = 0, 10**6
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._holds(name, requests, middle) else (low, middle)
        return low


def left_of(policy: Scaled, points: int, size: int, below: int, others: int) -> Fraction:
    """What the published function leaves of an ask, as a fraction of units x months."""
    if policy.function == "linear":
        part = Fraction(points - policy.low, policy.high - policy.low)
        return size * max(Fraction(0), min(Fraction(1), part))
    if policy.function == "ecdf":
        base = (policy.floor + policy.slope * (Fraction(below, others) if others else 1)) / Fraction(1000)
        base = max(Fraction(0), min(Fraction(1), base))
        uncut = min(size, policy.free)
        return uncut + base * (size - uncut) * (1 - Fraction(policy.decay, 1000) * Fraction(size, policy.turn + size))
    total, before = Fraction(0), 0
    for bracket in policy.brackets:
        upto = size if bracket.upto is None else min(size, bracket.upto)
        total += max(0, upto - before) * Fraction(bracket.keep, 1000)
        before = max(before, upto)
    return total


def _scaled(problem: Problem, plan: Plan, given: Given, served: Sequence[Request], policy: Scaled) -> Iterator[Fault]:
    scale = _Scale(problem, policy, served)
    factors = scale.tuned()
    for name in sorted(factors.keys() | plan.factors.keys()):
        stated, found = plan.factors.get(name, 10**6), factors.get(name, 10**6)
        if stated != found:
            yield Fault("factor_wrong", {"series": name, "stated": stated, "found": found})
    for request in served:
        award = None if request.id in scale.dropped else scale.award(request, 10**6)
        grant = given.get(request.id)
        if (grant.award if grant else None) != award:
            yield Fault("scaled_wrong", {"request": request.id})
