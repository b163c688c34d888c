#!/usr/bin/python3 -I
"""The batch script of every job: runs the command in the job's folder, bounds its log, and writes down how it ended.

Slurm keeps this file as it was when the job was given to it. It needs the standard library of Python 3.8 alone, since
nodes may have no more, and it reads what to run from the job's order, so that no word of a job passes through a shell.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

SUBREAPER = 36  # prctl: processes whose parent has ended become ours, so that none slips away
NOT_FOUND, NOT_RUNNABLE = 127, 126


def main() -> int:
    """The command's exit status, as shells count it; a job that Slurm gave twice runs once."""
    folder = Path.cwd().parent
    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    if not claimed(folder, os.environ["SLURM_JOB_ID"]):
        return 0
    for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGCONT):
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
    """Runs the command to its end or to the end of its time, and kills what it left behind."""
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
        write_result(folder, {"exit_code": status, "timed_out": False, "log_cut": False})
        return status
    cut: list[bool] = []
    pump = threading.Thread(target=keep_log, args=(command.stdout, folder, order["log_bytes"], cut))
    pump.start()
    over = time_limit(order["wall_seconds"], order["grace_seconds"])
    status = wait_for(command.pid)
    signal.setitimer(signal.ITIMER_REAL, 0)
    while descendants():
        kill_all(signal.SIGKILL)
        reap()
    pump.join()
    write_result(folder, {"exit_code": status, "timed_out": bool(over), "log_cut": bool(cut)})
    return status


def environment(order: Mapping[str, Any]) -> dict[str, str]:
    """What the command sees: Slurm's own variables, the job's, and ours last, which a job cannot change."""
    home = str(Path.home())
    usual = {"PATH": order["path"], "HOME": home, "LANG": "C.UTF-8", "TMPDIR": "/tmp"}  # noqa: S108 - as Slurm sets it
    slurms = {name: value for name, value in os.environ.items() if name.startswith("SLURM_")}
    ours = {
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
        "MADANG_JOB": os.environ["SLURM_JOB_ID"],
        "MADANG_CORES": str(order["cores"]),
        "MADANG_GPUS": str(order["gpus"]),
        "MADANG_MEMORY_MB": str(order["memory_mb"]),
        "MADANG_WALL_SECONDS": str(order["wall_seconds"]),
        "MADANG_RESTART_COUNT": os.environ.get("SLURM_RESTART_COUNT", "0"),
    }
    found: dict[str, str] = dict(usual, **order["environment"])
    found.update(slurms)
    found.update(ours)
    return found


def keep_log(pipe: IO[bytes], folder: Path, limit: int, cut: list[bool]) -> None:
    """Writes what comes at once, and only so much of it; the rest is read and dropped, so that the command goes on."""
    left = limit
    with (folder / "log").open("ab", buffering=0) as log:
        while True:
            piece = os.read(pipe.fileno(), 1 << 16)
            if not piece:
                return
            if len(piece) > left and not cut:
                cut.append(True)
            log.write(piece[:left])
            left -= min(left, len(piece))


def time_limit(seconds: int, grace: int) -> list[bool]:
    """Asks everything to end when the time is over and kills it after the grace; the list says that it happened.

    Slurm's own limit counts in minutes; this one counts the seconds that were asked for.
    """
    over: list[bool] = []

    def at_end(*_: object) -> None:
        kill_all(signal.SIGKILL if over else signal.SIGTERM)
        over.append(True)

    signal.signal(signal.SIGALRM, at_end)
    signal.setitimer(signal.ITIMER_REAL, seconds, max(grace, 1))
    return over


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


def write_result(folder: Path, result: Mapping[str, object]) -> None:
    """Puts the result in place whole or not at all; a folder that the job itself has spoilt gets none."""
    part = folder / ".result.json"
    with contextlib.suppress(OSError):
        with part.open("w", encoding="ascii") as file:
            json.dump(result, file)
            file.flush()
            os.fsync(file.fileno())
        part.rename(folder / "result.json")


if __name__ == "__main__":
    sys.exit(main())
