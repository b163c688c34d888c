"""Reads who funds what: for the body's staff and auditors, and for the statements that rest on it."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from madang.portal.actors import Actor
from madang.portal.funding.models import Funding, FundingPart, FundingSource
from madang.portal.resources.models import Pool


def sources(by: Actor) -> QuerySet[FundingSource]:
    """Every source in the order in which they were noted; nothing for others than staff and auditors."""
    rows = FundingSource.objects.order_by("pk")
    return rows if by.reads_everything else rows.none()


def source_ids(codes: list[str]) -> dict[str, int]:
    """Ids of the sources of these codes, as far as they are known."""
    return dict(FundingSource.objects.filter(code__in=codes).values_list("code", "pk"))


def pools(by: Actor) -> QuerySet[Pool]:
    """Every pool with its `fundings`, the first month first, in three queries; nothing but for staff and auditors."""
    parts = FundingPart.objects.select_related("source").order_by("source")
    rows = Funding.objects.select_related("set_by").prefetch_related(Prefetch("parts", parts)).order_by("first_month")
    found = Pool.objects.prefetch_related(Prefetch("fundings", rows)).order_by("code")
    return found if by.reads_everything else found.none()


def parts_in(month: str) -> dict[int, list[tuple[int, int]]]:
    """Of each pool that somebody is named for in a month: the (source, permille) of those who fund it."""
    rows = FundingPart.objects.filter(funding__first_month__lte=month).order_by("funding__first_month", "source")
    found: dict[int, tuple[int, list[tuple[int, int]]]] = {}
    for pool, funding, source, permille in rows.values_list("funding__pool", "funding", "source", "permille"):
        if pool not in found or found[pool][0] != funding:
            found[pool] = (funding, [])
        found[pool][1].append((source, permille))
    return {pool: parts for pool, (_funding, parts) in found.items()}
