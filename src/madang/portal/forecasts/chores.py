"""The worker's part: replays the queue, judges what was told, answers trials, and clears up."""

from __future__ import annotations

from datetime import datetime

from madang.portal import folders
from madang.portal.forecasts import actions, answering, foreseeing

AT_ONCE = 200


def foresee(now: datetime) -> int:
    """Estimates the start of every job that waits."""
    return foreseeing.foresee(now)


def judge(now: datetime) -> int:
    """Judges the estimates of jobs that have started."""
    return actions.judge(now=now, limit=AT_ONCE)


def count(now: datetime) -> int:
    """Counts how good the estimates of this month and the last were."""
    actions.count(now=now)
    return 0


def trial(now: datetime) -> int:
    """Starts, follows and keeps trials."""
    return answering.TRIALS.turn(now)


def sweep(now: datetime) -> int:
    """Removes what killed workers left."""
    going = [one.child for one in (*foreseeing.REPLAYING, *answering.TRIALS.running.values())]
    return folders.sweep("forecasts", going)


EVERY = {foresee: 1.0, judge: 5.0, count: 600.0, trial: 1.0, sweep: 3600.0}
