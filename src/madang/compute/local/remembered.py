"""The waiting jobs as the runner remembers them from one look to the next, with what keeps each from starting."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from madang.compute import policies
from madang.compute.local.endings import seconds_left
from madang.compute.local.spool import FINAL, Spool, facts_of
from madang.compute.protocol import Reason

Row = sqlite3.Row | Mapping[str, Any]
_NEW = (
    "SELECT number, state, priority, held FROM job"
    " WHERE number > ? AND ended IS NULL AND state = 'waiting' ORDER BY number"
)
_AFTER = (
    "SELECT w.number, o.id, o.state, a.ok FROM job w JOIN job_after a ON a.job = w.id JOIN job o ON o.id = a.other"
    " WHERE w.ended IS NULL AND w.state = 'waiting' ORDER BY w.number, o.number"
)


class Remembered:
    """`waiting` by number, `told` the reason that the spool holds of each by id, `hopeless` what can never start.

    What it learns is what has changed since it looked last, so that a long queue costs no more than a short one.
    """

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.waiting: dict[int, policies.Waiting] = {}
        self.told: dict[str, Reason] = {}
        self.hopeless: dict[str, Reason] = {}
        self._steered: dict[int, tuple[int, bool]] = {}
        self._after: set[int] = set()
        self._barred: set[int] = set()
        self._touched, self._last = -1, 0

    def recall(self) -> None:
        """Forgets the jobs that wait no more, learns those that are new, and sees to what may change of the others."""
        changed = self._changed()
        blocked = self._blocked() if self._after else {}
        self.hopeless = {
            self.waiting[number].id: why for number, (why, _) in blocked.items() if why.code == "job_before_failed"
        }
        for number in (changed | self._barred | blocked.keys()) & self.waiting.keys():
            priority, held = self._steered[number]
            why, others = blocked.get(number, (None, ()))
            why = Reason("held") if held else why
            job = self.waiting[number]
            if (job.priority, job.blocked, job.after) != (priority, why, others):
                self.waiting[number] = replace(job, priority=priority, blocked=why, after=others)
        self._barred = {number for number in changed | self._barred | blocked.keys() if self._is_barred(number)}

    def _is_barred(self, number: int) -> bool:
        return number in self.waiting and self.waiting[number].blocked is not None

    def _changed(self) -> set[int]:
        """Brings what is remembered to what the spool says, and gives the numbers that were looked at."""
        rows = []
        if self._touched < 0:  # the first look: from here on changes count, and every waiting job is new
            self._touched = self.spool.rows("SELECT number FROM touch")[0][0]
        else:
            query = "SELECT number, state, priority, held, touched FROM job WHERE touched > ? ORDER BY touched"
            rows = self.spool.rows(query, self._touched)
        news = self.spool.rows(_NEW, self._last)
        for row in rows:
            self._touched = row["touched"]
        self._last = max((row["number"] for row in news), default=self._last)
        found = {row["number"]: row for row in [*rows, *news]}
        for number in [number for number, row in found.items() if row["state"] != "waiting"]:
            self._forget(number)
            del found[number]
        self._steered |= {number: (row["priority"], bool(row["held"])) for number, row in found.items()}
        self._learn(sorted(found.keys() - self.waiting.keys()))
        return set(found)

    def _forget(self, number: int) -> None:
        if number in self.waiting:
            self.told.pop(self.waiting.pop(number).id, None)
        self._steered.pop(number, None)
        self._after.discard(number)

    def _learn(self, new: list[int]) -> None:
        for start in range(0, len(new), 500):
            some = new[start : start + 500]
            marks = ", ".join("?" * len(some))
            for row in self.spool.rows(f"SELECT * FROM job WHERE number IN ({marks})", *some):  # noqa: S608 - marks only
                self.waiting[row["number"]] = waiting(row)
                self.told[row["id"]] = Reason(row["code"], facts_of(row["facts"]))
            query = f"SELECT DISTINCT j.number FROM job j JOIN job_after a ON a.job = j.id WHERE j.number IN ({marks})"  # noqa: S608
            self._after |= {row["number"] for row in self.spool.rows(query, *some)}

    def _blocked(self) -> dict[int, tuple[Reason, tuple[str, ...]]]:
        """Of each job that waits for others the first, or the one that it waits for in vain, and all of them."""
        found: dict[int, tuple[Reason, tuple[str, ...]]] = {}
        for row in self.spool.rows(_AFTER):
            why = after(row["id"], row["state"], ok=bool(row["ok"]))
            if why is not None and row["number"] in self.waiting:
                first, others = found.get(row["number"], (why, ()))
                first = why if why.code == "job_before_failed" else first
                found[row["number"]] = first, (*others, row["id"])
        return found

    def give_up_hopeless(self, database: sqlite3.Connection, now: int) -> None:
        """Cancels the jobs whose condition can no longer be met."""
        database.executemany(
            "UPDATE job SET state = 'cancelled', ended = max(?, submitted), code = ?, facts = json_object('job', ?)"
            " WHERE id = ? AND state = 'waiting'",
            [(now, why.code, why.facts["job"], id) for id, why in self.hopeless.items()],
        )


def after(job: str, state: str, *, ok: bool) -> Reason | None:
    """What a job that shall start after another waits for, by the other's state; ``job_before_failed``: in vain."""
    if state == "succeeded" or (state in FINAL and not ok):
        return None
    code = "job_before_failed" if state in FINAL else "waits_for_success" if ok else "waits_for_job"
    return Reason(code, {"job": job})


def needs(row: Row) -> policies.Amounts:
    """What a job of the spool asks for, as the policies count."""
    return policies.needs(gpus=row["gpus"], gpu_type=row["gpu_type"], cores=row["cores"], memory_mb=row["memory_mb"])


def waiting(row: Row) -> policies.Waiting:
    """A job of the spool in the queue, with all the time that earlier runs have left it."""
    return policies.Waiting(
        id=row["id"],
        account=row["account"],
        share_class=row["share_class"],
        needs=needs(row),
        wall_seconds=seconds_left(row["wall_seconds"], row["spent"]),
        sequence=row["number"],
        priority=row["priority"],
        stoppable=bool(row["requeue"]),
    )
