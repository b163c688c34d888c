"""The worker's part of studies: answers them in child processes, one at a time, without waiting for any."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Refused
from madang.portal import folders
from madang.portal.children import Document
from madang.portal.leases import Desk, Run
from madang.portal.studies import actions, queries, working


def _keep(study: int, run: Run, answer: Document, now: datetime) -> None:
    actions.finish(now=now, study=study, until=run.until, result=answer)


def _fail(study: int, until: datetime, failure: Document, now: datetime) -> None:
    actions.fail(now=now, study=study, until=until, failure=failure)


# One at once: solving goes before, and a study takes one core at most.
STUDIES = Desk("studies", "study", working.MODULE, queries.to_answer, queries.work, _keep, _fail)


def answer_studies(now: datetime) -> int:
    """Begins the questions that are asked without asking, starts and follows the work; gives how many have ended."""
    for plan in queries.to_begin():
        try:
            actions.begin(now=now, plan=plan)
        except Refused:
            # another worker asked at the same moment
            continue
    return STUDIES.turn(now)


def sweep(now: datetime) -> int:
    """Removes what killed workers left."""
    return folders.sweep("studies", [run.child for run in STUDIES.running.values()])


EVERY = {answer_studies: 1.0, sweep: 3600.0}
