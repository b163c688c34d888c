"""Where the worker's children work: a folder each in the centre's home, gone when they are done."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from madang.portal.children import Child

A_DAY = 86_400


def new_folder(place: str, name: str) -> Path:
    """A folder for one child, which it may call its own: PLACE/NAME/… in the centre's home.

    What lies directly in PLACE/NAME outlives the child, so that the next one at the same work finds it.
    """
    above = _home(place) / name
    above.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=above)) / "child"


def _home(place: str) -> Path:
    return Path(settings.MADANG_HOME) / place


def clear(child: Child, *, whole: bool = False) -> None:
    """Removes what a child was given and left; `whole`: with what was left for the next one at the same work."""
    own = child.folder.parent
    shutil.rmtree(own.parent if whole else own, ignore_errors=True)
    with contextlib.suppress(OSError):
        # not empty: something was left for the next one
        own.parent.rmdir()


def sweep(place: str, going: Iterable[Child]) -> int:
    """Removes folders in which nothing has moved for a day; returns how many."""
    kept = {child.folder.parent.parent for child in going}
    old = [path for path in _home(place).glob("*") if path not in kept and _moved(path) < time.time() - A_DAY]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def _moved(path: Path) -> float:
    """When something last moved in a folder, in seconds of the machine's clock."""
    times = [path.stat().st_mtime]
    for found in path.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            times.append(found.stat().st_mtime)
    return max(times)
