"""A credit note as spreadsheet, comma-separated text and PDF, in the reader's language, from the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.portal import formats, sheets
from madang.portal.billing import papers
from madang.portal.billing.exports import counted_in, whose
from madang.portal.creditnotes.sentences import REASONS
from madang.portal.people.rules import hyphenated
from madang.portal.templatetags.madang import in_language

FIGURES = ("reference", "list_price", "discount", "credit", "due", "subsidy", "supply", "vat", "payable")
PRINTED = ("list_price", "discount", "credit", "due", "subsidy", "vat", "payable")


def table(note: Any, items: Sequence[Any]) -> list[list[sheets.Cell]]:
    """Headings, one row an item, and the totals: whole numbers, each what is taken off."""
    headings = [
        _("Award"), _("Product"), _("First day"), _("Last day"), _("Quantity"), _("Counted in"),
        _("Market reference price (won)"), _("List price (won)"), _("Discount (won)"), _("Service credit (won)"),
        _("Amount due (won)"), _("Value of support (won)"), _("Supply value (won)"), _("VAT (won)"),
        _("Taken off (won)"),
    ]  # fmt: skip
    return [headings, *(_row(item) for item in items), [_("Total"), *[""] * 5, *_figures(note)]]


def _row(item: Any) -> list[sheets.Cell]:
    line = item.line
    days = line.first_day.isoformat(), line.last_day.isoformat()
    return [
        whose(line), in_language(line.product, "name"), *days, item.quantity, counted_in(line), *_figures(item)
    ]  # fmt: skip


def _figures(row: Any) -> list[int]:
    return [getattr(row, name) for name in FIGURES]


def as_csv(note: Any, items: Sequence[Any]) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(note, items))


def as_xlsx(note: Any, items: Sequence[Any]) -> bytes:
    """One sheet: whose credit note it is and what it corrects, then the table."""
    head: list[list[sheets.Cell]] = [
        list(fact) for fact in [(_("Credit note"), note.number or _("Draft")), *_facts(note)]
    ]
    return sheets.xlsx(note.number or _("Draft"), [*head, [], *table(note, items)], heading=len(head) + 2)


def as_pdf(note: Any, items: Sequence[Any]) -> bytes:
    """A tagged PDF with its fonts in it."""
    return papers.pdf(written(note, items))


def _facts(note: Any) -> list[tuple[str, str]]:
    language, statement = get_language() or "ko", note.statement
    facts = [
        (_("Issuing body"), settings.MADANG_CENTRE_NAME[language]),
        (_("Organisation"), statement.organisation.name),
        (_("Business registration number"), hyphenated(statement.organisation.registration_number)),
        (_("Corrects statement"), f"{statement.number} ({statement.month})"),
        (_("Reason"), _(REASONS[note.reason])),
        (_("What is corrected"), note.text),
    ]
    if note.issued_at:
        facts += [
            (_("Issued on"), formats.day_of(note.issued_at, language, settings.MADANG_ZONE)),
            (_("Date written"), formats.day(note.written_on, language)),
        ]
    return facts


def written(note: Any, items: Sequence[Any]) -> dict[str, Any]:
    """Everything that stands on the paper, as text."""
    language = get_language() or "ko"
    headings = [
        _("Award"), _("Product"), _("Days"), _("Quantity"), _("List price (won)"), _("Discount (won)"),
        _("Service credit (won)"), _("Amount due (won)"), _("Value of support (won)"), _("VAT (won)"),
        _("Taken off (won)"),
    ]  # fmt: skip
    sums = {name: formats.won(getattr(note, name), language) for name in ("supply", "vat", "payable")}
    return {
        "language": language,
        "title": f"{_('Credit note')} {note.number or _('Draft')}",
        "facts": _facts(note),
        "headings": headings,
        "rows": [_printed(item) for item in items],
        "totals": [_("Total"), "", "", "", *_won(note)],
        "notes": [_("Taken off: supply value {supply}, VAT {vat}, in all {payable}.").format(**sums)],
    }


def _printed(item: Any) -> list[str]:
    line = item.line
    quantity = f"{item.quantity:,} {counted_in(line)}" if item.quantity else "–"
    days = f"{line.first_day} – {line.last_day}"
    return [whose(line), in_language(line.product, "name"), days, quantity, *_won(item)]


def _won(row: Any) -> list[str]:
    return [f"{getattr(row, name):,}" for name in PRINTED]
