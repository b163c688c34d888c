#!/usr/bin/python3 -I
"""The batch script of every job: runs the command in the job's folder, bounds its log, and writes down how it ended.

Of a job on several nodes it runs on the first; the command reaches the others by srun.

Slurm keeps this file as it was when the job was given to it. It needs the standard library of Python 3.8 alone, since
nodes may have no more, and it reads what to run from the job's order, so that no word of a job passes through a shell.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

SUBREAPER = 36  # prctl: processes whose parent has ended become ours, so that none slips away
NOT_FOUND, NOT_RUNNABLE = 127, 126
SPENT_EVERY = 5.0  # seconds after which it is written down anew how long the command has run


def main() -> int:
    """The command's exit status, as shells count it; a job that was given to Slurm twice runs once."""
    folder = Path.cwd().parent
    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    if not claimed(folder, os.environ["SLURM_JOB_ID"]):
        return 0
    for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGCONT, signal.SIGUSR1):
        signal.signal(ignored, lambda *_: None)  # the command is told by Slurm itself; this process waits for it
    ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, 1, 0, 0, 0)
    return run(folder, order)


def claimed(folder: Path, number: str) -> bool:
    """Whether this Slurm job is the one that runs the command."""
    path = folder / "runs"
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(number)
    except FileExistsError:
        return path.read_text(encoding="ascii") == number
    return True


def run(folder: Path, order: Mapping[str, Any]) -> int:
    """Runs the command to its end or to the end of its time, and kills what it left behind.

    A run that Slurm repeats has only the time that those before it left.
    """
    spent = spent_before(folder)
    left = order["wall_seconds"] - spent
    if left <= 0:
        write_result(folder, 0, timed_out=True)
        return 0
    try:
        command = subprocess.Popen(
            order["argv"],
            env=environment(order),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as fault:
        with (folder / "log").open("ab") as log:
            log.write(f"{order['argv'][0]}: {fault.strerror}\n".encode())
        status = NOT_FOUND if isinstance(fault, FileNotFoundError) else NOT_RUNNABLE
        write_result(folder, status)
        return status
    cut: list[bool] = []
    pump = threading.Thread(target=keep_log, args=(command.stdout, folder, order["log_bytes"], cut))
    pump.start()
    done = threading.Event()
    clock = threading.Thread(target=keep_spent, args=(folder, spent, done), daemon=True)
    clock.start()
    signal.signal(signal.SIGUSR1, lambda *_: tell(command.pid))
    over = time_limit(left, order["grace_seconds"], order["checkpoint_seconds"], command.pid)
    status = wait_for(command.pid)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0)
    while descendants():
        kill_all(signal.SIGKILL)
        reap()
    pump.join()
    done.set()
    clock.join()
    write_result(folder, status, timed_out=bool(over), log_cut=bool(cut))
    return status


def environment(order: Mapping[str, Any]) -> dict[str, str]:
    """What the command sees: Slurm's own variables, the job's, and ours last, which a job cannot change."""
    home = str(Path.home())
    usual = {"PATH": order["path"], "HOME": home, "LANG": "C.UTF-8", "TMPDIR": "/tmp"}  # noqa: S108 - as Slurm sets it
    slurms = {name: value for name, value in os.environ.items() if name.startswith("SLURM_")}
    ours = {
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
        "MADANG_JOB": os.environ["SLURM_JOB_ID"],
        "MADANG_NODES": str(order["nodes"]),
        "MADANG_CORES": str(order["cores"]),
        "MADANG_GPUS": str(order["gpus"]),
        "MADANG_MEMORY_MB": str(order["memory_mb"]),
        "MADANG_WALL_SECONDS": str(order["wall_seconds"]),
        "MADANG_RESTART_COUNT": str(restarts()),
    }
    found: dict[str, str] = dict(usual, **order["environment"])
    found.update(slurms)
    found.update(ours)
    return found


def keep_log(pipe: IO[bytes], folder: Path, limit: int, cut: list[bool]) -> None:
    """Writes what comes at once, and only so much of it; the rest is read and dropped, so that the command goes on.

    What a repeated run writes follows what those before it wrote, and shares the limit with it.
    """
    with (folder / "log").open("ab", buffering=0) as log:
        left = max(limit - log.tell(), 0)
        while True:
            piece = os.read(pipe.fileno(), 1 << 16)
            if not piece:
                return
            if len(piece) > left and not cut:
                cut.append(True)
            log.write(piece[:left])
            left -= min(left, len(piece))


def spent_before(folder: Path) -> int:
    """Seconds that earlier runs of this job took."""
    with contextlib.suppress(OSError, ValueError):
        return max(int((folder / "spent").read_text(encoding="ascii")), 0)
    return 0


def keep_spent(folder: Path, before: int, done: threading.Event) -> None:
    """Writes down now and then how long all runs took together, since the end of a node leaves no time to."""
    began, over = time.monotonic(), False
    while not over:
        over = done.wait(SPENT_EVERY)
        write_whole(folder, "spent", str(before + math.ceil(time.monotonic() - began)))


def time_limit(seconds: int, grace: int, save: int, pid: int) -> list[bool]:
    """Asks everything to end when the time is over and kills it after the grace; the list says that it happened.

    The command is told to save so many seconds before, if any. Slurm's own limit counts in minutes; this one counts
    the seconds that were asked for.
    """
    over: list[bool] = []

    def at_end(*_: object) -> None:
        kill_all(signal.SIGKILL if over else signal.SIGTERM)
        over.append(True)

    def before_end(*_: object) -> None:
        signal.signal(signal.SIGALRM, at_end)
        signal.setitimer(signal.ITIMER_REAL, min(save, seconds - 0.5), max(grace, 1))
        tell(pid)

    signal.signal(signal.SIGALRM, before_end if save else at_end)
    signal.setitimer(signal.ITIMER_REAL, max(seconds - save, 0.5), max(grace, 1))
    return over


def tell(pid: int) -> None:
    """Tells the command to save its work; what else runs beside it may not know the signal and would end."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGUSR1)


def wait_for(pid: int) -> int:
    """The status of one child, with every other that ends before it reaped too."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def reap() -> None:
    """Reaps what has ended, waiting for one."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-1, 0)


def kill_all(number: int) -> None:
    """Sends a signal to every process below this one."""
    for pid in descendants():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def descendants() -> list[int]:
    """Every process below this one, the dead that nobody has reaped left out unless they are our own."""
    parents = {}
    for name in (entry.name for entry in Path("/proc").iterdir()):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                parents[int(name)] = int(Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()[1])
    found, own = [], os.getpid()
    for pid in parents:
        above = parents[pid]
        while above in parents and above != own:
            above = parents[above]
        if above == own:
            found.append(pid)
    return found


def restarts() -> int:
    """How many runs were before this one."""
    return int(os.environ.get("SLURM_RESTART_COUNT", "0"))


def write_result(folder: Path, exit_code: int, *, timed_out: bool = False, log_cut: bool = False) -> None:
    """How the command ended in which run, for the portal to read."""
    result = {"exit_code": exit_code, "timed_out": timed_out, "log_cut": log_cut, "restarts": restarts()}
    write_whole(folder, "result.json", json.dumps(result))


def write_whole(folder: Path, name: str, content: str) -> None:
    """Puts a file in place whole or not at all; a folder that the job itself has spoilt gets none."""
    part = folder / f".{name}"
    with contextlib.suppress(OSError):
        with part.open("w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(folder / name)


if __name__ == "__main__":
    sys.exit(main())
