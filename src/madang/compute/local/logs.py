"""Keeps what a job prints within a bound: its beginning for good, and of the rest always the latest.

Half of the bound is for the beginning (``log``). What follows goes into pieces of a quarter of the bound at most, of
which the last two are kept; each is named by the place where it begins (``log-8388608``). Places are counted from the
log's very first byte, so that they never move: whoever reads on from one that is gone reads on from the next that is
there, after a line that says how much was left out.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_KEPT = 2
_TRIES = 10  # to find a piece that is there, while the job goes on printing


def _path(folder: Path, begins: int) -> Path:
    return folder / (f"log-{begins}" if begins else "log")


def _begins(folder: Path) -> list[int]:
    """Where the files of the log begin, in their order."""
    found: list[str] = []
    with contextlib.suppress(FileNotFoundError):
        found = os.listdir(folder)  # noqa: PTH208 - of every job, and a path of each costs more than the list
    names = (name.removeprefix("log-") for name in found if name.startswith("log-"))
    return [0, *sorted(int(name) for name in names if name.isdecimal())]


def size(folder: Path) -> int:
    """Where the log ends: how many bytes have been written, kept or not."""
    for _ in range(_TRIES):
        last = _begins(folder)[-1]
        try:
            return last + _path(folder, last).stat().st_size
        except FileNotFoundError:
            if not last:  # nothing was written yet; else it has just made room for another
                break
    return 0


def read(folder: Path, offset: int, limit: int) -> tuple[bytes, int]:
    """At most `limit` bytes of the log from a place on, and the place after them.

    Before what follows a gap stands a line with the length of the gap, which counts for neither.
    """
    found, at, left = b"", max(offset, 0), max(limit, 0)
    while left:
        start, data = _from(folder, at, left)
        if not data:
            break
        found += b"\n[... %d B ...]\n" % (start - at) + data if start > at else data
        at, left = start + len(data), left - len(data)
    return found, at


def _from(folder: Path, at: int, limit: int) -> tuple[int, bytes]:
    """What one file holds from a place on, or from the next place that is there; that place, and the bytes."""
    for _ in range(_TRIES):
        begins = _begins(folder)
        for first, after in zip(begins, [*begins[1:], None], strict=True):
            if after is not None and after <= at:
                continue
            with contextlib.suppress(FileNotFoundError), _path(folder, first).open("rb") as file:
                file.seek(max(at - first, 0))
                data = file.read(limit)
                if data:
                    return max(at, first), data
        if begins == _begins(folder):  # else a piece went while it was looked for
            break
    return at, b""


class Log:
    """The log of one job as it is being written; `cut`: something of it is not there any more."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._head, self._length = folder, most // 2, max(most // 4, 1)
        begins = _begins(folder)
        self._kept, self._begins = begins[1:], begins[-1]
        self._at = size(folder)  # after what earlier runs wrote
        self._file: int | None = None
        self.cut = len(begins) > 1 and begins[1] > self._head

    def write(self, data: bytes) -> None:
        """Adds to the log; what a full disk does not take is lost."""
        left = memoryview(data)
        try:
            while left:
                room = self._begins + (self._length if self._begins else self._head) - self._at
                if room <= 0:
                    # of a flood, what would be gone again before this is over is not written at all
                    skipped = max(len(left) - _KEPT * self._length, 0)
                    self._at, left, self.cut = self._at + skipped, left[skipped:], self.cut or skipped > 0
                    self._begin_next()
                    continue
                count = os.write(self._opened(), left[:room])
                self._at, left = self._at + count, left[count:]
        except OSError:
            self.cut = True

    def _begin_next(self) -> None:
        self.close()
        self._begins = self._at
        self._kept.append(self._at)
        while len(self._kept) > _KEPT:
            _path(self._folder, self._kept.pop(0)).unlink(missing_ok=True)
            self.cut = True

    def _opened(self) -> int:
        if self._file is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._file = os.open(_path(self._folder, self._begins), flags, 0o600)
        return self._file

    def close(self) -> None:
        """Closes the file that is written to."""
        if self._file is not None:
            os.close(self._file)
        self._file = None
