"""Finds who could review what, in a process of its own: started by `apart.made`, it loads what the web never does."""

from __future__ import annotations

import json
import sys
from typing import Any

from madang.portal import apart
from madang.review.assign import assign
from madang.review.assignment import Application, Expertise, Problem, Reviewer


def answer(given: dict[str, Any]) -> bytes:
    """The assignment; `given` holds rows of plain values with ids as text: (id, needed, fields) and so on."""
    found = assign(
        Problem(
            tuple(Application(name, needed, frozenset(fields)) for name, needed, fields in given["applications"]),
            # a code in an expert's list says that he is one in it
            tuple(
                Reviewer(name, limit, dict.fromkeys(fields, Expertise.EXPERT), load)
                for name, limit, load, fields in given["reviewers"]
            ),
            frozenset((application, reviewer) for application, reviewer in given["conflicts"]),
        )
    )
    return json.dumps(found.chosen).encode()


if __name__ == "__main__":
    sys.exit(apart.answer(answer))
