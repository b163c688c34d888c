"""Has trials answered in child processes, one at a time, and keeps what they find with its reports."""

from __future__ import annotations

from datetime import datetime

from madang.portal.children import Child, Document
from madang.portal.files.actions import store
from madang.portal.files.models import StoredFile
from madang.portal.files.rules import EVERYTHING
from madang.portal.forecasts import actions, demands, queries
from madang.portal.leases import Desk, Run

# named, not imported: it loads NumPy, and runs in processes of its own only
TRYING, REPORT = "madang.portal.forecasts.trying", "report-{language}.html"


def _keep(trial: int, run: Run, answer: Document, now: datetime) -> None:
    reports = {language: _report(run.child, language, now) for language in ("ko", "en")}
    kept = {language: stored for language, stored in reports.items() if stored}
    actions.settle(now=now, trial=trial, until=run.until, result=answer, reports=kept)


def _report(child: Child, language: str, now: datetime) -> StoredFile | None:
    path = child.folder / REPORT.format(language=language)
    return store(now=now, name=path.name, allowed=EVERYTHING, path=path) if path.exists() else None


def _fail(trial: int, until: datetime, failure: Document, now: datetime) -> None:
    actions.fail(now=now, trial=trial, until=until, failure=failure)


# one at once: it takes a core for minutes, and nobody's work waits for it
TRIALS = Desk("forecasts", "trial", TRYING, queries.to_answer, demands.work, _keep, _fail)
