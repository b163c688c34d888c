"""Reads credit notes as far as the actor may see them, what is left of a statement, and what the book says of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Prefetch, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext

from madang.accounting.ledger import Bucket
from madang.portal.actors import Actor, Role
from madang.portal.billing import withdrawals
from madang.portal.billing.models import CreditNote, CreditNoteItem, Statement, StatementLine, Support
from madang.portal.billing.queries import lines
from madang.portal.creditnotes.rules import Figures, NoteState, figures_of, last_day, total
from madang.portal.ledger import queries as books
from madang.portal.ledger.models import Adjustment
from madang.portal.resources.rules import Grain
from madang.portal.tasks import Task

# an award, a pool and a month of use
Place = tuple[int, int, str]
_SUMMED = tuple(Figures.__dataclass_fields__)


@dataclass(frozen=True)
class LeftLine:
    """A line of an issued statement, what is left of it, and how much of that the book does not hold (any more)."""

    line: StatementLine
    left: Figures
    beyond: int


def notes(by: Actor) -> QuerySet[CreditNote]:
    """Credit notes, the newest first: every one for staff and auditors, issued ones of one's own organisations."""
    rows = CreditNote.objects.select_related("statement__organisation", "drafted_by").order_by("-pk")
    if by.reads_everything:
        return rows
    return rows.filter(state=NoteState.ISSUED, statement__organisation__in=by.memberships)


def items(note: CreditNote) -> list[CreditNoteItem]:
    """What a note takes off, with the lines, for somebody who may see the note."""
    rows = CreditNoteItem.objects.filter(note=note).select_related("line__award", "line__product__pool", "line__tariff")
    return list(rows.order_by("line__award", "line__product__code", "line__first_day"))


def left_of(statement: Statement) -> list[LeftLine]:
    """Each line of use of a statement with what its issued credit notes have left of it."""
    return _left_of([statement])[statement.pk]


def _left_of(statements: Sequence[Statement]) -> dict[int, list[LeftLine]]:
    """The same of each of several statements, by row id; six queries however many they are."""
    off: dict[int, list[Figures]] = defaultdict(list)
    for item in CreditNoteItem.objects.filter(note__statement__in=statements, note__state=NoteState.ISSUED):
        off[item.line_id].append(figures_of(item))
    left = {line: figures_of(line) - total(off[line.pk]) for line in _of_use(statements)}
    beyond = _beyond(left)
    found: dict[int, list[LeftLine]] = {one.pk: [] for one in statements}
    for line, figures in left.items():
        found[line.statement_id].append(LeftLine(line, figures, min(figures.quantity, beyond.get(line.pk, 0))))
    return found


def _of_use(statements: Sequence[Statement]) -> list[StatementLine]:
    """The lines that price something: what an act withdrew is given back by its appeal alone."""
    return [line for line in lines(*statements) if line.withdraws_id is None]


def _beyond(left: Mapping[StatementLine, Figures]) -> dict[int, int]:
    """Seconds that stand on lines by use and not in the book, laid on an award's lines of a pool, the last first.

    What came or was undone after its month was closed counts in its own month; what a later statement bills of the
    month counts as billed.
    """
    own: dict[Place, list[tuple[StatementLine, Figures]]] = defaultdict(list)
    for line, figures in left.items():
        hourly = line.award_id is not None and line.product.grain == Grain.HOUR
        if hourly and f"{line.first_day:%Y-%m}" == line.statement.month:
            own[line.award_id, line.product.pool_id, line.statement.month].append((line, figures))
    months = {month for _award, _pool, month in own}
    if not Adjustment.objects.filter(month__in=months).exists():
        return {}
    kept = books.used_by_month([f"award:{award}" for award, _pool, _month in own], months)
    later = _billed_later({award for award, _pool, _month in own}, months)
    beyond: dict[int, int] = {}
    for (award, pool, month), rows in own.items():
        billed = sum(figures.quantity for _line, figures in rows) + later[award, pool, month]
        over = billed - kept.get((f"award:{award}", pool), {}).get(month, 0)
        for line, figures in reversed(rows):
            beyond[line.pk] = max(0, min(over, figures.quantity))
            over -= beyond[line.pk]
    return beyond


def _billed_later(awards: Collection[int], months: Collection[str]) -> Counter[Place]:
    """Seconds of some months that later statements bill of these awards, less what was credited of them."""
    last = StatementLine.objects.filter(
        award__in=awards,
        first_day__range=(f"{min(months)}-01", last_day(max(months))),
        product__grain=Grain.HOUR,
    )
    off = CreditNoteItem.objects.filter(line__in=last, note__state=NoteState.ISSUED)
    found: Counter[Place] = Counter()
    for rows, sign, place in ((last, 1, ""), (off, -1, "line__")):
        by = [f"{place}{name}" for name in ("award", "product__pool", "first_day", "statement__month")]
        sums = rows.order_by().values(*by).annotate(sum=Sum("quantity")).values_list(*by, "sum")
        for award, pool, day, billed, sum_ in sums:
            if f"{day:%Y-%m}" < billed:
                found[award, pool, f"{day:%Y-%m}"] += sign * sum_
    return found


def beyond_the_book() -> list[Statement]:
    """Issued statements that bill more seconds than the book holds by now; looks only at those with undone use.

    Seven queries, however many years those statements come to.
    """
    undone = Adjustment.objects.filter(movement__from_account__bucket=Bucket.USED)
    pairs = list(undone.values_list("month", "movement__from_account__owner").distinct())
    awards = [int(owner.partition(":")[2]) for _month, owner in pairs if owner.startswith("award:")]
    asked = Statement.objects.filter(month__in={month for month, _owner in pairs}, organisation__awards__in=awards)
    rows = list(asked.filter(state="issued", credited__lt=F("payable")).distinct().order_by("number")) if pairs else []
    left = _left_of(rows) if rows else {}
    return [row for row in rows if any(one.beyond for one in left[row.pk])]


def supported(statement: Statement) -> dict[tuple[int | None, int], dict[int, int]]:
    """What each source gives by (award, pool) for the use of a statement, its credit notes counted in."""
    found: dict[tuple[int | None, int], dict[int, int]] = {}
    rows = Support.objects.filter(statement=statement).order_by().values_list("award", "pool", "source")
    for award, pool, source, won in rows.annotate(sum=Sum("amount")):
        found.setdefault((award, pool), {})[source] = won
    for (_statement, award, pool, source), won in withdrawals.supported_less([statement.pk]).items():
        by = found.setdefault((award, pool), {})
        by[source] = by.get(source, 0) + won
    return found


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: statements that bill more than the book holds."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    count = len(beyond_the_book())
    return (
        [Task(gettext("Statements that bill more than the book holds"), reverse("credit-notes"), count)]
        if count
        else []
    )


def check_books() -> list[str]:
    """Credit notes and statements that do not agree with each other, by number; empty, or something is wrong."""
    wrong = []
    with_items = Prefetch("items", CreditNoteItem.objects.select_related("line"))
    credited: dict[int, int] = {}
    off: dict[StatementLine, list[Figures]] = {}
    for note in CreditNote.objects.filter(state=NoteState.ISSUED).prefetch_related(with_items):
        parts = [(item.line, figures_of(item)) for item in note.items.all()]
        sums = total(figures for _line, figures in parts)
        if any(getattr(sums, name) != getattr(note, name) for name in _SUMMED if name != "quantity"):
            wrong.append(note.number)
        credited[note.statement_id] = credited.get(note.statement_id, 0) + note.payable
        for line, figures in parts:
            off.setdefault(line, []).append(figures)
    for line, taken in off.items():
        if any(getattr(figures_of(line) - total(taken), name) < 0 for name in ("quantity", "supply", "vat", "due")):
            wrong.append(f"line {line.pk}")
    stands = dict(Statement.objects.exclude(credited=0).values_list("pk", "credited"))
    return sorted(wrong + [f"statement {pk}" for pk in stands.keys() | credited if stands.get(pk) != credited.get(pk)])
