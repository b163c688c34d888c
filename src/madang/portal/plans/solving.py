"""The child process that solves, checks and explains one plan, so that no web request and no worker waits for it.

    python -m madang.portal.plans.solving FOLDER

reads FOLDER/input.json (problem, policy, seed, commitment) and leaves FOLDER/output.json (plan, faults, reasons,
outline) or FOLDER/failure.json (code, facts). It needs no database and no settings, and ends when its parent does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.allocation.check import check
from madang.allocation.conflicts import contradiction
from madang.allocation.explain import explain
from madang.allocation.plan import Plan
from madang.allocation.policies import policy_from_json
from madang.allocation.problem import Problem
from madang.allocation.solve import Progress, solve
from madang.portal import children
from madang.portal.plans.outline import outline

MODULE = "madang.portal.plans.solving"
Report = Callable[[dict[str, Any]], None]


def answer(document: dict[str, Any], report: Report | None = None) -> dict[str, Any]:
    """Plan, faults, reasons and outline as JSON; the plan is explained only where it is free of faults."""
    problem = Problem.from_json(document["problem"])
    plan = solve(
        problem,
        policy_from_json(document["policy"]),
        seed=document["seed"],
        commitment=document.get("commitment") or None,
        progress=_seen(report),
    )
    if report:
        report({"step": "checking", "incumbent": plan.objective, "bound": plan.bound or 0})
    faults = check(problem, plan)
    reasons = {} if faults else {name: reason.to_json() for name, reason in explain(problem, plan).items()}
    return {
        "plan": plan.to_json(),
        "faults": [{"code": fault.code, "facts": dict(fault.facts)} for fault in faults],
        "reasons": reasons,
        "outline": outline(plan, barren(plan)).to_json(),
    }


def barren(plan: Plan) -> tuple[str, ...]:
    """Where a plan gives nobody anything: the names of rules that leave no other plan, none of which can be spared.

    Empty where somebody has something, or where it is not for the rules that nobody can.
    """
    return () if plan.grants else contradiction(plan.problem, plan.policy)


def _seen(report: Report | None) -> Callable[[Progress], None] | None:
    if report is None:
        return None
    return lambda seen: report({"step": "solving", "incumbent": seen.incumbent, "bound": seen.bound})


if __name__ == "__main__":
    sys.exit(children.answer(Path(sys.argv[1]), answer))
