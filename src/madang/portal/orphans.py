"""Ends a process whose parent has died, so that no orphan goes on serving, or solving, what was there before."""

from __future__ import annotations

import os
import signal
import threading
from typing import NoReturn

LOOK_SECONDS = 1.0


def watch(parent: int | None = None, *, grace: float = 0.0, never: int | None = None) -> threading.Thread:
    """From now on this process follows its parent within a second: at once, or told to stop and given `grace` first.

    The parent may have died before this call. To tell, give its number in `parent`; or in `never` a process that cannot
    have started us.
    """
    followed = os.getppid() if parent is None else parent
    follower = threading.Thread(target=_follow, args=(0 if followed == never else followed, grace), daemon=True)
    follower.start()
    return follower


def _follow(parent: int, grace: float) -> NoReturn:
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(LOOK_SECONDS)
    if grace:
        os.kill(os.getpid(), signal.SIGTERM)
        pause.wait(grace)
    os._exit(1)
