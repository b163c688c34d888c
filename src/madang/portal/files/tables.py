"""Keeps a table that somebody uploads (CSV or XLSX) and reads its rows from there, to look first and store later."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime

from madang.errors import Refused
from madang.portal import sheets
from madang.portal.files import actions, queries
from madang.portal.files.models import StoredFile
from madang.portal.files.rules import EVERYTHING, FileKind
from madang.portal.files.seeds.korean import COMPACT, SPACED

WORKBOOKS = frozenset({FileKind.XLSX})


def keep(*, now: datetime, name: str, chunks: Iterable[bytes]) -> StoredFile:
    """Keeps an upload; what is never brought in is cleared away after two days. Refused as `files.actions.store`."""
    allowed = WORKBOOKS if name.lower().endswith(".xlsx") else EVERYTHING
    return actions.store(now=now, name=name, allowed=allowed, upload_chunks=chunks)


def kept(sha256: str) -> StoredFile | None:
    """What was kept, by its digest, which only those know who uploaded it."""
    return StoredFile.objects.filter(sha256=sha256).first()


def rows(stored: StoredFile, most: int) -> list[list[str]]:
    """The cells of a kept table as text, of a workbook at most `most` rows; never inside a transaction.

    Refused: ``table_not_readable``, ``workbook_not_readable``.
    """
    path = queries.path_of(stored)
    with path.open("rb") as stream:
        workbook = stream.read(2) == b"PK"
    return sheets.cells(path, most) if workbook else rows_of_text(path.read_bytes())


def rows_of_text(content: bytes) -> list[list[str]]:
    """The cells of comma- or tab-separated text in UTF-8, or CP949 as Korean spreadsheets write it.

    Refused: ``table_not_readable``.
    """
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise Refused("table_not_readable", field="file")
    head = text[:4096]
    separator = "\t" if head.count("\t") > head.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise Refused("table_not_readable", field="file") from error


def day_in(text: str) -> date | None:
    """A day as 20260501, 2026-05-01, 2026.5.1, or with Korean words between; None for anything else."""
    match = COMPACT.fullmatch(text) or SPACED.fullmatch(text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None
