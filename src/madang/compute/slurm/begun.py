"""Which commands were begun on a cluster and have not reached the journal yet, so that a worker's death loses none."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from madang.compute.slurm.difference import Step


class Begun:
    """One file, written before the commands run and taken away once the journal has them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, steps: Iterable[Step], *, change: bool) -> None:
        """Notes the commands of these steps for good, before the first of them runs; `change`: somebody asked for them.

        What is asked for is gone on with after a cut; what only follows the ledger is worked out anew.
        """
        words = [[*step.program, *step.argv] for step in steps]
        part = self._path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            json.dump({"change": change, "commands": words}, file)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self._path)

    def left(self) -> tuple[bool, list[tuple[str, ...]]]:
        """Whether a change was cut off, and the commands that the journal lacks: each may have run, or not."""
        try:
            kept = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return False, []
        return bool(kept["change"]), [tuple(words) for words in kept["commands"]]

    def clear(self) -> None:
        """The journal has them."""
        self._path.unlink(missing_ok=True)
