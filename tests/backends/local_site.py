"""A local backend with a real runner process, and the waiting that tests of real processes need."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from madang.compute.local import groups, processes, records
from madang.compute.local.backend import LocalBackend
from madang.compute.local.settings import Gpu
from madang.compute.local.spool import Spool

DEADLINE = 30.0
LOG_BYTES = 100_000
# two GPUs by configuration; the device nodes are ones that every Linux machine has and no sandbox is given otherwise
GPUS = (Gpu("T4", "GPU-aaaa", "/dev/loop-control"), Gpu("T4", "GPU-bbbb", "/dev/kmsg"))


def until(condition, seconds=DEADLINE):
    """What `condition` gives as soon as it is true; it is asked again and again, until the deadline."""
    give_up = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() >= give_up:
            raise AssertionError(f"still not so after {seconds} s: {condition}")
        time.sleep(0.01)


def report_of(backend, id):
    (report,) = backend.reports([id])
    return report


def ended(backend, id):
    """The job's report once it has ended."""
    return until(lambda: (report := report_of(backend, id)).state.final and report)


def running(backend, id):
    """The job's report once it runs."""
    return until(lambda: (report := report_of(backend, id)).state == "running" and report)


def log_of(backend, id):
    return backend.log(id, 0, 1 << 22).data.decode()


def said(backend, id, word):
    """Waits until the job has written a word to its log."""
    until(lambda: word in log_of(backend, id))


def slices_of(backend, id):
    """All slices of one job, read from the beginning in as many batches as it takes."""
    found, cursor = [], ""
    while True:
        batch = backend.usage(cursor)
        if not batch.slices:
            return [one for one in found if one.job == id]
        found, cursor = found + batch.slices, batch.cursor


class LocalSite:
    """The backend, its runner process, and a way to find and kill each process that has to do with a job."""

    def __init__(self, root, **settings):
        usual = {"cores": 2, "memory_mb": 4096, "gpus": GPUS, "grace_seconds": 1, "log_bytes": LOG_BYTES}
        self.backend = LocalBackend(root, **{**usual, **settings})
        self.spool = Spool(root)
        self.runner = None

    def start_runner(self):
        words = [sys.executable, "-m", "madang.compute.local.runner", str(self.spool.root)]
        self.runner = subprocess.Popen(words)
        until(lambda: records.held(self.spool.runner_lock))

    def kill_runner(self):
        self.runner.kill()
        self.runner.wait()

    def record(self, id, name):
        return records.read(self.spool.folder(id), name, 0)

    def supervisor(self, id):
        return until(lambda: self.record(id, "start"))["pid"]

    def sandboxed(self, id):
        """The processes of the job's sandbox, bubblewrap's own among them."""
        folder = self.spool.folder(id)
        return [pid for pid in processes._pids() if processes.is_sandbox(pid, folder)]

    def kill_supervisor(self, id):
        os.kill(self.supervisor(id), signal.SIGKILL)

    def command(self, pid):
        """A process's arguments; none once it has gone."""
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        return []

    def state_kept(self, id):
        return self.spool.rows("SELECT state FROM job WHERE id = ?", id)[0]["state"]

    def close(self):
        """Ends the runner, then every supervisor and sandbox that is left."""
        if self.runner is not None and self.runner.poll() is None:
            self.runner.terminate()
            self.runner.wait(DEADLINE)
        for folder in self.spool.jobs.iterdir():
            for path in folder.glob("start-*.json"):
                start = json.loads(path.read_text())
                processes.signal_exactly(start["pid"], start["pid_started"], signal.SIGKILL)
            with contextlib.suppress(FileNotFoundError):
                until(lambda folder=folder: not processes.kill_sandboxes(folder))
            groups.remove(groups.of_job(groups.found(), folder))
