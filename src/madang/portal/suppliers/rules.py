"""What rented capacity costs in a month: for what was used, and for what was kept ready."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.values import SECONDS_PER_HOUR, divide_half_up


class SupplyKind(StrEnum):
    """Paid for each unit-hour used, or for each unit kept ready in a month."""

    USED = "used"
    KEPT = "kept"


class SupplyState(StrEnum):
    """Worked out anew until two people agree on it."""

    DRAFT = "draft"
    AGREED = "agreed"


@dataclass(frozen=True)
class Terms:
    """A contract's terms: whole won without VAT an hour or a month, and the units kept; a price of nought ends it."""

    contract: int
    kind: SupplyKind
    pool: int
    price: int
    units: int


@dataclass(frozen=True)
class Owed:
    """A line: unit-seconds used or units kept, and won, rounded once. Below nought where more was undone than used."""

    contract: int
    quantity: int
    amount: int


def owed(terms: Terms, seconds: int) -> Owed:
    """What a contract comes to in a month in which `seconds` of its pool are booked."""
    if terms.kind == SupplyKind.KEPT:
        return Owed(terms.contract, terms.units, terms.units * terms.price)
    return Owed(terms.contract, seconds, divide_half_up(terms.price * seconds, SECONDS_PER_HOUR))


def total(lines: Iterable[Owed]) -> int:
    """The sum, with no rounding of its own."""
    return sum(line.amount for line in lines)


def refuse_unless_whole(kind: SupplyKind, price: int, units: int, document: str) -> None:
    """Refuses ``supply_price_negative``, ``supply_units_wrong`` and ``supply_document_needed``."""
    if price < 0:
        raise Refused("supply_price_negative", field="price")
    if units < 0 or (kind == SupplyKind.KEPT) != bool(units):
        raise Refused("supply_units_wrong", field="units")
    if not document.strip():
        raise Refused("supply_document_needed", field="document")


def refuse_unless_managing(by: Actor) -> None:
    """Suppliers, contracts and drafts are a programme manager's; an approver agrees."""
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
