"""How a product is charged for, as stored."""

from __future__ import annotations

from enum import StrEnum


class TariffKind(StrEnum):
    RESERVED = "reserved"
    USED = "used"


class Vat(StrEnum):
    NONE = "none"
    INCLUDED = "included"
    ADDED = "added"


class Stacking(StrEnum):
    """What happens when several discounts apply; said per track."""

    BEST = "best"
    ADD = "add"
    MULTIPLY = "multiply"
