"""The policy `scaled`: every ask is cut by one published function of score and ask, then by scarce lines until it fits.

The functions follow Canada's resource allocation competition (docs/allocation.md names the source): the share of the
others who score less, a decay in the ask, a first part that is never cut; or a line; or brackets as of an income tax.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from madang.allocation import ties
from madang.allocation.lines import POOL, SHARE, Line, Room
from madang.allocation.parts import BUDGET, RESERVE, Award, Request
from madang.allocation.policies import ECDF, LEAST, LINEAR, Scaled
from madang.allocation.problem import Problem
from madang.values import months_from

MILLION = 10**6
ORDER = (SHARE, BUDGET, RESERVE, POOL)  # who is cut for one holder's share is cut before all are cut for a pool


@dataclass(frozen=True)
class ScaledAwards:
    """Awards by request, the factors of the scarce series in millionths (1,000,000 where nothing was cut), and by
    request the series in which not even the least amounts fitted, so that it goes without."""

    awards: Mapping[str, Award]
    factors: Mapping[str, int]
    dropped: Mapping[str, str]


def kept(policy: Scaled, points: int, asked: int, below: int, others: int) -> Fraction:
    """How much of an ask of `asked` stays by the function alone, exactly.

    `below` of `others` other requests have fewer points. For the same points it does not fall as the ask grows, and for
    the same ask it does not fall as the points grow.
    """
    if policy.function == LINEAR:
        share = Fraction(points - policy.low, policy.high - policy.low)
        return asked * min(max(share, Fraction(0)), Fraction(1))
    if policy.function == ECDF:
        rank = Fraction(below, others) if others else Fraction(1)
        share = min(max((policy.floor + policy.slope * rank) / 1000, Fraction(0)), Fraction(1))
        decay = 1 - Fraction(policy.decay * asked, 1000 * (policy.turn + asked))
        free = min(asked, policy.free)
        return free + share * decay * (asked - free)
    stays, start = Fraction(0), 0
    for bracket in policy.brackets:
        end = asked if bracket.upto is None else min(asked, bracket.upto)
        if end > start:
            stays += Fraction((end - start) * bracket.keep, 1000)
            start = end
    return stays


@dataclass
class _Ask:
    """One request as the tuning sees it: what stays of its ask, and what one of each item draws on which line."""

    request: Request
    stays: Fraction  # of one
    draws: list[tuple[int, int, int, int]]  # line, item, month (-1: every month the same), units
    factor: int = MILLION

    def quantities(self, below: str, factor: int) -> tuple[int, ...]:
        """The quantities under a factor in millionths."""
        return quantities(self.request, self.stays, min(factor, self.factor), below)

    def on(self, lines: frozenset[int]) -> list[tuple[int, int, int, int]]:
        """What it draws on some lines."""
        return [draw for draw in self.draws if draw[0] in lines]

    def drawn(self, quantities: Sequence[int], draws: list[tuple[int, int, int, int]]) -> Iterator[tuple[int, int]]:
        """(line, units) of these quantities."""
        for line, index, month, units in draws:
            quantity = quantities[index]
            amount = quantity if month < 0 else even(quantity, self.request.items[index].months, month)
            yield line, amount * units


def cut_to(request: Request, stays: Fraction, factor: int) -> tuple[int, ...]:
    """What is left of each item of a request, of which a part stays, under a factor in millionths; rounded down."""
    numerator, divisor = stays.numerator * factor, stays.denominator * MILLION
    return tuple([item.asked * numerator // divisor for item in request.items])  # a list first: half the time


def quantities(request: Request, stays: Fraction, factor: int, below: str) -> tuple[int, ...]:
    """What a request is given of each item: what is left; where one falls under its least, nothing or that least."""
    left, items = cut_to(request, stays, factor), request.items
    for quantity, item in zip(left, items, strict=True):
        if quantity < item.least:
            return tuple(map(max, left, (one.least for one in items))) if below == LEAST else (0,) * len(left)
    return left


def even(total: int, months: int, month: int) -> int:
    """A total spread evenly: what falls into a month (from 0), the earlier ones taking what does not divide."""
    return total // months + (month < total % months)


def scaled(problem: Problem, policy: Scaled, candidates: Sequence[Request], room: Room) -> ScaledAwards:
    """The awards to candidates, who stand in the published order: first alternatives, at their first start.

    Each series of lines (a holder's share, a budget, a reserve, a pool; in this order) gets the largest factor, in
    millionths, at which everyone who draws on it fits; a request is cut by the smallest factor of its series. Where not
    even the least amounts fit (`below` "least"), the last placed go without.
    """
    asks = _asks(problem, policy, candidates, room)
    factors: dict[str, int] = {}
    dropped: dict[str, str] = {}
    drawing: dict[int, list[int]] = {}
    for place, ask in enumerate(asks):
        for line in {line for line, *_ in ask.draws}:
            drawing.setdefault(line, []).append(place)
    for name, lines in _series(room):
        members = [asks[place] for place in sorted({n for line in lines for n in drawing.get(line, ())})]
        factor = _tuned(policy, members, lines, room) if members else MILLION
        for ask in members:
            if ask.factor < 0:
                dropped.setdefault(ask.request.id, name)
        if factor < MILLION:
            factors[name] = factor
            for ask in members:
                ask.factor = min(ask.factor, factor)
    awards = {}
    for ask in asks:
        quantities = ask.quantities(policy.below, MILLION) if ask.factor >= 0 else ()
        if any(quantities):
            awards[ask.request.id] = award(ask.request, quantities)
    return ScaledAwards(awards, factors, dropped)


def award(request: Request, quantities: tuple[int, ...]) -> Award:
    """The award of quantities of the first alternative at its first start, totals spread evenly."""
    if not any(item.total for item in request.items):
        return Award(quantities)
    spread = tuple(
        tuple(even(q, item.months, month) for month in range(item.months)) if item.total else ()
        for item, q in zip(request.items, quantities, strict=True)
    )
    return Award(quantities, spread=spread)


def stays(problem: Problem, policy: Scaled, candidates: Sequence[Request]) -> dict[str, Fraction]:
    """What the function leaves of each candidate's ask, as a part of one."""
    ranked = sorted(problem.points[r.id] for r in candidates)
    found = {}
    for request in candidates:
        asked, points = ties.asked(problem, request), problem.points[request.id]
        found[request.id] = kept(policy, points, asked, bisect_left(ranked, points), len(ranked) - 1) / asked
    return found


def _asks(problem: Problem, policy: Scaled, candidates: Sequence[Request], room: Room) -> list[_Ask]:
    parts = stays(problem, policy, candidates)
    found = []
    for request in candidates:
        draws = []
        for index, item in enumerate(request.items):
            product = problem.product[item.product]
            for offset, month in enumerate(months_from(item.first, item.months)):
                for line, each in room.tariff(request, product.pool, month):
                    draws.append((line, index, offset if item.total else -1, each * product.units))
        found.append(_Ask(request, parts[request.id], _merged(draws)))
    return found


def _merged(draws: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    sums: dict[tuple[int, int, int], int] = {}
    for line, index, month, units in draws:
        sums[line, index, month] = sums.get((line, index, month), 0) + units
    return [(*key, units) for key, units in sums.items()]


def _series(room: Room) -> list[tuple[str, frozenset[int]]]:
    """Named sets of lines in the order in which they are tuned; a share's holders are tuned one by one."""
    found: dict[tuple[int, str], list[int]] = {}
    for index, line in enumerate(room.lines):
        found.setdefault((ORDER.index(line.kind), series_name(line)), []).append(index)
    return [(name, frozenset(lines)) for (_, name), lines in sorted(found.items())]


def series_name(line: Line) -> str:
    """How a line's series is named in a plan's factors: kind, pool or rule, and the holder of a share."""
    return ":".join(filter(None, (line.kind, line.rule or line.pool, line.holder if line.kind == SHARE else "")))


def _tuned(policy: Scaled, members: list[_Ask], lines: frozenset[int], room: Room) -> int:
    """The largest factor at which the members fit; drops the last placed (factor -1) where none is small enough."""

    drawing = [(ask, ask.on(lines)) for ask in members]

    def fits(factor: int, count: int) -> bool:
        left = {line: room.left[line] for line in lines}
        for ask, draws in drawing[:count]:
            if ask.factor >= 0:
                for line, units in ask.drawn(ask.quantities(policy.below, factor), draws):
                    left[line] -= units
        return all(units >= 0 for units in left.values())

    if fits(MILLION, len(members)):
        return MILLION
    count = len(members)
    if not fits(0, count):
        count = _last(lambda n: fits(0, n), 0, count)
        for ask in members[count:]:
            ask.factor = -1
        if fits(MILLION, count):
            return MILLION
    return _last(lambda factor: fits(factor, count), 0, MILLION)


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The largest n from `low`, where it holds, to below `high`, where it does not; what holds at n holds below it."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
