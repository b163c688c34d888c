"""A centre of 1,200 awards, 6,000 people and 22,000 associations: planned in 5 s, applied in 5 minutes, no-op in 10 s.

    PYTHONPATH=src:tests python benchmarks/slurm/tree.py

Brings up the throw-away cluster of the tests (Slurm, munge and MariaDB of Debian). The users are names alone: none of
them exists on this machine, which slurmdbd does not ask. `computed` is what the portal's machine works out, without the
time in which slurmdbd answers.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from slurm.cluster import Cluster, missing

from madang.compute.slurm.commands import OnThisMachine
from madang.compute.slurm.desired import OnCluster, Reach, tree_of
from madang.compute.slurm.difference import difference
from madang.compute.slurm.live import Live
from madang.compute.slurm.names import Site
from madang.compute.slurm.standing import Standing
from madang.compute.slurm.tree import Tree

T = TypeVar("T")
AWARDS, PEOPLE, MEMBERS = 1200, 6000, 11
PROMISED = {"computed": 5.0, "applied": 300.0, "nothing to do": 10.0}


def awards() -> list[OnCluster]:
    """Two kinds of GPU each for as many members that all people appear and associations come to some 22,000."""
    reaches = tuple(Reach(kind, kind, 4, 3_600_000) for kind in ("h100", "b200"))
    found = []
    for number in range(AWARDS):
        first = number * PEOPLE // AWARDS
        users = sorted({f"p{(first + step * 7) % PEOPLE:04d}" for step in range(MEMBERS - 2 + number % 3 // 2)})
        found.append(OnCluster(str(number), str(number // 2), tuple(users), reaches, 2880))
    return found


def timed(what: str, act: Callable[[], T]) -> T:
    """Runs one part and says how long it took."""
    began = time.monotonic()
    result = act()
    spent = time.monotonic() - began
    promised = PROMISED.get(what)
    kept = "" if promised is None else f" (promised: {promised:.0f} s) {'ok' if spent <= promised else 'TOO SLOW'}"
    print(f"{what:15s} {spent:7.1f} s{kept}", flush=True)
    return result


def main() -> int:
    """Prints the figures; 1 where Slurm is missing."""
    if missing():
        print(f"no Slurm here: {', '.join(missing())}")
        return 1
    folder = Path(tempfile.mkdtemp(prefix="madang-slurm-"))
    folder.chmod(0o755)
    cluster, site = Cluster.made(folder), Site("bench")
    try:
        cluster.up()
        every = awards()
        desired = tree_of(site, every)
        print(f"{len(desired.accounts)} accounts, {len(desired.qos)} QOS, {len(desired.members)} associations")
        timed("computed", lambda: difference(site, cluster.name, tree_of(site, every), Live(Tree())))
        standing = Standing(site, OnThisMachine(cluster.environment, timeout=120), folder / "applied.json", {})
        found = timed("planned", lambda: standing.plan(every))
        print(f"{len(found.steps)} commands, {len(found.lines)} lines")
        timed("applied", lambda: standing.bring(every, found, len(found.steps)))
        again = timed("nothing to do", lambda: standing.plan(every))
        print(f"left to do: {len(again.steps)}")
        return 0 if not again.steps else 1
    finally:
        cluster.down()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
