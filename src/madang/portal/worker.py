"""The worker: runs every domain's chores, each at its own pace, until it is told to stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import close_old_connections
from django.utils import timezone

from madang.errors import Stale, Unavailable

log = logging.getLogger("madang.worker")
Chore = Callable[[datetime], int]
PAUSE = 0.02


@dataclass
class Turn:
    """One chore, how many seconds lie between its runs, and when it is due (on the monotonic clock)."""

    chore: Chore
    every: float
    due: float = 0.0

    def run(self, monotonic: float) -> int:
        """Runs the chore once; what is down or taken by another is tried at the next turn."""
        self.due = monotonic + self.every
        try:
            done = self.chore(timezone.now())
        except (Unavailable, Stale) as error:
            log.info("%s: %s", self.chore.__name__, error)
            return 0
        except Exception:
            log.exception("%s.%s failed", self.chore.__module__, self.chore.__name__)
            return 0
        if done:
            # There may be more: come back at once, after the pause that lets web writes in.
            self.due = monotonic
        return done


@dataclass
class Worker:
    """All turns; `step` runs those due and says how long to wait for the next."""

    turns: list[Turn]
    stopping: bool = False
    done: dict[str, int] = field(default_factory=dict)

    def step(self, monotonic: float) -> float:
        for turn in self.turns:
            if turn.due <= monotonic and not self.stopping:
                done = turn.run(monotonic)
                self.done[turn.chore.__name__] = self.done.get(turn.chore.__name__, 0) + done
                time.sleep(PAUSE)
        return max(0.05, min(turn.due for turn in self.turns) - time.monotonic())

    def run(self) -> None:
        while not self.stopping:
            wait = self.step(time.monotonic())
            close_old_connections()
            time.sleep(min(wait, 0.5))
