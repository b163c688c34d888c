"""Writes very many rows into the portal's tables: plain tuples, one prepared statement a table, no objects between."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, models

_AT_ONCE = 20_000


def stamp(instant: datetime) -> str:
    """An aware instant as Django keeps it on SQLite."""
    return str(instant.astimezone(UTC).replace(tzinfo=None))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value)
    return value


def _default(field: models.Field[Any, Any]) -> Any:
    return _plain(field.get_default()) if field.has_default() or not field.null else None


def write(model: type[models.Model], names: str, rows: Iterable[Sequence[Any]], *, plain: bool = False) -> int:
    """Inserts rows given as values of the fields named; other fields get their defaults. Gives how many.

    With `plain` the values are what SQLite takes already: no instants, no days, no JSON.
    """
    given = {model._meta.get_field(name).name for name in names.split()}
    rest = [field for field in model._meta.concrete_fields if field.name not in given and not field.primary_key]
    columns = [model._meta.get_field(name).column for name in names.split()] + [field.column for field in rest]
    defaults = [_default(field) for field in rest]
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({marks})"
    count = 0
    with connection.cursor() as cursor:
        for some in _batches(rows):
            values = [(*row, *defaults) if plain else (*map(_plain, row), *defaults) for row in some]
            cursor.executemany(statement, values)
            count += len(values)
    return count


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    left = iter(rows)
    while some := list(itertools.islice(left, _AT_ONCE)):
        yield some
