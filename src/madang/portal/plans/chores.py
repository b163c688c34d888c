"""The worker's part of plans: solves them in child processes, without waiting for any."""

from __future__ import annotations

from datetime import datetime

from madang.portal import folders
from madang.portal.children import Document
from madang.portal.leases import Desk, Run
from madang.portal.plans import actions, queries, solving


def _keep(plan: int, run: Run, answer: Document, now: datetime) -> None:
    actions.settle(now=now, plan=plan, until=run.until, answer=answer)


def _fail(plan: int, until: datetime, failure: Document, now: datetime) -> None:
    actions.fail(now=now, plan=plan, until=until, failure=failure)


# Two at once: a solve takes a core, and the machine has other work.
SOLVES = Desk("plans", "plan", solving.MODULE, queries.to_solve, queries.work, _keep, _fail, most=2, begun="began_at")


def solve_plans(now: datetime) -> int:
    """Starts solves that wait, follows those that run, keeps what has ended; returns how many ended."""
    return SOLVES.turn(now)


def sweep(now: datetime) -> int:
    """Removes what killed workers left."""
    return folders.sweep("plans", [run.child for run in SOLVES.running.values()])


EVERY = {solve_plans: 0.5, sweep: 3600.0}
