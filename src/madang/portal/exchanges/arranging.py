"""Arranges who reviews whom in a process of its own: started by `apart.made`, it loads what the web never does."""

from __future__ import annotations

import json
import sys
from typing import Any

from madang.portal import apart
from madang.review.distributed import Entry, arrange


def answer(given: dict[str, Any]) -> bytes:
    """What `madang.review.distributed` arranges from a standing's document; groups are counted from 1."""
    found = arrange(
        [Entry(*one) for one in given["entries"]],
        given["each"],
        given["seed"],
        pools=given["groups"],
        conflicts=[(application, person) for application, person in given["conflicts"]],
    )
    groups = {application: number + 1 for application, number in found.pools.items()}
    return json.dumps({"groups": groups, "chosen": found.chosen}).encode()


if __name__ == "__main__":
    sys.exit(apart.answer(answer))
