"""Counts the rows that belong to each row of a query by a look into an index, where a join would read them all."""

from __future__ import annotations

from django.db.models import Count, Model, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce


def count_of(model: type[Model], column: str, which: Q, outer: str = "pk") -> Coalesce:
    """An annotation: how many rows of `model` are such and name the outer row's `outer` in `column`."""
    rows = model.objects.filter(which, **{column: OuterRef(outer)}).order_by().values(column)
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)
