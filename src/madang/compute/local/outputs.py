"""Lists what a job left in its folder and finds one file of it, without ever following a way out of the folder."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

Listed = tuple[str, int, str]
"""Path within the folder, size in bytes, SHA-256 in hexadecimal."""


def listing(work: Path, inputs: Mapping[str, str], most: int) -> tuple[list[Listed], int]:
    """The files that a job made or changed, by path, and how many more there were that cannot be offered.

    Left out are links of either kind, devices, sockets, names that are not UTF-8, unreadable files, and what lies beyond
    the first `most`. `inputs` gives the SHA-256 of each file that was there before; an unchanged one is no output.
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


def _paths(work: Path) -> Iterator[bytes]:
    root = os.fsencode(work)
    for folder, folders, files, _ in os.fwalk(root, follow_symlinks=False, onerror=None):
        folders.sort()
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in sorted(files + linked):
            yield os.path.relpath(os.path.join(folder, name), root)


def _look(work: Path, path: bytes) -> Listed | None:
    try:
        name = path.decode()
        descriptor = open_within(work, name)
    except (OSError, ValueError):
        return None
    with os.fdopen(descriptor, "rb") as file:
        return name, os.fstat(descriptor).st_size, hashlib.file_digest(file, "sha256").hexdigest()


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
