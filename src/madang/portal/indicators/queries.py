"""Reads the public figures as last worked out, the years that were frozen, and the names of what they are about."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import get_language

from madang.portal.actors import Actor
from madang.portal.aids import figures as aids
from madang.portal.bookings import figures as bookings
from madang.portal.calls.models import Call, Track
from madang.portal.coursework import figures as coursework
from madang.portal.energy import figures as energy
from madang.portal.expenses import figures as expenses
from madang.portal.indicators import costs, listing, sources
from madang.portal.indicators.models import FigureSet, YearFigures
from madang.portal.indicators.rules import Difference, Row, differences, of_year
from madang.portal.indicators.sentences import AWARDS, TABLES
from madang.portal.indicators.showing import headline
from madang.portal.nodes import queries as nodes
from madang.portal.people.models import Region
from madang.portal.resources import figures as capacity
from madang.portal.resources.models import Pool
from madang.portal.sanctions import figures as sanctions
from madang.portal.tenancies import figures as camp

Figures = dict[str, list[Row]]


def worked_out(now: datetime) -> Figures:
    """All tables now, as they are stored and served."""
    last = _last()
    earlier: Figures = defaultdict(list, last.figures if last else {})
    return {
        "demand": sources.demand(),
        "supported": sources.supported(),
        "capacity": capacity.by_month(),
        "use": sources.use(now),
        "availability": nodes.months(),
        "value": costs.value(),
        "cost": costs.by_month(now, earlier["cost"]),
        "expenditure": expenses.by_year(now),
        "energy": energy.by_month(earlier["energy"]),
        "waits": sources.waits(now, earlier["waits"]),
        "concentration": sources.concentration(),
        "ended": sources.ended(),
        "take_backs": sources.take_backs(now, earlier["take_backs"]),
        "sanctions": sanctions.by_year(now, earlier["sanctions"]),
        "conflicts": sources.conflicts(),
        "companies": sources.companies(),
        "training": sources.training(earlier["training"]),
        "coursework": coursework.by_year(now, earlier["coursework"]),
        "aid": aids.by_year(now, earlier["aid"]),
        "camp": camp.by_month(now, earlier["camp"]),
        "facilities": bookings.by_year(now, earlier["facilities"]),
        "outcomes": sources.outcomes(now, earlier["outcomes"]),
        "reported": sources.reported(),
    }


def latest() -> FigureSet | None:
    """The figures as last worked out; None where an earlier release did, which knew not all the tables."""
    row = _last()
    return row if row and set(TABLES) <= set(row.figures) else None


def _last() -> FigureSet | None:
    return FigureSet.objects.order_by("-worked_out_at").first()


def latest_at() -> datetime | None:
    """When figures were last worked out."""
    return FigureSet.objects.aggregate(last=Max("worked_out_at"))["last"]


def awards() -> list[Row]:
    """The public list of awards with their amounts, and the titles that may be published."""
    return listing.award_list()


def labels() -> dict[str, dict[str, Any]]:
    """The rows that carry the names of calls, tracks, regions and pools, by code."""
    named = ("code", "title_ko", "title_en")
    calls = {call.pk: call for call in Call.objects.exclude(state="draft").only(*named)}
    tracks = Track.objects.filter(call__in=calls).only("call_id", *named)
    for track in tracks:
        track.call = calls[track.call_id]
    return {
        "call": {call.code: call for call in calls.values()},
        "track": {f"{track.call.code}/{track.code}": track for track in tracks},
        "region": {region.code: region for region in Region.objects.all()},
        "pool": {pool.code: pool for pool in Pool.objects.all()},
    }


def outdated(now: datetime) -> QuerySet[FigureSet]:
    """Sets that a later one of the same day has replaced."""
    kept = FigureSet.objects.values("worked_out_at__date").order_by().annotate(last=Max("pk")).values("last")
    return FigureSet.objects.exclude(pk__in=kept).filter(worked_out_at__lt=now - timedelta(minutes=5))


def frozen_years() -> QuerySet[YearFigures]:
    """The years whose figures are frozen, the last first, for everybody."""
    return YearFigures.objects.select_related("approval__drafted_by", "approval__decided_by").order_by("-year")


def year_text(year: int, figures: Mapping[str, list[Row]]) -> str:
    """A year's rows of all tables as the one text that is frozen: members sorted, so that equal figures are equal."""
    found = of_year(with_awards(figures), year)
    return json.dumps({"year": year, "figures": found}, ensure_ascii=False, sort_keys=True, indent=1)


def with_awards(figures: Mapping[str, list[Row]]) -> Figures:
    """All tables and the list of awards as a release has it, without titles."""
    return {**figures, "awards": listing.award_list(titles=False)}


def changes(content: str) -> list[Difference]:
    """Where the tables, as last worked out, say something else than a frozen year's text."""
    frozen, last = json.loads(content), latest()
    now = of_year(with_awards(last.figures if last else {}), frozen["year"])
    return differences({**TABLES, "awards": AWARDS}, frozen["figures"], now)


def digest(content: str | bytes) -> str:
    """SHA-256 (hexadecimal) of a file, or of a text as UTF-8."""
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def years(figures: Mapping[str, list[Row]]) -> list[int]:
    """The calendar years that some row belongs to, the last first."""
    found = {int(row.get("year") or str(row.get("month", "0"))[:4]) for rows in figures.values() for row in rows}
    return sorted(found - {0}, reverse=True)


def this_year(now: datetime) -> int:
    """The centre's calendar year."""
    return now.astimezone(settings.MADANG_ZONE).year


def front_panels(by: Actor, now: datetime) -> list[dict[str, Any]]:
    """The headline figures for the public's first page."""
    row = latest()
    if row is None:
        return []
    return [
        {
            "template": "indicators/panel.html",
            "headline": headline(row.figures, "", get_language() or "ko")[:-1],
            "worked_out_at": row.worked_out_at,
            "url": reverse("figures"),
        }
    ]
