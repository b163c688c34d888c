"""Prints CPU time, objective, bound and memory of the portfolio's search on large rounds, beside plainer ways."""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from collections.abc import Callable

from large import choices
from straightforward import Answer, cp_sat, highs, line

from madang.allocation.selection import Choices, best


def shown(name: str, solve: Callable[[], Answer]) -> None:
    began = time.process_time()
    worth, bound = solve()
    said(name, time.process_time() - began, worth, bound)


def said(name: str, spent: float, worth: int, bound: int | None) -> None:
    gap = "-" if bound is None else f"{(bound - worth) / max(1, bound):.4%}"
    limit = "-" if bound is None else f"{bound:,}"
    print(f"  {name:<22} {spent:7.1f} s CPU   objective {worth:>19,}   bound {limit:>19}   gap {gap:>9}", flush=True)


def search(drawn: Choices, gap: int, work: int) -> Answer:
    found = best(drawn, gap_millionths=gap, work=work)
    proven = (found.proven - found.objective) / max(1, found.proven)
    print(f"    proven in whole numbers within {proven:.4%}; {dict(Counter(found.verdicts))}")
    return found.objective, found.bound


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, action="append", help="1200 and 22000 where not given")
    parser.add_argument("--seed", type=int, action="append", help="2026 where not given")
    parser.add_argument("--gap", type=int, default=2_000, help="millionths of the bound at which a solve may end")
    parser.add_argument("--work", type=int, default=2_000, help="nodes of the last search tree at most")
    parser.add_argument(
        "--seconds", type=float, default=120, help="of CPU for each of the plainer ways; 0: leave them out"
    )
    parser.add_argument("--root", action="store_true", help="only what HiGHS proves of the plain model at its root")
    given = parser.parse_args()
    for requests in given.requests or (1_200, 22_000):
        for seed in given.seed or (2026,):
            compared(requests, seed, given)


def compared(requests: int, seed: int, given: argparse.Namespace) -> None:
    """One round: our search, the line by score, and the plain models."""
    drawn = choices(requests, seed)
    print(f"{requests} requests, seed {seed}, {len(drawn.limits)} rows")
    if given.root:
        shown("root of HiGHS", lambda: highs(drawn, 0.0, given.seconds, root=True))
        return
    shown("madang", lambda: search(drawn, given.gap, given.work))
    print(f"    most memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    shown("line by score", lambda: line(drawn, range(len(drawn.requests))))
    if given.seconds:
        shown("plain model, HiGHS", lambda: highs(drawn, given.gap / 1_000_000, given.seconds))
        found = cp_sat(drawn, given.gap / 1_000_000, given.seconds)
        if found is None:
            print("  plain model, CP-SAT    is left out: it is not installed (pip install ortools)")
        else:
            said("plain model, CP-SAT", found[2], found[0], found[1])


if __name__ == "__main__":
    main()
