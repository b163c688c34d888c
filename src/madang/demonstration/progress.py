"""Says on standard error what the building of the demonstration is doing, how far it is and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from madang.cli.language import translate


@dataclass
class Progress:
    """Steps with their times; a counter within a step is redrawn on a terminal and left out elsewhere."""

    begun: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, text: str, **facts: object) -> Iterator[None]:
        """One named step; its seconds are printed when it is done."""
        started, name = time.monotonic(), translate(text, **facts)
        self._write(f"  {name} …")
        yield
        self._write(f"\r  {name}: {time.monotonic() - started:.1f} s\n")

    def count(self, text: str, done: int, whole: int) -> None:
        """How far a step is, for people who watch."""
        if sys.stderr.isatty() and (done % 20 == 0 or done == whole):
            self._write(f"\r  {translate(text)} … {done}/{whole}")

    def say(self, text: str, **facts: object) -> None:
        """A line of its own."""
        self._write(f"  {translate(text, **facts)}\n")

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self.begun

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
