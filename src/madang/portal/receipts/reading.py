"""Reads a bank's file as it was kept: to look at it first, and to store its receipts."""

from __future__ import annotations

from datetime import date

from madang.portal.files import tables
from madang.portal.files.models import StoredFile
from madang.portal.receipts import bankfile
from madang.portal.receipts.models import Bank


def content_of(bank: Bank, stored: StoredFile, today: date) -> bankfile.Content:
    """The receipts and faults of a kept file; never inside a transaction. Refused as `bankfile.read`, `tables.rows`."""
    return bankfile.read(tables.rows(stored, bankfile.ROWS_AT_MOST + 1), bank.columns, today)
