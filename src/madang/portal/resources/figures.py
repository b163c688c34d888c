"""Capacity in public figures: what stands there, is funded, promised and still free, by pool and month."""

from __future__ import annotations

from typing import Any

from madang.portal.resources.models import PoolMonth
from madang.portal.resources.queries import set_aside
from madang.portal.resources.rules import PoolUnit


def by_month() -> list[dict[str, Any]]:
    """A row for each stored month of each pool that is awarded from, months to come too; three queries.

    Without what is set aside by decisions that are not published yet.
    """
    unpublished = set_aside()
    rows = PoolMonth.objects.exclude(pool__unit=PoolUnit.ITEM).select_related("pool")
    return [
        {
            "pool": row.pool.code,
            "unit": row.pool.unit,
            "month": row.month,
            "standing_units": row.physical,
            "funded_units": row.funded,
            "promised_units": promised,
            "free_units": row.funded - promised,
        }
        for row in rows.order_by("month", "pool__code")
        for promised in [row.committed - unpublished.get((row.pool_id, row.month), 0)]
    ]
