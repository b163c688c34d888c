"""The golden case as text that a reviewer can read; run as a program it writes the expected files anew."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from madang.allocation.explain import explain
from madang.allocation.plan import Plan
from madang.allocation.policies import Fair, Portfolio, Rank, Scaled, Tiers
from madang.allocation.problem import Problem
from madang.allocation.sentences import sentence
from madang.allocation.solve import solve

CASES = Path(__file__).parents[1] / "cases/allocation"
POLICIES = {
    "rank-skip": Rank(),
    "rank-stop": Rank(overflow="stop"),
    "tiers": Tiers(88_000, 75_000),
    "scaled": Scaled(floor=300, slope=700, turn=200, decay=500, free=24),
    "portfolio": Portfolio(),
    "fair": Fair("kind"),
}
STORED = CASES / "plan.json"


def problem() -> Problem:
    return Problem.from_json(json.loads((CASES / "problem.json").read_text(encoding="utf-8")), "problem.json")


def told(plan: Plan) -> str:
    """The plan and its reasons, one request a paragraph."""
    lines = [f"objective {plan.objective:,}; bound {plan.bound}; reserve {', '.join(plan.reserve)}", ""]
    for name, reason in explain(plan.problem, plan, changes=True).items():
        held = plan.grant.get(name)
        quantities = ", ".join(map(str, held.quantities)) if held else "-"
        lines += [f"{name} {plan.outcomes[name]} {quantities} [{reason.code}]"]
        lines += [f"  {sentence(reason, language)}" for language in ("en", "ko")]
    return "\n".join(lines) + "\n"


def main() -> None:
    for name, policy in POLICIES.items():
        (CASES / f"{name}.txt").write_text(told(solve(problem(), policy)), encoding="utf-8")
    stored = replace(solve(problem(), Portfolio(), seed=7), wall_ms=None).to_json()
    STORED.write_text(json.dumps(stored, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
