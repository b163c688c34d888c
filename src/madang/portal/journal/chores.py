"""The worker's part of the journal: sealing, publishing the head once a day, destroying old readings."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from madang.portal.journal import actions, queries


def seal_entries(now: datetime) -> int:
    """Seals what is committed."""
    return actions.seal(now=now)


def publish_head(now: datetime) -> int:
    """Publishes today's head, once."""
    return int(actions.publish_head(now=now, day=now.astimezone(settings.MADANG_ZONE).date()))


def destroy_readings(now: datetime) -> int:
    """Destroys readings that are kept no longer."""
    before = queries.due_before("reading", now)
    return actions.destroy_readings(now=now, before=before) if before else 0


EVERY = {seal_entries: 1.0, publish_head: 600.0, destroy_readings: 3600.0}
