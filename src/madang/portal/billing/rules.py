"""How a statement moves through its states."""

from __future__ import annotations

from enum import StrEnum


class StatementState(StrEnum):
    """A draft follows the ledger; an issued one is fixed."""

    DRAFT = "draft"
    ISSUED = "issued"
