"""Everything that is limited (a pool in a month, a reserve, a budget, a holder's share) and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from madang.allocation.parts import (
    BUDGET,
    INVALID,
    MINIMUM_SCORE,
    MINIMUMS,
    OVERBOOKING,
    RESERVE,
    SHARE_AT_MOST,
    Award,
    Pool,
    Request,
    Rule,
)
from madang.allocation.problem import Problem
from madang.errors import Refused
from madang.values import Month

POOL = "pool"
SHARE = "share"
Tariff = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Line:
    """One limit: at most `limit` units of `pool` in `month`, or over the window where `month` is None.

    Without a pool ("") it counts all pools in the reference unit. `rule` names the rule it comes from ("" for the pool
    itself), `holder` whom it is for: the group of a budget, or who holds a share. `kind`: pool, reserve, budget, share.
    """

    kind: str
    pool: str
    month: Month | None
    rule: str
    holder: str
    limit: int

    @property
    def series(self) -> tuple[str, str, str]:
        """The pool or rule that a line is one month of: what `stop` closes as a whole."""
        return self.kind, self.pool, self.rule


def unmet(problem: Problem, request: Request) -> Rule | None:
    """The first rule with a minimum that a request does not reach, or None; preferences do not help there."""
    for rule in problem.rules:
        if rule.kind not in MINIMUMS or not request.matches(rule.where()):
            continue
        points = request.score if rule.kind == MINIMUM_SCORE else request.criteria.get(rule.text("criterion"), 0)
        if points < rule.number("score"):
            return rule
    return None


def lines(problem: Problem) -> list[Line]:
    """Every limit of a problem: pools by month, then reserves, budgets and shares in the order of the rules."""
    found = [
        Line(POOL, pool.code, month, "", "", _limit(problem, pool, month))
        for pool in problem.pools
        for month in sorted(pool.months)
    ]
    for rule in problem.rules:
        if rule.kind == RESERVE:
            found.extend(_reserve(problem.pool[rule.text("pool")], rule))
        elif rule.kind == BUDGET:
            months = sorted(problem.pool[rule.pool].months) if rule.pool else problem.months
            spans = months if rule.by_month else [None]
            limit, group = rule.number("units"), ", ".join(rule.where().values())
            found.extend(Line(BUDGET, rule.pool or "", month, rule.name, group, limit) for month in spans)
        elif rule.kind == SHARE_AT_MOST:
            found.extend(_shares(problem, rule))
    return found


def _limit(problem: Problem, pool: Pool, month: Month) -> int:
    """Funded less held; where a rule allows overbooking, so many thousandths of what is funded, less held."""
    capacity = pool.months[month]
    factors = [r.number("thousandths") for r in problem.rules if r.kind == OVERBOOKING and r.pool == pool.code]
    return max(0, capacity.funded * max(factors, default=1000) // 1000 - capacity.held)


def _reserve(pool: Pool, rule: Rule) -> Iterator[Line]:
    """What may be given beside the part of the funded capacity that is kept, which is rounded up."""
    for month, capacity in sorted(pool.months.items()):
        kept = -(-capacity.funded * rule.number("thousandths") // 1000)
        limit = max(0, capacity.funded - capacity.held - kept)
        yield Line(RESERVE, pool.code, month, rule.name, "", limit)


def _shares(problem: Problem, rule: Rule) -> Iterator[Line]:
    pools = [problem.pool[rule.pool]] if rule.pool else problem.pools
    whole = sum(pool.available * (1 if rule.pool else problem.weight(pool.code)) for pool in pools)
    limit = whole * rule.number("thousandths") // 1000
    bound = (r for r in problem.requests if r.matches(rule.where()))
    holders = {holder for r in bound if (holder := r.holder(rule.text("holder"))) is not None}
    for holder in sorted(holders):
        yield Line(SHARE, rule.pool or "", None, rule.name, holder, limit)


class Room:
    """What is left of every line while awards are handed out and taken back; whole numbers throughout."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.lines = lines(problem)
        self.left = [line.limit for line in self.lines]
        self._index = {
            (line.kind, line.pool, line.month, line.rule, line.holder): i for i, line in enumerate(self.lines)
        }
        self._limiting = [rule for rule in problem.rules if rule.kind in (RESERVE, BUDGET, SHARE_AT_MOST)]
        self._standing: dict[str, tuple[str | None, ...]] = {}
        self._needs: dict[tuple[str, Award], dict[int, int]] = {}
        self._tariffs: dict[tuple[tuple[str | None, ...], str, Month], Tariff] = {}

    def tariff(self, request: Request, pool: str, month: Month) -> Tariff:
        """What one unit of a pool in a month is counted against: (index of a line, how much)."""
        standing = self._standing.get(request.id)
        if standing is None:
            standing = tuple(_standing(rule, request) for rule in self._limiting)
            self._standing[request.id] = standing
        key = standing, pool, month
        if key not in self._tariffs:
            self._tariffs[key] = tuple(self._counted(standing, pool, month))
        return self._tariffs[key]

    def _counted(self, standing: tuple[str | None, ...], pool: str, month: Month) -> Iterator[tuple[int, int]]:
        yield self._index[POOL, pool, month, "", ""], 1
        for rule, holder in zip(self._limiting, standing, strict=True):
            if holder is None or rule.pool not in (None, pool):
                continue
            kind = SHARE if rule.kind == SHARE_AT_MOST else rule.kind
            by_month = kind == RESERVE or (kind == BUDGET and rule.by_month)
            place = kind, rule.pool or "", month if by_month else None, rule.name, holder
            yield self._index[place], 1 if rule.pool else self.problem.weight(pool)

    def need(self, request: Request, award: Award) -> dict[int, int]:
        """Index of each line that an award draws on → units."""
        own = self.problem.request.get(request.id) is request  # what is asked "what if" is not remembered
        known = self._needs.get((request.id, award)) if own else None
        if known is not None:
            return known
        total: dict[int, int] = {}
        for (pool, month), units in self.problem.drawn(request, award).items():
            for line, each in self.tariff(request, pool, month):
                total[line] = total.get(line, 0) + units * each
        if own:
            self._needs[request.id, award] = total
        return total

    def lacking(self, need: Mapping[int, int]) -> dict[int, int]:
        """Index of each line that is too short → by how many units; empty when it fits."""
        return {line: units - self.left[line] for line, units in need.items() if units > self.left[line]}

    def take(self, need: Mapping[int, int]) -> None:
        for line, units in need.items():
            self.left[line] -= units


def _standing(rule: Rule, request: Request) -> str | None:
    """Under which holder a rule counts a request; None where it does not."""
    if rule.kind == RESERVE:
        return ""
    if not request.matches(rule.where()):
        return None
    return ", ".join(rule.where().values()) if rule.kind == BUDGET else request.holder(rule.text("holder"))


def with_fixed(problem: Problem) -> tuple[Room, dict[str, Award]]:
    """The room after the accepted awards, which come before anything else, and those awards."""
    room, held = Room(problem), {}
    for request in problem.requests:
        if request.fixed is None:
            continue
        need = room.need(request, request.fixed)
        short = room.lacking(need)
        if short:
            line = room.lines[min(short)]
            where = f"requests[id={request.id}].fixed"
            over = "fixed_exceed_capacity" if not line.rule else "fixed_exceed_rule"
            raise Refused(INVALID, file=None, field=where, rule=over, pool=line.pool, named=line.rule)
        room.take(need)
        held[request.id] = request.fixed
    return room, held
