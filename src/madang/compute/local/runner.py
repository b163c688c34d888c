"""Starts what may start, follows what runs, and records how each job ended and what it used; one at a time per spool.

It keeps nothing in its own memory that matters: killed at any moment, the next one goes on from the spool, since the
jobs belong to their supervisors. The rule for a job whose supervisor was killed: it is charged up to the last moment at
which a runner saw the supervisor alive, which is noted at least every few seconds, and never less than nothing.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from madang.compute.local import endings, groups, processes, records
from madang.compute.local.launching import Launcher
from madang.compute.local.machine import GpuWatch
from madang.compute.local.queue import Queue
from madang.compute.local.spool import GROUPS, Spool
from madang.compute.local.supervisor import LOCK, WAKE, outputs_of, poke
from madang.errors import Unavailable

Row = dict[str, Any]
Deed = partial[None]
_log = logging.getLogger(__name__)
_NOTE_EVERY = 3_000_000  # microseconds between two notes of what was seen alive
_MOST_ATTEMPTS = 5
_ORPHAN_AGE = 3600


class Runner:
    """One look after another at everything unfinished in the spool; `clock` and `ticks` as in `records`."""

    def __init__(self, spool: Spool, clock: Callable[[], int], ticks: Callable[[], int]) -> None:
        self.spool, self.clock, self.ticks = spool, clock, ticks
        self.settings = spool.settings()
        given = groups.prepare(groups.found(self.settings.groups))
        records.write_lightly(spool.root / GROUPS, json.dumps(sorted(given)).encode())
        self.queue = Queue(spool, self.settings, given)
        self.boot = records.boot_id()
        self.launcher = Launcher(spool.root)
        self.gpus = GpuWatch(spool.root)
        self.seen: dict[str, int] = {}
        self.noted = 0

    def turn(self) -> bool:
        """One look; says whether anything is under way."""
        self.launcher.reap()
        under_way = self.spool.rows("SELECT * FROM job WHERE state IN ('claimed', 'running') ORDER BY number")
        found = [deed for row in under_way for deed in self._follow(dict(row))]
        if found:
            # one for all that one look found; the start of a job is in its record, but its end must not be told twice
            durable = any(deed.func is not _mark_running for deed in found)
            with self.spool.change(durable=durable) as database:
                for deed in found:
                    deed(database)
        self._note()
        self.gpus.look(self.ticks(), wanted=bool(under_way))
        claimed = self.queue.claim(self.clock(), self.ticks())
        for row in claimed:
            self._launch(row)
        return bool(under_way or claimed)

    def _follow(self, row: Row) -> Iterator[Deed]:
        folder = self.spool.folder(row["id"])
        now = self.ticks()
        # before the records: what it wrote last
        alive = row["id"] in self.launcher.children or records.held(folder / LOCK)
        if row["state"] == "claimed":
            start = records.read(folder, "start", row["restarts"])
            if start is None:
                if not alive:
                    yield from self._start_again(row, folder)
                return
            row |= {"state": "running", "seen": start["started"]}
            row |= {name: start[name] for name in ("started", "ticks", "boot")}
            yield partial(_mark_running, row=row)
        result = records.read(folder, "result", row["restarts"])
        if result is None:
            end = records.read(folder, "end", row["restarts"])
            if alive:
                if end is None:
                    yield from self._tend(row, folder, now)
                return
            result = self._bury(row, folder, end)
        if result is not None:
            self.seen.pop(row["id"], None)
            act = endings.requeue if endings.may_run_again(row, result) else endings.finish
            yield partial(act, row=row, result=result, settings=self.settings, now=self.clock())

    def _tend(self, row: Row, folder: Path, now: int) -> Iterator[Deed]:
        """A job that runs: note that it was seen, pass a cancellation on, report its use so far."""
        seen = self.seen[row["id"]] = max(row["seen"], row["started"] + now - row["ticks"])
        if row["cancel_asked"] or row["stop_asked"] is not None:
            start = records.read(folder, "start", row["restarts"])
            assert start is not None
            number = signal.SIGUSR1 if row["cancel_asked"] else signal.SIGUSR2
            processes.signal_exactly(start["pid"], start["pid_started"], number)
        if seen - row["started"] - row["sliced"] >= self.settings.slice_seconds * 1_000_000:
            yield partial(endings.add_slices, row=row, until=seen, settings=self.settings, whole=True)

    def _note(self) -> None:
        if self.seen and self.ticks() - self.noted >= _NOTE_EVERY:
            self.noted = self.ticks()
            with self.spool.change(quietly=True, durable=False) as database:
                database.executemany(
                    "UPDATE job SET seen = max(seen, ?) WHERE id = ? AND state = 'running'",
                    [(seen, id) for id, seen in self.seen.items()],
                )

    def _bury(self, row: Row, folder: Path, end: dict[str, Any] | None) -> dict[str, Any] | None:
        """The result of a supervisor that is gone without its last word; None while anything of the job is left."""
        if processes.kill_sandboxes(folder):
            return None
        if end is None:
            restarted = row["boot"] != self.boot
            ended = max(row["seen"], self.seen.get(row["id"], 0))
            code = "machine_restarted" if restarted else "supervisor_lost"
            end = {"state": "lost", "code": code, "facts": {}, "exit_code": None, "signal": None}
            end |= {"ended": ended, "log_cut": False}
        order = self.queue.order(row)
        groups.remove(order["groups"])
        return end | outputs_of(folder, order)

    def _start_again(self, row: Row, folder: Path) -> Iterator[Deed]:
        """A claimed job that no supervisor has started: killed on the way. It has not run, so it may be tried again."""
        if not row["cancel_asked"] and row["attempts"] < _MOST_ATTEMPTS:
            self._launch(row)
            yield partial(_count_attempt, id=row["id"])
            return
        lock = records.take_lock(folder / LOCK)
        if lock is None or records.read(folder, "start", row["restarts"]) is not None:
            return  # one was on its way after all
        (folder / f"order-{row['restarts']}.json").unlink(missing_ok=True)  # none that comes later finds anything to do
        os.close(lock)
        yield partial(endings.give_up, row=row, now=self.clock(), detail=_last_words(folder))

    def _launch(self, row: Row) -> None:
        folder = self.spool.folder(row["id"])
        order = self.queue.order(row)
        (folder / "work").mkdir(
            mode=0o700, parents=True, exist_ok=True
        )  # one without inputs may be gone with the power
        if order["builds"]:
            (folder / "layer").mkdir(mode=0o755, exist_ok=True)
        for place in ("work", "layer") if order["builds"] else ("work",):
            if order["uid"] is not None and not row["restarts"]:
                _hand_over(folder / place, order["uid"])
        records.write_order(folder, row["restarts"], order)
        self.launcher.launch(folder, row["restarts"])


def _mark_running(database: sqlite3.Connection, row: Row) -> None:
    database.execute(
        "UPDATE job SET state = 'running', started = ?, seen = ?, ticks = ?, boot = ?"
        " WHERE id = ? AND state = 'claimed'",
        [row["started"], row["started"], row["ticks"], row["boot"], row["id"]],
    )


def _count_attempt(database: sqlite3.Connection, id: str) -> None:
    database.execute("UPDATE job SET attempts = attempts + 1 WHERE id = ?", [id])


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
            records.remove(folder)


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
        with spool.kept_open():
            runner = Runner(spool, clock, ticks)
            try:
                while not stop.is_set():
                    busy = _turn(runner)
                    _sleep(ear, min(0.25 if busy else 1.0, runner.queue.patience(ticks())))
            finally:
                runner.launcher.close()
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
