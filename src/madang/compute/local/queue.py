"""Puts the policies' decision into effect: claims what starts, with its cores and GPUs, and notes why others wait."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from operator import itemgetter
from typing import Any

from madang.compute import policies
from madang.compute.local import layers, machine, sandbox
from madang.compute.local.endings import seconds_left
from madang.compute.local.groups import of_job
from madang.compute.local.remembered import Remembered, needs, waiting
from madang.compute.local.settings import Settings
from madang.compute.local.spool import Spool
from madang.compute.protocol import Reason

_MILLION = 1_000_000
_AGAIN_AFTER = 30 * _MILLION
_SHORT = 5000  # microseconds of CPU; a look that takes less need not be rationed


class Queue:
    """The waiting jobs of a spool, seen by the runner; it remembers them, since a waiting job does not change.

    What starts is decided as soon as anything has changed. Why the others wait is written at most once a second; and
    neither takes more than a part of one core, however long the queue is.
    """

    def __init__(self, spool: Spool, settings: Settings, groups: Mapping[str, str] | None = None) -> None:
        self.spool, self.settings = spool, settings
        self.groups = groups or {}  # below which jobs get control groups
        self.cores, self.gpus = machine.cores(settings), machine.gpus(settings)
        self.amounts = machine.amounts(settings)
        self.sandbox = Reason(*sandbox.trial())
        self._jobs = Remembered(spool)
        # together at most a fifth of a core: a ninth and an eleventh
        self._looks = {"decide": _Look(0, 8), "explain": _Look(_MILLION, 10)}

    def patience(self, ticks: int) -> float:
        """Seconds until a look that was put off is due."""
        due = [look.due for look in self._looks.values() if look.put_off]
        return max(min(due, default=ticks + _AGAIN_AFTER) - ticks, 1000) / _MILLION

    def claim(self, now: int, ticks: int) -> list[dict[str, Any]]:
        """Claims what may start now and gives the claimed rows; nothing is looked at where nothing has changed.

        `now` and `ticks` in microseconds, as in `records`.
        """
        changes = self.spool.changes()
        wanted = {name: look.wanted(changes, ticks) for name, look in self._looks.items()}
        if not any(wanted.values()):
            return []
        begun = time.thread_time_ns()  # not the clock on the wall: on a busy machine it would ration what costs little
        self._jobs.recall()
        claimed = self._act(now, ticks, explain=wanted["explain"]) if self._jobs.waiting else []
        took = (time.thread_time_ns() - begun) // 1000
        if wanted["explain"]:  # what telling the others took puts off the next telling, not the next start
            self._looks["explain"].done(changes, ticks, took)
        self._looks["decide"].done(changes, ticks, 0 if wanted["explain"] else took)
        return claimed

    def _act(self, now: int, ticks: int, *, explain: bool) -> list[dict[str, Any]]:
        rows = self._running_rows()
        decision = self._decide(rows, now, ticks, explain=explain)
        told = {id: banded(reason) for id, reason in decision.reasons.items()} if explain else {}
        changed = {id: reason for id, reason in told.items() if self._jobs.told[id] != reason}
        if not (decision.starts or changed or decision.stops or self._jobs.hopeless):
            return []
        given = [json.loads(row["given"]) for row in rows]
        taken_cores = {core for one in given for core in one["cores"]}
        taken_gpus = Counter(gpu for one in given for gpu in one["gpus"])
        claimed = []
        with self.spool.change(quietly=True, durable=False) as database:
            for id in decision.starts:
                row = dict(database.execute("SELECT * FROM job WHERE id = ?", [id]).fetchone())
                share = self._share(row, taken_cores, taken_gpus)
                if share is not None and _claim(database, id, share):
                    taken_cores.update(share["cores"])
                    taken_gpus.update(share["gpus"])
                    claimed.append(row | {"given": json.dumps(share), "state": "claimed", "attempts": 1})
            _explain(database, changed)
            _ask_to_stop(database, decision.stops, ticks)
        if self._jobs.hopeless:
            with self.spool.change() as database:
                self._jobs.give_up_hopeless(database, now)
        self._jobs.told |= changed
        return claimed

    def _decide(self, rows: list[sqlite3.Row], now: int, ticks: int, *, explain: bool) -> policies.Decision:
        if self.sandbox.code != "sandbox_works":
            reason = Reason("sandbox_unavailable", {"why": self.sandbox.code, **self.sandbox.facts})
            return policies.Decision((), {job.id: reason for job in self._jobs.waiting.values()})
        return policies.decide(self._seen(rows, now, ticks), self.policy(), explain=explain)

    def policy(self) -> policies.Policy:
        """The settings of fair share, with the shares of classes as they were told last."""
        told = self.spool.rows("SELECT content FROM class_shares")
        return replace(self.settings.policy, **json.loads(told[0]["content"])) if told else self.settings.policy

    def snapshot(self, now: int, ticks: int) -> policies.Snapshot:
        """What the next decision rests on, for a process that only looks; `now` and `ticks` in microseconds."""
        self._jobs.recall()
        return self._seen(self._running_rows(), now, ticks)

    def _running_rows(self) -> list[sqlite3.Row]:
        return self.spool.rows("SELECT * FROM job WHERE state IN ('claimed', 'running') ORDER BY number")

    def _seen(self, rows: list[sqlite3.Row], now: int, ticks: int) -> policies.Snapshot:
        return policies.Snapshot(
            now=now // _MILLION,
            machine=self.amounts,
            running=tuple(self._running(row, now, ticks) for row in rows),
            waiting=tuple(self._jobs.waiting.values()),
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
        ends_by = started + seconds_left(row["wall_seconds"], row["spent"]) + self.settings.grace_seconds
        if row["stop_asked"] is not None:
            left = self.settings.grace_seconds + row["checkpoint_seconds"] - (ticks - row["stop_asked"]) // _MILLION
            ends_by = min(ends_by, now // _MILLION + max(left, 1))
        return policies.Running(
            id=row["id"],
            account=row["account"],
            needs=needs(row),
            started=started,
            ends_by=ends_by,
            share_class=row["share_class"],
            stoppable=bool(row["requeue"]) and row["state"] == "running",
            stopping=row["stop_asked"] is not None,
            again=waiting(row) if row["requeue"] else None,
        )

    def _share(
        self, row: Mapping[str, Any], taken_cores: set[int], taken_gpus: Counter[str]
    ) -> dict[str, list[Any]] | None:
        """Which cores and GPUs; None where jobs of an earlier runner, which saw other cores, still hold too many.

        Of GPUs that are shared a job of several gets different ones as far as there are some.
        """
        cores = [core for core in self.cores if core not in taken_cores][: row["cores"]]
        fitting = [gpu for gpu in self.gpus if gpu.type == row["gpu_type"]]
        free = [(nth, gpu) for gpu in fitting for nth in range(taken_gpus[gpu.uuid], gpu.shares)]
        gpus = [gpu.uuid for nth, gpu in sorted(free, key=itemgetter(0))]
        if len(cores) < row["cores"] or len(gpus) < row["gpus"]:
            return None
        return {"cores": cores, "gpus": gpus[: row["gpus"]]}

    def order(self, row: Mapping[str, Any]) -> sandbox.Order:
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
            "wall_seconds": seconds_left(row["wall_seconds"], row["spent"]),
            "limit_seconds": row["wall_seconds"],
            "uid": sandbox.job_user(row["number"]),
            "software": spec.get("software") or list(settings.software),
            "layer": str(self.spool.layer(spec["layer"])) if spec.get("layer") else "",
            "builds": spec.get("builds", ""),
            "image": layers.image(spec["image"], gpus=bool(given["gpus"])) if spec.get("image") else {},
            "groups": of_job(self.groups, self.spool.folder(row["id"])),
            "network": spec.get("network", False),
            "checkpoint_seconds": row["checkpoint_seconds"],
            "grace_seconds": settings.grace_seconds,
            "log_bytes": settings.log_bytes,
            "file_bytes": settings.file_bytes,
            "folder_bytes": settings.folder_bytes,
            "folder_files": settings.folder_files,
            "output_files": settings.output_files,
            "processes": settings.processes,
        }


def _claim(database: sqlite3.Connection, id: str, share: dict[str, list[Any]]) -> bool:
    """By compare-and-swap: a job that was cancelled meanwhile stays cancelled."""
    changed = database.execute(
        "UPDATE job SET state = 'claimed', given = ?, code = 'starting', facts = '{}', attempts = 1"
        " WHERE id = ? AND state = 'waiting'",
        [json.dumps(share), id],
    )
    return bool(changed.rowcount)


def _ask_to_stop(database: sqlite3.Connection, ids: tuple[str, ...], ticks: int) -> None:
    database.executemany(
        "UPDATE job SET stop_asked = ? WHERE id = ? AND state = 'running' AND stop_asked IS NULL",
        [(ticks, id) for id in ids],
    )


def _explain(database: sqlite3.Connection, changed: Mapping[str, Reason]) -> None:
    database.executemany(
        "UPDATE job SET code = ?, facts = ? WHERE id = ? AND state = 'waiting'",
        [(reason.code, json.dumps(reason.facts), id) for id, reason in changed.items()],
    )


def banded(reason: Reason) -> Reason:
    """The reason as it is told: of places beyond the tenth only the first figure, so that a start changes few."""
    ahead = reason.facts.get("ahead", 0) if reason.code == "waits_behind" else 0
    if not isinstance(ahead, int) or ahead <= 10:
        return reason
    band = 10 ** (len(str(ahead)) - 1)
    return Reason("waits_far_behind", {"ahead": ahead // band * band})


class _Look:
    """When a look at the queue is due: after a change, but not within `least` nor `rest` times what the last took."""

    def __init__(self, least: int, rest: int) -> None:
        self._least, self._rest = least, rest
        self._changes, self._at, self.due, self.put_off = -1, 0, 0, False

    def wanted(self, changes: int, ticks: int) -> bool:
        """Whether to look now."""
        stale = changes != self._changes or ticks - self._at >= _AGAIN_AFTER
        self.put_off = stale and ticks < self.due
        return stale and not self.put_off

    def done(self, changes: int, ticks: int, took: int) -> None:
        """Notes a look at this moment that took so many microseconds."""
        self._changes, self._at, self.put_off = changes, ticks, False
        self.due = ticks + max(self._least, self._rest * took if took > _SHORT else 0)
