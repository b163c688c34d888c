"""Gathers the files that go along with a job: single ones, and folders less what their .madangignore leaves out."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from madang.client.values import Limits
from madang.errors import Refused

IGNORE_FILE = ".madangignore"
# Where the command puts what a job left, so that a folder with earlier results can be sent again.
OUTPUTS = "madang-job-"
# What no job needs and everybody has lying about.
ALWAYS = (".git/", "__pycache__/", ".venv/", f"{OUTPUTS}*/", f"/{IGNORE_FILE}")
_PART = re.compile(r"/\*\*$|\*\*/|\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


@dataclass(frozen=True)
class LocalFile:
    """A file here (`path`) and its place in the job's folder, as it stood when it was found; size in bytes."""

    place: str
    path: Path
    size: int
    modified_ns: int

    def sha256(self) -> str:
        """The digest of its content. Refused: ``file_changed`` where it is no longer as it was found."""
        with self.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            self.check(os.fstat(file.fileno()))
        return found

    def check(self, now: os.stat_result) -> None:
        """Refused: ``file_changed`` where size or time are no longer those that were found."""
        if (now.st_size, now.st_mtime_ns) != (self.size, self.modified_ns):
            raise Refused("file_changed", file=str(self.path))


def gathered(files: Iterable[str | Path], folders: Iterable[str | Path]) -> list[LocalFile]:
    """What goes along, in order of place. `files` are FILE or FILE=PLACE; a folder gives its content.

    A link to a file in the same folder gives that file. Refused: ``file_not_there``, ``folder_not_there``,
    ``file_twice``, ``link_leaves`` for a link out of the folder, to a folder or to nothing.
    """
    found: dict[str, Path] = {}
    for place, path in [*(_single(str(file)) for file in files), *_of_folders(folders)]:
        if place in found and not found[place].samefile(path):
            raise Refused("file_twice", path=place)
        found[place] = path
    return [_as_it_stands(place, path) for place, path in sorted(found.items())]


def check_limits(files: list[LocalFile], limits: Limits) -> None:
    """Refused: ``too_many_files``, ``too_large_to_send``, with the limit and what would go beyond it."""
    if len(files) > limits.most_files:
        raise Refused("too_many_files", count=len(files), most=limits.most_files)
    for file in files:
        if file.size > limits.most_file_bytes:
            size, limit = (amount // (1 << 20) for amount in (file.size + (1 << 20) - 1, limits.most_file_bytes))
            raise Refused("too_large_to_send", file=str(file.path), size=size, limit=limit)


def _as_it_stands(place: str, path: Path) -> LocalFile:
    found = path.stat()
    return LocalFile(place, path, found.st_size, found.st_mtime_ns)


def _single(given: str) -> tuple[str, Path]:
    here, _, place = given.partition("=")
    path = Path(here)
    if not path.is_file():
        raise Refused("file_not_there", file=here)
    return place or path.name, path


def _of_folders(folders: Iterable[str | Path]) -> Iterator[tuple[str, Path]]:
    for name in folders:
        folder = Path(name)
        if not folder.is_dir():
            raise Refused("folder_not_there", folder=str(name))
        yield from _of_folder(folder, Ignored([*ALWAYS, *patterns(folder)]))


def _of_folder(folder: Path, ignored: Ignored) -> Iterator[tuple[str, Path]]:
    top = folder.resolve()
    for where, inner, names in os.walk(folder):
        below = Path(where).relative_to(folder)
        inner[:] = sorted(name for name in inner if not ignored.leaves_out((below / name).as_posix(), folder=True))
        for name in sorted([*names, *(name for name in inner if (Path(where) / name).is_symlink())]):
            place, path = (below / name).as_posix(), Path(where) / name
            if ignored.leaves_out(place, folder=False):
                continue
            if path.is_symlink() and not (path.is_file() and path.resolve().is_relative_to(top)):
                raise Refused("link_leaves", path=place)
            if path.is_file():
                yield place, path


def patterns(folder: Path) -> list[str]:
    """The lines of a folder's .madangignore, less comments and empty ones."""
    path = folder / IGNORE_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


class Ignored:
    """Patterns in the manner of .gitignore; the last one that fits a path decides, and ``!`` takes it back in.

    A pattern without a slash fits a name at any depth, one with a slash is compared from the top; one that ends in a
    slash fits folders only. `*` and `?` stay within a name, `**` goes through folders, `[…]` is one of these letters.
    What lies in a folder that is left out cannot be taken back in.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._rules = [_rule(line) for line in lines]

    def leaves_out(self, place: str, *, folder: bool) -> bool:
        """Whether a path, from the top and with slashes, is left out."""
        out = False
        for fits, folders_only, back in self._rules:
            if (folder or not folders_only) and fits.fullmatch(place):
                out = not back
        return out


def _rule(line: str) -> tuple[re.Pattern[str], bool, bool]:
    bare = line.removeprefix("!")
    inner = bare.rstrip("/")
    start = "" if "/" in inner else "(?:.*/)?"
    body = "".join(_translated(part) for part in _PART.findall(inner.removeprefix("/")))
    return re.compile(start + body, re.DOTALL), bare.endswith("/"), line.startswith("!")


def _translated(part: str) -> str:
    if part.startswith("[") and len(part) > 1:
        letters = re.sub(r"([][\\^&~|])", r"\\\1", part[1:-1].removeprefix("!"))
        found = f"[^/{letters}]" if part.startswith("[!") else f"[{letters}]"
        return found if _is_pattern(found) else re.escape(part)
    known = {"/**": "/.*", "**/": "(?:.*/)?", "?": "[^/]"}
    return known.get(part) or ("[^/]*" if part.startswith("*") else re.escape(part))


def _is_pattern(text: str) -> bool:
    """Letters from b to a are none."""
    try:
        re.compile(text)
    except re.error:
        return False
    return True
