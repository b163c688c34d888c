"""What a statement or credit note is as an electronic tax invoice, and what is missing for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.creditnotes.rules import DATED_BACK, NoteReason
from madang.portal.people.rules import registration_number

REASON_CODES = {NoteReason.ERROR: "01", NoteReason.CHANGED: "02", NoteReason.CANCELLED: "04", NoteReason.TWICE: "06"}
_AT_ONCE = frozenset(REASON_CODES[reason] for reason in DATED_BACK)
# of the month after the one that it bears
LAST_DAY_TO_ISSUE = 10


class TaxKind(StrEnum):
    """Taxed, taxed at nought, or exempt: what is exempt goes onto an invoice of another kind."""

    TAXABLE = "taxable"
    ZERO_RATED = "zero_rated"
    EXEMPT = "exempt"


# (first, corrected) in the tax service's code of kinds
_CODES = {
    TaxKind.TAXABLE: ("0101", "0201"),
    TaxKind.ZERO_RATED: ("0102", "0202"),
    TaxKind.EXEMPT: ("0301", "0401"),
}
_OF_VAT = {"none": TaxKind.EXEMPT, "zero": TaxKind.ZERO_RATED}


@dataclass(frozen=True)
class Party:
    """A supplier or buyer as its invoice names it; what is not known is empty."""

    number: str = ""
    name: str = ""
    representative: str = ""
    address: str = ""
    business_type: str = ""
    business_item: str = ""
    email: str = ""
    organisation: int = 0


@dataclass(frozen=True)
class Sums:
    """Supply value and tax in won."""

    supply: int = 0
    vat: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.supply + other.supply, self.vat + other.vat)

    def __sub__(self, other: Sums) -> Sums:
        return Sums(self.supply - other.supply, self.vat - other.vat)

    def __bool__(self) -> bool:
        return bool(self.supply or self.vat)


Kinds = Mapping[TaxKind, Sums]


@dataclass(frozen=True)
class Invoice:
    """One row to be entered. `paper` is our number of it, `corrects` that of the statement where it is a correction.

    `written_on` is the day that it bears, `original_on` the day that the corrected one bears; `reason` is empty where
    nothing is corrected. Won of a correction may lie below nought.
    """

    paper: str
    month: str
    kind: TaxKind
    written_on: date
    buyer: Party
    sums: Sums
    corrects: str = ""
    reason: str = ""
    original_on: date | None = None

    @property
    def code(self) -> str:
        """The tax service's code of the kind."""
        return _CODES[self.kind][bool(self.corrects)]

    @property
    def issue_by(self) -> date | None:
        """The last day to issue it with the tax service; none for a mistake, which is put right when it is seen."""
        if self.reason in _AT_ONCE:
            return None
        year, month = divmod(self.written_on.year * 12 + self.written_on.month, 12)
        return date(year, month + 1, LAST_DAY_TO_ISSUE)


def kind_of(vat: str) -> TaxKind:
    """What a tariff's VAT makes of a line."""
    return _OF_VAT.get(vat, TaxKind.TAXABLE)


def of_statement(
    *, number: str, month: str, written_on: date, buyer: Party, kinds: Kinds, corrects: tuple[str, date] | None = None
) -> list[Invoice]:
    """One invoice a kind of tax; nothing for what comes to nought.

    What lies below nought gives back what the statement `corrects` asked for (its number, the day that it bears).
    """
    found = []
    for kind in TaxKind:
        sums = kinds.get(kind, Sums())
        back = corrects if sums.supply + sums.vat < 0 else None
        about = (back[0], REASON_CODES[NoteReason.CHANGED], back[1]) if back else ()
        if sums:
            found.append(Invoice(number, month, kind, written_on, buyer, sums, *about))
    return found


def of_note(
    *,
    number: str,
    statement: str,
    month: str,
    reason: NoteReason,
    written_on: date,
    original_on: date,
    buyer: Party,
    before: Kinds,
    off: Kinds,
) -> list[Invoice]:
    """The corrections that a credit note is: for an error what stood before below nought and what is right, as two.

    `before` is what was left of the statement by kind of tax, `off` what the note takes off.
    """
    found = []
    for kind in TaxKind:
        taken, left = off.get(kind, Sums()), before.get(kind, Sums())
        if not taken:
            continue
        parts = [Sums() - left, left - taken] if reason is NoteReason.ERROR else [Sums() - taken]
        code, day = REASON_CODES[reason], original_on if reason in DATED_BACK else written_on
        found += [
            Invoice(number, month, kind, day, buyer, sums, statement, code, original_on) for sums in parts if sums
        ]
    return found


def faults(party: Party) -> list[str]:
    """What is missing or wrong in a party, as codes; kind of business and its items may be left out."""
    found = []
    try:
        registration_number(party.number)
    except Refused:
        found.append("number")
    return found + [name for name in ("name", "representative", "address", "email") if not getattr(party, name).strip()]


def refuse_faulty(supplier: Party, invoices: Sequence[Invoice]) -> None:
    """Refuses ``tax_supplier_incomplete`` and ``tax_buyers_incomplete`` (rows): nothing is exported in part."""
    if faults(supplier):
        raise Refused("tax_supplier_incomplete")
    wrong = sum(1 for one in invoices if faults(one.buyer))
    if wrong:
        raise Refused("tax_buyers_incomplete", rows=wrong)


def total(invoices: Iterable[Invoice]) -> Sums:
    """The sums over the invoices."""
    return sum((one.sums for one in invoices), Sums())


def may_set(by: Actor, organisation: int) -> bool:
    """An organisation's own owner, and a programme manager, enter what an invoice names it by."""
    return by.owner_of(organisation) or by.has(Role.PROGRAMME_MANAGER)
