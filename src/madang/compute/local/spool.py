"""The spool: a folder that holds everything of the jobs on this machine, with a database of its own."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from madang.compute.local import settings
from madang.compute.local.supervisor import poke

GROUPS = "groups.json"  # which control groups the runner gives to jobs
FINAL = ("succeeded", "failed", "cancelled", "timed_out", "lost")

SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    account TEXT NOT NULL,
    share_class TEXT NOT NULL,
    spec TEXT NOT NULL,
    gpus INTEGER NOT NULL CHECK (gpus >= 0),
    gpu_type TEXT NOT NULL,
    cores INTEGER NOT NULL CHECK (cores > 0),
    memory_mb INTEGER NOT NULL CHECK (memory_mb > 0),
    wall_seconds INTEGER NOT NULL CHECK (wall_seconds > 0),
    state TEXT NOT NULL CHECK (state IN
        ('waiting', 'claimed', 'running', 'succeeded', 'failed', 'cancelled', 'timed_out', 'lost')),
    restarts INTEGER NOT NULL DEFAULT 0 CHECK (restarts >= 0),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    given TEXT,
    submitted INTEGER NOT NULL,
    started INTEGER,
    ticks INTEGER,
    boot TEXT,
    seen INTEGER,
    sliced INTEGER NOT NULL DEFAULT 0,
    ended INTEGER,
    cancel_asked INTEGER NOT NULL DEFAULT 0 CHECK (cancel_asked IN (0, 1)),
    exit_code INTEGER,
    signal INTEGER,
    code TEXT NOT NULL,
    facts TEXT NOT NULL,
    outputs TEXT,
    outputs_left_out INTEGER NOT NULL DEFAULT 0,
    log_cut INTEGER NOT NULL DEFAULT 0,
    touched INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
    requeue INTEGER NOT NULL DEFAULT 0 CHECK (requeue IN (0, 1)),
    checkpoint_seconds INTEGER NOT NULL DEFAULT 0 CHECK (checkpoint_seconds >= 0),
    stop_asked INTEGER,
    spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
    CHECK ((state IN ('succeeded', 'failed', 'cancelled', 'timed_out', 'lost')) = (ended IS NOT NULL)),
    CHECK (state <> 'running' OR started IS NOT NULL),
    CHECK (state <> 'waiting' OR (started IS NULL AND given IS NULL)),
    CHECK (state NOT IN ('claimed', 'running') OR given IS NOT NULL),
    CHECK ((started IS NULL) = (ticks IS NULL) AND (started IS NULL) = (seen IS NULL)),
    CHECK (started IS NULL OR (seen >= started AND (ended IS NULL OR ended >= started)))
) STRICT;
DROP INDEX IF EXISTS job_unfinished;
CREATE INDEX IF NOT EXISTS job_open ON job (state, number, priority, held) WHERE ended IS NULL;
CREATE TABLE IF NOT EXISTS job_after (
    job TEXT NOT NULL REFERENCES job (id),
    other TEXT NOT NULL REFERENCES job (id),
    ok INTEGER NOT NULL CHECK (ok IN (0, 1)),
    PRIMARY KEY (job, other)
) STRICT;
CREATE TABLE IF NOT EXISTS account_limit (
    account TEXT PRIMARY KEY,
    gpus INTEGER NOT NULL CHECK (gpus >= 0),
    cores INTEGER NOT NULL CHECK (cores >= 0),
    wall_seconds INTEGER NOT NULL CHECK (wall_seconds >= 0),
    open INTEGER NOT NULL CHECK (open IN (0, 1))
) STRICT;
CREATE TABLE IF NOT EXISTS usage_slice (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    job TEXT NOT NULL REFERENCES job (id),
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL CHECK (ends > starts)
) STRICT;
CREATE TABLE IF NOT EXISTS standing (
    account TEXT PRIMARY KEY,
    used INTEGER NOT NULL CHECK (used >= 0),
    at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS class_shares (one INTEGER PRIMARY KEY CHECK (one = 1), content TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS change (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO change VALUES (1, 0);
CREATE TABLE IF NOT EXISTS touch (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO touch VALUES (1, 0);
CREATE INDEX IF NOT EXISTS job_touched ON job (touched);
CREATE TRIGGER IF NOT EXISTS job_touches AFTER UPDATE OF state, code, facts, outputs ON job BEGIN
    UPDATE touch SET number = number + 1;
    UPDATE job SET touched = (SELECT number FROM touch) WHERE number = new.number;
END;
CREATE TRIGGER IF NOT EXISTS job_steering_touches AFTER UPDATE OF priority, held ON job BEGIN
    UPDATE touch SET number = number + 1;
    UPDATE job SET touched = (SELECT number FROM touch) WHERE number = new.number;
END;
"""


# columns that a spool of an earlier version lacks
ADDED = {
    "touched": "INTEGER NOT NULL DEFAULT 0",
    "priority": "INTEGER NOT NULL DEFAULT 0",
    "held": "INTEGER NOT NULL DEFAULT 0",
    "requeue": "INTEGER NOT NULL DEFAULT 0",
    "checkpoint_seconds": "INTEGER NOT NULL DEFAULT 0",
    "stop_asked": "INTEGER",
    "spent": "INTEGER NOT NULL DEFAULT 0",
}


class Spool:
    """The spool under `root`: where things lie in it, and transactions on its database.

    Only the owner may enter it (mode 700). Made where it does not exist. Instants in the database are microseconds
    since 1970 in UTC, `ticks` microseconds since the machine started.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._kept = threading.local()
        self.jobs = self.root / "jobs"
        self.database = self.root / "spool.sqlite3"
        self.settings_file = self.root / "settings.json"
        self.runner_lock = self.root / "runner.lock"
        for folder in (self.root, self.jobs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        if not self.database.exists():
            self.database.touch(mode=0o600)
        with contextlib.closing(self._connect()) as database:
            database.execute("PRAGMA journal_mode=WAL")
            _add_columns(database)
            database.executescript(SCHEMA)

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.database, timeout=20, isolation_level=None)
        database.row_factory = sqlite3.Row
        database.executescript("PRAGMA foreign_keys=ON;")
        return database

    @contextlib.contextmanager
    def kept_open(self) -> Iterator[None]:
        """Within it one connection serves all reads and changes of this thread."""
        with contextlib.closing(self._connect()) as database:
            self._kept.database = database
            try:
                yield
            finally:
                del self._kept.database

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        kept: sqlite3.Connection | None = getattr(self._kept, "database", None)
        if kept is not None:
            yield kept
        else:
            with contextlib.closing(self._connect()) as database:
                yield database

    def folder(self, id: str) -> Path:
        """The job's own folder."""
        return self.jobs / id

    def layer(self, name: str) -> Path:
        """Where software that a job built is kept."""
        return self.root / "layers" / name

    def settings(self) -> settings.Settings:
        """What the centre has set for this machine."""
        return settings.kept(self.settings_file)

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Reads; no transaction stays open."""
        with self._connected() as database:
            return database.execute(query, values).fetchall()

    @contextlib.contextmanager
    def change(self, *, quietly: bool = False, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """A transaction that writes; it is committed at the end of the block and undone by any exception.

        `quietly`: it changes nothing that the choice of the next job rests on. `durable`: it survives a loss of power;
        without it a later durable one carries it along, and until then what was written can be found out again from
        the jobs' folders.
        """
        with self._connected() as database:
            database.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                if not quietly:
                    database.execute("UPDATE change SET number = number + 1")
                database.execute("COMMIT")
            except BaseException:
                database.execute("ROLLBACK")
                raise

    def changes(self) -> int:
        """A number that grows with every change, so that the runner need not look twice at the same queue."""
        number: int = self.rows("SELECT number FROM change")[0][0]
        return number

    def wake(self) -> None:
        """Tells the runner that there is something to do."""
        poke(self.root)


def _add_columns(database: sqlite3.Connection) -> None:
    there = {row["name"] for row in database.execute("PRAGMA table_info(job)")}
    for name, kind in ADDED.items() if there else ():
        if name not in there:
            with contextlib.suppress(sqlite3.OperationalError):  # another process was first
                database.execute(f"ALTER TABLE job ADD COLUMN {name} {kind}")


def facts_of(text: str) -> dict[str, Any]:
    """Facts as they are kept: JSON."""
    facts: dict[str, Any] = json.loads(text)
    return facts
