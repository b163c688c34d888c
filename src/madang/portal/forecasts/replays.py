"""The child process that replays the present queue, so that neither web request nor worker waits for it.

python -m madang.portal.forecasts.replays FOLDER
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.portal import children
from madang.simulation import replaying

MODULE = "madang.portal.forecasts.replays"
# ranges of 99 replays hold eight in ten and do not jump from minute to minute
MOST = 99
SECONDS = 10.0  # of the processor, so that a busy machine only makes the answer later, not worse


def document(queue: Any, policy: Any, past: dict[str, list[int]], seed: int) -> dict[str, Any]:
    """What the child is given."""
    return {**replaying.to_json(queue, policy), "past": past, "seed": seed, "most": MOST if past else replaying.FEWEST}


def answer(given: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """How many replays there were, and early, middle and late of every job that started in each of them."""
    snapshot, policy = replaying.from_json(given)
    give_up = time.process_time() + SECONDS
    starts = replaying.replays(
        snapshot,
        policy,
        given["past"],
        most=given["most"],
        seed=given["seed"],
        enough=lambda done: time.process_time() > give_up,
    )
    return {"replays": len(starts), "ranges": {id: list(one) for id, one in replaying.ranges(starts).items()}}


if __name__ == "__main__":
    # nobody's work waits for an estimate
    os.nice(10)
    sys.exit(children.answer(Path(sys.argv[1]), answer))
