"""The list of who was erased, by number, kept beside the database and outside every back-up."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings

from madang.errors import Refused
from madang.portal.holdings import actions, queries

NAME = "erased.json"


def place() -> Path:
    """Where this centre keeps its list."""
    return Path(settings.MADANG_HOME) / NAME


def read(path: Path) -> dict[int, datetime]:
    """When each person of a list was registered, by number; empty where there is none. Refused: "list_unreadable"."""
    if not path.exists():
        return {}
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        return {int(one["person"]): datetime.fromisoformat(one["registered_at"]) for one in written}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("list_unreadable", path=str(path)) from error


def require_readable(path: Path, *, wanted: bool) -> None:
    """Refused "list_unreadable" before a restore begins: for a damaged list, or one that was named and is not there."""
    read(path)
    if wanted and not path.exists():
        raise Refused("list_unreadable", path=str(path))


def write() -> int:
    """Adds to the list whom it lacks; returns how many. Whoever is on it stays on it, also after a restore."""
    known = read(place())
    found = {person.pk: person.created_at for person in queries.erased()}
    missing = found.keys() - known.keys()
    if missing:
        _put({**known, **found})
    return len(missing)


def _put(people: dict[int, datetime]) -> None:
    rows = [{"person": pk, "registered_at": people[pk].isoformat()} for pk in sorted(people)]
    part = place().with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=0)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place())


def apply(path: Path, *, now: datetime) -> int:
    """Erases again everybody on a list who is back in the database; returns how many. For after a restore."""
    listed = read(path)
    return sum(actions.erase_again(now=now, person=pk, created_at=listed[pk]) for pk in sorted(listed))
