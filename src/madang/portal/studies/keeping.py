"""Keeps what a study has found so far, a line each, so that one that is broken off goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """What was found, by name, in a file that outlives the process; without a file it is forgotten with the process.

    A line that a killed process left half written is passed over.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.found: dict[str, Any] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            name, value = json.loads(line)
        except ValueError:
            return
        self.found[name] = value

    def of(self, name: str, find: Callable[[], T]) -> T:
        """What was found under a name, or what `find` gives, which is kept from now on. JSON's own values only."""
        if name not in self.found:
            self.found[name] = find()
            if self.path is not None:
                self._write(json.dumps([name, self.found[name]], ensure_ascii=False))
        value: T = self.found[name]
        return value

    def _write(self, line: str) -> None:
        assert self.path is not None
        with self.path.open("a", encoding="utf-8") as file:
            # a line of its own, whatever a killed process left at the end
            file.write(f"\n{line}\n")
