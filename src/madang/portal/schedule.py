"""Which chores the worker runs, and how often."""

from __future__ import annotations

import importlib
from pathlib import Path

from madang.portal.worker import Turn


def turns() -> list[Turn]:
    """Every domain's chores: `chores.py` names them in `EVERY`, a mapping of function to seconds between runs."""
    found = []
    for file in sorted(Path(__file__).parent.glob("*/chores.py")):
        module = importlib.import_module(f"madang.portal.{file.parent.name}.chores")
        found += [Turn(chore, every) for chore, every in module.EVERY.items()]
    return found
