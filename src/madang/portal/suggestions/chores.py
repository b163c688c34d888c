"""The worker's part of suggestions: works them out in child processes, one at a time, without waiting for any."""

from __future__ import annotations

from datetime import datetime

from madang.portal import folders
from madang.portal.children import Document
from madang.portal.leases import Desk, Run
from madang.portal.suggestions import actions, queries, working


def _keep(suggestion: int, run: Run, answer: Document, now: datetime) -> None:
    actions.finish(now=now, suggestion=suggestion, until=run.until, result=answer)


def _fail(suggestion: int, until: datetime, failure: Document, now: datetime) -> None:
    actions.fail(now=now, suggestion=suggestion, until=until, failure=failure)


SUGGESTIONS = Desk("suggestions", "suggestion", working.MODULE, queries.to_find, queries.work, _keep, _fail)


def find_suggestions(now: datetime) -> int:
    """Starts and follows the work on suggestions; gives how many have ended."""
    return SUGGESTIONS.turn(now)


def sweep(now: datetime) -> int:
    """Removes what killed workers left."""
    return folders.sweep("suggestions", [run.child for run in SUGGESTIONS.running.values()])


EVERY = {find_suggestions: 1.0, sweep: 3600.0}
