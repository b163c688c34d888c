"""Reads credit notes as far as the actor may see them, what is left of a statement, and what the book says of it."""

from __future__ import annotations

from collections.abc import Iterable
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
from madang.portal.ledger import monthly
from madang.portal.ledger import queries as books
from madang.portal.ledger.models import Adjustment
from madang.portal.resources.rules import Grain
from madang.portal.tasks import Task

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
    """Each line of use with what its issued credit notes have left of it; six queries."""
    issued = CreditNoteItem.objects.filter(note__statement=statement, note__state=NoteState.ISSUED)
    off: dict[int, list[Figures]] = {}
    for item in issued:
        off.setdefault(item.line_id, []).append(figures_of(item))
    found = [(line, figures_of(line) - total(off.get(line.pk, []))) for line in _of_use(statement)]
    beyond = _beyond(statement, found)
    return [LeftLine(line, left, min(left.quantity, beyond.get(line.pk, 0))) for line, left in found]


def _of_use(statement: Statement) -> list[StatementLine]:
    """The lines that price something: what an act withdrew is given back by its appeal alone."""
    return [line for line in lines(statement) if line.withdraws_id is None]


def _beyond(statement: Statement, found: Iterable[tuple[StatementLine, Figures]]) -> dict[int, int]:
    """Seconds that stand on lines by use and not in the book, laid on an award's lines of a pool, the last first.

    What came or was undone after its month was closed counts in its own month; what a later statement bills of the
    month counts as billed.
    """
    if not Adjustment.objects.filter(month=statement.month).exists():
        return {}
    own: dict[tuple[str, int], list[tuple[StatementLine, Figures]]] = {}
    for line, left in found:
        if line.award_id and line.product.grain == Grain.HOUR and f"{line.first_day:%Y-%m}" == statement.month:
            own.setdefault((f"award:{line.award_id}", line.product.pool_id), []).append((line, left))
    owners = [owner for owner, _pool in own]
    held, late = books.used_by_day(owners, statement.month), monthly.adjusted(owners, month=statement.month)
    later = _billed_later(statement)
    beyond: dict[int, int] = {}
    for place, rows in own.items():
        kept = sum(held.get(place, {}).values()) + sum(late.get(place, {}).values())
        over = sum(left.quantity for _line, left in rows) + later.get(place, 0) - kept
        for line, left in reversed(rows):
            beyond[line.pk] = max(0, min(over, left.quantity))
            over -= beyond[line.pk]
    return beyond


def _billed_later(statement: Statement) -> dict[tuple[str, int], int]:
    """Seconds of the statement's month that later statements of the organisation bill, less what was credited."""
    last = StatementLine.objects.filter(
        statement__organisation=statement.organisation_id,
        statement__month__gt=statement.month,
        first_day__range=(f"{statement.month}-01", last_day(statement.month)),
        product__grain=Grain.HOUR,
        award__isnull=False,
    )
    off = CreditNoteItem.objects.filter(line__in=last, note__state=NoteState.ISSUED)
    found: dict[tuple[str, int], int] = {}
    for rows, sign, place in ((last, 1, ""), (off, -1, "line__")):
        by = (f"{place}award", f"{place}product__pool")
        for award, pool, sum_ in rows.order_by().values(*by).annotate(sum=Sum("quantity")).values_list(*by, "sum"):
            found[f"award:{award}", pool] = found.get((f"award:{award}", pool), 0) + sign * sum_
    return found


def beyond_the_book() -> list[Statement]:
    """Issued statements that bill more seconds than the book holds by now; looks only at those with undone use."""
    undone = Adjustment.objects.filter(movement__from_account__bucket=Bucket.USED)
    found = []
    for month, owners in _by_month(undone.values_list("month", "movement__from_account__owner").distinct()).items():
        awards = [int(owner.partition(":")[2]) for owner in owners if owner.startswith("award:")]
        rows = Statement.objects.filter(month=month, state="issued", credited__lt=F("payable"))
        found += rows.filter(organisation__awards__in=awards).distinct().order_by("number")
    return [row for row in found if any(one.beyond for one in left_of(row))]


def _by_month(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for month, owner in sorted(pairs):
        found.setdefault(month, []).append(owner)
    return found


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
