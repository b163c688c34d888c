"""Brings one file that a job left from the cluster to this machine, once, and only if it is the one that was listed."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from pathlib import Path

from madang.compute.slurm.register import report_of
from madang.compute.slurm.staging import Hand
from madang.errors import Refused


def fetched(hand: Hand, row: sqlite3.Row, path: str, folder: Path) -> Path:
    """The file in `folder`; Refused ``job_not_ended``, and ``no_such_output`` where its digest is another by now."""
    id = row["name"]
    if row["report"] is None:
        raise Refused("job_not_ended", job=id)
    listed = {output.path: output for output in report_of(row["report"]).outputs}
    if path not in listed:
        raise Refused("no_such_output", job=id, path=path)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = folder / listed[path].sha256
    if not kept.exists():
        part = folder / f".{secrets.token_hex(8)}"
        try:
            with part.open("x+b") as file:
                hand.ask(row["user"], "fetch", id, {"path": path}, sink=file)
                file.seek(0)
                read = hashlib.file_digest(file, "sha256").hexdigest()
            if read != listed[path].sha256:
                raise Refused("no_such_output", job=id, path=path)
            part.rename(kept)
        finally:
            part.unlink(missing_ok=True)
    return kept
