"""Reads the book by month and source: which months are closed, what came late for them, what was used from where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, Sum

from madang.accounting.ledger import TRANSFERS, Bucket, Kind
from madang.portal.ledger.models import AccountingMonth, Adjustment, Movement
from madang.portal.ledger.rules import Fault

# an owner's name ("award:17") says nothing about who may see it: the domain of the owner decides before it asks here
Place = tuple[str, int]


def accounting_months() -> dict[str, AccountingMonth]:
    """The months of the books that anything was said of, the last first."""
    return {row.month: row for row in AccountingMonth.objects.order_by("-month")}


def adjustments(month: str) -> list[Adjustment]:
    """What came for a month after it was closed, with its rows, oldest first."""
    rows = Adjustment.objects.filter(month=month).order_by("pk")
    return list(rows.select_related("movement__to_account__pool", "movement__from_account"))


def adjusted(owners: Iterable[str], **of: str) -> dict[Place, dict[date, int]]:
    """Seconds used by day that came for a closed month, less what was undone; `month` or `booked` says of which."""
    found: dict[Place, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    # Almost always there are none, and then the book is not looked into.
    if not Adjustment.objects.filter(**of).exists():
        return {}
    wanted = set(owners)
    for side, sign in (("movement__to_account", 1), ("movement__from_account", -1)):
        rows = Adjustment.objects.filter(**of, **{f"{side}__bucket": Bucket.USED})
        place = (f"{side}__owner", f"{side}__pool", "movement__day")
        for owner, pool, day, amount in (
            rows.values(*place).annotate(sum=Sum("movement__amount")).values_list(*place, "sum")
        ):
            if owner in wanted:
                found[owner, pool][day] += sign * amount
    return {place: {day: amount for day, amount in days.items() if amount} for place, days in found.items()}


def used_by_source(month: str) -> dict[tuple[str, str, str], int]:
    """Seconds used in a month by source, owner and unit of the pool, reversals taken off; nothing that came to 0."""
    used: dict[tuple[str, str, str], int] = defaultdict(int)
    for side, sign in (("to_account", 1), ("from_account", -1)):
        place = ("source", f"{side}__owner", f"{side}__pool__unit")
        rows = Movement.objects.filter(**{f"{side}__bucket": Bucket.USED, "month": month})
        for *where, amount in rows.values(*place).annotate(sum=Sum("amount")).order_by().values_list(*place, "sum"):
            used[where[0], where[1], where[2]] += sign * amount
    return {place: amount for place, amount in used.items() if amount}


def standing(source: str, key: str) -> list[Movement]:
    """The movements of a charge that stand: not undone; none where it is not in the book."""
    rows = Movement.objects.filter(source=source, source_key__in=[key, f"{key}+1", f"{key}+2"])
    return list(rows.filter(reversed_by__isnull=True).select_related("to_account").order_by("pk"))


def unpaired() -> list[Fault]:
    """Transfers that do not have one movement out and one in."""
    sides = {"out": Count("pk", filter=Q(kind=Kind.TRANSFER_OUT)), "into": Count("pk", filter=Q(kind=Kind.TRANSFER_IN))}
    rows = Movement.objects.filter(kind__in=TRANSFERS).values("subject").annotate(**sides).order_by("subject")
    odd = [row for row in rows if (row["out"], row["into"]) != (1, 1)]
    return [Fault("transfer_sides_differ", row["subject"], row["out"], row["into"]) for row in odd]


def used_from(sources: Iterable[str]) -> dict[Place, dict[date, int]]:
    """Seconds used by day that came from some sources, by source and pool; reversals are taken off."""
    used: dict[Place, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    posted = Movement.objects.filter(source__in=list(sources), to_account__bucket=Bucket.USED)
    for rows, sign in ((posted, 1), (posted.filter(reversed_by__isnull=False), -1)):
        by = ("source", "to_account__pool", "day")
        for source, pool, day, amount in rows.values(*by).annotate(sum=Sum("amount")).values_list(*by, "sum"):
            used[source, pool][day] += sign * amount
    return {place: dict(days) for place, days in used.items()}
