"""Training for whoever scripts it: hours of an online course, and who completed a piece of coursework, from a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.cli.client import client
from madang.cli.language import N_, translate
from madang.cli.output import plain, show
from madang.errors import Refused

Add = Callable[..., argparse.ArgumentParser]


def register(commands: Any, add: Add) -> None:
    """Adds the commands."""
    hours = add(commands, "hours", N_("Bring in the hours that a cohort's applicants spent online."), _hours, json=True)
    hours.add_argument("cohort", type=int, metavar="COHORT", help=translate(N_("the cohort's number in the API")))
    done = add(commands, "completed", N_("Bring in who completed a piece of coursework."), _completed, json=True)
    done.add_argument("piece", type=int, metavar="PIECE", help=translate(N_("the coursework's number in the API")))
    for parser in (hours, done):
        parser.add_argument("file", type=Path, metavar="FILE", help=translate(N_("the list, CSV or XLSX")))
        parser.add_argument("--dry-run", action="store_true", help=translate(N_("only look at it, store nothing")))


def _hours(given: argparse.Namespace) -> int:
    return _brought_in(given, f"cohorts/{given.cohort}/hours")


def _completed(given: argparse.Namespace) -> int:
    return _brought_in(given, f"coursework/{given.piece}/completed/file")


def _brought_in(given: argparse.Namespace, place: str) -> int:
    """All rows of a file or none. Where some cannot be used nothing is stored, they are told, and the exit is 1."""
    if not given.file.is_file():
        raise Refused("file_not_there", file=str(given.file))
    with client() as api:
        found = api.upload(place, {"dry_run": "true"}, [("file", given.file)])
        if not given.dry_run and not found["faults"]:
            found = api.upload(place, {"dry_run": "false"}, [("file", given.file)])
    show(given, found, _text(found))
    return 1 if found["faults"] else 0


def _text(found: dict[str, Any]) -> str:
    text = (
        N_("To store: {rows} rows, {faults} that cannot be used.") if found["dry_run"] else N_("Stored: {rows} rows.")
    )
    faults = [plain(f"{one['row']}: {one['detail']}") for one in found["faults"]]
    return "\n".join([translate(text, rows=len(found["rows"]), faults=len(faults)), *faults])
