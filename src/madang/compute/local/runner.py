"""Starts what may start, follows what runs, and records how each job ended and what it used; one at a time per spool.

It keeps nothing in its own memory that matters: killed at any moment, the next one goes on from the spool, since the
jobs belong to their supervisors. The rule for a job whose supervisor was killed: it is charged up to the last moment at
which a runner saw the supervisor alive, which is noted at least every few seconds, and never less than nothing.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.compute.local import endings, processes, records
from madang.compute.local.queue import Queue
from madang.compute.local.spool import Spool
from madang.compute.local.supervisor import LOCK, WAKE, outputs_of, poke
from madang.errors import Unavailable

_log = logging.getLogger(__name__)
_NOTE_EVERY = 3_000_000  # microseconds between two notes of what was seen alive
_MOST_ATTEMPTS = 5
_ORPHAN_AGE = 3600


class Runner:
    """One look after another at everything unfinished in the spool; `clock` and `ticks` as in `records`."""

    def __init__(self, spool: Spool, clock: Callable[[], int], ticks: Callable[[], int]) -> None:
        self.spool, self.clock, self.ticks = spool, clock, ticks
        self.settings = spool.settings()
        self.queue = Queue(spool, self.settings)
        self.boot = records.boot_id()
        self.children: dict[str, int] = {}
        self.seen: dict[str, int] = {}
        self.noted = 0

    def turn(self) -> bool:
        """One look; says whether anything is under way."""
        self._reap()
        under_way = self.spool.rows("SELECT * FROM job WHERE state IN ('claimed', 'running') ORDER BY number")
        for row in under_way:
            self._follow(row)
        self._note()
        for row in self.queue.claim(self.clock(), self.ticks()):
            self._launch(row)
            under_way.append(row)
        return bool(under_way)

    def _reap(self) -> None:
        for id, pid in list(self.children.items()):
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    continue
            del self.children[id]

    def _follow(self, row: sqlite3.Row) -> None:
        folder = self.spool.folder(row["id"])
        now = self.ticks()
        alive = records.held(folder / LOCK) or row["id"] in self.children  # before the records: what it wrote last
        if row["state"] == "claimed":
            start = records.read(folder, "start", row["restarts"])
            if start is None:
                return None if alive else self._start_again(row, folder)
            row = self._mark_running(row, start)
        result = records.read(folder, "result", row["restarts"])
        if result is not None:
            return self._finish(row, result)
        end = records.read(folder, "end", row["restarts"])
        if not alive:
            return self._bury(row, folder, end)
        if end is None:
            self._tend(row, folder, now)
        return None

    def _mark_running(self, row: sqlite3.Row, start: dict[str, Any]) -> sqlite3.Row:
        with self.spool.change() as database:
            database.execute(
                "UPDATE job SET state = 'running', started = ?, seen = ?, ticks = ?, boot = ? WHERE id = ? AND"
                " state = 'claimed'",
                [start["started"], start["started"], start["ticks"], start["boot"], row["id"]],
            )
        return self.spool.rows("SELECT * FROM job WHERE id = ?", row["id"])[0]

    def _tend(self, row: sqlite3.Row, folder: Path, now: int) -> None:
        """A job that runs: note that it was seen, pass a cancellation on, report its use so far."""
        self.seen[row["id"]] = max(row["seen"], row["started"] + now - row["ticks"])
        if row["cancel_asked"]:
            start = records.read(folder, "start", row["restarts"])
            assert start is not None
            processes.signal_exactly(start["pid"], start["pid_started"], signal.SIGUSR1)
        length = self.settings.slice_seconds * 1_000_000
        if self.seen[row["id"]] - row["started"] - row["sliced"] >= length:
            with self.spool.change(quietly=True) as database:
                endings.add_slices(database, row, self.seen[row["id"]], self.settings, whole=True)
                database.execute("UPDATE job SET seen = ? WHERE id = ?", [self.seen[row["id"]], row["id"]])

    def _note(self) -> None:
        if self.seen and self.ticks() - self.noted >= _NOTE_EVERY:
            self.noted = self.ticks()
            with self.spool.change(quietly=True) as database:
                database.executemany(
                    "UPDATE job SET seen = max(seen, ?) WHERE id = ? AND state = 'running'",
                    [(seen, id) for id, seen in self.seen.items()],
                )

    def _bury(self, row: sqlite3.Row, folder: Path, end: dict[str, Any] | None) -> None:
        """A supervisor that is gone without its last word. Nothing of the job may be left before that is said."""
        if processes.kill_sandboxes(folder):
            return
        if end is None:
            restarted = row["boot"] != self.boot
            ended = max(row["seen"], self.seen.get(row["id"], 0))
            code = "machine_restarted" if restarted else "supervisor_lost"
            end = {"state": "lost", "code": code, "facts": {}, "exit_code": None, "signal": None}
            end |= {"ended": ended, "log_cut": False}
        order = records.read(folder, "order", row["restarts"])
        self._finish(row, end | (outputs_of(folder, order) if order else {"outputs": [], "outputs_left_out": 0}))

    def _finish(self, row: sqlite3.Row, result: dict[str, Any]) -> None:
        with self.spool.change() as database:
            endings.finish(database, row, result, self.settings, self.clock())
        self.seen.pop(row["id"], None)

    def _start_again(self, row: sqlite3.Row, folder: Path) -> None:
        """A claimed job that no supervisor has started: killed on the way. It has not run, so it may be tried again."""
        if not row["cancel_asked"] and row["attempts"] < _MOST_ATTEMPTS:
            return self._launch(row)
        lock = records.take_lock(folder / LOCK)
        if lock is None or records.read(folder, "start", row["restarts"]) is not None:
            return None  # one was on its way after all
        (folder / f"order-{row['restarts']}.json").unlink(missing_ok=True)  # none that comes later finds anything to do
        os.close(lock)
        with self.spool.change() as database:
            endings.give_up(database, row, self.clock(), _last_words(folder))
        return None

    def _launch(self, row: sqlite3.Row) -> None:
        folder = self.spool.folder(row["id"])
        with self.spool.change(quietly=True) as database:
            database.execute("UPDATE job SET attempts = attempts + 1 WHERE id = ?", [row["id"]])
        order = self.queue.order(row)
        if order["uid"] is not None:
            _hand_over(folder / "work", order["uid"])
        records.write(folder, "order", row["restarts"], order)
        words = [sys.executable, "-I", "-m", "madang.compute.local.supervisor", str(folder), str(row["restarts"])]
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, flags, 0)]
        files += [(os.POSIX_SPAWN_OPEN, 2, str(folder / "supervisor.err"), flags, 0o600)]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        pid = os.posix_spawn(words[0], words, environment, file_actions=files, setsid=True, setsigmask=[])
        self.children[row["id"]] = pid


def _hand_over(work: Path, user: int) -> None:
    """Gives a job's folder, in which only its inputs lie as yet, to the user that the job will run as."""
    for path in (work, *work.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)


def _last_words(folder: Path) -> str:
    with contextlib.suppress(OSError):
        return (folder / "supervisor.err").read_bytes()[-300:].decode(errors="replace").strip()
    return ""


def _clear_orphans(spool: Spool) -> None:
    """Removes folders of submissions that were cut off on their way in."""
    known = {row["id"] for row in spool.rows("SELECT id FROM job")}
    for folder in spool.jobs.iterdir():
        if folder.name not in known and time.time() - folder.stat().st_mtime > _ORPHAN_AGE:
            shutil.rmtree(folder, ignore_errors=True)


def run(
    root: Path,
    stop: threading.Event,
    *,
    clock: Callable[[], int] = records.microseconds_now,
    ticks: Callable[[], int] = records.ticks_now,
) -> None:
    """Runs until `stop` is set, seen at the next wake-up or within a second. `Unavailable` if one runs already."""
    spool = Spool(root)
    lock = records.take_lock(spool.runner_lock, patience=1.0)
    if lock is None:
        raise Unavailable(f"another runner already looks after {spool.root}")
    with contextlib.suppress(FileExistsError):
        os.mkfifo(spool.root / WAKE, 0o600)
    ear = os.open(spool.root / WAKE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _clear_orphans(spool)
        runner = Runner(spool, clock, ticks)
        while not stop.is_set():
            _sleep(ear, 0.25 if _turn(runner) else 1.0)
    finally:
        os.close(ear)
        os.close(lock)


def _turn(runner: Runner) -> bool:
    """One look that outlives a full disk or a busy database: what could not be done now is found undone next time."""
    try:
        return runner.turn()
    except (OSError, sqlite3.OperationalError):
        _log.exception("the runner could not finish a look at the spool and goes on")
        time.sleep(0.5)
        return True


def _sleep(ear: int, seconds: float) -> None:
    if select.select([ear], [], [], seconds)[0]:
        with contextlib.suppress(BlockingIOError):
            os.read(ear, 65536)


def main(arguments: list[str]) -> None:
    """``python -m madang.compute.local.runner ROOT``: runs until SIGTERM or SIGINT; its jobs run on."""
    stop = threading.Event()
    root = Path(arguments[0])

    def end(*_: object) -> None:
        stop.set()
        poke(root)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    run(root, stop)


if __name__ == "__main__":
    main(sys.argv[1:])
