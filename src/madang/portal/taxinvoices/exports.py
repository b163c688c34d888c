"""The rows of electronic tax invoices as a spreadsheet and as comma-separated text, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.people.rules import registration_number
from madang.portal.taxinvoices.rules import Invoice, Party
from madang.portal.taxinvoices.sentences import KINDS

# what is asked for and not yet received; the other code is 01
CLAIMED = "02"


def table(supplier: Party, invoices: Iterable[Invoice]) -> list[list[sheets.Cell]]:
    """Headings and one row an invoice with one item; days as YYYYMMDD, numbers as ten digits, money in whole won."""
    parties = [
        *(_("Supplier: {field}").format(field=field) for field in _fields()),
        *(_("Buyer: {field}").format(field=field) for field in _fields()),
    ]
    headings: list[sheets.Cell] = [
        _("Kind code"), _("Kind of tax"), _("Date written (YYYYMMDD)"), *parties, _("Supply value (won)"),
        _("Tax (won)"), _("Remark"), _("Day of the item"), _("Item"), _("Supply value of the item (won)"),
        _("Tax of the item (won)"), _("Received 01 or claimed 02"), _("Reason code of the correction"),
        _("Number of the paper"),
    ]  # fmt: skip
    return [headings, *(_row(supplier, one) for one in invoices)]


def _fields() -> list[str]:
    return [
        _("registration number"), _("name"), _("representative"), _("address"), _("business type"), _("business item"),
        _("e-mail"),
    ]  # fmt: skip


def _row(supplier: Party, one: Invoice) -> list[sheets.Cell]:
    return [
        one.code,
        _(KINDS[one.kind]),
        f"{one.written_on:%Y%m%d}",
        *_party(supplier),
        *_party(one.buyer),
        one.sums.supply,
        one.sums.vat,
        remark(one),
        f"{one.written_on:%d}",
        _("Use of computing in {month}").format(month=one.month),
        one.sums.supply,
        one.sums.vat,
        CLAIMED,
        one.reason,
        one.paper,
    ]


def _party(party: Party) -> list[sheets.Cell]:
    number = registration_number(party.number)
    return [
        number, party.name, party.representative, party.address, party.business_type, party.business_item, party.email
    ]  # fmt: skip


def remark(one: Invoice) -> str:
    """What stands in the remark: the paper's number, and of a correction the day that the first invoice bears."""
    if not one.corrects:
        return one.paper
    words = _("{paper}, corrects {statement} written on {day}")
    return words.format(paper=one.paper, statement=one.corrects, day=f"{one.original_on:%Y-%m-%d}")


def as_csv(supplier: Party, invoices: Iterable[Invoice]) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(supplier, invoices))


def as_xlsx(supplier: Party, invoices: Iterable[Invoice]) -> bytes:
    """One sheet of the same rows."""
    return sheets.xlsx("tax-invoices", table(supplier, invoices))
