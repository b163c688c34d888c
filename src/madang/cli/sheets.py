"""Sheets that are brought in from a script: of facilities here, and the way that all of them go."""

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
    about = N_("Bring in a sheet of facilities with their terms and fees.")
    add_file(add(commands, "facilities", about, _facilities, json=True))


def add_file(parser: argparse.ArgumentParser) -> None:
    """The sheet, and whether it is only looked at."""
    parser.add_argument("file", type=Path, metavar="FILE", help=translate(N_("the list, CSV or XLSX")))
    parser.add_argument("--dry-run", action="store_true", help=translate(N_("only look at it, store nothing")))


def brought_in(given: argparse.Namespace, place: str) -> dict[str, Any]:
    """What a sheet came to, all of its rows or none: where some cannot be used nothing is stored, and it says so."""
    if not given.file.is_file():
        raise Refused("file_not_there", file=str(given.file))
    with client() as api:
        found: dict[str, Any] = api.upload(place, {"dry_run": "true"}, [("file", given.file)])
        if not given.dry_run and not found["faults"]:
            found = api.upload(place, {"dry_run": "false"}, [("file", given.file)])
    return found


def told(given: argparse.Namespace, found: dict[str, Any], text: str) -> int:
    """Prints it with its faults, row by row; the exit is 1 where there are any."""
    faults = [plain(f"{one['row']}: {one['detail']}") for one in found["faults"]]
    show(given, found, "\n".join([text, *faults]))
    return 1 if faults else 0


def _facilities(given: argparse.Namespace) -> int:
    found = brought_in(given, "facility-sheets")
    to_store = N_("To store: {added} new facilities and {changed} changed; {faults} rows cannot be used.")
    text = to_store if found["dry_run"] else N_("Stored: {added} new facilities and {changed} changed.")
    counts = {"added": found["added"], "changed": found["changed"], "faults": len(found["faults"])}
    return told(given, found, translate(text, **counts))
