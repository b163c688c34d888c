"""Writes a batch of use into the book: its rows in one go, then each account and each account's month once.

On PostgreSQL the rows go in by COPY, which takes half the time of so many INSERTs; in its text format, as we know our
columns and the driver would look at every value anew. SQLite has no such way and needs none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, connection

from madang.errors import Stale
from madang.portal.ledger.rules import Usage

_ONCE = "movement_posted_once"  # the constraint on (source, source_key)
_COLUMNS = (
    "source, source_key, kind, from_account_id, to_account_id, amount, subject, month, day, reverses_id, written_at"
)
_COPY = f"COPY portal_movement ({_COLUMNS}) FROM STDIN"
_AT_ONCE = 1_000  # rows that go to the driver together
# What must not stand for itself in that format.
_MARKS = re.compile(r"[\\\t\n\r]")
_NULL = r"\N"
_WRITTEN = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_INSERT = (
    f"INSERT INTO portal_movement ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
    " ON CONFLICT (source, source_key) DO NOTHING"
)
_BALANCE = "UPDATE portal_ledgeraccount SET amount = amount + %s WHERE id = %s"
_MONTH = (
    "INSERT INTO portal_monthtotal (account_id, month, came_in, went_out) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (account_id, month) DO UPDATE SET came_in = portal_monthtotal.came_in + excluded.came_in,"
    " went_out = portal_monthtotal.went_out + excluded.went_out"
)

_CACHE = -65_536  # KiB of pages that SQLite keeps while much is written; a process otherwise has a few MiB

Row = tuple[object, ...]


@contextmanager
def kept_pages() -> Iterator[None]:
    """Lets SQLite keep the pages that a large import touches all over the indexes: a third less time for a million."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = {_CACHE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {before}")


class Batch:
    """Rows that are to be written at `now`, and how much they move between which accounts in which month."""

    def __init__(self, now: datetime) -> None:
        self.rows: list[Row] = []
        self._moved: dict[tuple[int, int, str], int] = defaultdict(int)
        self._now = connection.ops.adapt_datetimefield_value(now)
        self._days: dict[date, object] = {}

    def add(self, usage: Usage, key: str, kind: str, start: int, to: int, amount: int) -> None:
        """Notes that `amount` of a charge moves between two accounts, under a key of its own."""
        source, _, _, _, subject, month, day, _ = usage
        written = self._days.get(day) or self._days.setdefault(day, connection.ops.adapt_datefield_value(day))
        self.rows.append((source, key, kind, start, to, amount, subject, month, written, None, self._now))
        self._moved[start, to, month] += amount

    def write(self) -> None:
        """Writes all of it in the caller's transaction. Stale where one of its keys has come into the book since."""
        insert(self.rows)
        balances: dict[int, int] = defaultdict(int)
        months: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
        for (start, to, month), amount in self._moved.items():
            balances[start] -= amount
            balances[to] += amount
            months[to, month][0] += amount
            months[start, month][1] += amount
        # in one order, so that two writers wait for each other and none for ever
        with connection.cursor() as cursor:
            cursor.executemany(_BALANCE, [(by, account) for account, by in sorted(balances.items())])
            cursor.executemany(_MONTH, [(*place, *both) for place, both in sorted(months.items())])


def insert(rows: Sequence[Row]) -> None:
    """Puts rows into the table of movements. Stale where the book has one of their keys already."""
    if connection.vendor == "postgresql":
        _copy(rows)
        return
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
        if cursor.rowcount != len(rows):
            raise Stale("usage", rows=len(rows))


def _copy(rows: Sequence[Row]) -> None:
    try:
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(_COPY) as copy:
            for first in range(0, len(rows), _AT_ONCE):
                copy.write("".join(map(_line, rows[first : first + _AT_ONCE])))
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is None or diagnosis.constraint_name != _ONCE:
            raise
        raise Stale("usage", rows=len(rows)) from error


def _line(row: Row) -> str:
    source, key, kind, start, to, amount, subject, month, day, reverses, at = row
    place = f"{kind}\t{start}\t{to}\t{amount}\t{_text(subject)}\t{month}\t{day}"
    return f"{_text(source)}\t{_text(key)}\t{place}\t{_NULL if reverses is None else reverses}\t{at}\n"


def _text(value: object) -> str:
    text = str(value)
    return text.translate(_WRITTEN) if _MARKS.search(text) else text
