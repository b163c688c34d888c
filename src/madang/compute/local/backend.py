"""The eight verbs on this machine: they write to the spool and read from it; the runner does the rest."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from madang.accounting.metering import UsageSlice
from madang.compute import policies, specs
from madang.compute.local import filtering, groups, layers, logs, machine, outputs, records, sampling, sandbox, settings
from madang.compute.local.inputs import copy_in
from madang.compute.local.queue import Queue
from madang.compute.local.spool import FINAL, GROUPS, Spool, facts_of
from madang.compute.local.totals import totals
from madang.compute.protocol import (
    AccountLimit,
    Capacity,
    ChangedBatch,
    ClassShares,
    JobReport,
    JobSpec,
    JobState,
    LogChunk,
    OutputFile,
    Reason,
    Stretch,
    UsageBatch,
    Use,
)
from madang.compute.totals import Total
from madang.errors import Refused
from madang.values import Period

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLICES_AT_ONCE, _CHANGED_AT_ONCE = 1000, 5000
_FRESH = 300_000_000  # microseconds for which a measurement says what is so now


class LocalBackend:
    """Jobs on this machine, in the spool under `root`; `given` are the fields of `settings.Settings`.

    `clock` gives microseconds since 1970. ValueError where a job could see the spool: it must not lie within ``/usr``
    or within the software that jobs are given.
    """

    def __init__(self, root: Path, *, clock: Callable[[], int] = records.microseconds_now, **given: Any) -> None:
        wanted = settings.made_from(given)
        for seen in sandbox.visible(wanted.software):
            if Path(root).resolve().is_relative_to(seen.resolve()):
                raise ValueError(f"jobs could read the spool {root}, because they can read all of {seen}")
        self._spool = Spool(Path(root))
        self._settings, self._clock = wanted, clock
        settings.keep(wanted, self._spool.settings_file)

    @cached_property
    def _sandbox(self) -> Reason:
        return Reason(*sandbox.trial())

    def capacity(self) -> Capacity:
        """What this machine has for jobs, and whether a sandbox can be opened on it (tried once a process)."""
        typed = machine.by_type(machine.gpus(self._settings))
        cores, memory = len(machine.cores(self._settings)), machine.memory_mb(self._settings)
        return Capacity(typed, cores, memory, self._sandbox)

    def submit(self, spec: JobSpec) -> str:
        """Copies the input files, checks their content, and puts the job into the queue, all or nothing."""
        specs.check(spec)
        with self._spool.kept_open():
            known = self._known(spec)
            if known is not None:
                return known
            self._admit(spec)
            id = secrets.token_hex(8)
            part = self._spool.jobs / f".{id}"
            try:
                self._lay_out(part, spec)
                id = self._enter(id, part, spec)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        self._spool.wake()
        return id

    def _known(self, spec: JobSpec) -> str | None:
        rows = self._spool.rows("SELECT id, digest FROM job WHERE key = ?", spec.key)
        return _same(rows[0], spec) if rows else None

    def _admit(self, spec: JobSpec) -> None:
        if self._sandbox.code != "sandbox_works":
            raise Refused("sandbox_unavailable", why=self._sandbox.code, **self._sandbox.facts)
        rows = self._spool.rows("SELECT * FROM account_limit WHERE account = ? AND open", spec.account)
        if not rows:
            raise Refused("account_closed", account=spec.account)
        layers.check(self._spool, spec)
        asked = policies.needs(gpus=spec.gpus, gpu_type=spec.gpu_type, cores=spec.cores, memory_mb=spec.memory_mb)
        machine.admit(self._settings, asked, spec.nodes)
        for after in spec.after:
            if not self._spool.rows("SELECT 1 FROM job WHERE id = ? AND account = ?", after.job, spec.account):
                raise Refused("no_such_job", job=after.job)
        for name, needed in (*policies.kinds(asked).items(), ("wall_seconds", spec.wall_seconds)):
            if needed > rows[0][name]:
                code = "larger_than_account_wall" if name == "wall_seconds" else "larger_than_account_limit"
                raise Refused(code, resource=name, needs=needed, limit=rows[0][name])

    def _lay_out(self, part: Path, spec: JobSpec) -> None:
        work = part / "work"
        work.mkdir(mode=0o700, parents=True)
        part.chmod(0o700)
        for file in spec.files:
            target = work / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_in(file, target)
        for folder in {parent for file in spec.files for parent in (work / file.path).parents} & {
            part,
            *part.rglob("*"),
        }:
            records.sync_folder(folder)

    def _enter(self, id: str, part: Path, spec: JobSpec) -> str:
        """The job's row and its folder's final name, together; a submission that was faster with this key wins."""
        values = {
            "id": id,
            "key": spec.key,
            "digest": specs.digest(spec),
            "account": spec.account,
            "share_class": spec.fair_share_class,
            "spec": json.dumps(_kept(spec)),
            "gpus": spec.gpus,
            "gpu_type": spec.gpu_type,
            "cores": spec.cores,
            "memory_mb": spec.memory_mb,
            "wall_seconds": spec.wall_seconds,
            "priority": spec.priority,
            "held": int(spec.held),
            "requeue": int(spec.requeue),
            "checkpoint_seconds": spec.checkpoint_seconds,
            "state": "waiting",
            "submitted": self._clock(),
            "code": "not_yet_considered",
            "facts": "{}",
        }
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        with self._spool.change() as database:
            rows = database.execute("SELECT id, digest FROM job WHERE key = ?", [spec.key]).fetchall()
            if rows:
                return _same(rows[0], spec)
            database.execute(f"INSERT INTO job ({columns}) VALUES ({marks})", list(values.values()))  # noqa: S608
            database.executemany("INSERT INTO job_after VALUES (?, ?, ?)", [(id, *after) for after in set(spec.after)])
            part.rename(self._spool.folder(id))
            if spec.files:  # without them the folder is empty, and is made again where it was lost with the power
                records.sync_folder(self._spool.jobs)
        return id

    def reports(self, ids: Iterable[str]) -> list[JobReport]:
        """The reports, in the order asked for, of those jobs that are known here."""
        wanted = list(ids)
        found = {}
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            query = f"SELECT * FROM job WHERE id IN ({', '.join('?' * len(some))})"  # noqa: S608 - question marks only
            found.update({row["id"]: row for row in self._spool.rows(query, *some)})
        tended = records.held(self._spool.runner_lock)
        return [self._report(found[id], tended) for id in wanted if id in found]

    def changed(self, since: str) -> ChangedBatch:
        """Jobs whose state, reason or outputs changed after the cursor, in the order of their last change."""
        if not since:
            return ChangedBatch([], str(self._spool.rows("SELECT number FROM touch")[0][0]))
        rows = self._spool.rows(
            "SELECT id, touched FROM job WHERE touched > ? ORDER BY touched LIMIT ?", int(since), _CHANGED_AT_ONCE
        )
        return ChangedBatch([row["id"] for row in rows], str(rows[-1]["touched"]) if rows else since)

    def _report(self, row: sqlite3.Row, tended: bool) -> JobReport:
        return JobReport(
            id=row["id"],
            key=row["key"],
            account=row["account"],
            state=JobState.WAITING if row["state"] == "claimed" else JobState(row["state"]),
            submitted_at=_instant(row["submitted"]),
            started_at=None if row["started"] is None else _instant(row["started"]),
            ended_at=None if row["ended"] is None else _instant(row["ended"]),
            exit_code=row["exit_code"],
            signal=row["signal"],
            reason=_reason(row, tended),
            outputs=tuple(OutputFile(*listed) for listed in json.loads(row["outputs"] or "[]")),
            outputs_left_out=row["outputs_left_out"],
            log_size=logs.size(self._spool.folder(row["id"])),
            log_cut=bool(row["log_cut"]),
            restarts=row["restarts"],
        )

    def _row(self, id: str) -> sqlite3.Row:
        rows = self._spool.rows("SELECT * FROM job WHERE id = ?", id)
        if not rows:
            raise Refused("no_such_job", job=id)
        return rows[0]

    def cancel(self, id: str) -> None:
        """A waiting job ends here and now; a running one when the runner has told its supervisor."""
        self._row(id)
        with self._spool.change() as database:
            database.execute(
                "UPDATE job SET state = 'cancelled', ended = max(?, submitted), code = 'cancelled_waiting',"
                " facts = '{}' WHERE id = ? AND state = 'waiting'",
                [self._clock(), id],
            )
            database.execute("UPDATE job SET cancel_asked = 1 WHERE id = ? AND state IN ('claimed', 'running')", [id])
        self._spool.wake()

    def hold(self, id: str) -> None:
        """A waiting job stays in the queue and does not start."""
        self._steer(id, "held", 1)

    def release(self, id: str) -> None:
        """A held job starts in its turn."""
        self._steer(id, "held", 0)

    def prioritise(self, id: str, priority: int) -> None:
        """The job's place among the waiting ones of its account; refuses ``job_field_out_of_range``."""
        if abs(priority) > specs.MOST_PRIORITY:
            raise Refused("job_field_out_of_range", field="priority", least=-specs.MOST_PRIORITY)
        self._steer(id, "priority", priority)

    def _steer(self, id: str, column: str, value: int) -> None:
        self._row(id)
        with self._spool.change() as database:
            query = f"UPDATE job SET {column} = ? WHERE id = ? AND state = 'waiting'"  # noqa: S608 - our own words
            database.execute(query, [value, id])
        self._spool.wake()

    def log(self, id: str, offset: int, limit: int = 65536) -> LogChunk:
        """Part of what the command wrote, both streams together; a job that has not started has an empty log."""
        row = self._row(id)  # read before the log, so that "ended" is never said of a log that still grows
        folder = self._spool.folder(id)
        size = logs.size(folder)
        data, after = logs.read(folder, offset, limit)
        return LogChunk(data, after, row["state"] in FINAL and after >= size)

    def use(self, id: str) -> Use | None:
        """What the job's last run uses, as its supervisor has measured it."""
        row = self._row(id)
        path = self._spool.folder(id) / f"use-{row['restarts']}.json"
        try:
            kept, at = sampling.read(path.read_text()), path.stat().st_mtime
        except (OSError, ValueError):
            return None
        stale = self._clock() - int(at * 1_000_000) > _FRESH  # a full disk takes no news: then nobody is called idle
        stretches = tuple(
            Stretch(
                one.seconds,
                one.core_milliseconds // one.seconds if one.seconds else 0,
                one.memory_mb,
                one.gpu_percent_seconds // one.gpu_seconds if one.gpu_seconds else None,
            )
            for one in kept.bins
        )
        return Use(kept.width, stretches, 0 if stale else kept.idle_seconds)

    def fetch(self, id: str, path: str) -> Path:
        """The file, once it has been found to be plain, single-named and within the job's folder."""
        row = self._row(id)
        if row["state"] not in FINAL:
            raise Refused("job_not_ended", job=id)
        work = self._spool.folder(id) / "work"
        try:
            if path not in {listed[0] for listed in json.loads(row["outputs"] or "[]")}:
                raise ValueError(path)
            os.close(outputs.open_within(work, path))
        except (OSError, ValueError) as fault:
            raise Refused("no_such_output", job=id, path=path) from fault
        return work / path

    def forget(self, id: str) -> None:
        """Removes the job's folder with inputs, log and results, and its command from the spool."""
        if self._row(id)["state"] not in FINAL:
            raise Refused("job_not_ended", job=id)
        folder = self._spool.folder(id)
        gone = folder.with_name(f".{id}-forgotten")
        # out of reach at once and whole; what a crash leaves of it, the runner takes for an orphan
        with contextlib.suppress(FileNotFoundError):
            folder.rename(gone)
            records.sync_folder(self._spool.jobs)
        with self._spool.change(quietly=True) as database:
            database.execute("UPDATE job SET spec = '{}', outputs = '[]' WHERE id = ?", [id])
        records.remove(gone)

    def keep(self, id: str) -> int:
        """Takes the layer out of the job's folder, as nobody's but ours, and puts it among the kept ones."""
        return layers.keep(self._spool, self._row(id))

    def drop(self, layer: str) -> None:
        """Out of reach at once, then removed."""
        layers.drop(self._spool, layer)

    def usage(self, since: str = "") -> UsageBatch:
        """Slices in the order in which they were recorded; the cursor is the number of the last."""
        rows = self._spool.rows(
            "SELECT s.number, s.key, s.starts, s.ends, j.account, j.id, j.gpus, j.cores FROM usage_slice s"
            " JOIN job j ON j.id = s.job WHERE s.number > ? ORDER BY s.number LIMIT ?",
            int(since or 0),
            _SLICES_AT_ONCE,
        )
        slices = [
            UsageSlice(
                source=self._settings.name,
                key=row["key"],
                account=row["account"],
                job=row["id"],
                period=Period(_instant(row["starts"]), _instant(row["ends"])),
                gpus=row["gpus"],
                cores=row["cores"],
            )
            for row in rows
        ]
        return UsageBatch(slices, str(rows[-1]["number"]) if rows else since)

    def totals(self, period: Period) -> list[Total]:
        """What each account used in a period, added up by the spool."""
        return totals(self._spool, self._settings.name, period)

    def queue(self) -> tuple[policies.Snapshot, policies.Policy]:
        """What the runner's next decision would rest on, and by which settings it decides."""
        queue = Queue(self._spool, self._settings)
        return queue.snapshot(self._clock(), records.ticks_now()), queue.policy()

    def guards(self) -> dict[str, bool]:
        """What keeps jobs here to their bounds, as the runner found it when it started."""
        try:
            grouped = set(json.loads((self._spool.root / GROUPS).read_text()))
        except (OSError, ValueError):  # no runner has been here yet
            grouped = set(groups.found(self._settings.groups))
        strong = {"calls": filtering.known(), **{name: name in grouped for name in groups.CONTROLLERS}}
        return {f"guard_{name}" if holds else f"guard_{name}_weak": holds for name, holds in strong.items()}

    def share(self, shares: ClassShares) -> None:
        """The shares stand in the spool, above what the settings say of classes."""
        if shares.borrowing not in get_args(policies.Borrowing):
            raise ValueError(f"borrowing must be one of {', '.join(get_args(policies.Borrowing))}")
        content = json.dumps(asdict(shares), sort_keys=True)
        if [row["content"] for row in self._spool.rows("SELECT content FROM class_shares")] == [content]:
            return
        with self._spool.change() as database:
            database.execute("INSERT OR REPLACE INTO class_shares VALUES (1, ?)", [content])
        self._spool.wake()

    def enforce(self, limits: Sequence[AccountLimit]) -> None:
        """Puts the limits in place of those before; nothing is written where they are the same."""
        wanted = sorted((asdict(limit) for limit in limits), key=lambda limit: str(limit["account"]))
        present = self._spool.rows("SELECT * FROM account_limit ORDER BY account")
        if [dict(row) for row in present] == wanted:
            return
        with self._spool.change() as database:
            database.execute("DELETE FROM account_limit")
            database.executemany(
                "INSERT INTO account_limit VALUES (:account, :gpus, :cores, :wall_seconds, :open)", wanted
            )
        self._spool.wake()


def _same(row: sqlite3.Row, spec: JobSpec) -> str:
    if row["digest"] != specs.digest(spec):
        raise Refused("key_reused", key=spec.key)
    return str(row["id"])


def _kept(spec: JobSpec) -> dict[str, Any]:
    """What the runner needs of a submission beside its columns."""
    inputs = {file.path: file.sha256 for file in spec.files}
    kept: dict[str, Any] = {
        "name": spec.name,
        "argv": spec.argv,
        "environment": dict(spec.environment),
        "inputs": inputs,
    }
    kept |= {"network": spec.network, "software": spec.software, "layer": spec.layer}
    return kept | {"builds": spec.builds, "image": spec.image}


def _reason(row: sqlite3.Row, tended: bool) -> Reason | None:
    if row["state"] == "running":
        return None
    if row["state"] == "waiting" and not tended:
        return Reason("backend_stopped")
    return Reason(row["code"], facts_of(row["facts"]))


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
