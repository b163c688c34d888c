"""Work that waits in a table and is done in child processes: taken under a lease, followed, and kept or failed.

A table of such work has the columns `claimed_until` and `progress`. Whoever takes a row writes until when it has it;
that instant names the claim, and is renewed while the child works. A worker that dies renews nothing, and another takes
the row when the lease has run out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from madang.errors import Refused, Stale
from madang.portal import children, folders
from madang.portal.children import OUTPUT, PROGRESS, Child, Document
from madang.portal.transactions import action

LEASE = timedelta(seconds=60)


@dataclass
class Run:
    """A child at work on one row, and until when its lease runs."""

    child: Child
    until: datetime


@dataclass
class Desk:
    """One kind of such work, and what this worker does of it now.

    `rows` gives the rows that wait or are worked on, `work` what the child is given for one, by its number. `keep` and
    `fail` end a row's work with what the child left, and raise Stale where the claim was lost.
    `begun` names the column that says when the work on a row began, "" for none; `most` is how many run at once.
    """

    place: str
    name: str
    module: str
    rows: Callable[[], QuerySet[Any]]
    work: Callable[[int], Document]
    keep: Callable[[int, Run, Document, datetime], None]
    fail: Callable[[int, datetime, Document, datetime], None]
    most: int = 1
    begun: str = ""
    running: dict[int, Run] = field(default_factory=dict)

    def turn(self, now: datetime) -> int:
        """Follows the work that runs, keeps what has ended, takes what waits; returns how many rows have ended."""
        ended = sum(self._follow(pk, run, now) for pk, run in list(self.running.items()))
        for pk in free(self.rows(), now) if len(self.running) < self.most else []:
            if len(self.running) >= self.most:
                break
            if pk not in self.running:
                self._take(pk, now)
        return ended

    def _take(self, pk: int, now: datetime) -> None:
        until = claim(rows=self.rows(), pk=pk, now=now, begun=self.begun)
        if until is None:
            return
        try:
            given = self.work(pk)
        except Refused as refused:
            self.fail(pk, until, {"code": refused.code, "facts": dict(refused.facts)}, now)
            return
        folder = folders.new_folder(self.place, f"{self.name}-{pk}")
        self.running[pk] = Run(children.start(self.module, folder, given), until)

    def _follow(self, pk: int, run: Run, now: datetime) -> bool:
        """True once the work has ended, however it ended."""
        try:
            if run.child.ended:
                self._end(pk, run, now)
            else:
                until = keep_claim(rows=self.rows(), pk=pk, until=run.until, now=now, progress=run.child.read(PROGRESS))
                if until is not None:
                    run.until = until
                    return False
        except Stale:
            # another worker has it by now, or somebody stopped it: what this one found is not needed
            pass
        self.forget(pk)
        return True

    def _end(self, pk: int, run: Run, now: datetime) -> None:
        answer = run.child.read(OUTPUT)
        if answer is None:
            self.fail(pk, run.until, run.child.failure(), now)
            return
        self.keep(pk, run, answer, now)
        folders.clear(run.child, whole=True)

    def forget(self, pk: int) -> None:
        """Ends the child, however far it is, and removes its folder."""
        run = self.running.pop(pk)
        run.child.stop()
        folders.clear(run.child)


def free(rows: QuerySet[Any], now: datetime) -> list[int]:
    """Of rows that wait, those that no worker has, or whose worker has let its lease run out; oldest first."""
    return list(rows.filter(_free(now)).order_by("pk").values_list("pk", flat=True))


def _free(now: datetime) -> Q:
    return Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)


@action
def claim(*, rows: QuerySet[Any], pk: int, now: datetime, begun: str = "") -> datetime | None:
    """Takes a row for a minute, noting in the column `begun` when; None when another worker was first."""
    until = now + LEASE
    changes: dict[str, Any] = {"claimed_until": until, "progress": {}} | ({begun: now} if begun else {})
    return until if rows.filter(_free(now), pk=pk).update(**changes) else None


@action
def keep_claim(
    *, rows: QuerySet[Any], pk: int, until: datetime, now: datetime, progress: Document | None
) -> datetime | None:
    """Renews a lease and shows how far the work is; None when the claim was lost, or the work was stopped."""
    renewed = now + LEASE
    changes: dict[str, Any] = {"claimed_until": renewed} | ({} if progress is None else {"progress": progress})
    return renewed if rows.filter(pk=pk, claimed_until=until).update(**changes) else None
