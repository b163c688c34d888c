"""Looks at this machine's processes: is it still the one we knew, what descends from it, what did a job leave behind."""

from __future__ import annotations

import contextlib
import os
import signal
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")


def start_time(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; with the pid it names a process for good. None if it is gone."""
    fields = _stat(pid)
    return None if fields is None or fields[0] in ("Z", "X") else int(fields[19])


def parent(pid: int) -> int | None:
    """The pid of a process's parent, or None if the process is gone."""
    fields = _stat(pid)
    return None if fields is None else int(fields[1])


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


def descendants(pid: int) -> list[int]:
    """The processes below a process, itself not among them."""
    children = defaultdict(list)
    for other in _pids():
        above = parent(other)
        if above is not None:
            children[above].append(other)
    found, next_ones = [], list(children[pid])
    while next_ones:
        one = next_ones.pop()
        found.append(one)
        next_ones.extend(children[one])
    return found


def kill_sandboxes(folder: Path) -> int:
    """Kills every sandbox that was opened on a job's folder, and all in it; gives how many processes that still were."""
    mark = os.fsencode(folder) + b"/"
    count = 0
    for pid in _pids():
        try:
            words = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if os.path.basename(words[0]) == b"bwrap" and any(word.startswith(mark) for word in words[1:]):
            count += 1
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
    return count


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the command's name, which may itself hold blanks and brackets."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()
