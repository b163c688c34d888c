"""Where the children of forecasts work: a folder each in the centre's home, gone when they are done."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from django.conf import settings

from madang.portal.children import Child

A_DAY = 86_400


def new_folder(name: str) -> Path:
    """A folder for one child, in the centre's home."""
    home = _home()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=home)) / "child"


def _home() -> Path:
    return Path(settings.MADANG_HOME) / "forecasts"


def clear(child: Child) -> None:
    """Removes what a child was given and left."""
    shutil.rmtree(child.folder.parent, ignore_errors=True)


def sweep(going: list[Child]) -> int:
    """Removes folders that a worker left when it was killed, a day later; returns how many."""
    kept = {child.folder.parent for child in going}
    old = [path for path in _home().glob("*") if path not in kept and path.stat().st_mtime < time.time() - A_DAY]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)
