"""A statement as a spreadsheet, as comma-separated text and as a PDF, in the reader's language, from the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from madang.portal import formats, sheets
from madang.portal.billing import papers
from madang.portal.billing.sentences import FAULTS
from madang.portal.people.rules import hyphenated
from madang.portal.templatetags.madang import in_language

HEADINGS = (
    gettext_noop("Award"),
    gettext_noop("Product"),
    gettext_noop("First day"),
    gettext_noop("Last day"),
    gettext_noop("Quantity"),
    gettext_noop("Counted in"),
    gettext_noop("Unit price (won)"),
    gettext_noop("Discounts and limits"),
    gettext_noop("Market reference price (won)"),
    gettext_noop("List price (won)"),
    gettext_noop("Discount (won)"),
    gettext_noop("Service credit (won)"),
    gettext_noop("Amount due (won)"),
    gettext_noop("Value of support (won)"),
    gettext_noop("VAT (won)"),
    gettext_noop("To pay (won)"),
    gettext_noop("Note"),
)
PRINTED = ("list_price", "discount", "credit", "due", "subsidy", "vat", "payable")
FIGURES = ("reference", "list_price", "discount", "credit", "due", "subsidy", "vat", "payable")


def counted_in(line: Any) -> str:
    """What a line's quantity counts, in words."""
    if line.product.grain == "month":
        return _("product-days")
    if line.product.pool.unit == "item":
        return _("seconds booked")
    return _("GPU-seconds") if line.product.pool.unit == "gpu" else _("core-seconds")


def whose(line: Any) -> str:
    """The number of the award, or the booking, that a line charges."""
    return line.award.number if line.award else _("Booking {n}").format(n=line.booking_id)


def table(statement: Any, lines: Sequence[Any]) -> list[list[sheets.Cell]]:
    """Headings, one row a line, and the totals; money and quantities are whole numbers."""
    rows = [[_(heading) for heading in HEADINGS], *(_row(line) for line in lines)]
    totals = [getattr(statement, name) for name in FIGURES]
    return [*rows, [_("Total"), *[""] * 7, *totals, ""]]


def _note(line: Any) -> str:
    """Why a line has no price, or that it is an adjustment of an earlier month."""
    if line.fault:
        return _(FAULTS[line.fault])
    if line.withdraws_id:
        return withdrawn(line)
    if not adjusts(line):
        return ""
    return _("Adjustment: use of an earlier month that came after it was closed")


def withdrawn(line: Any) -> str:
    """What a line says that takes back a discount, or gives it back after an appeal."""
    if not line.withdraws_id:
        return ""
    words = _("Back charge {act}: discount withdrawn") if line.due > 0 else _("Back charge {act} annulled: given back")
    return words.format(act=line.act)


def adjusts(line: Any) -> str:
    """The month that a line belongs to where it is billed in a later one; else nothing.

    A booking is billed when it is over, whenever it began.
    """
    month = f"{line.first_day:%Y-%m}"
    return "" if month == line.statement.month or line.booking_id else month


def _row(line: Any) -> list[sheets.Cell]:
    return [
        whose(line),
        in_language(line.product, "name"),
        line.first_day.isoformat(),
        line.last_day.isoformat(),
        line.quantity,
        counted_in(line),
        line.tariff.price if line.tariff else "",
        ", ".join(one["code"] for one in [*line.discounts, *line.limits, *line.credits]),
        *(getattr(line, name) if line.tariff else "" for name in FIGURES),
        _note(line),
    ]


def as_csv(statement: Any, lines: Sequence[Any], *, bom: bool) -> bytes:
    """UTF-8; with a byte order mark where asked for, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(statement, lines), bom=bom)


def as_xlsx(statement: Any, lines: Sequence[Any]) -> bytes:
    """One sheet: whose statement it is, then the table."""
    head: list[list[sheets.Cell]] = [
        [_("Statement of use"), statement.number or _("Draft")],
        [_("Organisation"), statement.organisation.name],
        [_("Month"), statement.month],
        [],
    ]
    return sheets.xlsx(statement.month, [*head, *table(statement, lines)], heading=len(head) + 1)


def as_pdf(statement: Any, lines: Sequence[Any]) -> bytes:
    """A tagged PDF with its fonts in it."""
    return papers.pdf(written(statement, lines))


def written(statement: Any, lines: Sequence[Any]) -> dict[str, Any]:
    """Everything that stands on the paper, as text."""
    language = get_language() or "ko"
    title = f"{_('Statement of use')} {statement.number or _('Draft')}"
    facts = [
        (_("Issuing body"), settings.MADANG_CENTRE_NAME[language]),
        (_("Organisation"), statement.organisation.name),
        (_("Business registration number"), hyphenated(statement.organisation.registration_number)),
        (_("Month"), statement.month),
    ]
    if statement.due_on:
        facts += [
            (_("Issued on"), formats.day_of(statement.issued_at, language, settings.MADANG_ZONE)),
            (_("To be paid by"), formats.day(statement.due_on, language)),
            (_("Pay to"), settings.MADANG_PAY_TO[language] or settings.MADANG_PAY_TO["ko"]),
        ]
    headings = [
        _("Award"), _("Product"), _("Days"), _("Quantity"), _("Unit price (won)"), _("List price (won)"),
        _("Discount (won)"), _("Service credit (won)"), _("Amount due (won)"), _("Value of support (won)"),
        _("VAT (won)"), _("To pay (won)"),
    ]  # fmt: skip
    return {
        "language": language,
        "title": title,
        "facts": [fact for fact in facts if fact[1]],
        "headings": headings,
        "rows": [_printed(line) for line in lines],
        "totals": [_("Total"), "", "", "", "", *(f"{getattr(statement, name):,}" for name in PRINTED)],
        "notes": [_("Supply value {supply}, VAT {vat}, to pay {payable}.").format(**_sums(statement, language))],
    }


def _sums(statement: Any, language: str) -> dict[str, str]:
    return {name: formats.won(getattr(statement, name), language) for name in ("supply", "vat", "payable")}


def _printed(line: Any) -> list[str]:
    days = f"{line.first_day} – {line.last_day}"
    late = adjusts(line)
    figures = [f"{getattr(line, name):,}" if line.tariff else "" for name in PRINTED]
    return [
        whose(line),
        in_language(line.product, "name"),
        f"{days} ({withdrawn(line) or _('Adjustment')})" if late else days,
        "" if line.withdraws_id else f"{line.quantity:,} {counted_in(line)}",
        f"{line.tariff.price:,}" if line.tariff else "",
        *figures,
    ]
