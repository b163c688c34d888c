"""Prints CPU time, objective, proven gap and faults of `rank` and `portfolio` on generated rounds; run by hand."""

from __future__ import annotations

import argparse
import time

from generate import generate

from madang.allocation.check import check
from madang.allocation.explain import explain
from madang.allocation.policies import Policy, Portfolio, Rank
from madang.allocation.problem import Problem
from madang.allocation.solve import solve

CASES = (
    {"requests": 514, "pools": 1, "starts": 1},
    {"requests": 514, "pools": 2, "starts": 1},
    {"requests": 514, "pools": 2, "starts": 1, "whole": True},
    {"requests": 514, "pools": 2, "starts": 4},
    {"requests": 514, "pools": 2, "starts": 4, "whole": True},
    {"requests": 1200, "pools": 2, "starts": 4},
    {"requests": 1200, "pools": 2, "starts": 4, "whole": True},
)


def measure(problem: Problem, policy: Policy) -> str:
    began = time.process_time()
    plan = solve(problem, policy)
    solved = time.process_time()
    faults = check(problem, plan)
    checked = time.process_time()
    explain(problem, plan)
    explained = time.process_time()
    gap = "-" if plan.gap is None else f"{plan.gap / 10_000:.4f} %"
    return (
        f"  {policy.name:<10}{solved - began:8.2f} s CPU  objective {plan.objective:>16,}  gap {gap:>9}  "
        f"awards {len(plan.grants):>4}  faults {len(faults)}  check {checked - solved:.2f} s  "
        f"reasons {explained - checked:.2f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gap", type=int, default=Portfolio().gap, help="millionths of the bound")
    given = parser.parse_args()
    for case in CASES:
        print(", ".join(f"{name} {value}" for name, value in case.items()))
        problem = Problem.from_json(generate(**case))
        for policy in (Rank(), Rank(overflow="stop"), Portfolio(gap=given.gap)):
            print(measure(problem, policy), flush=True)


if __name__ == "__main__":
    main()
