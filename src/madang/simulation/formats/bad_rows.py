"""Counts what a reader could not take as it stood, so that nothing is dropped or changed in silence."""

from __future__ import annotations

from collections import Counter

from madang.errors import Refused


class Tally:
    """What became of a file's rows that are no plain jobs.

    `skipped` counts bad rows by rule, where `skip` lets them pass; `left_out` rows that are right but no job that ran
    (a step, one that was cancelled while it waited); `adjusted` jobs that were kept with something put in for what
    the file does not say. `first` gives the first line of each.
    """

    def __init__(self, file: str, *, skip: bool = False) -> None:
        self.file, self.skip = file, skip
        self.skipped: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.adjusted: Counter[str] = Counter()
        self.first: dict[str, int] = {}

    def bad(self, rule: str, line: int, column: str, value: object) -> None:
        """Counts a bad row, or raises `Refused("trace_row", file, line, rule, column, value)`."""
        if not self.skip:
            raise Refused("trace_row", file=self.file, line=line, rule=rule, column=column, value=str(value)[:80])
        self.note(self.skipped, rule, line)

    def leave_out(self, rule: str, line: int) -> None:
        """Counts a row that is no job that ran."""
        self.note(self.left_out, rule, line)

    def adjust(self, rule: str, line: int, count: int = 1) -> None:
        """Counts jobs that were kept with something put in."""
        self.note(self.adjusted, rule, line, count)

    def note(self, where: Counter[str], rule: str, line: int, count: int = 1) -> None:
        """Counts in one of the three and remembers the first line."""
        where[rule] += count
        self.first[rule] = min(line, self.first.get(rule, line))
