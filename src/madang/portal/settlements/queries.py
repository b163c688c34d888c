"""Reads what a fiscal year came to, by funding source and award, and whether that ties to the statements."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from madang.accounting.settlement import SourceYear
from madang.portal.actors import Actor
from madang.portal.aids.models import AidPayment
from madang.portal.aids.rules import AidKind
from madang.portal.billing.models import CreditNote, CreditNoteItem, Statement, StatementLine, Support
from madang.portal.billing.rules import StatementState
from madang.portal.creditnotes.rules import NoteState
from madang.portal.funding.models import FundingSource
from madang.portal.sanctions import queries as sanctions
from madang.portal.sanctions.models import Recovered
from madang.portal.sanctions.rules import SanctionAct
from madang.portal.settlements.models import Settlement, SettlementEntry

FORMAT = "madang-settlement 4"
# sums of lines; `credit` is what was taken off for waits beyond a promise, which is no support
_ASKED = ("reference", "due", "credit", "vat")
AID_ITEMS = {AidKind.LIVING.value: "aid", AidKind.WAGE.value: "wage_aid"}
ITEM_OF = {SanctionAct.RECOVERY.value: "recovered", SanctionAct.SURCHARGE.value: "surcharged"}


def settlements(by: Actor) -> QuerySet[Settlement]:
    """Settled years, the last first; nothing for others than staff and auditors."""
    rows = Settlement.objects.select_related("approval__drafted_by", "approval__decided_by").order_by("-year")
    return rows if by.reads_everything else rows.none()


def years(by: Actor) -> list[int]:
    """Years in which something was supported, entered or settled, the last first."""
    if not by.reads_everything:
        return []
    found: set[int] = set()
    for table in (Support, SettlementEntry, Settlement, Recovered, AidPayment):
        found |= set(table.objects.order_by().values_list("year", flat=True).distinct())
    return sorted(found, reverse=True)


def entries(by: Actor, year: int) -> QuerySet[SettlementEntry]:
    """What was entered into a year, oldest first, each with whether it was taken back."""
    rows = SettlementEntry.objects.select_related("source", "award", "entered_by").filter(year=year).order_by("pk")
    rows = rows.annotate(undone=Exists(SettlementEntry.objects.filter(reverses=OuterRef("pk"))))
    return rows if by.reads_everything else rows.none()


def drafts_left(year: int) -> int:
    """Statements of a year that are not issued."""
    return Statement.objects.filter(month__startswith=f"{year}-", state=StatementState.DRAFT).count()


def content(year: int) -> dict[str, Any]:
    """What a year comes to now, in a constant number of queries: sources with every item, and awards with support by
    source, in won; and aid by cohort, kind and source. What was received on statements is not among it: receipts go on
    coming after a year is settled. What was claimed back counts in the year in which it came in, a credit note in that
    in which it was issued.
    """
    issued = Statement.objects.filter(month__startswith=f"{year}-", state=StatementState.ISSUED)
    notes = CreditNote.objects.filter(year=year, state=NoteState.ISSUED)
    sources = {row.pk: row for row in FundingSource.objects.order_by("pk")}
    awards, disallowed = _awards(year), _entered(year, "award")
    return {
        "format": FORMAT,
        "year": year,
        "statements": _together(issued),
        "credit_notes": _together(notes),
        "sources": [_source(row, account) for row, account in _accounts(year, sources)],
        "awards": [
            {
                **award,
                "support_won": {sources[source].code: won for source, won in sorted(by_source.items())},
                "disallowed_won": sum(won for (_, one), won in disallowed.items() if one == award["award"]),
            }
            for award, by_source in awards
        ],
        "aid": _aid(year, sources),
    }


def _together(rows: QuerySet[Any]) -> dict[str, int]:
    columns = {"due": "due", "vat": "vat", "payable": "payable", "support": "subsidy"}
    sums = rows.aggregate(**{f"{name}_won": Sum(column) for name, column in columns.items()})
    return {"count": rows.count(), **{name: won or 0 for name, won in sums.items()}}


def _aid(year: int, sources: dict[int, FundingSource]) -> list[dict[str, Any]]:
    """Aid by cohort, kind and funding source, in one query."""
    by = ("aids__cohort__course__code", "aids__cohort__number", "aids__kind", "source")
    rows = AidPayment.objects.filter(year=year).order_by(*by).values_list(*by)
    return [
        {"kind": kind, "cohort": f"{code}-{cohort}", "source": sources[source].code, "paid_won": won}
        for code, cohort, kind, source, won in rows.annotate(sum=Sum("amount"))
    ]


def _source(row: FundingSource, account: SourceYear) -> dict[str, Any]:
    names = {"code": row.code, "name_ko": row.name_ko, "name_en": row.name_en, "kind": row.kind}
    figures = {f"{name}_won": won for name, won in vars(account).items()}
    return names | figures | {"left_won": account.left}


def _accounts(year: int, sources: dict[int, FundingSource]) -> list[tuple[FundingSource, SourceYear]]:
    items: dict[int, dict[str, int]] = defaultdict(dict)
    for (source, item), won in _entered(year, "item").items():
        items[source][item] = won
    rows = Support.objects.filter(year=year).order_by().values_list("source")
    for source, won in rows.annotate(sum=Sum("amount")):
        items[source]["support"] = won
    aid = AidPayment.objects.filter(year=year).order_by().values_list("source", "aids__kind")
    for source, kind, won in aid.annotate(sum=Sum("amount")):
        items[source][AID_ITEMS[kind]] = won
    for source, by_act in sanctions.received_in(year).items():
        items[source] |= {ITEM_OF[act]: won for act, won in by_act.items()}
    return [(sources[source], SourceYear(**items[source])) for source in sorted(items)]


def _entered(year: int, column: str) -> dict[tuple[int, Any], int]:
    """Sums of a year's entries by source and item, or by source and the number of the award that they name."""
    by = {"item": "item", "award": "award__number"}[column]
    rows = SettlementEntry.objects.filter(year=year).order_by().values_list("source", by)
    return {(source, key): won for source, key, won in rows.annotate(sum=Sum("amount")) if key is not None}


def _awards(year: int) -> list[tuple[dict[str, Any], dict[int, int]]]:
    """Each award with what it used and was asked for in the year, what credit notes of the year took off taken off,
    and its support by source; in three queries. An organisation's bookings stand after all awards, without a number.
    """
    by_award: dict[tuple[int | None, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    supports = Support.objects.filter(year=year).order_by().values_list("award", "statement__organisation", "source")
    for award, organisation, source, won in supports.annotate(sum=Sum("amount")):
        by_award[award, organisation][source] += won
    lines = StatementLine.objects.filter(statement__month__startswith=f"{year}-", statement__state="issued")
    items = CreditNoteItem.objects.filter(note__year=year, note__state=NoteState.ISSUED)
    found: dict[tuple[int | None, int], dict[str, Any]] = {}
    for rows, sign, place in ((lines, 1, ""), (items, -1, "line__")):
        by = {
            "pk": f"{place}award",
            "owner": f"{place}statement__organisation",
            "award": f"{place}award__number",
            "organisation": f"{place}statement__organisation__name",
        }
        for row in rows.order_by().values(*by.values()).annotate(**{name: Sum(name) for name in _ASKED}):
            names = {"award": row[by["award"]] or "", "organisation": row[by["organisation"]]}
            award = found.setdefault((row[by["pk"]], row[by["owner"]]), names)
            award |= {f"{name}_won": award.get(f"{name}_won", 0) + sign * row[name] for name in _ASKED}
    ordered = sorted(found.items(), key=lambda one: (not one[1]["award"], one[1]["award"], one[1]["organisation"]))
    return [(award, by_award.get(place, {})) for place, award in ordered]


def received(year: int) -> int:
    """Won received so far on a year's issued statements."""
    issued = Statement.objects.filter(month__startswith=f"{year}-", state=StatementState.ISSUED)
    return issued.aggregate(sum=Sum("received__amount"))["sum"] or 0


def differences(found: dict[str, Any]) -> list[str]:
    """Awards, or organisations with their bookings, whose divided support is not what their statements say; empty, or
    something is wrong with the tables.
    """
    return [
        one["award"] or one["organisation"]
        for one in found["awards"]
        if sum(one["support_won"].values()) != one["reference_won"] - one["due_won"] - one["credit_won"]
    ]


def written(found: dict[str, Any]) -> str:
    """The one text of a year's content, of which the SHA-256 is taken."""
    return json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_books() -> list[str]:
    """Statements whose support, less that of their credit notes, is not what was divided, by number; for the doctor."""
    divided = dict(Support.objects.order_by().values_list("statement").annotate(sum=Sum("amount")))
    notes = CreditNote.objects.filter(state=NoteState.ISSUED).order_by().values_list("statement")
    off = dict(notes.annotate(sum=Sum("subsidy")))
    rows = Statement.objects.filter(state=StatementState.ISSUED).values_list("pk", "number", "subsidy")
    return sorted(number for pk, number, subsidy in rows if divided.get(pk, 0) != subsidy - off.get(pk, 0))
