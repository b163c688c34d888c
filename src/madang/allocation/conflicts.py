"""Finds a smallest set of rules that cannot hold together, leaving out one rule after another and solving again."""

from __future__ import annotations

from dataclasses import replace

from madang.allocation import ties
from madang.allocation.columns import Value, columns
from madang.allocation.lines import with_fixed
from madang.allocation.policies import TIES
from madang.allocation.portfolio import search
from madang.allocation.problem import NO_ENVY, Problem
from madang.allocation.ranking import candidates
from madang.errors import Refused

WORK = 2_000


def contradiction(problem: Problem) -> tuple[str, ...]:
    """Names of rules that, with the accepted awards, leave nobody else anything, and of which none can be spared.

    Without any one of them somebody could be given something. Empty where an award is possible, or where one would not
    be even without any rule. Rules are tried from the last to the first, so of several such sets it is the one whose
    rules stand first.
    """
    if _possible(problem) or not _possible(replace(problem, rules=())):
        return ()
    kept = list(problem.rules)
    for rule in reversed(problem.rules):
        fewer = [one for one in kept if one is not rule]
        if not _possible(replace(problem, rules=tuple(fewer))):
            kept = fewer
    return tuple(rule.name for rule in kept)


def _possible(problem: Problem) -> bool:
    """Whether some awards beside the accepted ones keep every rule; that nobody is envied holds for some choice."""
    problem = replace(problem, rules=tuple(rule for rule in problem.rules if rule.kind != NO_ENVY))
    order = ties.order(problem, TIES, 0)
    try:
        room, _ = with_fixed(problem)
        made = columns(problem, candidates(problem, order), room, Value(lambda _r, _p: 0, lambda _r: 1))
        found = search(made.choices, gap=0, work=WORK)
    except Refused:
        return False
    return any(made.award(place, held) for place, held in enumerate(found.chosen) if held is not None)
