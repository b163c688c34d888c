"""The child process that answers one question about one plan; it yields to everything else on the machine.

    python -m madang.portal.studies.working FOLDER

reads FOLDER/input.json (kind, plan, draws) and leaves FOLDER/output.json, or FOLDER/failure.json. What it has found so
far lies beside FOLDER, so that another child goes on from there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from madang.allocation.committee import sensitivity
from madang.allocation.nearest import changes, solved_without
from madang.allocation.overbooking import chances
from madang.allocation.parts import OVERBOOKING
from madang.allocation.plan import Plan
from madang.allocation.solve import objective
from madang.portal import children
from madang.portal.plans.solving import Report
from madang.portal.studies.keeping import Kept

MODULE = "madang.portal.studies.working"
MILLION = 1_000_000
Seen = Callable[[int, int], None]


def answer(document: dict[str, Any], report: Report | None = None, kept: Kept | None = None) -> dict[str, Any]:
    """The answer as JSON, by kind: what `_costs`, `_noise`, `_changes` and `_overbooking` give.

    What `kept` has of the question is not worked out again.
    """
    plan, kept = Plan.from_json(document["plan"]), kept or Kept()
    seen = _counted(report)
    if document["kind"] == "costs":
        return _costs(plan, seen, kept)
    if document["kind"] == "noise":
        return _noise(plan, document["draws"], seen, kept)
    if document["kind"] == "changes":
        found = changes(plan.problem, plan, seen, keep=kept.of)
        return {"changes": {name: facts for name, facts in found.items() if facts}}
    return _overbooking(plan)


def _counted(report: Report | None) -> Seen:
    return lambda done, of: report({"done": done, "of": of}) if report else None


def _costs(plan: Plan, seen: Seen, kept: Kept) -> dict[str, Any]:
    """By rule: the plan's worth with and without it, and who gains, loses, or gets another amount without it."""
    found = []
    for done, rule in enumerate(plan.problem.rules, start=1):
        found.append(kept.of(rule.name, partial(_cost, plan, rule.name)))
        seen(done, len(plan.problem.rules))
    return {"costs": found}


def _cost(plan: Plan, rule: str) -> dict[str, Any]:
    """As `madang.allocation.committee.costs` has it, of one rule."""
    again = solved_without(plan.problem, plan, rule)
    before = {grant.request: grant.award for grant in plan.grants}
    # without it, the problem has no plan: then nothing is known of who would fare otherwise
    after = {grant.request: grant.award for grant in again.grants} if again else before
    return {
        "rule": rule,
        "objective": plan.objective,
        "without": objective(plan.problem, plan.policy, after) if again else None,
        "gain": sorted(after.keys() - before.keys()),
        "lose": sorted(before.keys() - after.keys()),
        "other": sorted(name for name in before.keys() & after.keys() if before[name] != after[name]),
    }


def _noise(plan: Plan, draws: int, seen: Seen, kept: Kept) -> dict[str, Any]:
    """How often of `draws` each request is selected; `errors` says whether any score has a standard error at all."""
    times = dict.fromkeys((request.id for request in plan.problem.requests), 0)
    for draw in range(draws):
        for name in kept.of(str(draw), partial(_drawn, plan, draw)):
            times[name] += 1
        seen(draw + 1, draws)
    return {"draws": draws, "times": times, "errors": any(request.error for request in plan.problem.requests)}


def _drawn(plan: Plan, draw: int) -> list[str]:
    """Who is selected in one draw: each has a seed of its own, so that any of them can be drawn by itself."""
    times = sensitivity(plan, draws=1, seed=plan.seed + draw)
    return [name for name, selected in times.items() if selected]


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
    place = Path(sys.argv[1])
    # beside the child's own folder, which goes with it
    sys.exit(children.answer(place, partial(answer, kept=Kept(place.parent.parent / "kept.jsonl"))))
