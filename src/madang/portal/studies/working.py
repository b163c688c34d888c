"""The child process that answers one question about one plan; it yields to everything else on the machine.

    python -m madang.portal.studies.working FOLDER

reads FOLDER/input.json (kind, plan, draws) and leaves FOLDER/output.json, or FOLDER/failure.json.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from madang.allocation.committee import Cost, costs, sensitivity
from madang.allocation.nearest import changes
from madang.allocation.overbooking import chances
from madang.allocation.plan import Plan
from madang.allocation.problem import OVERBOOKING
from madang.portal import children
from madang.portal.plans.solving import Report

MODULE = "madang.portal.studies.working"
MILLION = 1_000_000
Seen = Callable[[int, int], None]


def answer(document: dict[str, Any], report: Report | None = None) -> dict[str, Any]:
    """The answer as JSON, by kind: what `_costs`, `_noise`, `_changes` and `_overbooking` give."""
    plan = Plan.from_json(document["plan"])
    seen = _counted(report)
    if document["kind"] == "costs":
        return _costs(plan, seen)
    if document["kind"] == "noise":
        return _noise(plan, document["draws"], seen)
    if document["kind"] == "changes":
        return {"changes": {name: facts for name, facts in changes(plan.problem, plan, seen).items() if facts}}
    return _overbooking(plan)


def _counted(report: Report | None) -> Seen | None:
    if report is None:
        return None
    return lambda done, of: report({"done": done, "of": of})


def _costs(plan: Plan, seen: Seen | None) -> dict[str, Any]:
    """By rule: the plan's worth with and without it, and who gains, loses, or gets another amount without it."""
    return {"costs": [_cost(one) for one in costs(plan.problem, plan, seen)]}


def _cost(one: Cost) -> dict[str, Any]:
    gain = [c.request for c in one.changes if c.before is None]
    lose = [c.request for c in one.changes if c.after is None]
    other = [c.request for c in one.changes if c.before is not None and c.after is not None]
    worths = {"objective": one.objective, "without": one.without}
    return {"rule": one.rule, **worths, "gain": gain, "lose": lose, "other": other}


def _noise(plan: Plan, draws: int, seen: Seen | None) -> dict[str, Any]:
    """How often of `draws` each request is selected; `errors` says whether any score has a standard error at all."""
    times = sensitivity(plan, draws=draws, seed=plan.seed, progress=seen)
    return {"draws": draws, "times": times, "errors": any(request.error for request in plan.problem.requests)}


def _overbooking(plan: Plan) -> dict[str, Any]:
    """By rule of overbooking and month, the chance that more is used than there is, in millionths, rounded up."""
    found = []
    for rule in plan.problem.rules:
        if rule.kind == OVERBOOKING:
            by_month = chances(plan, rule.text("pool"), rule.number("rate"))
            months = [[str(month), _millionths(chance)] for month, chance in by_month.items()]
            found.append({"rule": rule.name, "pool": rule.pool, "risk": rule.number("risk"), "months": months})
    return {"overbooking": found}


def _millionths(chance: Fraction) -> int:
    return -(-chance.numerator * MILLION // chance.denominator)


if __name__ == "__main__":
    os.nice(10)
    sys.exit(children.answer(Path(sys.argv[1]), answer))
