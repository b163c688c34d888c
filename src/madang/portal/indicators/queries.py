"""Works the public figures out from the tables, and reads them as last worked out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.urls import reverse

from madang.portal.actors import Actor
from madang.portal.applications.models import Application, Ask
from madang.portal.awards.models import Award, AwardLine
from madang.portal.billing.models import Statement
from madang.portal.calls.models import Call, Track
from madang.portal.companies import queries as companies
from madang.portal.indicators.models import DayUse, FigureSet, ReportedFigure
from madang.portal.indicators.rules import Cell, Counts, funded_seconds, total
from madang.portal.people.models import Region
from madang.portal.resources.models import Pool, PoolMonth
from madang.values import Month, Period

_SUBMITTED = Q(in_force__isnull=False) & ~Q(state="withdrawn")
_BY = ("track", "organisation__region", "organisation__kind")


def _grouped(rows: QuerySet[Any], prefix: str, **measures: Any) -> dict[tuple[int, int, str], dict[str, int]]:
    keys = [f"{prefix}{name}" for name in _BY]
    return {tuple(row[key] for key in keys): row for row in rows.values(*keys).order_by().annotate(**measures)}


def cells() -> list[Cell]:
    """The counts by call, track, region and kind. Six queries, however many rows there are."""
    units = Sum(F("quantity") * F("product__units"))
    gpus = Q(product__pool__unit="gpu")
    published = Q(award__application__decision__published_at__isnull=False)
    submitted = Q(application__in_force__isnull=False) & ~Q(application__state="withdrawn")
    decided = Q(decision__published_at__isnull=False, decision__outcome="awarded")
    parts = {
        "applications": _grouped(Application.objects.filter(_SUBMITTED), "", n=Count("pk")),
        "awards": _grouped(Application.objects.filter(_SUBMITTED & decided), "", n=Count("pk")),
        "gpus_asked": _grouped(Ask.objects.filter(gpus & submitted), "application__", n=units),
        "gpus_given": _grouped(AwardLine.objects.filter(gpus & published), "award__application__", n=units),
    }
    tracks = {track.pk: track for track in Track.objects.select_related("call")}
    regions = {region.pk: region for region in Region.objects.all()}
    keys = sorted({key for part in parts.values() for key in part})
    nothing = {"n": 0}
    return [
        _cell(
            tracks[key[0]],
            regions,
            key[1],
            key[2],
            Counts(**{m: part.get(key, nothing)["n"] for m, part in parts.items()}),
        )
        for key in keys
    ]


def _cell(track: Track, regions: dict[int, Region], region: int, kind: str, counts: Counts) -> Cell:
    of_the_day, today = regions[region], regions[region]
    while today.successor_id:
        today = regions[today.successor_id]
    published = track.call.published_at
    if published and of_the_day.ends_on and published.astimezone(settings.MADANG_ZONE).date() >= of_the_day.ends_on:
        of_the_day = today
    return Cell(track.call.code, f"{track.call.code}/{track.code}", of_the_day.code, today.code, kind, counts)


def supported() -> dict[str, int]:
    """Projects whose agreement came into force, and their organisations."""
    rows = Award.objects.filter(in_force_at__isnull=False)
    found = rows.aggregate(projects=Count("pk"), organisations=Count("organisation", distinct=True))
    return {"projects": found["projects"], "organisations": found["organisations"]}


def use(now: datetime) -> list[dict[str, Any]]:
    """Seconds used and funded by pool and month, for pools with use; three queries."""
    used: dict[tuple[int, str], int] = defaultdict(int)
    for row in DayUse.objects.values("pool", "day__year", "day__month").order_by().annotate(n=Sum("seconds")):
        used[row["pool"], f"{row['day__year']:04d}-{row['day__month']:02d}"] += row["n"]
    pools = {pool.pk: pool for pool in Pool.objects.all()}
    this_month = str(Month.of(now, settings.MADANG_ZONE))
    capacity = PoolMonth.objects.filter(pool__in={pool for pool, _ in used}, month__lte=this_month)
    return [
        {
            "pool": pools[row.pool_id].code,
            "unit": pools[row.pool_id].unit,
            "month": row.month,
            "used_seconds": used[row.pool_id, row.month],
            "funded_seconds": _funded(row, pools[row.pool_id].grain, now),
        }
        for row in capacity.order_by("month", "pool")
    ]


def _funded(row: PoolMonth, grain: str, now: datetime) -> int:
    month = Month.parse(row.month).period(settings.MADANG_ZONE)
    passed = min(month.seconds, Period(month.start, max(now, month.start)).seconds)
    return funded_seconds(row.funded, grain, passed, month.seconds)


def value() -> list[dict[str, Any]]:
    """Reference price, amount due and their difference by month, over all statements."""
    rows = Statement.objects.values("month").order_by("month")
    sums = rows.annotate(reference_won=Sum("reference"), due_won=Sum("due"), subsidy_won=Sum("subsidy"))
    return [dict(row) for row in sums]


def reported() -> list[dict[str, Any]]:
    """What others reported, by call."""
    rows = ReportedFigure.objects.select_related("call").order_by("call__code", "measure", "kind")
    return [
        {
            "call": row.call.code,
            "measure": row.measure,
            "kind": row.kind,
            "number": row.number,
            "source": row.source,
            "reported_on": row.reported_on.isoformat(),
        }
        for row in rows
    ]


def worked_out(now: datetime) -> dict[str, Any]:
    """All figures now, as they are stored and served."""
    return {
        "demand": [cell.to_json() for cell in cells()],
        "supported": supported(),
        "use": use(now),
        "value": value(),
        "companies": asdict(companies.figures()),
        "reported": reported(),
    }


def latest() -> FigureSet | None:
    """The figures as last worked out."""
    return FigureSet.objects.order_by("-worked_out_at").first()


def labels() -> dict[str, dict[str, Any]]:
    """The rows that carry the names of calls, tracks, regions and pools, by code."""
    calls = {call.code: call for call in Call.objects.exclude(state="draft")}
    tracks = Track.objects.select_related("call").exclude(call__state="draft")
    return {
        "call": calls,
        "track": {f"{track.call.code}/{track.code}": track for track in tracks},
        "region": {region.code: region for region in Region.objects.all()},
        "pool": {pool.code: pool for pool in Pool.objects.all()},
    }


def outdated(now: datetime) -> QuerySet[FigureSet]:
    """Sets that a later one of the same day has replaced."""
    kept = FigureSet.objects.values("worked_out_at__date").order_by().annotate(last=Max("pk")).values("last")
    return FigureSet.objects.exclude(pk__in=kept).filter(worked_out_at__lt=now - timedelta(minutes=5))


def demand_of(figures: dict[str, Any], call: str = "") -> list[Cell]:
    """The stored cells, of one call if one is named."""
    found = [Cell.from_json(row) for row in figures["demand"]]
    return [cell for cell in found if not call or cell.call == call]


def front_panels(by: Actor, now: datetime) -> list[dict[str, Any]]:
    """The headline figures for the public's first page."""
    row = latest()
    if row is None:
        return []
    counts = total(demand_of(row.figures))
    return [
        {
            "template": "indicators/panel.html",
            "counts": counts,
            "supported": row.figures["supported"],
            "worked_out_at": row.worked_out_at,
            "url": reverse("figures"),
        }
    ]
