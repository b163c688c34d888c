"""The worker's part of applications: destroying drafts that were never submitted when their retention is over."""

from __future__ import annotations

from datetime import datetime

from madang.portal.applications import actions


def destroy_old_drafts(now: datetime) -> int:
    """Destroys up to fifty at a time."""
    return actions.destroy_old_drafts(now=now)


EVERY = {destroy_old_drafts: 3600.0}
