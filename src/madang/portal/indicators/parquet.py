"""Tables of public figures as Parquet, where pyarrow is installed; it is no requirement, since it takes 170 MB."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from madang.portal.indicators.registry import FIGURES

PARQUET = "application/vnd.apache.parquet"
# besides the figures themselves, what is counted and not named
COUNTED = frozenset({"year", "complete", "units", "months"})


@cache
def available() -> bool:
    """Whether such files are offered here."""
    return find_spec("pyarrow") is not None


def written(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """One file: whole numbers of 64 bits in figures and counts, text in all else, null where a number is withheld.

    The types do not depend on the rows, so that every release of a table has the same ones.
    """
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    types = [arrow.int64() if name in FIGURES or name in COUNTED else arrow.string() for name in columns]
    cells = [arrow.array([row.get(name) for row in rows], one) for name, one in zip(columns, types, strict=True)]
    file = BytesIO()
    parquet.write_table(arrow.Table.from_arrays(cells, names=list(columns)), file)
    return file.getvalue()
