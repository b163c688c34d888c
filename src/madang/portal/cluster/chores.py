"""The worker's part of a cluster: looks at it, carries changes on some steps at a turn, and brings budgets after."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Unavailable
from madang.portal.cluster import actions, bringing, queries


def look(now: datetime) -> int:
    """Looks at the cluster now and then, so that what hands changed there is seen."""
    if bringing.on_slurm():
        actions.looked(now=now, seen=bringing.look(now))
    return 0


def follow(now: datetime) -> int:
    """Brings budgets and priorities after what was used, granted, and opened by a new month.

    A change that staff asked for goes first.
    """
    if not bringing.on_slurm() or queries.change_goes_on():
        return 0
    whole, ran = bringing.follow(now=now)
    if whole and ran:
        look(now)  # what was shown before holds no longer
    return 0 if whole else 1


def look_if_asked(now: datetime) -> int:
    """Looks at the cluster where somebody waits for it."""
    return look(now) if queries.look_due(now) else 0


def carry_on(now: datetime) -> int:
    """Carries the change that was asked for on by some steps; a cluster that is away is tried again."""
    change = queries.going_on(now)
    if change is None or not bringing.on_slurm():
        return 0
    actions.claim(now=now, change=change)
    try:
        over = bringing.carry_on(now=now, change=change)
    except Unavailable:
        actions.rest(now=now, change=change.pk)
        raise
    if over:
        look(now)
    else:
        actions.rest(now=now, change=change.pk)
    return 1


EVERY = {look: 600.0, follow: 30.0, look_if_asked: 2.0, carry_on: 2.0}
