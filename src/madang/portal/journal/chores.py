"""The worker's part of the journal: sealing, and publishing the head once a day."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from madang.portal.journal import actions


def seal_entries(now: datetime) -> int:
    """Seals what is committed."""
    return actions.seal(now=now)


def publish_head(now: datetime) -> int:
    """Publishes today's head, once."""
    return int(actions.publish_head(now=now, day=now.astimezone(settings.MADANG_ZONE).date()))


EVERY = {seal_entries: 1.0, publish_head: 600.0}
