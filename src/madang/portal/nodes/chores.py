"""The worker's part: reads what the cluster noted of its nodes; one that is away is tried again."""

from __future__ import annotations

from datetime import datetime

from madang.portal.cluster import bringing
from madang.portal.nodes import actions, queries
from madang.portal.nodes.rules import window
from madang.values import Period


def look(now: datetime) -> int:
    """Reads the last day again, and what came since; the days are worked out up to this second."""
    if not bringing.on_slurm():
        return 0
    backend = bringing.backend()
    cluster = backend.cluster
    last = queries.reading(cluster)
    read = Period(*window(backend.born, last and last.since, last and last.until, now))
    found = backend.events(cluster, read)
    earlier = queries.earliest_untold(cluster, read, found.events)
    if earlier:
        read = Period(earlier, read.end)
        found = backend.events(cluster, read)
    given = {"cluster": cluster, "read": read, "events": found.events, "settled": found.settled}
    actions.note(now=now, before=last and last.until, **given)
    return 0


EVERY = {look: 60.0}
