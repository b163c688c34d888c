"""Keeps what the cluster noted of its nodes, and what that comes to by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings

from madang.compute.availability import Event, by_days
from madang.errors import Stale
from madang.portal.actors import WORKER
from madang.portal.journal.actions import record
from madang.portal.nodes import queries
from madang.portal.nodes.models import NodeDay, NodeEvent, NodeReading
from madang.portal.transactions import action
from madang.values import Period


@action
def note(
    *, now: datetime, cluster: str, read: Period, events: Sequence[Event], before: datetime | None, settled: bool
) -> int:
    """Brings the series to what the cluster says of the period `read`; gives how many events are new or otherwise.

    What is there and was not told any more goes, since slurmdbd mends what it noted. All days from the first that is
    touched are worked out anew. Only where the cluster's records are `settled` does the next reading begin later;
    Stale where another worker noted something since `before`, the end of the last reading.
    """
    row, _ = NodeReading.objects.get_or_create(cluster=cluster, defaults={"since": read.start, "until": read.start})
    moved = NodeReading.objects.filter(pk=row.pk, until=before or row.until)
    if not moved.update(until=read.end if settled else row.until):
        raise Stale("node_reading")
    touched = _follow(cluster, read, events)
    _work_out(cluster, Period(max(row.since, min([read.start, *touched])), read.end))
    if touched:
        record(by=WORKER, now=now, did="nodes.note", kind="cluster", subject=cluster, events=len(touched))
    return len(touched)


def _follow(cluster: str, read: Period, events: Sequence[Event]) -> list[datetime]:
    """Brings the rows to what was told; when those began that changed anything."""
    told = {
        (event.node, event.start): event
        for event in events
        if event.start < read.end and (event.end is None or event.end > read.start)
    }
    there = {(row.node, row.starts_at): row for row in queries.touching(cluster, read)}
    touched = []
    for place in there.keys() - told.keys():
        NodeEvent.objects.filter(pk=there[place].pk).delete()
        touched.append(place[1])
    for place, event in told.items():
        values = _values(event)
        if place not in there:
            # one that ended before this period may be told to have ended later now
            known = {"cluster": cluster, "node": event.node, "starts_at": event.start}
            if not NodeEvent.objects.filter(**known).update(**values):
                NodeEvent.objects.create(**known, **values)
        elif any(getattr(there[place], name) != value for name, value in values.items()):
            NodeEvent.objects.filter(pk=there[place].pk).update(**values)
        else:
            continue
        touched.append(event.start)
    return touched


def _values(event: Event) -> dict[str, Any]:
    return {
        "condition": event.condition,
        "state": event.state[:60],
        "reason": event.reason[:200],
        "cores": sum(number for resource, number in event.has.items() if resource.unit == "core"),
        "gpus": {resource.kind: number for resource, number in event.has.items() if resource.unit == "gpu"},
        "ends_at": event.end,
    }


def _work_out(cluster: str, period: Period) -> None:
    """Works the days anew that a period touches, each from its first second on that was ever read."""
    zone, first = settings.MADANG_ZONE, period.start.astimezone(settings.MADANG_ZONE).date()
    begins = datetime.combine(first, time.min, zone).astimezone(UTC)
    since = NodeReading.objects.values_list("since", flat=True).get(cluster=cluster)
    whole = Period(max(since, begins), period.end)
    found = by_days(queries.as_events(queries.touching(cluster, whole)), zone, whole)
    wanted = {
        (day, resource.unit, resource.kind): (seconds.installed, seconds.down, seconds.drained)
        for (day, resource), seconds in found.items()
    }
    _bring(cluster, first, wanted)


def _bring(cluster: str, first: date, wanted: dict[tuple[date, str, str], tuple[int, int, int]]) -> None:
    rows = NodeDay.objects.filter(cluster=cluster, day__gte=first)
    there = {(row.day, row.unit, row.kind): row for row in rows}
    for place in there.keys() - wanted.keys():
        NodeDay.objects.filter(pk=there[place].pk).delete()
    for place, numbers in wanted.items():
        values = dict(zip(("installed", "down", "drained"), numbers, strict=True))
        if place not in there:
            day, unit, kind = place
            NodeDay.objects.create(cluster=cluster, day=day, unit=unit, kind=kind, **values)
        elif any(getattr(there[place], name) != value for name, value in values.items()):
            NodeDay.objects.filter(pk=there[place].pk).update(**values)
