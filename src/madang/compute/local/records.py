"""The small files by which a supervisor and the runner tell each other what happened, written so as to outlast both."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def write_durably(path: Path, content: bytes) -> None:
    """Puts a whole file in place, so that it survives a loss of power once this returns.

    The file is synced after it has its name, which on ext4, XFS and Btrfs makes content and name durable at once: a
    second sync, of the folder, costs as much again. What was cut off before is found empty: `read` takes it for none.
    """
    descriptor = _put(path, content)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put(path: Path, content: bytes) -> int:
    part = f"{path.parent}/.{path.name}.{os.getpid()}"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.rename(part, path)  # noqa: PTH104
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(folder: Path, name: str, restarts: int, record: dict[str, Any]) -> None:
    """Writes the record `name` (order, start, result) of a job's run number `restarts`."""
    write_durably(folder / f"{name}-{restarts}.json", json.dumps(record).encode())


def write_lightly(path: Path, content: bytes) -> None:
    """Puts a whole file in place for whoever reads it now; a loss of power may take it."""
    os.close(_put(path, content))


def write_order(folder: Path, restarts: int, record: dict[str, Any]) -> None:
    """Writes what a supervisor is to do; nobody needs it after a loss of power, since it is then written again."""
    write_lightly(folder / f"order-{restarts}.json", json.dumps(record).encode())


def read(folder: Path, name: str, restarts: int) -> dict[str, Any] | None:
    """The record, or None where there is none or power was lost before it was whole."""
    try:
        content = (folder / f"{name}-{restarts}.json").read_bytes()
    except FileNotFoundError:
        return None
    try:
        record: dict[str, Any] = json.loads(content)
    except ValueError:
        return None
    return record


def take_lock(path: Path, patience: float = 0.0) -> int | None:
    """An exclusive lock as an open descriptor, held until its process ends however it ends; None where another has it.

    `patience`: seconds to try again, since a look at the lock (`held`) takes it for a moment.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_up = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up:
                os.close(descriptor)
                return None
            time.sleep(0.01)
        else:
            return descriptor


def held(path: Path) -> bool:
    """Whether a living process holds the lock."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def remove(folder: Path) -> None:
    """Removes a folder that a job wrote, however deep it is; what cannot be removed stays."""
    subprocess.run(["/bin/rm", "-rf", "--", str(folder)], stderr=subprocess.DEVNULL, check=False)


def name_process(name: str) -> None:
    """Gives this process the name, of at most 15 letters, that ``ps -e`` shows."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)


def boot_id() -> str:
    """What names this run of the machine, from its start to its next."""
    return BOOT_ID.read_text().strip()


def microseconds_now() -> int:
    """The wall clock, microseconds since 1970 in UTC."""
    return time.time_ns() // 1000


def ticks_now() -> int:
    """Microseconds since the machine started; nobody can set it back, and it counts while the machine sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
