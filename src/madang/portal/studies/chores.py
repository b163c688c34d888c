"""The worker's part of studies: answers them in child processes, one at a time, without waiting for any."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from madang.errors import Refused, Stale
from madang.portal import children
from madang.portal.children import OUTPUT, PROGRESS, Child
from madang.portal.studies import actions, queries, working

# Solving goes before: a study yields, and takes one core at most.
MOST_AT_ONCE = 1


@dataclass
class Run:
    """A study that this worker is at, and until when its lease runs."""

    child: Child
    until: datetime


RUNNING: dict[int, Run] = {}


def answer_studies(now: datetime) -> int:
    """Begins the questions that are asked without asking, starts and follows the work; gives how many have ended."""
    ended = sum(_follow(study, run, now) for study, run in list(RUNNING.items()))
    for plan in queries.to_begin():
        try:
            actions.begin(now=now, plan=plan)
        except Refused:
            # another worker asked at the same moment
            continue
    for study in queries.waiting(now):
        if len(RUNNING) >= MOST_AT_ONCE:
            break
        if study not in RUNNING:
            _start(study, now)
    return ended


def _start(study: int, now: datetime) -> None:
    until = actions.claim(now=now, study=study)
    if until is None:
        return
    place = Path(settings.MADANG_HOME) / "plans"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"study-{study}-", dir=place)) / "work"
    RUNNING[study] = Run(children.start(working.MODULE, folder, queries.work(study)), until)


def _follow(study: int, run: Run, now: datetime) -> bool:
    """True once the study has ended, however it ended."""
    try:
        if run.child.ended:
            found = run.child.read(OUTPUT)
            if found is not None:
                actions.finish(now=now, study=study, until=run.until, result=found)
            else:
                actions.fail(now=now, study=study, until=run.until, failure=run.child.failure())
        else:
            given = {"study": study, "until": run.until, "progress": run.child.read(PROGRESS)}
            until = actions.keep_claim(now=now, **given)
            if until is not None:
                run.until = until
                return False
    except Stale:
        # another worker has the study by now
        pass
    forget(study, run)
    return True


def forget(study: int, run: Run) -> None:
    """Ends the child and removes its folder."""
    run.child.stop()
    del RUNNING[study]
    shutil.rmtree(run.child.folder.parent, ignore_errors=True)


EVERY = {answer_studies: 1.0}
