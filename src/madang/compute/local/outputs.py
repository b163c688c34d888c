"""Lists what a job left in its folder and finds one file of it, without ever following a way out of the folder."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

Listed = tuple[str, int, str]
"""Path within the folder, size in bytes, SHA-256 in hexadecimal."""


def listing(work: Path, inputs: Mapping[str, str], most: int) -> tuple[list[Listed], int]:
    """The files that a job made or changed, by path, and how many more there were that cannot be offered.

    Left out are links of both kinds, devices, sockets, names that are not UTF-8, unreadable files, and what lies
    beyond the first `most`. `inputs` gives the SHA-256 of each file that was there before; unchanged, it is no output.
    """
    found: list[Listed] = []
    left_out = 0
    for path in _paths(work):
        listed = _look(work, path) if len(found) < most else None
        if listed is None:
            left_out += 1
        elif inputs.get(listed[0]) != listed[2]:
            found.append(listed)
    return sorted(found), left_out


def _paths(work: Path) -> Iterator[str]:
    """Every file and link below the folder, folder by folder: a job may nest folders deeper than calls can go down."""
    folders = [""]
    while folders:
        inner = folders.pop()
        below = []
        for entry in _entries(work / inner):
            path = f"{inner}/{entry.name}".lstrip("/")
            if entry.is_dir(follow_symlinks=False):
                below.append(path)
            else:
                yield path
        folders += reversed(below)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:  # closed to us, gone meanwhile, or a path longer than the system takes
        return []


def outgrown(work: Path, most_bytes: int, most_files: int) -> bool:
    """Whether a folder takes more of the disk or holds more files and folders than so many, or hides a part of itself.

    It is looked at while its job may be writing; what it holds beyond the bound is not gone through.
    """
    size = count = 0
    folders = [work]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as found:
                for entry in found:
                    count += 1
                    size += _weight(entry)
                    if size > most_bytes or count > most_files:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(folder / entry.name)
        except OSError as fault:
            if fault.errno in (errno.EACCES, errno.ENAMETOOLONG):
                return True
    return False


def _weight(entry: os.DirEntry[str]) -> int:
    """Bytes of the disk; nothing for what has gone meanwhile."""
    with contextlib.suppress(FileNotFoundError):
        return entry.stat(follow_symlinks=False).st_blocks * 512
    return 0


def _look(work: Path, path: str) -> Listed | None:
    try:
        path.encode()
        descriptor = open_within(work, path)
    except (OSError, ValueError):
        return None
    import hashlib  # its library is a quarter of a supervisor's memory, and many a job leaves no file

    with os.fdopen(descriptor, "rb") as file:
        return path, os.fstat(descriptor).st_size, hashlib.file_digest(file, "sha256").hexdigest()


def open_within(work: Path, path: str) -> int:
    """Opens a plain file below `work` for reading; OSError or ValueError for anything that is none or leads elsewhere.

    Every step is opened by name from the one before and must not be a symbolic link; a file with a second name (a hard
    link) is refused, since the other name may lie anywhere.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{path!r} does not lie within the folder")
    folder = os.open(work, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        descriptor = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(descriptor)
        raise ValueError(f"{path!r} is not a plain file with one name")
    return descriptor
