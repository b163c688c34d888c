"""Puts each job into control groups of its own where the kernel lets us, so that bounds hold for all its processes.

Version 2 (Linux, Documentation/admin-guide/cgroup-v2.rst) needs a group that is the runner's own: under systemd
``Delegate=``, which says so in an attribute of the folder. A group that has groups below it may hold no processes
itself, so those that are there move down into one of their own first. Version 1 has a tree for each controller.
"""

from __future__ import annotations

import contextlib
import os
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

OWN = Path("/proc/self/cgroup")
MOUNTS = Path("/proc/self/mountinfo")
CONTROLLERS = ("memory", "cpuset", "pids")
_MAIN = "main"
_DELEGATED = ("user.delegate", "trusted.delegate")

Folders = dict[str, str]
"""Of each controller the folder: that of one job's group, or the one below which jobs' groups are made."""


def found(setting: str = "auto", *, own: Path = OWN, mounts: Path = MOUNTS) -> Folders:
    """Where groups of jobs can be made, by controller; what is not there is not bounded by one.

    `setting`: ``auto``, ``off``, or the folder of a group of version 2 that is ours and holds no processes.
    """
    if setting == "off":
        return {}
    if setting != "auto":
        return _of_version_2(Path(setting))
    mine = [line.split(":", 2) for line in own.read_text().splitlines()]
    lines = [line.partition(" - ") for line in mounts.read_text().splitlines()]
    places: Folders = {}
    for number, controllers, path in mine:
        for before, _, after in lines:
            kind, _, options = after.split(" ", 2)
            root, point = before.split(" ")[3:5]
            if not path.startswith(root) or kind != ("cgroup" if controllers else "cgroup2"):
                continue
            folder = Path(point) / path.removeprefix(root).lstrip("/")
            if number == "0":
                places = _delegated(folder) | places
            elif set(controllers.split(",")) & set(options.split(",")) and os.access(folder, os.W_OK):
                places |= {name: str(folder) for name in controllers.split(",") if name in CONTROLLERS}
    return places


def _delegated(folder: Path) -> Folders:
    base = folder.parent if folder.name == _MAIN else folder
    for name in _DELEGATED:
        with contextlib.suppress(OSError):
            if os.getxattr(base, name) == b"1":
                return _of_version_2(base)
    return {}


def _of_version_2(base: Path) -> Folders:
    try:
        offered = (base / "cgroup.controllers").read_text().split()
    except OSError:
        return {}
    writable = os.access(base / "cgroup.subtree_control", os.W_OK)
    return {name: str(base) for name in CONTROLLERS if name in offered} if writable else {}


def prepare(places: Folders) -> Folders:
    """Makes room for jobs' groups below `places`, for the runner alone; gives those where that could be done."""
    ready: Folders = {}
    for name, place in places.items():
        base = Path(place)
        try:
            if _is_2(place):
                _move_down(base)
                (base / "cgroup.subtree_control").write_text(f"+{name}")
        except OSError:
            continue
        ready[name] = place
    return ready


# Of what every job does, paths are words: to make a `Path` of each costs more than to write to it.
def _is_2(folder: str) -> bool:
    return os.path.exists(f"{folder}/cgroup.controllers")  # noqa: PTH110


def _write(path: str, value: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, value.encode())
    finally:
        os.close(descriptor)


def _move_down(base: Path) -> None:
    main = base / _MAIN
    while pids := (base / "cgroup.procs").read_text().split():
        main.mkdir(exist_ok=True)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                (main / "cgroup.procs").write_text(pid)


def of_job(places: Mapping[str, str], job: Path) -> Folders:
    """The folders of the groups of the job with this folder in its spool; the name tells spools apart."""
    spool = zlib.crc32(os.fsencode(job.parent.parent))
    return {name: f"{place}/madang-{spool:08x}-{job.name}" for name, place in places.items()}


def make(folders: Mapping[str, str], *, memory_mb: int, cores: list[int], processes: int) -> None:
    """Makes a job's groups with their bounds; OSError where one cannot be had as it should be."""
    for name, place in folders.items():
        with contextlib.suppress(FileExistsError):
            os.mkdir(place)  # noqa: PTH102
        for file, value in _bounds(place, name, memory_mb, cores, processes).items():
            _write(f"{place}/{file}", value)


def _bounds(folder: str, name: str, memory_mb: int, cores: list[int], processes: int) -> dict[str, str]:
    if name == "pids":
        return {"pids.max": f"{processes}"}
    if name == "cpuset":
        listed = ",".join(map(str, cores))
        if _is_2(folder):
            return {"cpuset.cpus": listed}
        return {"cpuset.mems": Path(folder).with_name("cpuset.mems").read_text(), "cpuset.cpus": listed}
    size = f"{memory_mb << 20}"
    if _is_2(folder):
        bounds, swap = {"memory.max": size, "memory.oom.group": "1"}, "memory.swap.max"
        return bounds | ({swap: "0"} if os.path.exists(f"{folder}/{swap}") else {})  # noqa: PTH110
    bounds, both = {"memory.limit_in_bytes": size}, "memory.memsw.limit_in_bytes"
    return bounds | ({both: size} if os.path.exists(f"{folder}/{both}") else {})  # noqa: PTH110


def take_in(folders: Mapping[str, str], pid: int) -> None:
    """Puts a process, and so all that it starts from now on, into a job's groups; gone meanwhile, it needs none."""
    for place in set(folders.values()):
        with contextlib.suppress(ProcessLookupError):
            _write(f"{place}/cgroup.procs", f"{pid}")


def killed_for_memory(folders: Mapping[str, str]) -> bool:
    """Whether the kernel has ended a process of the job because all of them together outgrew its memory."""
    if "memory" not in folders:
        return False
    folder = folders["memory"]
    with contextlib.suppress(OSError):
        told = Path(folder, "memory.events" if _is_2(folder) else "memory.oom_control").read_text()
        counts = dict(line.split() for line in told.splitlines())
        return int(counts.get("oom_kill", 0)) > 0
    return False


def remove(folders: Mapping[str, str]) -> None:
    """Removes a job's groups once nothing of it is left; one that is still being emptied is tried a little longer."""
    give_up = time.monotonic() + 1
    for place in set(folders.values()):
        while True:
            try:
                os.rmdir(place)  # noqa: PTH106
            except FileNotFoundError:
                break
            except OSError:
                if time.monotonic() < give_up:
                    time.sleep(0.01)
                    continue
            break
