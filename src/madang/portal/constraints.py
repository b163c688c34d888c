"""Builders of the CHECK constraints that every table uses: a state is one of an enum, a state goes with its columns."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import CheckConstraint, Q


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """An enum as Django's choices; what people read comes from the catalogue, not from here."""
    return [(member.value, member.value) for member in kind]


def one_of(table: str, column: str, kind: type[StrEnum]) -> CheckConstraint:
    """The column holds a value of the enum, whoever writes it."""
    return CheckConstraint(
        condition=Q(**{f"{column}__in": [member.value for member in kind]}), name=f"{table}_{column}_known"
    )


def filled(columns: Iterable[str]) -> Q:
    """All the columns are set."""
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__isnull": False})
    return condition


def empty(columns: Iterable[str]) -> Q:
    """None of the columns is set."""
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__isnull": True})
    return condition


def exactly_when(name: str, condition: Q, *columns: str) -> CheckConstraint:
    """The columns are all set when the condition holds and all empty when it does not."""
    return CheckConstraint(condition=(condition & filled(columns)) | (~condition & empty(columns)), name=name)


def only_when(name: str, condition: Q, *columns: str) -> CheckConstraint:
    """When the condition holds the columns are set; otherwise they may be either."""
    return CheckConstraint(condition=~condition | filled(columns), name=name)
