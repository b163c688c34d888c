"""Keeps a bank's file as it came and reads it from there: to look at it first, and to store its receipts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from madang.portal import sheets
from madang.portal.files import actions as files
from madang.portal.files.models import StoredFile
from madang.portal.files.queries import path_of
from madang.portal.files.rules import EVERYTHING, FileKind
from madang.portal.receipts import bankfile
from madang.portal.receipts.models import Bank

WORKBOOKS = frozenset({FileKind.XLSX})


def keep(*, now: datetime, name: str, chunks: Iterable[bytes]) -> StoredFile:
    """Keeps an upload; what is never brought in is cleared away after two days. Refused as `files.actions.store`."""
    allowed = WORKBOOKS if name.lower().endswith(".xlsx") else EVERYTHING
    return files.store(now=now, name=name, allowed=allowed, upload_chunks=chunks)


def kept(sha256: str) -> StoredFile | None:
    """What was kept, by its digest, which only those know who uploaded it."""
    return StoredFile.objects.filter(sha256=sha256).first()


def content_of(bank: Bank, stored: StoredFile, today: date) -> bankfile.Content:
    """The receipts and faults of a kept file; never inside a transaction.

    Refused as `bankfile.read`, and ``receipts_not_readable`` or ``workbook_not_readable``.
    """
    path = path_of(stored)
    with path.open("rb") as stream:
        workbook = stream.read(2) == b"PK"
    most = bankfile.ROWS_AT_MOST + 1
    rows = sheets.cells(path, most) if workbook else bankfile.rows_of_text(path.read_bytes())
    return bankfile.read(rows, bank.columns, today)
