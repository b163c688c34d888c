"""What the portal's machine knows of jobs on the cluster: whose they are, their number, their final report, all limits.

The cluster forgets: a queue keeps ended jobs for minutes, records are purged by sites, and a controller that crashed
gives numbers of its last seconds out again. So a job's id is its name, which follows from its key, and a job that has
ended is never asked for again.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from madang.compute.protocol import AccountLimit, JobReport, JobSpec, JobState, OutputFile, Reason

_TABLES = """
CREATE TABLE IF NOT EXISTS job (
  key TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, account TEXT NOT NULL, user TEXT NOT NULL,
  number TEXT, spec TEXT NOT NULL, given INTEGER NOT NULL, cancel_asked INTEGER NOT NULL DEFAULT 0, report TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS born (at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS job_by_number ON job (number);
CREATE TABLE IF NOT EXISTS account_limit (
  account TEXT PRIMARY KEY, gpus INTEGER NOT NULL, cores INTEGER NOT NULL, wall_seconds INTEGER NOT NULL,
  open INTEGER NOT NULL
) STRICT;
"""


class Register:
    """One SQLite file; each thread has a connection of its own."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path, self._kept = path, threading.local()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with self._change() as database:
            for table in _TABLES.split(";"):
                database.execute(table)
            database.execute("INSERT INTO born SELECT ? WHERE NOT EXISTS (SELECT 1 FROM born)", [int(now.timestamp())])

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._kept, "connection", None)
        if found is None:
            found = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
            found.row_factory = sqlite3.Row
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = FULL")
            self._kept.connection = found
        return found

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        database = self._connection()
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
        except BaseException:
            database.rollback()
            raise
        database.commit()

    def _one(self, query: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection().execute(query, values).fetchone()
        return row

    def by_key(self, key: str) -> sqlite3.Row | None:
        """The job submitted under a key."""
        return self._one("SELECT * FROM job WHERE key = ?", key)

    def by_name(self, name: str) -> sqlite3.Row | None:
        """A job by its name on the cluster, if Slurm has taken it."""
        return self._one("SELECT * FROM job WHERE name = ? AND number IS NOT NULL", name)

    def by_names(self, names: Sequence[str]) -> dict[str, sqlite3.Row]:
        """Those of the jobs with these names that are known, by name."""
        found = {}
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            marks = ", ".join("?" * len(some))
            query = f"SELECT * FROM job WHERE number IS NOT NULL AND name IN ({marks})"  # noqa: S608 - question marks
            found.update({row["name"]: row for row in self._connection().execute(query, some)})
        return found

    def enter(self, spec: JobSpec, *, name: str, digest: str, user: str, now: datetime) -> None:
        """Notes a job before anybody else is told of it."""
        kept = {
            "nodes": spec.nodes,
            "gpus": spec.gpus,
            "gpu_type": spec.gpu_type,
            "cores": spec.cores,
            "memory_mb": spec.memory_mb,
            "wall_seconds": spec.wall_seconds,
            "files": [[file.path, file.size, file.sha256] for file in spec.files],
        }
        with self._change() as database:
            database.execute(
                "INSERT OR IGNORE INTO job (key, name, digest, account, user, spec, given)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [spec.key, name, digest, spec.account, user, json.dumps(kept), int(now.timestamp())],
            )

    def withdraw(self, key: str) -> None:
        """Forgets a job that Slurm did not take."""
        with self._change() as database:
            database.execute("DELETE FROM job WHERE key = ? AND number IS NULL", [key])

    def number(self, key: str, number: str) -> None:
        """Notes which number Slurm gave."""
        with self._change() as database:
            database.execute("UPDATE job SET number = ? WHERE key = ? AND number IS NULL", [number, key])

    def ask_cancel(self, name: str) -> None:
        """Notes that the job's end was asked for here."""
        with self._change() as database:
            database.execute("UPDATE job SET cancel_asked = 1 WHERE name = ?", [name])

    def conclude(self, report: JobReport) -> None:
        """Keeps a final report; one that is kept already stays."""
        with self._change() as database:
            database.execute(
                "UPDATE job SET report = ? WHERE name = ? AND report IS NULL", [_written(report), report.id]
            )

    @property
    def born(self) -> datetime:
        """When the register was made: nothing that began before is the portal's."""
        row = self._one("SELECT at FROM born")
        assert row is not None
        return datetime.fromtimestamp(row["at"], UTC)

    def ids(self, numbers: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
        """For each number the jobs that ever had it: when they were given (epoch seconds), and their id."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        wanted = sorted(numbers)
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            marks = ", ".join("?" * len(some))
            query = f"SELECT number, given, name FROM job WHERE number IN ({marks})"  # noqa: S608 - question marks
            for row in self._connection().execute(query, some):
                found[row["number"]].append((row["given"], row["name"]))
        return found

    def strip(self, report: JobReport) -> None:
        """Puts a report in place that names no files any more, and forgets what the job was given."""
        with self._change() as database:
            database.execute("UPDATE job SET report = ? WHERE name = ?", [_written(report), report.id])

    def limits(self) -> list[AccountLimit]:
        """All limits."""
        rows = self._connection().execute("SELECT account, gpus, cores, wall_seconds, open FROM account_limit")
        return [AccountLimit(account, gpus, cores, wall, bool(is_open)) for account, gpus, cores, wall, is_open in rows]

    def limit(self, account: str) -> sqlite3.Row | None:
        """One account's limit."""
        return self._one("SELECT * FROM account_limit WHERE account = ?", account)

    def set_limits(self, limits: Iterable[AccountLimit]) -> None:
        """Notes these limits in place of all before; an account that is not among them has none."""
        rows = [(one.account, one.gpus, one.cores, one.wall_seconds, int(one.open)) for one in limits]
        with self._change() as database:
            database.execute("DELETE FROM account_limit")
            database.executemany("INSERT INTO account_limit VALUES (?, ?, ?, ?, ?)", rows)


def _written(report: JobReport) -> str:
    content = asdict(report) | {"reason": report.reason and [report.reason.code, dict(report.reason.facts)]}
    for name in ("submitted_at", "started_at", "ended_at"):
        content[name] = content[name] and content[name].isoformat()
    return json.dumps(content)


def report_of(written: str) -> JobReport:
    """A report as `Register.conclude` kept it."""
    content: dict[str, Any] = json.loads(written)
    for name in ("submitted_at", "started_at", "ended_at"):
        content[name] = content[name] and datetime.fromisoformat(content[name]).astimezone(UTC)
    content["state"] = JobState(content["state"])
    content["reason"] = content["reason"] and Reason(*content["reason"])
    content["outputs"] = tuple(OutputFile(**one) for one in content["outputs"])
    return JobReport(**content)
