"""Has trials answered in child processes under a lease, and keeps what they find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from madang.errors import Refused, Stale
from madang.portal import children
from madang.portal.children import OUTPUT, PROGRESS, Child
from madang.portal.files.actions import store
from madang.portal.files.models import StoredFile
from madang.portal.files.rules import EVERYTHING
from madang.portal.forecasts import actions, demands, folders, queries

# named, not imported: it loads NumPy, and runs in processes of its own only
TRYING, REPORT = "madang.portal.forecasts.trying", "report-{language}.html"


@dataclass
class Answering:
    """A trial that this worker is answering, and until when its lease runs."""

    child: Child
    until: datetime


ANSWERING: dict[int, Answering] = {}


def trial(now: datetime) -> int:
    """Starts a trial that waits, follows the one that runs, keeps what has ended; returns how many ended."""
    ended = sum(_follow_trial(pk, run, now) for pk, run in list(ANSWERING.items()))
    # one at once: it takes a core for minutes, and nobody's work waits for it
    for pk in queries.to_answer(now):
        if ANSWERING:
            break
        _start_trial(pk, now)
    return ended


def _start_trial(pk: int, now: datetime) -> None:
    until = actions.claim(now=now, trial=pk)
    if until is None:
        return
    try:
        given = demands.work(pk)
    except Refused as refused:
        actions.fail(now=now, trial=pk, until=until, failure={"code": refused.code, "facts": {}})
        return
    ANSWERING[pk] = Answering(children.start(TRYING, folders.new_folder("trial"), given), until)


def _follow_trial(pk: int, run: Answering, now: datetime) -> bool:
    """True once the trial has ended, however it ended."""
    try:
        if run.child.ended:
            _keep_answer(pk, run, now)
        else:
            until = actions.keep_claim(now=now, trial=pk, until=run.until, progress=run.child.read(PROGRESS))
            if until is not None:
                run.until = until
                return False
    except Stale:
        # it was stopped, or another worker has it by now
        pass
    forget_trial(pk)
    return True


def _keep_answer(pk: int, run: Answering, now: datetime) -> None:
    answer = run.child.read(OUTPUT)
    if answer is None:
        actions.fail(now=now, trial=pk, until=run.until, failure=run.child.failure())
        return
    reports = {language: _report(run.child, language, now) for language in ("ko", "en")}
    kept = {language: stored for language, stored in reports.items() if stored}
    actions.settle(now=now, trial=pk, until=run.until, result=answer, reports=kept)


def _report(child: Child, language: str, now: datetime) -> StoredFile | None:
    path = child.folder / REPORT.format(language=language)
    return store(now=now, name=path.name, allowed=EVERYTHING, path=path) if path.exists() else None


def forget_trial(pk: int) -> None:
    """Ends a trial's process, however far it is, and removes its folder."""
    run = ANSWERING.pop(pk)
    run.child.stop()
    folders.clear(run.child)
