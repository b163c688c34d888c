"""Finds a smallest set of rules that cannot hold together, leaving out one rule after another and solving again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from madang.allocation import ties
from madang.allocation.columns import Value, columns
from madang.allocation.lines import with_fixed
from madang.allocation.parts import NO_ENVY
from madang.allocation.policies import (
    Policy,
    Portfolio,
    Rank,
    Scaled,
    Tiers,
    refuse_what_needs_a_portfolio,
)
from madang.allocation.portfolio import search
from madang.allocation.problem import Problem
from madang.allocation.ranking import candidates, queue, ranked
from madang.allocation.scaling import scaled
from madang.errors import Refused

WORK = 2_000
ANY = 999_999  # millionths of the bound: one award is enough to show that some are possible
Holds = Callable[[Problem, Policy], bool]


def contradiction(problem: Problem, policy: Policy | None = None) -> tuple[str, ...]:
    """Names of rules that cannot hold together under a policy (a portfolio where none is named), none to be spared.

    Where no awards beside the accepted ones, and not even none, keep every rule: a smallest set of which that is so.
    Else, where nobody but those accepted can be given anything: a smallest set that leaves nobody anything, so that
    without any one of them somebody could be given something. Empty where somebody can, or could not even without any
    rule. Rules are tried from the last to the first, so of several such sets it is the one whose rules stand first.
    ``Refused("allocation_problem_invalid")`` where the policy cannot keep a rule at all.
    """
    asked = policy or Portfolio()
    refuse_what_needs_a_portfolio(problem, asked)
    return _smallest(problem, asked, _kept) or _smallest(problem, asked, _served)


def _smallest(problem: Problem, policy: Policy, holds: Holds) -> tuple[str, ...]:
    if holds(problem, policy) or not holds(replace(problem, rules=()), policy):
        return ()
    kept, before = problem.rules, None
    while kept != before:  # a list that ends where something does not fit may serve more under one rule more
        before = kept
        for rule in reversed(kept):
            fewer = tuple(one for one in kept if one is not rule)
            if not holds(replace(problem, rules=fewer), policy):
                kept = fewer
    return tuple(rule.name for rule in kept)


def _kept(problem: Problem, policy: Policy) -> bool:
    """Whether some awards, or none, beside the accepted ones keep every rule."""
    if all(request.fixed is None for request in problem.requests):
        return True
    try:
        _awarded(problem, policy)
    except Refused:
        return False
    return True


def _served(problem: Problem, policy: Policy) -> bool:
    """Whether anybody beside the accepted can be given something."""
    try:
        return _awarded(problem, policy)
    except Refused:
        return False


def _awarded(problem: Problem, policy: Policy) -> bool:
    """Whether the policy gives something beside the accepted awards; that nobody is envied holds for some choice."""
    problem = replace(problem, rules=tuple(rule for rule in problem.rules if rule.kind != NO_ENVY))
    order = ties.order(problem, policy.ties, 0)
    room, _ = with_fixed(problem)
    if isinstance(policy, Rank | Tiers):
        return bool(ranked(problem, policy, queue(problem, policy, order, 0), room))
    if isinstance(policy, Scaled):
        return bool(scaled(problem, policy, candidates(problem, order), room).awards)
    made = columns(problem, candidates(problem, order), room, Value(lambda _r, _p: 0, lambda _r: 1))
    found = search(made.choices, gap=ANY, work=WORK)
    return any(made.award(place, held) for place, held in enumerate(found.chosen) if held is not None)
