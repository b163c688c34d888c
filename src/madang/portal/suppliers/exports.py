"""What is owed to a supplier as PDF, spreadsheet and comma-separated text, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.portal import formats, sheets
from madang.portal.billing import papers
from madang.portal.suppliers.sentences import KINDS


def table(row: Any) -> list[list[sheets.Cell]]:
    """Headings, one row a contract, and the total; seconds and won are whole numbers."""
    headings: list[sheets.Cell] = [
        _("Supplier"), _("Month"), _("Pool"), _("Paid for"), _("Quantity"), _("Counted in"), _("Unit price (won)"),
        _("Owed without VAT (won)"), _("The contract's document"),
    ]  # fmt: skip
    lines = [_line(row, line) for line in row.lines.all()]
    return [headings, *lines, [_("Total"), *[""] * 6, row.amount, ""]]


def counted_in(line: Any) -> str:
    """What a line's quantity counts, in words."""
    if line.contract.kind == "kept":
        return _("units")
    return _("GPU-seconds") if line.contract.pool.unit == "gpu" else _("core-seconds")


def _line(row: Any, line: Any) -> list[sheets.Cell]:
    contract = line.contract
    what = [contract.pool.code, _(KINDS[contract.kind]), line.quantity, counted_in(line), contract.price]
    return [row.supplier.name, row.month, *what, line.amount, contract.document]


def as_csv(row: Any) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(row))


def as_xlsx(row: Any) -> bytes:
    """One sheet of the same rows."""
    return sheets.xlsx(row.month, table(row))


def as_pdf(row: Any) -> bytes:
    """A tagged PDF with its fonts in it."""
    return papers.pdf(written(row))


def written(row: Any) -> dict[str, Any]:
    """Everything that stands on the paper, as text; a draft says that it is one."""
    language = get_language() or "ko"
    facts = [
        (_("Issuing body"), settings.MADANG_CENTRE_NAME[language]),
        (_("Supplier"), row.supplier.name),
        (_("Month"), row.month),
        (
            _("Day of agreement"),
            formats.day_of(row.agreed_at, language, settings.MADANG_ZONE) if row.agreed_at else _("Draft"),
        ),
    ]
    return {
        "language": language,
        "title": f"{_('Owed to a supplier')} {row.supplier.name} {row.month}",
        "facts": facts,
        "headings": [
            _("Pool"), _("Paid for"), _("The contract's document"), _("Quantity"), _("Unit price (won)"),
            _("Owed without VAT (won)"),
        ],
        "rows": [_printed(line) for line in row.lines.all()],
        "totals": [_("Total"), "", "", "", "", f"{row.amount:,}"],
        "notes": [_("Won without VAT; each line is rounded once.")],
    }  # fmt: skip


def _printed(line: Any) -> list[str]:
    contract = line.contract
    quantity = f"{line.quantity:,} {counted_in(line)}"
    what = [contract.pool.code, _(KINDS[contract.kind]), contract.document, quantity]
    return [*what, f"{contract.price:,}", f"{line.amount:,}"]
