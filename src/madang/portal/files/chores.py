"""The worker's part of files: clearing away contents that nothing points to."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.portal.files import actions

KEPT_UNUSED = timedelta(days=2)


def clear_away(now: datetime) -> int:
    """Removes what was stored two days ago or earlier and belongs to no row."""
    return actions.clear_away(before=now - KEPT_UNUSED)


EVERY = {clear_away: 3600.0}
