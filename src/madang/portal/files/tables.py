"""Keeps an uploaded table as it came and reads its cells from there: to look at it first, and to store its rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from madang.portal import sheets
from madang.portal.files import actions as files
from madang.portal.files.models import StoredFile
from madang.portal.files.queries import path_of
from madang.portal.files.rules import EVERYTHING, FileKind

WORKBOOKS = frozenset({FileKind.XLSX})


def keep(*, now: datetime, name: str, chunks: Iterable[bytes]) -> StoredFile:
    """Keeps an upload; what is never brought in is cleared away after two days. Refused as `files.actions.store`."""
    allowed = WORKBOOKS if name.lower().endswith(".xlsx") else EVERYTHING
    return files.store(now=now, name=name, allowed=allowed, upload_chunks=chunks)


def kept(sha256: str) -> StoredFile | None:
    """What was kept, by its digest, which only those know who uploaded it."""
    return StoredFile.objects.filter(sha256=sha256).first()


def cells(stored: StoredFile, most: int) -> list[list[str]]:
    """The rows of a kept table, of a workbook at most `most`; never inside a transaction.

    Refused: ``table_not_readable`` or ``workbook_not_readable``.
    """
    path = path_of(stored)
    with path.open("rb") as stream:
        workbook = stream.read(2) == b"PK"
    return sheets.cells(path, most) if workbook else sheets.text_cells(path.read_bytes())
