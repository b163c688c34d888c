"""How far beyond what is funded awards may go: the exact chance that more is used at once than there is.

Awards typically use about 70 % of what they are given. Each award is taken to use all it was given in a month with the
measured rate as its probability, independently of the others, and else nothing: of all ways in which it could use that
much on average, the one that spreads most. The sum is a weighted Poisson-binomial distribution, worked out exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from madang.allocation.amounts import decimal
from madang.allocation.parts import OVERBOOKING, Rule
from madang.allocation.plan import Plan
from madang.allocation.policies import Policy
from madang.allocation.problem import Problem
from madang.allocation.solve import solve
from madang.catalogues import translation
from madang.values import Month

WHOLE = 1000
MOST = 3000  # thousandths of what is funded: nobody plans for more than three times it


def chance(sizes: Sequence[int], rate: int, room: int) -> Fraction:
    """The exact probability that awards of these sizes, each used with `rate` thousandths, take more than `room`."""
    shared = math.gcd(*sizes) if sizes else 1
    units, room = [size // shared for size in sizes], room // shared
    if sum(units) <= room:
        return Fraction(0)
    ways = [0] * (room + 1)  # times 1000 to the power of the awards so far
    ways[0] = 1
    for size in units:
        after = [n * (WHOLE - rate) for n in ways]
        for taken in range(room - size + 1):
            if ways[taken]:
                after[taken + size] += ways[taken] * rate
        ways = after
    return 1 - Fraction(sum(ways), WHOLE ** len(units))


def chances(plan: Plan, pool: str, rate: int) -> dict[Month, Fraction]:
    """By month, the probability that the plan's awards use more of a pool than is funded and not held."""
    sizes: dict[Month, list[int]] = {}
    for grant in plan.grants:
        drawn: Mapping[tuple[str, Month], int] = plan.problem.drawn(plan.problem.request[grant.request], grant.award)
        for (code, month), units in drawn.items():
            if code == pool:
                sizes.setdefault(month, []).append(units)
    months = plan.problem.pool[pool].months
    return {month: chance(found, rate, months[month].available) for month, found in sorted(sizes.items())}


def furthest(
    problem: Problem, policy: Policy, *, pool: str, rate: int, risk: int, seed: int = 0, step: int = 10
) -> tuple[Rule, Plan]:
    """The rule that goes furthest beyond what is funded with a risk of at most `risk` thousandths, and its plan.

    Found by halving between nothing beyond and three times what is funded, in steps of `step` thousandths, solving each
    time: every plan says exactly what its risk is, and only one within the stated risk is taken.
    """
    low, high = 0, (MOST - WHOLE) // step + 1
    best = _planned(problem, policy, _rule(pool, WHOLE, rate, risk), seed)
    while high - low > 1:
        middle = (low + high) // 2
        tried = _planned(problem, policy, _rule(pool, WHOLE + middle * step, rate, risk), seed)
        if max(chances(tried[1], pool, rate).values(), default=Fraction(0)) * WHOLE <= risk:
            low, best = middle, tried
        else:
            high = middle
    return best


def _planned(problem: Problem, policy: Policy, rule: Rule, seed: int) -> tuple[Rule, Plan]:
    others = tuple(r for r in problem.rules if r.kind != OVERBOOKING or r.pool != rule.pool)
    return rule, solve(replace(problem, rules=(*others, rule)), policy, seed=seed)


def _sentence(_: Callable[[str], str]) -> str:
    return _(
        "Awards of {pool} may come to {to} % of what is funded: {rate} % of what is awarded is used on average, and "
        "the risk that more is used at once than is funded stays within {risk} %."
    )


def _rule(pool: str, thousandths: int, rate: int, risk: int) -> Rule:
    figures = {"to": decimal(thousandths, 10), "rate": decimal(rate, 10), "risk": decimal(risk, 10)}
    sentence = {
        language: _sentence(translation(language).gettext).format(pool=pool, **figures) for language in ("en", "ko")
    }
    params: dict[str, int | str | Mapping[str, str]] = {
        "pool": pool,
        "thousandths": thousandths,
        "rate": rate,
        "risk": risk,
    }
    return Rule(f"overbooking-{pool}", OVERBOOKING, sentence, params)
