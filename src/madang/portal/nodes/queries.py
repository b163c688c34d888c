"""Reads what is out of service, what the cluster had by day and month, and how much of it awards used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext

from madang.compute.availability import Condition, Event, Resource, Seconds
from madang.portal.actors import Actor, Role
from madang.portal.indicators.models import DayUse
from madang.portal.nodes.models import NodeDay, NodeEvent, NodeReading
from madang.portal.nodes.rules import READERS, Use
from madang.portal.resources.models import Pool
from madang.portal.tasks import Task
from madang.values import Month, Period


def reading(cluster: str) -> NodeReading | None:
    """How far a cluster's events were read."""
    return NodeReading.objects.filter(cluster=cluster).first()


def last_reading(by: Actor) -> NodeReading | None:
    """How far the events of the cluster that was read last were read."""
    return NodeReading.objects.order_by("-until").first() if by.has(*READERS) else None


def touching(cluster: str, period: Period) -> QuerySet[NodeEvent]:
    """A cluster's events of which some instant lies in a period, oldest first."""
    rows = NodeEvent.objects.filter(cluster=cluster, starts_at__lt=period.end)
    return rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=period.start)).order_by("starts_at", "node")


def earliest_untold(cluster: str, period: Period, told: Iterable[Event]) -> datetime | None:
    """When the first of the stretches began that were open, and of which the cluster says nothing in `period`.

    Such a one may have been ended with an instant before `period`.
    """
    known = {(event.node, event.start) for event in told}
    rows = touching(cluster, period).filter(ends_at__isnull=True, starts_at__lt=period.start)
    return next((row.starts_at for row in rows if (row.node, row.starts_at) not in known), None)


def as_events(rows: Iterable[NodeEvent]) -> list[Event]:
    """Rows as the library takes them."""
    return [
        Event(
            row.node,
            Condition(row.condition),
            row.state,
            row.reason,
            {Resource("core"): row.cores} | {Resource("gpu", kind): number for kind, number in row.gpus.items()},
            row.starts_at,
            row.ends_at,
        )
        for row in rows
    ]


def events(by: Actor) -> QuerySet[NodeEvent]:
    """All stretches in which a node was out of service, newest first."""
    rows = NodeEvent.objects.exclude(node="").order_by("-starts_at", "node")
    return rows if by.has(*READERS) else rows.none()


def out_now(by: Actor) -> QuerySet[NodeEvent]:
    """The nodes that are out of service, those that are down first, then by how long."""
    return events(by).filter(ends_at__isnull=True).order_by("condition", "starts_at", "node")


def in_month(by: Actor, month: Month) -> QuerySet[NodeEvent]:
    """The stretches of which some instant lies in a month, newest first."""
    period = month.period(settings.MADANG_ZONE)
    still = Q(ends_at__isnull=True) | Q(ends_at__gt=period.start)
    return events(by).filter(still, starts_at__lt=period.end)


def days(by: Actor, first: date, last: date) -> list[tuple[date, Use]]:
    """What was there on each day from `first` to `last` and what of it was used, by day and resource; two queries."""
    if not by.has(*READERS):
        return []
    rows = NodeDay.objects.filter(day__gte=first, day__lte=last).values("day", "unit", "kind").order_by()
    used = _used(first, last)
    found = {
        (row["day"], row["unit"], row["kind"]): Seconds(row["a"], row["b"], row["c"])
        for row in rows.annotate(a=Sum("installed"), b=Sum("down"), c=Sum("drained"))
    }
    # cores come after all types of GPUs
    order = sorted(found, key=lambda place: (place[0], place[1] == "core", place[2]))
    return [(day, Use(unit, kind, found[day, unit, kind], used[day, unit, kind])) for day, unit, kind in order]


def _used(first: date, last: date) -> dict[tuple[date, str, str], int]:
    rows = DayUse.objects.filter(day__gte=first, day__lte=last).order_by()
    found: dict[tuple[date, str, str], int] = defaultdict(int)
    for row in rows.values("day", "pool__unit", "pool__backend_type").annotate(n=Sum("seconds")):
        found[row["day"], row["pool__unit"], row["pool__backend_type"]] += row["n"]
    return found


def by_resource(rows: Iterable[tuple[date, Use]]) -> list[Use]:
    """The same added up over all days, GPUs by type before cores."""
    sums: dict[tuple[str, str], Use] = {}
    for _, use in rows:
        before = sums.get((use.unit, use.kind), Use(use.unit, use.kind, Seconds(), 0))
        sums[use.unit, use.kind] = Use(use.unit, use.kind, before.seconds + use.seconds, before.used + use.used)
    return sorted(sums.values(), key=lambda use: (use.unit == "core", use.kind))


def years(by: Actor) -> list[int]:
    """The calendar years with days of the series, the last first."""
    rows = NodeDay.objects.all() if by.has(*READERS) else NodeDay.objects.none()
    return [day.year for day in rows.dates("day", "year", order="DESC")]


def months() -> list[dict[str, Any]]:
    """Seconds installed, available and used by month and resource, for the public figures; four queries.

    Cores are left out where no pool of cores runs jobs: what goes with GPUs is metered as GPUs alone.
    """
    units = ["gpu", *Pool.objects.filter(unit="core", runs_jobs=True).values_list("unit", flat=True)[:1]]
    days = NodeDay.objects.filter(unit__in=units).values("day__year", "day__month", "unit", "kind").order_by()
    used: dict[tuple[int, int, str, str], int] = defaultdict(int)
    place = ("day__year", "day__month", "pool__unit", "pool__backend_type")
    since = NodeDay.objects.order_by("day").values_list("day", flat=True).first()
    uses = DayUse.objects.filter(day__gte=since) if since else DayUse.objects.none()
    for row in uses.values(*place).order_by().annotate(n=Sum("seconds")):
        used[row["day__year"], row["day__month"], row["pool__unit"], row["pool__backend_type"]] = row["n"]
    rows = days.annotate(a=Sum("installed"), b=Sum("down") + Sum("drained"))
    return [
        {
            "resource": row["kind"] or row["unit"],
            "unit": row["unit"],
            "month": f"{row['day__year']:04d}-{row['day__month']:02d}",
            "installed_seconds": row["a"],
            "available_seconds": row["a"] - row["b"],
            "used_seconds": used[row["day__year"], row["day__month"], row["unit"], row["kind"]],
        }
        for row in rows.order_by("day__year", "day__month", "-unit", "kind")
    ]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For the operator: nodes that are down."""
    down = out_now(by).filter(condition=Condition.DOWN).count() if by.has(Role.OPERATOR) else 0
    return [Task(gettext("Nodes that are down"), reverse("nodes"), down)] if down else []
