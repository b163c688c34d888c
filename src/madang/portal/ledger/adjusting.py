"""Books what comes for a month that is closed in the first later month that is not, beside the rows of the book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import F

from madang.portal.ledger.models import AccountingMonth, Adjustment, Movement
from madang.values import Month

PARTS = ("", "+1", "+2")
AT_ONCE = 300


def note(months: Iterable[str], keys: Sequence[tuple[str, str]]) -> None:
    """Of the charges under these (source, key) of these months, those of closed months are booked later."""
    later = {month: _first_open_after(month) for month in _closed(sorted(set(months)))}
    if not later:
        return
    by_source: dict[str, list[str]] = {}
    for source, key in keys:
        by_source.setdefault(source, []).extend(key + part for part in PARTS)
    for source, listed in by_source.items():
        for start in range(0, len(listed), AT_ONCE):
            moved = Movement.objects.filter(source=source, source_key__in=listed[start : start + AT_ONCE])
            found = moved.filter(month__in=later).values_list("pk", "month")
            Adjustment.objects.bulk_create(
                [Adjustment(movement_id=pk, month=month, booked=later[month]) for pk, month in found]
            )


def _closed(months: list[str]) -> list[str]:
    """The closed ones of these months; all are ours until the transaction ends, so that nobody closes one meanwhile."""
    rows = AccountingMonth.objects.filter(month__in=months)
    if rows.update(version=F("version")) < len(months):
        AccountingMonth.objects.bulk_create([AccountingMonth(month=month) for month in months], ignore_conflicts=True)
        rows.update(version=F("version"))
    return list(rows.filter(closed_at__isnull=False).values_list("month", flat=True))


def _first_open_after(month: str) -> str:
    found = Month.parse(month).plus(1)
    while _closed([str(found)]):
        found = found.plus(1)
    return str(found)
