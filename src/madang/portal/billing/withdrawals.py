"""Reads discounts of issued lines: what is left of them, what acts withdrew, and which month bills that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, TruncMonth

from madang.accounting.pricing import Stacking
from madang.accounting.withdrawal import Discounted, repriced
from madang.portal.actors import Actor
from madang.portal.billing.models import BackCharge, CreditNoteItem, Statement, StatementLine, Support
from madang.portal.billing.rules import Holding, StatementState, WorkedLine
from madang.portal.creditnotes.rules import NoteState
from madang.portal.prices import queries as prices
from madang.values import Month

# the statement that gave support, the award (none: its bookings) and the pool: what funding sources share
Place = tuple[int, int | None, int]


def _discounted() -> QuerySet[StatementLine]:
    """Issued lines of use of whose discount something is left, in order of days.

    A credit note takes off its part of the discount; a price that it lowers adds none that could be withdrawn.
    """
    rows = StatementLine.objects.filter(statement__state=StatementState.ISSUED, withdraws__isnull=True)
    items = CreditNoteItem.objects.filter(line=OuterRef("pk"), note__state=NoteState.ISSUED).order_by().values("line")
    noted = Coalesce(Subquery(items.annotate(sum=Sum("discount")).values("sum")), 0)
    rows = rows.annotate(noted=noted, left=F("discount") - Coalesce(Sum("back_charges__amount"), 0))
    rows = rows.annotate(left=Case(When(noted__gt=0, then=F("left") - F("noted")), default=F("left")))
    return rows.filter(left__gt=0).order_by("first_day", "product__code", "pk")


def stands(lines: Iterable[int]) -> bool:
    """Discount of one of these lines is withdrawn and not given back."""
    rows = BackCharge.objects.filter(line__in=list(lines)).order_by().values("line")
    return rows.annotate(sum=Sum("amount")).filter(sum__gt=0).exists()


def lines(award: int, first_month: str, last_month: str, issued_until: datetime) -> list[Discounted]:
    """The lines of an award's use in these months, both counted, of whose discount something is left."""
    return _of_months(
        _discounted().filter(award=award, statement__issued_at__lte=issued_until), first_month, last_month
    )


def later(act: str, award: int, first_month: str, last_month: str, issued_after: datetime) -> list[Discounted]:
    """The same of statements that were issued since, but for lines of which this act withdrew something."""
    rows = _discounted().filter(award=award, statement__issued_at__gt=issued_after)
    return _of_months(rows.exclude(pk__in=BackCharge.objects.filter(act=act).values("line")), first_month, last_month)


def _of_months(rows: QuerySet[StatementLine], first_month: str, last_month: str) -> list[Discounted]:
    first, after = Month.parse(first_month), Month.parse(last_month).plus(1)
    rows = rows.filter(
        first_day__gte=date(first.year, first.number, 1), first_day__lt=date(after.year, after.number, 1)
    )
    found = rows.values_list("pk", "left", "statement", "award", "product__pool")
    return [Discounted(pk, tuple(place), left) for pk, left, *place in found]


def funded(places: Iterable[Place]) -> dict[Place, dict[int, int]]:
    """What each source still bears of each place, in won."""
    wanted = set(places)
    statements = {statement for statement, _, _ in wanted}
    found: dict[Place, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    rows = Support.objects.filter(statement__in=statements).order_by("pk")
    for *place, source, won in rows.values_list("statement", "award", "pool", "source", "amount"):
        found[place[0], place[1], place[2]][source] += won
    # what these statements bill for others is no part of what their own use bears
    for (*place, source), won in supported_less(statements).items():
        found[place[0], place[1], place[2]][source] += won
    back = BackCharge.objects.filter(line__statement__in=statements).order_by("pk")
    columns = ("line__statement", "line__award", "line__product__pool", "source", "amount")
    for *place, source, won in back.values_list(*columns):
        found[place[0], place[1], place[2]][source] -= won
    return {place: dict(by) for place, by in found.items() if place in wanted}


def months_of(by: Actor, organisation: int) -> list[tuple[str, date, int]]:
    """What is left of the discounts of each award of an organisation by month of use, for whoever finds something:
    award number, first day of the month, won.
    """
    if not by.reads_everything:
        return []
    sums: dict[tuple[str, date], int] = defaultdict(int)
    rows = _discounted().filter(award__organisation=organisation).annotate(of=TruncMonth("first_day"))
    for number, of, left in rows.values_list("award__number", "of", "left"):
        sums[number, of] += left
    return [(number, of, won) for (number, of), won in sorted(sums.items(), key=lambda one: one[0][::-1], reverse=True)]


def of_act(act: str) -> list[tuple[str, int]]:
    """What an act withdrew or gave back, by the month whose statement bills it."""
    rows = BackCharge.objects.filter(act=act).order_by("booked").values_list("booked")
    return list(rows.annotate(sum=Sum("amount")))


def booked_in(organisations: Iterable[int], month: Month) -> dict[int, list[WorkedLine]]:
    """The lines by which a month's statement bills what acts withdrew or gave back, by organisation."""
    rows = BackCharge.objects.filter(booked=str(month), line__award__organisation__in=list(organisations))
    sums = {(line, act): won for line, act, won in rows.values_list("line", "act").annotate(won=Sum("amount"))}
    billed = {row.pk: row for row in _billed(line for line, _ in sums)} if sums else {}
    found: dict[int, list[WorkedLine]] = defaultdict(list)
    for (line, act), won in sorted(sums.items()):
        if won:
            row = billed[line]
            found[row.award.organisation_id].append(_worked(row, act, won))
    return found


def _billed(lines: Iterable[int]) -> QuerySet[StatementLine]:
    rows = StatementLine.objects.filter(pk__in=list(lines))
    return rows.select_related("award__application__track", "product", "tariff__product")


def _worked(row: StatementLine, act: str, won: int) -> WorkedLine:
    tariff = prices.as_value(row.tariff)
    stacking = Stacking(row.award.application.track.stacking)
    holding = Holding(row.award_id, row.product_id, row.product.code, row.product.pool_id, {}, stacking)
    cost = repriced(tariff, won)
    return WorkedLine(holding, row.first_day, row.last_day, 0, tariff, (), cost, withdraws=row.pk, act=act)


def supported_less(statements: Iterable[int]) -> dict[tuple[int, int, int, int], int]:
    """What the lines that withdraw took off support by (statement that bills them, award, pool, source), in won; below
    nought where they gave it back.
    """
    billed = StatementLine.objects.filter(statement__in=list(statements), withdraws__isnull=False)
    places = {(award, month): pk for award, month, pk in billed.values_list("award", "statement__month", "statement")}
    if not places:
        return {}
    rows = BackCharge.objects.filter(booked__in={month for _, month in places})
    found: dict[tuple[int, int, int, int], int] = defaultdict(int)
    columns = ("line__award", "booked", "line__product__pool", "source", "amount")
    for award, month, pool, source, won in rows.values_list(*columns):
        if (award, month) in places:
            found[places[award, month], award, pool, source] += won
    return {place: won for place, won in found.items() if won}


def billed_before(statements: Iterable[int]) -> dict[int, Statement]:
    """For statements that give back what an act withdrew: the statement that had billed it, the last where several."""
    giving = StatementLine.objects.filter(statement__in=list(statements), withdraws__isnull=False, due__lt=0)
    back = {(line, act): pk for line, act, pk in giving.values_list("withdraws", "act", "statement")}
    if not back:
        return {}
    billed = StatementLine.objects.filter(act__in={act for _, act in back}, due__gt=0)
    rows = billed.select_related("statement").order_by("statement__month", "pk")
    return {back[row.withdraws_id, row.act]: row.statement for row in rows if (row.withdraws_id, row.act) in back}


def undone(months: Iterable[str]) -> dict[int, tuple[int, int]]:
    """Due and support of the lines of this kind, by statement of these months: no price or rule bears on them."""
    billed = StatementLine.objects.filter(statement__month__in=list(months), withdraws__isnull=False)
    sums = billed.values_list("statement").annotate(due_sum=Sum("due"), support=Sum("subsidy"))
    return {statement: (due, support) for statement, due, support in sums}
