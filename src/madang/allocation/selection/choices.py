"""A portfolio as pure choices: each request takes one of its options or none, and limits are rows of whole numbers.

What a problem says in months, products and rules stands here as integers only, so that the search for the best set
(`madang.allocation.selection`) and the proof of its bound need to know nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One quantity that may grow beyond the option's base: from 0 to `more`, each step worth `worth` and drawing `uses`
    (row → coefficient; a coefficient below zero gives room, as a share rule does)."""

    worth: int
    more: int
    uses: Mapping[int, int]


@dataclass(frozen=True)
class Option:
    """One way to serve a request: chosen or not (its base), then its parts. `key` says which way (for the caller)."""

    key: tuple[object, ...]
    worth: int
    uses: Mapping[int, int]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Choices:
    """For each request its options (at most one is chosen), and for each row the largest sum allowed (may be negative).

    Maximise the sum of worth subject to: for every row, the sum of coefficients of what is chosen <= limits[row].
    """

    requests: tuple[tuple[Option, ...], ...]
    limits: tuple[int, ...]
