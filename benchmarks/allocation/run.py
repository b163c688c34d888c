"""Prints CPU time, objective, proven gap and faults of every policy on generated rounds; run by hand."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from generate import generate
from large import generate as generate_large

from madang.allocation.check import check
from madang.allocation.explain import explain
from madang.allocation.parts import TOGETHER
from madang.allocation.policies import Policy, Portfolio, Rank, Scaled, Tiers
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


def measure(problem: Problem, policy: Policy, *, changes: bool = False) -> str:
    began = time.process_time()
    plan = solve(problem, policy)
    solved = time.process_time()
    faults = check(problem, plan)
    checked = time.process_time()
    explain(problem, plan)
    explained = time.process_time()
    told = ""
    if changes:
        explain(problem, plan, changes=True)
        told = f"  changes {time.process_time() - explained:.2f} s"
    gap = "-" if plan.gap is None else f"{plan.gap / 10_000:.4f} %"
    return (
        f"  {policy.name:<10}{solved - began:8.2f} s CPU  objective {plan.objective:>16,}  gap {gap:>9}  "
        f"awards {len(plan.grants):>4}  faults {len(faults)}  check {checked - solved:.2f} s  "
        f"reasons {explained - checked:.2f} s{told}"
    )


def large(requests: int, gap: int, changes: bool) -> None:
    """The round of four pools and twelve rules; lists and scalings without those that they cannot keep."""
    problem = Problem.from_json(generate_large(requests=requests))
    print(f"{requests:,} requests, 4 pools, 12 months, 12 rules")
    lists = replace(problem, rules=tuple(rule for rule in problem.rules if rule.kind not in TOGETHER))
    for policy in (Rank(), Rank(overflow="stop"), Tiers(85_000, 65_000), Scaled(), Scaled(below="least")):
        print(measure(lists, policy, changes=changes), flush=True)
    print(measure(problem, Portfolio(gap=gap)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gap", type=int, default=Portfolio().gap, help="millionths of the bound")
    parser.add_argument("--changes", action="store_true", help="also time the nearest changes of lists and scalings")
    parser.add_argument("--large", type=int, help="only the round of twelve rules, with so many requests")
    given = parser.parse_args()
    large(given.large or 1_200, max(given.gap, 2_000), given.changes)
    if given.large:
        return
    for case in CASES:
        print(", ".join(f"{name} {value}" for name, value in case.items()))
        problem = Problem.from_json(generate(**case))
        for policy in (Rank(), Rank(overflow="stop"), Portfolio(gap=given.gap)):
            print(measure(problem, policy), flush=True)


if __name__ == "__main__":
    main()
