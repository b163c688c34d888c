"""Who confirmed what, and when: a log of answers that is only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from smear_reader.words import SaidError, text


@dataclass(frozen=True)
class Answer:
    """One person's word on one picture; `at` is an instant in UTC, ISO 8601."""

    at: str
    who: str
    slide: str
    place: str
    bacillus: bool


def answered(now: datetime, who: str, slide: str, verdicts: Iterable[tuple[str, bool]]) -> list[Answer]:
    """One person's words on several pictures at once. ``ValueError`` where nobody is named or `now` has no zone."""
    if not who.strip():
        raise SaidError(text("who confirms must be named"))
    if now.tzinfo is None:
        raise ValueError("an instant needs its zone")
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    return [Answer(at, who.strip(), slide, place, bacillus) for place, bacillus in verdicts]


def keep(log: Path, answers: Iterable[Answer]) -> None:
    """Adds answers to the log, one JSON a line, and waits until they are on the disk."""
    with log.open("ab+") as end:  # a line that a crash cut off must not run into the next
        torn = end.seek(0, os.SEEK_END) > 0 and end.seek(-1, os.SEEK_END) >= 0 and end.read(1) != b"\n"
    with log.open("a", encoding="utf-8") as lines:
        lines.write("\n" if torn else "")
        lines.writelines(json.dumps(asdict(answer), ensure_ascii=False) + "\n" for answer in answers)
        lines.flush()
        os.fsync(lines.fileno())


def kept(log: Path) -> list[Answer]:
    """All answers of a log, in the order they were given; a line that a crash cut off is left out."""
    if not log.exists():
        return []
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError):
            found.append(Answer(**json.loads(line)))
    return found


def latest(answers: Iterable[Answer]) -> dict[str, bool]:
    """What counts of them: the last word on each picture."""
    return {answer.place: answer.bacillus for answer in answers}
