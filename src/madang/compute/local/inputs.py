"""Copies what a job is given into its folder, and refuses what is not what was announced."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from madang.compute.protocol import InputFile
from madang.errors import Refused


def copy_in(file: InputFile, target: Path) -> None:
    """Copies one input, which must be what was announced. A job may change its copy, so it is never a link.

    Refused: ``input_missing``, ``input_differs`` (path).
    """
    read, size = hashlib.sha256(), 0
    try:
        with file.source.open("rb") as source, target.open("xb") as copy:
            while piece := source.read(1 << 20):
                read.update(piece)
                size += len(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
    except FileNotFoundError as fault:
        raise Refused("input_missing", path=file.path) from fault
    if (read.hexdigest(), size) != (file.sha256, file.size):
        raise Refused("input_differs", path=file.path)
