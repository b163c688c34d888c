"""Runs several acts at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from madang.errors import Refused, Stale, Unavailable


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act answered, or the error of the house that it ended with, in their order."""
    answers: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(place: int) -> None:
        try:
            gate.wait()
            answers[place] = acts[place]()
        except (Refused, Stale, Unavailable) as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def errors(answers: list[Any]) -> list[Any]:
    """Those answers that are errors."""
    return [answer for answer in answers if isinstance(answer, Refused | Stale | Unavailable)]
