"""The worker's part of holdings: destroying what is due, erasing idle accounts, keeping the list of who was erased."""

from __future__ import annotations

from datetime import datetime

from madang.portal.holdings import actions, erasures
from madang.portal.holdings.rules import IDLE_NOTICE
from madang.portal.journal import queries as journal


def destroy_due(now: datetime) -> int:
    """Destroys what the retention rules say is due, some of each kind at a time; a kind without a rule is kept."""
    done = 0
    for kind in actions.DESTROYERS:
        before = journal.due_before(kind, now)
        done += actions.destroy(now=now, kind=kind, before=before) if before else 0
    return done


def tell_idle(now: datetime) -> int:
    """Tells people a month before that their account, which they have not used for so long, will be erased."""
    before = journal.due_before("account", now)
    return actions.tell_idle(now=now, before=before + IDLE_NOTICE) if before else 0


def erase_idle(now: datetime) -> int:
    """Erases those who were told and did not come back."""
    before = journal.due_before("account", now)
    return actions.erase_idle(now=now, before=before) if before else 0


def keep_list(now: datetime) -> int:
    """Writes who was erased beside the database, so that a restore of an older back-up erases them again."""
    return erasures.write()


EVERY = {destroy_due: 3600.0, tell_idle: 3600.0, erase_idle: 3600.0, keep_list: 60.0}
