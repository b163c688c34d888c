"""The wrapper around every action: one transaction, constraint errors turned into refusals, deadlocks tried again."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, transaction

from madang.errors import Refused, Unavailable

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 4
# PostgreSQL: serialization failure, deadlock, lock not available. SQLite gives text only.
_RETRY_STATES = {"40001", "40P01", "55P03"}
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_SQLITE_INDEX = re.compile(r"UNIQUE constraint failed: index '(?P<name>\w+)'")
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\w+)")


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Runs an action in one transaction; inside another action it joins that one's transaction.

    A broken constraint becomes `Refused("not_unique" | "not_allowed_by_table", constraint=…)`, unless the action has
    caught it first. A deadlock or a busy database is tried again, then becomes `Unavailable`.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block and _inside_action():
            return function(*args, **kwargs)
        return _outermost(functools.partial(function, *args, **kwargs))

    return run


@contextmanager
def together() -> Iterator[None]:
    """Runs many actions as one transaction, all or none: for imports and for building a whole centre at once."""
    connection = transaction.get_connection()
    with transaction.atomic():
        connection._madang_action = True
        try:
            yield
        finally:
            connection._madang_action = False


def _inside_action() -> bool:
    return getattr(transaction.get_connection(), "_madang_action", False)


def _outermost(call: Callable[[], R]) -> R:
    for attempt in range(1, TRIES + 1):
        try:
            with together():
                return call()
        except IntegrityError as error:
            raise refused_by_table(error) from error
        except OperationalError as error:
            if _disk_is_full(error):
                raise Unavailable("disk_full") from error
            if not _worth_another_try(error):
                raise
            if attempt == TRIES:
                raise Unavailable("database_busy") from error
    raise AssertionError("unreachable")


def _worth_another_try(error: OperationalError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state in _RETRY_STATES or "database is locked" in str(error)


def _disk_is_full(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == "53100" or "disk is full" in str(error)


def refused_by_table(error: IntegrityError) -> Refused:
    """The refusal for a broken constraint; SQLite names columns, PostgreSQL the constraint."""
    text = str(error)
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        code = "not_unique" if getattr(error.__cause__, "sqlstate", "") == "23505" else "not_allowed_by_table"
        return Refused(code, constraint=diagnosis.constraint_name or "")
    for pattern, code in ((_SQLITE_INDEX, "not_unique"), (_SQLITE_CHECK, "not_allowed_by_table")):
        match = pattern.search(text)
        if match:
            return Refused(code, constraint=match["name"])
    match = _SQLITE_UNIQUE.search(text)
    if match:
        return Refused("not_unique", constraint=match["columns"].replace("portal_", ""))
    return Refused("not_allowed_by_table", constraint=text)
