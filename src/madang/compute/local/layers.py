"""The software that jobs name or build: kept apart from their folders, nobody's but ours, read-only to who uses it."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from madang.compute.local import images, lending, records
from madang.compute.local.spool import FINAL, Spool
from madang.compute.protocol import JobSpec
from madang.errors import Refused

BUILT = "layer"  # where it lies in the folder of the job that builds it


def check(spool: Spool, spec: JobSpec) -> None:
    """Refuses software that is not there or would show a job the spool: ``no_such_layer``, ``software_unfit``.

    And ``image_programs`` where this machine has not what an image needs of it.
    """
    if spec.layer and not spool.layer(spec.layer).is_dir():
        raise Refused("no_such_layer", layer=spec.layer)
    if spec.image:
        if images.opened(Path(spec.image)) is None:
            raise Refused("software_unfit", folder=spec.image)
        lending.programs()
    for name in (*spec.software, *filter(None, [spec.image])):
        path = Path(name)
        if not path.is_absolute() or not path.is_dir() or spool.root.resolve().is_relative_to(path.resolve()):
            raise Refused("software_unfit", folder=name)


def image(folder: str, *, gpus: bool) -> dict[str, Any]:
    """What a job's order says of the image in a folder; what has gone since `check` the sandbox finds missing."""
    told = images.opened(Path(folder)) or images.Image("", {}, "")
    lent: dict[str, Any] = {"programs": {}, "driver": lending.driver() if gpus else {}}
    with contextlib.suppress(Refused):
        lent["programs"] = lending.programs()
    return {"root": f"{folder}/{images.ROOT}", **asdict(told), **lent}


def keep(spool: Spool, row: sqlite3.Row) -> int:
    """Takes a layer out of the folder of the job that built it; gives its bytes."""
    if row["state"] not in FINAL:
        raise Refused("job_not_ended", job=row["id"])
    name = json.loads(row["spec"]).get("builds", "")
    built = spool.folder(row["id"]) / BUILT
    if not name or row["state"] != "succeeded":
        raise Refused("no_such_layer", layer=name)
    kept = spool.layer(name)
    if not kept.is_dir():
        if not built.is_dir():
            raise Refused("no_such_layer", layer=name)
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        _make_ours(built)
        built.rename(kept)
        records.sync_folder(kept.parent)
    return sum(path.lstat().st_size for path in _all(kept))


def drop(spool: Spool, name: str) -> None:
    """Destroys a kept layer: out of reach at once, then removed."""
    path = spool.layer(name)
    gone = path.with_name(f".{path.name}-dropped")
    with contextlib.suppress(FileNotFoundError):
        path.rename(gone)
    records.remove(gone)


def _make_ours(built: Path) -> None:
    """Everything belongs to us, can be read by every job, and is a file, a folder or a link; no file gives rights."""
    for path in [built, *_all(built)]:
        mode = path.lstat().st_mode
        os.chown(path, os.geteuid(), os.getegid(), follow_symlinks=False)
        if stat.S_ISDIR(mode):
            path.chmod(0o755)
        elif stat.S_ISREG(mode):
            path.chmod(0o755 if mode & stat.S_IXUSR else 0o644)
        elif not stat.S_ISLNK(mode):
            path.unlink()


def _all(folder: Path) -> Iterator[Path]:
    """Everything below a folder, itself left out; links are not followed, and a folder is opened before it is read."""
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        path = folder / entry.name
        yield path
        if entry.is_dir(follow_symlinks=False):
            yield from _all(path)
