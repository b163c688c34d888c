"""What statements come to, and an hour of a GPU: what was charged in a month over the hours of GPUs used in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, Sum

from madang.portal.billing.models import CreditNote, Statement, StatementLine
from madang.portal.creditnotes.rules import NoteState
from madang.portal.indicators.models import DayUse
from madang.portal.indicators.rules import Row
from madang.portal.outcomes.rules import shown
from madang.values import Month, divide_half_up

COLUMNS = {"reference": "cost_won", "due": "paid_won"}


def per_hour(gpus: Mapping[int, int], others: Mapping[int, int], used_seconds: int, least: int) -> int | None:
    """Won for one GPU-hour, half a won rounded up, of what each organisation was charged for GPUs; None if withheld.

    Charges in all are published by month, so that the rest, for `others` than GPUs, could be worked out too: it is
    told only where both sums may be.
    """
    rest = [abs(won) for won in others.values() if won]
    if rest and shown(rest, len(rest), least) is None:
        return None
    won = shown([*gpus.values()], len(gpus), least)
    return None if won is None else divide_half_up(won * 3600, used_seconds)


def by_month(now: datetime, earlier: list[Row]) -> list[Row]:
    """A row for each month that is over, whose statements are issued and in which GPUs were used.

    What is known of one (`earlier`) is kept. One query, and two more where a month may be new.
    """
    this_month, known = str(Month.of(now, settings.MADANG_ZONE)), {row["month"] for row in earlier}
    rows = Statement.objects.filter(month__lt=this_month).exclude(month__in=known).values("month").order_by("month")
    issued = rows.annotate(left=Count("pk", filter=~Q(state="issued"))).filter(left=0)
    used = _used(list(issued.values_list("month", flat=True)))
    charged = _charged([*used]) if used else {}
    found = [
        {"month": month}
        | {
            column: per_hour(
                charged[month, name, True], charged[month, name, False], seconds, settings.MADANG_SMALL_CELL
            )
            for name, column in COLUMNS.items()
        }
        for month, seconds in used.items()
    ]
    return sorted([*earlier, *found], key=lambda row: str(row["month"]))


def _charged(months: list[str]) -> dict[tuple[str, str, bool], dict[int, int]]:
    """Won by month, what is added up, whether for GPUs, and organisation; what acts withdrew is for no use of them."""
    found: dict[tuple[str, str, bool], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    of_gpus = Q(product__pool__unit="gpu", withdraws__isnull=True)
    rows = StatementLine.objects.filter(statement__month__in=months).order_by().annotate(of_gpus=of_gpus)
    place = ("statement__month", "of_gpus", "statement__organisation")
    sums = {f"{name}_sum": Sum(name) for name in COLUMNS}
    for month, gpus, organisation, *won in rows.values_list(*place).annotate(**sums):
        for name, one in zip(COLUMNS, won, strict=True):
            found[month, name, gpus][organisation] += one
    return found


def _used(months: list[str]) -> dict[str, int]:
    """GPU-seconds used in those of some months in which there were any, of all pools of GPUs."""
    if not months:
        return {}
    days = DayUse.objects.filter(pool__unit="gpu", day__gte=f"{months[0]}-01", seconds__gt=0).order_by()
    rows = days.values_list("day__year", "day__month").annotate(n=Sum("seconds"))
    found = {f"{year:04d}-{month:02d}": seconds for year, month, seconds in rows}
    return {month: found[month] for month in months if month in found}


def value() -> list[Row]:
    """Reference price, amount due and support by month, over all statements; credit notes count in their month."""
    rows = Statement.objects.values("month").order_by("month")
    sums = rows.annotate(reference_won=Sum("reference"), due_won=Sum("due"), subsidy_won=Sum("subsidy"))
    found = {row["month"]: dict(row) for row in sums}
    notes = CreditNote.objects.filter(state=NoteState.ISSUED).order_by().values("statement__month")
    for off in notes.annotate(reference_won=Sum("reference"), due_won=Sum("due"), subsidy_won=Sum("subsidy")):
        month = found[off["statement__month"]]
        month |= {name: month[name] - off[name] for name in ("reference_won", "due_won", "subsidy_won")}
    return list(found.values())
