"""Training for whoever scripts it: hours of an online course, and who completed a piece of coursework, from a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from madang.cli.language import N_, translate
from madang.cli.sheets import add_file, brought_in, told

Add = Callable[..., argparse.ArgumentParser]


def register(commands: Any, add: Add) -> None:
    """Adds the commands."""
    hours = add(commands, "hours", N_("Bring in the hours that a cohort's applicants spent online."), _hours, json=True)
    hours.add_argument("cohort", type=int, metavar="COHORT", help=translate(N_("the cohort's number in the API")))
    done = add(commands, "completed", N_("Bring in who completed a piece of coursework."), _completed, json=True)
    done.add_argument("piece", type=int, metavar="PIECE", help=translate(N_("the coursework's number in the API")))
    for parser in (hours, done):
        add_file(parser)


def _hours(given: argparse.Namespace) -> int:
    return _brought_in(given, f"cohorts/{given.cohort}/hours")


def _completed(given: argparse.Namespace) -> int:
    return _brought_in(given, f"coursework/{given.piece}/completed/file")


def _brought_in(given: argparse.Namespace, place: str) -> int:
    """All rows of a file or none."""
    found = brought_in(given, place)
    text = (
        N_("To store: {rows} rows, {faults} that cannot be used.") if found["dry_run"] else N_("Stored: {rows} rows.")
    )
    return told(given, found, translate(text, rows=len(found["rows"]), faults=len(found["faults"])))
