"""Reads issued statements and credit notes of some days as electronic tax invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Sum

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.billing import withdrawals
from madang.portal.billing.models import CreditNote, CreditNoteItem, Statement, StatementLine
from madang.portal.creditnotes.rules import NoteReason, NoteState, last_day
from madang.portal.people.models import Organisation
from madang.portal.taxinvoices import rules
from madang.portal.taxinvoices.models import TaxParty
from madang.portal.taxinvoices.rules import Invoice, Party, Sums, TaxKind

Kinds = dict[TaxKind, Sums]
_KEPT = ("representative", "address", "business_type", "business_item", "email")


def supplier() -> Party:
    """The centre itself, as its settings say."""
    return Party(**settings.MADANG_SUPPLIER)


def party(organisation: int) -> TaxParty | None:
    """What is kept of an organisation, for somebody who may see it."""
    return TaxParty.objects.filter(organisation=organisation).first()


def due(before: datetime) -> QuerySet[TaxParty]:
    """Particulars of organisations that got no statement since an instant; the drafts count as such."""
    recent = Statement.objects.filter(organisation=OuterRef("organisation")).exclude(issued_at__lt=before)
    return TaxParty.objects.filter(changed_at__lt=before).exclude(Exists(recent))


def invoices(by: Actor, first: date, last: date) -> list[Invoice]:
    """What was issued on these days, both counted, in order of numbers: for staff and auditors. Eight queries.

    Refused: "tax_days_wrong".
    """
    if last < first:
        raise Refused("tax_days_wrong", field="last")
    if not by.reads_everything:
        return []
    days = {"issued_at__gte": _midnight(first), "issued_at__lt": _midnight(last + timedelta(days=1))}
    statements = list(Statement.objects.filter(state="issued", **days).order_by("number"))
    notes = CreditNote.objects.filter(state=NoteState.ISSUED, **days).select_related("statement")
    listed = list(notes.order_by("year", "place"))
    buyers = _buyers({row.organisation_id for row in [*statements, *(note.statement for note in listed)]})
    sums = _sums(StatementLine.objects.filter(statement__in=[*statements, *(one.statement for one in listed)]))
    back = withdrawals.billed_before(row.pk for row in statements)
    found = [
        _of_statement(row, buyers[row.organisation_id], sums.get(row.pk, {}), back.get(row.pk)) for row in statements
    ]
    return [one for some in [*found, *_of_notes(listed, buyers, sums)] for one in some]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), settings.MADANG_ZONE)


def _buyers(wanted: Iterable[int]) -> dict[int, Party]:
    rows = Organisation.objects.filter(pk__in=list(wanted)).select_related("tax_party")
    return {row.pk: _buyer(row) for row in rows}


def _buyer(row: Organisation) -> Party:
    kept = getattr(row, "tax_party", None)
    given = {name: getattr(kept, name) for name in _KEPT} if kept else {}
    return Party(number=row.registration_number, name=row.name, organisation=row.pk, **given)


def _sums(rows: QuerySet[Any], of: str = "statement", line: str = "") -> dict[int, Kinds]:
    found: dict[int, Kinds] = defaultdict(lambda: defaultdict(Sums))
    by = (of, f"{line}tariff__vat")
    sums = rows.order_by().values(*by).annotate(supply_won=Sum("supply"), vat_won=Sum("vat"))
    for row, vat, supply, tax in sums.values_list(*by, "supply_won", "vat_won"):
        found[row][rules.kind_of(vat)] += Sums(supply, tax)
    return found


def _of_statement(row: Statement, buyer: Party, kinds: Kinds, back: Statement | None) -> list[Invoice]:
    given = {"number": row.number, "month": row.month, "written_on": last_day(row.month)}
    corrects = (back.number or "", last_day(back.month)) if back else None
    return rules.of_statement(**given, buyer=buyer, kinds=kinds, corrects=corrects)


def _of_notes(listed: list[CreditNote], buyers: dict[int, Party], billed: dict[int, Kinds]) -> list[list[Invoice]]:
    """The corrections in order; what earlier notes took off a statement is no part of what stood before."""
    statements = [one.statement_id for one in listed]
    every = CreditNote.objects.filter(statement__in=statements, state=NoteState.ISSUED).order_by("year", "place")
    off = _sums(CreditNoteItem.objects.filter(note__in=every), "note", "line__")
    left: dict[int, Kinds] = {pk: dict(billed.get(pk, {})) for pk in statements}
    wanted, found = {one.pk for one in listed}, []
    for note in every.select_related("statement"):
        row, before, taken = note.statement, dict(left[note.statement_id]), off.get(note.pk, {})
        left[row.pk] = {kind: sums - taken.get(kind, Sums()) for kind, sums in before.items()}
        if note.pk in wanted:
            days = {"written_on": note.written_on, "original_on": last_day(row.month)}
            names = {"number": note.number, "statement": row.number, "month": row.month}
            reason = NoteReason(note.reason)
            given = {"reason": reason, "buyer": buyers[row.organisation_id], "before": before, "off": taken}
            found.append(rules.of_note(**names, **days, **given))
    return found
