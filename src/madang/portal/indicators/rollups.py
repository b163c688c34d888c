"""Reads the ledger's movements from where the day totals stand."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Sum

from madang.accounting.ledger import Bucket
from madang.portal.indicators.models import RollUpCursor
from madang.portal.ledger.models import Movement


def use_after(movement: int, limit: int) -> tuple[int, list[tuple[Any, int, str, int]]]:
    """Movements into or out of `used` after one: (day, pool, owner, seconds), and the last that was looked at."""
    top = (
        Movement.objects.filter(pk__gt=movement)
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
        .aggregate(n=Max("pk"))
    )
    last = top["n"] or movement
    window = Movement.objects.filter(pk__gt=movement, pk__lte=last)
    found = []
    for column, sign in (("to_account", 1), ("from_account", -1)):
        rows = window.filter(**{f"{column}__bucket": Bucket.USED})
        values = rows.values("day", f"{column}__pool", f"{column}__owner").order_by().annotate(n=Sum("amount"))
        found += [(row["day"], row[f"{column}__pool"], row[f"{column}__owner"], sign * row["n"]) for row in values]
    return last, found


def cursor(name: str) -> int:
    """The last movement that was rolled up."""
    row = RollUpCursor.objects.filter(name=name).first()
    return row.movement if row else 0
