"""Puts the policies' decision into effect: claims what starts, with its cores and GPUs, and notes why others wait."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import Any

from madang.compute import policies
from madang.compute.local import machine, sandbox
from madang.compute.local.settings import Settings
from madang.compute.local.spool import Spool, facts_of
from madang.compute.protocol import Reason

_MILLION = 1_000_000
_AGAIN_AFTER = 30 * _MILLION


class Queue:
    """The waiting jobs of a spool, seen by the runner."""

    def __init__(self, spool: Spool, settings: Settings) -> None:
        self.spool, self.settings = spool, settings
        self.cores, self.gpus = machine.cores(settings), machine.gpus(settings)
        self.amounts = machine.amounts(settings)
        self.sandbox = Reason(*sandbox.trial())
        self._decided: tuple[int, int] = (-1, 0)

    def claim(self, now: int, ticks: int) -> list[sqlite3.Row]:
        """Claims what may start now and gives the claimed rows; nothing is looked at where nothing has changed.

        `now` and `ticks` in microseconds, as in `records`.
        """
        changes, decided_at = self.spool.changes(), self._decided[1]
        if changes == self._decided[0] and ticks - decided_at < _AGAIN_AFTER:
            return []
        self._decided = (changes, ticks)
        rows = self.spool.rows("SELECT * FROM job WHERE ended IS NULL ORDER BY number")
        waiting = {row["id"]: row for row in rows if row["state"] == "waiting"}
        if not waiting:
            return []
        decision = self._decide(rows, now, ticks)
        given = [json.loads(row["given"]) for row in rows if row["given"]]
        taken_cores = {core for one in given for core in one["cores"]}
        taken_gpus = {gpu for one in given for gpu in one["gpus"]}
        claimed = []
        with self.spool.change(quietly=True) as database:
            for id in decision.starts:
                share = self._share(waiting[id], taken_cores, taken_gpus)
                if share is not None and _claim(database, id, share):
                    taken_cores.update(share["cores"])
                    taken_gpus.update(share["gpus"])
                    claimed.append(id)
            _explain(database, waiting, decision)
        return [self.spool.rows("SELECT * FROM job WHERE id = ?", id)[0] for id in claimed]

    def _decide(self, rows: list[sqlite3.Row], now: int, ticks: int) -> policies.Decision:
        if self.sandbox.code != "sandbox_works":
            reason = Reason("sandbox_unavailable", {"why": self.sandbox.code, **self.sandbox.facts})
            return policies.Decision((), {row["id"]: reason for row in rows if row["state"] == "waiting"})
        return policies.decide(self.snapshot(rows, now, ticks), self.settings.policy)

    def snapshot(self, rows: list[sqlite3.Row], now: int, ticks: int) -> policies.Snapshot:
        """What a decision about these unfinished jobs rests on; `now` and `ticks` in microseconds."""
        return policies.Snapshot(
            now=now // _MILLION,
            machine=self.amounts,
            running=tuple(self._running(row, now, ticks) for row in rows if row["state"] != "waiting"),
            waiting=tuple(_waiting(row) for row in rows if row["state"] == "waiting"),
            standings={
                row["account"]: policies.Standing(row["used"], row["at"])
                for row in self.spool.rows("SELECT * FROM standing")
            },
            limits={
                row["account"]: policies.Limit(row["gpus"], row["cores"], bool(row["open"]))
                for row in self.spool.rows("SELECT * FROM account_limit")
            },
        )

    def _running(self, row: sqlite3.Row, now: int, ticks: int) -> policies.Running:
        elapsed = 0 if row["ticks"] is None else max(ticks - row["ticks"], 0)
        started = (now - elapsed) // _MILLION
        ends_by = started + row["wall_seconds"] + self.settings.grace_seconds
        return policies.Running(row["id"], row["account"], _needs(row), started, ends_by)

    def _share(self, row: sqlite3.Row, taken_cores: set[int], taken_gpus: set[str]) -> dict[str, list[Any]] | None:
        """Which cores and GPUs; None where jobs of an earlier runner, which saw other cores, still hold too many."""
        cores = [core for core in self.cores if core not in taken_cores][: row["cores"]]
        gpus = [gpu.uuid for gpu in self.gpus if gpu.type == row["gpu_type"] and gpu.uuid not in taken_gpus]
        if len(cores) < row["cores"] or len(gpus) < row["gpus"]:
            return None
        return {"cores": cores, "gpus": gpus[: row["gpus"]]}

    def order(self, row: sqlite3.Row) -> sandbox.Order:
        """What the supervisor of a claimed job is told."""
        spec, given = json.loads(row["spec"]), json.loads(row["given"])
        settings = self.settings
        return {
            "job": row["id"],
            "restarts": row["restarts"],
            "argv": spec["argv"],
            "environment": spec["environment"],
            "inputs": spec["inputs"],
            "cores": given["cores"],
            "gpus": [asdict(gpu) for gpu in self.gpus if gpu.uuid in given["gpus"]],
            "memory_mb": row["memory_mb"],
            "wall_seconds": row["wall_seconds"],
            "uid": sandbox.job_user(row["number"]),
            "software": list(settings.software),
            "grace_seconds": settings.grace_seconds,
            "log_bytes": settings.log_bytes,
            "file_bytes": settings.file_bytes,
            "output_files": settings.output_files,
            "processes": settings.processes,
        }


def _needs(row: sqlite3.Row) -> policies.Amounts:
    return policies.needs(gpus=row["gpus"], gpu_type=row["gpu_type"], cores=row["cores"], memory_mb=row["memory_mb"])


def _waiting(row: sqlite3.Row) -> policies.Waiting:
    return policies.Waiting(
        row["id"], row["account"], row["share_class"], _needs(row), row["wall_seconds"], row["number"]
    )


def _claim(database: sqlite3.Connection, id: str, share: dict[str, list[Any]]) -> bool:
    """By compare-and-swap: a job that was cancelled meanwhile stays cancelled."""
    changed = database.execute(
        "UPDATE job SET state = 'claimed', given = ?, code = 'starting', facts = '{}'"
        " WHERE id = ? AND state = 'waiting'",
        [json.dumps(share), id],
    )
    return bool(changed.rowcount)


def _explain(database: sqlite3.Connection, waiting: dict[str, sqlite3.Row], decision: policies.Decision) -> None:
    changed = [
        (reason.code, json.dumps(reason.facts), id)
        for id, reason in decision.reasons.items()
        if (waiting[id]["code"], facts_of(waiting[id]["facts"])) != (reason.code, reason.facts)
    ]
    database.executemany("UPDATE job SET code = ?, facts = ? WHERE id = ? AND state = 'waiting'", changed)
