"""Prints what the plans of a centre's largest intake are worth beside the line by score, from its database.

    make demo                                     (builds the demonstration centre in .madang)
    python benchmarks/allocation/demonstration.py .madang/madang.sqlite3

Worth is points x weighted units x months, for the line by score as for the portfolio.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from pathlib import Path

from madang.allocation.check import check
from madang.allocation.policies import Portfolio, Rank
from madang.allocation.problem import Problem
from madang.allocation.solve import solve


def largest(database: Path) -> Problem:
    """The problem with the most requests that a plan was ever proposed for."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as rows:
        documents = [json.loads(text) for (text,) in rows.execute("select distinct problem from portal_plan")]
    return max((Problem.from_json(one) for one in documents), key=lambda problem: len(problem.requests))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    problem = largest(parser.parse_args().database)
    print(f"{len(problem.requests)} requests, {len(problem.pools)} pools, {len(problem.rules)} rules")
    worth = []
    policies = {"line, skipping": Rank(), "line, stopping": Rank(overflow="stop"), "portfolio": Portfolio()}
    for name, policy in policies.items():
        plan = solve(problem, policy)
        given = sum(
            u for grant in plan.grants for u in problem.drawn(problem.request[grant.request], grant.award).values()
        )
        available = sum(pool.available for pool in problem.pools)
        worth.append(plan.objective)
        bound = f"proven best to {plan.gap / 10_000:.4f} %" if plan.gap is not None else ""
        print(
            f"  {name:<16}worth {plan.objective:>16,}  awards {len(plan.grants):>4}  given {given / available:6.2%} of "
            f"what is there  faults {len(check(problem, plan))}  {bound}"
        )
    print(f"  the portfolio is worth {worth[-1] / worth[0] - 1:.2%} and {worth[-1] / worth[1] - 1:.2%} more")


if __name__ == "__main__":
    main()
