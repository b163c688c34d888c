"""Looks at this machine's processes: is this still the one we knew, what is below it, what did a job leave."""

from __future__ import annotations

import contextlib
import os
import signal
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")


def start_time(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; with its pid this names it for good. None if it is gone."""
    fields = _stat(pid)
    return None if fields is None or fields[0] in ("Z", "X") else int(fields[19])


def name(pid: int) -> str:
    """The name that a process has given itself; empty where it is gone."""
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "comm").read_text().strip()
    return ""


def signal_exactly(pid: int, started: int, number: int) -> bool:
    """Sends a signal to the process with this pid and start time, never to a later one that was given the same pid."""
    try:
        descriptor = os.pidfd_open(pid)
    except (ProcessLookupError, OSError):
        return False
    try:
        if start_time(pid) != started:
            return False
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def children(pid: int) -> list[int]:
    """The processes that a process has started itself and that it is still the parent of."""
    return [other for other in _pids() if (fields := _stat(other)) is not None and int(fields[1]) == pid]


def descendants(pid: int) -> list[int]:
    """The processes below a process, itself not among them."""
    children = defaultdict(list)
    for other in _pids():
        fields = _stat(other)
        if fields is not None:
            children[int(fields[1])].append(other)
    found, next_ones = [], list(children[pid])
    while next_ones:
        one = next_ones.pop()
        found.append(one)
        next_ones.extend(children[one])
    return found


def kill_sandboxes(folder: Path) -> int:
    """Kills every sandbox opened on a job's folder and all that is in it; gives how many processes were found."""
    found = [pid for pid in _pids() if is_sandbox(pid, folder)]
    for pid in found:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def is_sandbox(pid: int, folder: Path) -> bool:
    """Whether a living process is a bubblewrap that was opened on this job's folder: its monitor or first process."""
    try:
        program, _, words = (PROC / str(pid) / "cmdline").read_bytes().partition(b"\0")
    except OSError:
        return False
    return program.endswith(b"bwrap") and b"\0" + os.fsencode(folder) + b"/" in b"\0" + words


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the command's name, which may itself hold blanks and brackets."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()
