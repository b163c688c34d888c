"""Reads the receipts of a bank's file that was kept as it came."""

from __future__ import annotations

from datetime import date

from madang.portal.files import tables
from madang.portal.files.models import StoredFile
from madang.portal.receipts import bankfile
from madang.portal.receipts.models import Bank


def content_of(bank: Bank, stored: StoredFile, today: date) -> bankfile.Content:
    """The receipts and faults of a kept file; never inside a transaction. Refused as `bankfile.read`."""
    return bankfile.read(tables.cells(stored, bankfile.ROWS_AT_MOST + 1), bank.columns, today)
