"""Follows an engine that runs in a thread of its own, so that all of them, compiled or not, tell how far they are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

Progress = Callable[[int, int], None]
"""Told how many of how many jobs have come, or started."""
Found = TypeVar("Found")
EVERY = 0.5  # seconds between two words


def followed(play: Callable[[], Found], come: Callable[[], int], jobs: int, progress: Progress | None) -> Found:
    """What `play` returns; meanwhile `progress`, if there is one, is told what `come` reads from the engine's state."""
    if progress is None:
        return play()
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(play)
        while wait([running], EVERY).not_done:
            progress(come(), jobs)
        return running.result()
