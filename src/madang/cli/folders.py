"""Gathers the files that go along with a job: single ones, and folders less what their .madangignore leaves out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from madang.errors import Refused

IGNORE_FILE = ".madangignore"
# What no job needs and everybody has lying about.
ALWAYS = (".git/", "__pycache__/", IGNORE_FILE)


def gathered(files: Iterable[str], folders: Iterable[str]) -> list[tuple[str, Path]]:
    """(path in the job's folder, file here) in order of path. `files` are FILE or FILE=PATH.

    A folder gives its content; links are left out. Refused: ``file_not_there``, ``folder_not_there``, ``file_twice``.
    """
    found: dict[str, Path] = {}
    for place, path in [*map(_single, files), *_of_folders(folders)]:
        if place in found:
            raise Refused("file_twice", path=place)
        found[place] = path
    return sorted(found.items())


def _single(given: str) -> tuple[str, Path]:
    here, _, place = given.partition("=")
    path = Path(here)
    if not path.is_file():
        raise Refused("file_not_there", file=here)
    return place or path.name, path


def _of_folders(folders: Iterable[str]) -> Iterator[tuple[str, Path]]:
    for name in folders:
        folder = Path(name)
        if not folder.is_dir():
            raise Refused("folder_not_there", folder=name)
        yield from _of_folder(folder, [*ALWAYS, *patterns(folder)])


def _of_folder(folder: Path, ignored: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for where, inner, names in os.walk(folder):
        below = Path(where).relative_to(folder)
        inner[:] = sorted(name for name in inner if not leaves_out(ignored, (below / name).as_posix(), folder=True))
        for name in sorted(names):
            place, path = (below / name).as_posix(), Path(where) / name
            if path.is_file() and not path.is_symlink() and not leaves_out(ignored, place, folder=False):
                yield place, path


def patterns(folder: Path) -> list[str]:
    """The lines of a folder's .madangignore, less comments and empty ones."""
    path = folder / IGNORE_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def leaves_out(ignored: Iterable[str], place: str, *, folder: bool) -> bool:
    """Whether a pattern leaves a path out. One without a slash fits a name at any depth; one that ends in one, folders.

    Any other is compared with the path from the top. `*`, `?` and `[…]` as in a shell.
    """
    name = place.rsplit("/", 1)[-1]
    for pattern in ignored:
        if pattern.endswith("/") and not folder:
            continue
        bare = pattern.rstrip("/")
        if fnmatchcase(place if "/" in bare else name, bare.lstrip("/")):
            return True
    return False
