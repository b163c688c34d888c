"""The worker's part of plans: solves them in child processes, without waiting for any."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from madang.errors import Stale
from madang.portal import children
from madang.portal.children import OUTPUT, PROGRESS, Child
from madang.portal.plans import actions, queries, solving

# Two at once: a solve takes a core, and the machine has other work.
MOST_AT_ONCE = 2


@dataclass
class Run:
    """A plan that this worker is solving, and until when its lease runs."""

    child: Child
    until: datetime


RUNNING: dict[int, Run] = {}


def solve_plans(now: datetime) -> int:
    """Starts solves that wait, follows those that run, keeps what has ended; returns how many ended."""
    ended = sum(_follow(plan, run, now) for plan, run in list(RUNNING.items()))
    for plan in queries.to_solve(now):
        if len(RUNNING) >= MOST_AT_ONCE:
            break
        if plan not in RUNNING:
            _start(plan, now)
    return ended


def _start(plan: int, now: datetime) -> None:
    until = actions.claim(now=now, plan=plan)
    if until is None:
        return
    (Path(settings.MADANG_HOME) / "plans").mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{plan}-", dir=Path(settings.MADANG_HOME) / "plans")) / "solve"
    RUNNING[plan] = Run(children.start(solving.MODULE, folder, queries.work(plan)), until)


def _follow(plan: int, run: Run, now: datetime) -> bool:
    """True once the plan's solve has ended, however it ended."""
    try:
        if run.child.ended:
            _keep(plan, run, now)
        else:
            until = actions.keep_claim(now=now, plan=plan, until=run.until, progress=run.child.read(PROGRESS))
            if until is not None:
                run.until = until
                return False
    except Stale:
        # another worker has the plan by now, or it was cancelled: what this one found is not needed
        pass
    _forget(plan, run)
    return True


def _keep(plan: int, run: Run, now: datetime) -> None:
    answer = run.child.read(OUTPUT)
    if answer is not None:
        actions.settle(now=now, plan=plan, until=run.until, answer=answer)
        return
    actions.fail(now=now, plan=plan, until=run.until, failure=run.child.failure())


def _forget(plan: int, run: Run) -> None:
    run.child.stop()
    del RUNNING[plan]
    shutil.rmtree(run.child.folder.parent, ignore_errors=True)


EVERY = {solve_plans: 0.5}
