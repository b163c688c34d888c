"""Owns one job from its start to its end: shuts it in, keeps its log and its time limit, and writes down how it ended.

One process a job, independent of the runner. It answers SIGUSR1 (cancel the job), SIGUSR2 (stop it, since it will be
run again) and SIGTERM (the machine is going down). It writes ``start-N.json`` before the command can run, the log,
``end-N.json`` once nothing of the job is left, and ``result-N.json`` with the list of its outputs; N counts the
restarts. Its life is told by its lock, which the kernel frees when it dies, and bubblewrap takes the whole job down
with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from madang.compute.local import filtering, groups, logs, outputs, processes, records, sampling, sandbox

LOCK = "supervisor.lock"
WAKE = "wake"
_PIECE = 1 << 16
_MILLION = 1_000_000
WEIGHED_EVERY = 2.0
SAMPLED_EVERY, FIRST_SAMPLE = 10.0, 1.0
ENDINGS = {signal.SIGUSR1: "cancelled", signal.SIGUSR2: "stopped", signal.SIGTERM: "machine_stopped"}


class Supervisor:
    """The watch over one job; `order` is the runner's order, `folder` the job's folder in the spool."""

    def __init__(self, folder: Path, order: sandbox.Order) -> None:
        self.folder, self.order = folder, order
        self.ending: str | None = None
        self.ends_at = 0.0
        self.checkpoint_at = 0.0
        self.weighed_at = time.monotonic() + WEIGHED_EVERY
        self.began = time.monotonic()
        self.sampled_at = self.began + FIRST_SAMPLE
        self.sampler = sampling.Sampler([gpu["uuid"] for gpu in order["gpus"]], folder.parent.parent)
        self.told_to_save = not order["checkpoint_seconds"]
        self.asked: dict[int, str] = {}
        self.log = logs.Log(folder, order["log_bytes"])
        self.exit_code: int | None = None
        self.first_pid: int | None = None
        self.first: int | None = None
        self.said = b""
        self.over_memory = False

    def run(self) -> dict[str, Any]:
        """Runs the job until nothing of it is left and gives the record of its end."""
        self._listen()
        os.sched_setaffinity(0, self.order["cores"])
        bounds = {name: self.order[name] for name in ("memory_mb", "cores", "processes")}
        groups.make(self.order["groups"], **bounds)
        started, ticks = records.microseconds_now(), records.ticks_now()
        own = {"pid": os.getpid(), "pid_started": processes.start_time(os.getpid()), "boot": records.boot_id()}
        records.write(self.folder, "start", self.order["restarts"], own | {"started": started, "ticks": ticks})
        self._poke()
        code = self._live()
        ended = started + records.ticks_now() - ticks
        return self._verdict(code) | {"ended": ended, "log_cut": self.log.cut}

    def _listen(self) -> None:
        self._ears, mouth = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
        for number, ending in ENDINGS.items():
            self.asked[number] = ending
            signal.signal(number, self._heard)
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)

    def _heard(self, number: int, _: object) -> None:
        self._end(self.asked[number])

    def _end(self, ending: str) -> None:
        """Notes why the job is to end and when: a job that will be run again first has time to save its work.

        Who cancels does not wait for that.
        """
        now = time.monotonic()
        if self.ending is None:
            wait = self.order["checkpoint_seconds"] if ending == "stopped" else 0
            self.ending, self.ends_at = ending, now + wait
            self.checkpoint_at = now if wait else self.checkpoint_at
        elif self.ending == "stopped" and ending != "stopped":
            self.ending, self.ends_at = ending, min(self.ends_at, now)

    def _live(self) -> int:
        """From the opening of the sandbox until nothing of it is left; gives bubblewrap's own exit code."""
        told, tell = os.pipe2(os.O_CLOEXEC)
        calls, files = filtering.opened(), sandbox.opened_etc(self.order)
        shut, opener = os.pipe2(os.O_CLOEXEC)
        words = sandbox.command(self.folder, self.order, tell, calls, files, shut)
        passed = [descriptor for descriptor in (tell, shut, *files.values(), calls) if descriptor is not None]
        deadline = time.monotonic() + self.order["wall_seconds"]
        self.checkpoint_at = deadline - self.order["checkpoint_seconds"]
        with subprocess.Popen(
            words,
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=passed,
        ) as process:
            for descriptor in passed:
                os.close(descriptor)
            self._meet(told)
            self._let_begin(process, opener)
            self._watch(process, deadline)
            self._clear_away()
            assert process.stdout is not None
            self._drain(process.stdout.fileno())
        self._read_exit_code(told)
        self.over_memory = groups.killed_for_memory(self.order["groups"])
        groups.remove(self.order["groups"])
        return process.returncode

    def _meet(self, told: int) -> None:
        """Learns which process is the first in the sandbox, and takes hold of it so that its pid cannot mislead us."""
        while b"\n" not in self.said:
            piece = os.read(told, 4096)
            if not piece:
                return
            self.said += piece
        pid = json.loads(self.said.partition(b"\n")[0])["child-pid"]
        with contextlib.suppress(OSError):
            hold = os.pidfd_open(pid)
            if processes.is_sandbox(pid, self.folder):
                self.first, self.first_pid = hold, pid
            else:
                os.close(hold)

    def _let_begin(self, process: subprocess.Popen[bytes], opener: int) -> None:
        """What is in the sandbox begins only once it has its bounds, and is in its groups where the job has some."""
        try:
            if self.first_pid is None:
                raise ProcessLookupError
            sandbox.bound(self.first_pid, self.order)
            groups.take_in(self.order["groups"], self.first_pid)
            os.write(opener, b".")
        except OSError:  # it has died already, or must not begin
            process.kill()
        os.close(opener)

    def _watch(self, process: subprocess.Popen[bytes], deadline: float) -> None:
        assert process.stdout is not None
        output, over = process.stdout.fileno(), os.pidfd_open(process.pid)
        poll = select.poll()
        for descriptor in (output, over, self._ears):
            poll.register(descriptor, select.POLLIN)
        sent = False
        while process.poll() is None:
            ready = {descriptor for descriptor, _ in poll.poll(self._patience(deadline, sent))}
            if output in ready and not self._take(output):
                poll.unregister(output)
            if self._ears in ready:
                os.read(self._ears, 512)
            now = time.monotonic()
            if now >= deadline:
                self._end("timed_out")
            if self.ending is None and now >= self.weighed_at:
                self._weigh()
            if self.first_pid and now >= self.sampled_at:
                self._sample(self.first_pid)
            if not self.told_to_save and now >= self.checkpoint_at:
                self.told_to_save = self._tell(processes.children(self.first_pid or 0), signal.SIGUSR1)
            if self.ending and not sent and now >= self.ends_at:
                sent = self._tell(processes.descendants(self.first_pid) if self.first_pid else [], signal.SIGTERM)
            if self.ending and time.monotonic() >= self.ends_at + self.order["grace_seconds"]:
                process.kill()
        os.close(over)

    def _weigh(self) -> None:
        """Ends a job whose folder has outgrown its bounds; a look that takes long is followed by a longer pause."""
        before = time.monotonic()
        for place in ("work", "layer") if self.order["builds"] else ("work",):
            if outputs.outgrown(self.folder / place, self.order["folder_bytes"], self.order["folder_files"]):
                self._end("folder_full")
        now = time.monotonic()
        self.weighed_at = now + max(WEIGHED_EVERY, 20 * (now - before))

    def _sample(self, first: int) -> None:
        """Measures the job; what a full disk does not take is only a picture of it."""
        before = time.monotonic()
        self.sampler.look(first, int(before - self.began))
        with contextlib.suppress(OSError):
            content = self.sampler.samples.kept().encode()
            records.write_lightly(self.folder / f"use-{self.order['restarts']}.json", content)
        now = time.monotonic()
        self.sampled_at = now + max(SAMPLED_EVERY, 50 * (now - before))

    def _patience(self, deadline: float, sent: bool) -> int:
        """Milliseconds until something must be looked at again."""
        if self.ending is None:
            due = min(self.weighed_at, self.sampled_at, deadline if self.told_to_save else self.checkpoint_at)
        elif time.monotonic() < self.ends_at:
            due = self.ends_at
        elif sent:
            due = self.ends_at + self.order["grace_seconds"]
        else:
            due = time.monotonic() + 0.02
        return max(1, min(int((due - time.monotonic()) * 1000) + 1, 3_600_000))

    def _tell(self, pids: list[int], number: int) -> bool:
        """Sends a signal to processes of the sandbox; False while there are none yet."""
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return bool(pids)

    def _take(self, output: int) -> bool:
        """One piece of output into the log; False at the end of output."""
        piece = os.read(output, _PIECE)
        self.log.write(piece)
        return bool(piece)

    def _clear_away(self) -> None:
        """Ends what the command left running, and waits until the sandbox's first process, and so all, is gone."""
        if self.first is None:
            while processes.kill_sandboxes(self.folder):
                time.sleep(0.01)
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.first, signal.SIGKILL)
        poll = select.poll()
        poll.register(self.first, select.POLLIN)
        poll.poll()

    def _drain(self, output: int) -> None:
        os.set_blocking(output, False)
        with contextlib.suppress(BlockingIOError):
            while self._take(output):
                pass

    def _read_exit_code(self, told: int) -> None:
        while piece := os.read(told, 4096):
            self.said += piece
        for line in self.said.splitlines():
            self.exit_code = json.loads(line).get("exit-code", self.exit_code)

    def _verdict(self, code: int) -> dict[str, Any]:
        """State, reason and exit code. Shells count a signal as 128 and its number, and so does bubblewrap."""
        exit_code = self.exit_code
        number = exit_code - 128 if exit_code is not None and 128 < exit_code <= 192 else None
        known = {"exit_code": exit_code, "signal": number}
        if self.ending == "timed_out":
            return known | _ending("timed_out", "wall_time_over", seconds=self.order["limit_seconds"])
        if self.ending == "cancelled":
            return known | _ending("cancelled", "cancelled_running")
        if self.ending in ("machine_stopped", "stopped"):
            return known | _ending("lost", self.ending)
        if self.ending == "folder_full":
            most = {"most_mb": self.order["folder_bytes"] >> 20, "files": self.order["folder_files"]}
            return known | _ending("failed", "folder_full", **most)
        if exit_code == 0:
            return known | _ending("succeeded", "ended_well")
        if self.over_memory:
            return known | _ending("failed", "memory_over", most_mb=self.order["memory_mb"])
        if exit_code is None and code < 0:
            return {"exit_code": None, "signal": -code} | _ending("failed", "ended_by_signal", signal=-code)
        if exit_code is None:
            return known | _ending("failed", "start_failed", detail=self._last_words())
        if number is not None:
            return known | _ending("failed", "ended_by_signal", signal=number)
        return known | _ending("failed", "ended_with_code", exit_code=exit_code)

    def _last_words(self) -> str:
        return logs.read(self.folder, 0, 1 << 20)[0][-300:].decode(errors="replace").strip()

    def _poke(self) -> None:
        poke(self.folder.parent.parent)


def _ending(state: str, code: str, **facts: int | str) -> dict[str, Any]:
    return {"state": state, "code": code, "facts": facts}


def poke(root: Path) -> None:
    """Wakes the runner if there is one."""
    with contextlib.suppress(OSError):
        descriptor = os.open(root / WAKE, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(descriptor, b".")
        finally:
            os.close(descriptor)


def supervise(folder: Path, restarts: int) -> None:
    """Runs the ordered job unless it has been started before: whoever takes the lock first, and only he, starts it."""
    if records.take_lock(folder / LOCK, patience=1.0) is None or records.read(folder, "start", restarts) is not None:
        return
    order = records.read(folder, "order", restarts)
    if order is None:
        return
    os.chdir("/")
    end = Supervisor(folder, order).run()
    if any((folder / "work").iterdir()):  # else there is nothing to list that could take long
        _report(folder, "end", restarts, end)
    _report(folder, "result", restarts, end | outputs_of(folder, order))
    poke(folder.parent.parent)


def outputs_of(folder: Path, order: sandbox.Order) -> dict[str, Any]:
    """What the job left, as the result record names it."""
    files, left_out = outputs.listing(folder / "work", order["inputs"], order["output_files"])
    return {"outputs": files, "outputs_left_out": left_out}


def _report(folder: Path, name: str, restarts: int, record: dict[str, Any]) -> None:
    while True:
        try:
            return records.write(folder, name, restarts, record)
        except OSError:  # a full disk: the job is over, only the news of it must wait
            time.sleep(1)


if __name__ == "__main__":
    supervise(Path(sys.argv[1]), int(sys.argv[2]))
