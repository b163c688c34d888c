"""The child process that finds who could review what.

    python -m madang.portal.suggestions.working FOLDER

reads FOLDER/input.json (the problem, and the digest of what it stands on) and leaves FOLDER/output.json.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from madang.portal import children
from madang.portal.suggestions import rules
from madang.review.assign import assign_most

MODULE = "madang.portal.suggestions.working"


def answer(document: dict[str, Any], report: Callable[[dict[str, Any]], None] | None = None) -> dict[str, Any]:
    """The assignment with cost and bound, and where it falls short; ids as in the problem."""
    found, gaps = assign_most(rules.read(document["problem"]))
    return {
        "chosen": {name: list(people) for name, people in found.chosen.items()},
        "cost": found.cost,
        "bound": found.bound,
        "gaps": [asdict(gap) for gap in gaps],
        "basis_sha256": document["basis_sha256"],
    }


if __name__ == "__main__":
    os.nice(10)
    sys.exit(children.answer(Path(sys.argv[1]), answer))
