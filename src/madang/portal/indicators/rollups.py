"""Reads the ledger's movements from where the day totals stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Max, Sum

from madang.accounting.ledger import Bucket
from madang.portal.indicators.models import DayUse, RollUpCursor
from madang.portal.ledger.models import LedgerAccount, Movement

AWARD = "award:"

# a day of the centre, a pool, an award
Place = tuple[date, int, int]


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


def totals_of(places: Collection[Place]) -> dict[Place, int]:
    """The seconds that stand in the day totals of these days and awards."""
    wanted = {"day__in": {day for day, _, _ in places}, "award__in": {award for _, _, award in places}}
    rows = DayUse.objects.filter(**wanted).values_list("day", "pool", "award", "seconds")
    return {(day, pool, award): seconds for day, pool, award, seconds in rows}


def passed_over() -> list[tuple[int, int]]:
    """(award, pool) whose day totals do not come to what their account says was used.

    Where several write at once a movement can become visible after one with a higher id, which the cursor then passed.
    """
    accounts = LedgerAccount.objects.filter(bucket=Bucket.USED, owner__startswith=AWARD).exclude(amount=0)
    used = {
        (int(owner.removeprefix(AWARD)), pool): amount
        for owner, pool, amount in accounts.values_list("owner", "pool", "amount")
    }
    totals = DayUse.objects.values("award", "pool").order_by().annotate(n=Sum("seconds"))
    rolled = {(row["award"], row["pool"]): row["n"] for row in totals}
    return sorted(place for place in used.keys() | rolled.keys() if used.get(place, 0) != rolled.get(place, 0))


def use_until(movement: int, award: int, pool: int) -> dict[date, int]:
    """Seconds used by day, of the movements up to one."""
    found: dict[date, int] = defaultdict(int)
    for column, sign in (("to_account", 1), ("from_account", -1)):
        place = {f"{column}__bucket": Bucket.USED, f"{column}__owner": f"{AWARD}{award}", f"{column}__pool": pool}
        rows = Movement.objects.filter(pk__lte=movement, **place).values("day").order_by().annotate(n=Sum("amount"))
        for row in rows:
            found[row["day"]] += sign * row["n"]
    return found
