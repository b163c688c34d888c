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
_AFTER = (
    "SELECT w.number, o.id, o.state, a.ok FROM job w JOIN job_after a ON a.job = w.id JOIN job o ON o.id = a.other"
    " WHERE w.ended IS NULL AND w.state = 'waiting' ORDER BY w.number, o.number"
)


class Remembered:
    """`waiting` by number, `told` the reason that the spool holds of each by id, `hopeless` what can never start."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.waiting: dict[int, policies.Waiting] = {}
        self.told: dict[str, Reason] = {}
        self.hopeless: dict[str, Reason] = {}

    def recall(self) -> None:
        """Forgets the jobs that wait no more, learns those that are new, and sees to what may change of the others."""
        query = "SELECT number, priority, held FROM job WHERE ended IS NULL AND state = 'waiting'"
        steered = {row["number"]: (row["priority"], row["held"]) for row in self.spool.rows(query)}
        for number in self.waiting.keys() - steered.keys():
            self.told.pop(self.waiting.pop(number).id, None)
        self._learn(sorted(steered.keys() - self.waiting.keys()))
        blocked = self._blocked()
        for number, (priority, held) in steered.items():
            why, others = blocked.get(number, (None, ()))
            why = Reason("held") if held else why
            job = self.waiting[number]
            if (job.priority, job.blocked, job.after) != (priority, why, others):
                self.waiting[number] = replace(job, priority=priority, blocked=why, after=others)

    def _learn(self, new: list[int]) -> None:
        for start in range(0, len(new), 500):
            some = new[start : start + 500]
            query = f"SELECT * FROM job WHERE number IN ({', '.join('?' * len(some))})"  # noqa: S608 - marks only
            for row in self.spool.rows(query, *some):
                self.waiting[row["number"]] = waiting(row)
                self.told[row["id"]] = Reason(row["code"], facts_of(row["facts"]))

    def _blocked(self) -> dict[int, tuple[Reason, tuple[str, ...]]]:
        """Of each job that waits for others the first and all of them; what waits in vain is noted as hopeless."""
        found: dict[int, tuple[Reason, tuple[str, ...]]] = {}
        self.hopeless = {}
        for row in self.spool.rows(_AFTER):
            why = after(row["id"], row["state"], ok=bool(row["ok"]))
            if why is not None:
                first, others = found.get(row["number"], (why, ()))
                found[row["number"]] = first, (*others, row["id"])
                if why.code == "job_before_failed":
                    self.hopeless[self.waiting[row["number"]].id] = why
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
