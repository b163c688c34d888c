"""Which statement a receipt pays, by rule: its number in the bank's text, or payer and amount; else a person says."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from madang.portal.receipts.rules import Found
from madang.portal.receipts.seeds.korean import LEGAL_FORMS

DEMAND = re.compile(r"(?<![A-Z0-9])S-(\d{6,12})(?!\d)")
NUMBER = re.compile(r"(?<!\d)(20\d{2}-(?:0[1-9]|1[0-2])-\d{4,6})(?!\d)")


@dataclass(frozen=True)
class Money:
    """A receipt with something left: row id, day, won left, payer, text."""

    receipt: int
    paid_on: date
    left: int
    payer: str
    text: str


@dataclass(frozen=True)
class Owed:
    """An issued statement: row id, number, row id and names of its organisation, won still owed, last day to pay."""

    statement: int
    number: str
    organisation: int
    names: tuple[str, ...]
    owed: int
    due_on: date


@dataclass(frozen=True)
class Proposal:
    """So much of a receipt for a statement, and how it was found."""

    receipt: int
    statement: int
    amount: int
    found: Found


def plain_name(name: str) -> str:
    """A name as it is compared: without legal form, spaces, signs and case; ㈜한빛 AI and (주)한빛ai are the same."""
    folded = LEGAL_FORMS.sub("", unicodedata.normalize("NFKC", name))
    return "".join(sign for sign in folded.casefold() if sign.isalnum())


def demand_number(demand: int) -> str:
    """The number under which a demand (a recovery or a surcharge) is paid: S-000017."""
    return f"S-{demand:06d}"


def demands_in(text: str) -> frozenset[int]:
    """The row ids of the demands whose numbers stand in a text."""
    return frozenset(int(found) for found in DEMAND.findall(unicodedata.normalize("NFKC", text).upper()))


def numbers_in(text: str) -> frozenset[str]:
    """The statement numbers that stand in a text, such as 2026-05-0001."""
    return frozenset(NUMBER.findall(unicodedata.normalize("NFKC", text)))


def proposals(receipts: Iterable[Money], statements: Iterable[Owed]) -> list[Proposal]:
    """Which receipts find their statement by rule, earliest first, each wholly to one statement.

    A text that names exactly one issued statement pays that one, also beyond what it asks for: the money was meant for
    it. Otherwise payer and exact amount decide, if one organisation alone bears that name; of several equal statements
    of it the one that is due first is paid. What fits neither stays for a person, and what names a demand is not ours.
    """
    listed = sorted(statements, key=lambda one: (one.due_on, one.statement))
    by_number = {one.number: one for one in listed}
    by_name: dict[str, list[Owed]] = defaultdict(list)
    for one in listed:
        for name in {plain_name(name) for name in one.names} - {""}:
            by_name[name].append(one)
    owed = {one.statement: one.owed for one in listed}
    found = []
    ours = (one for one in receipts if not demands_in(f"{one.text} {one.payer}"))
    for money in sorted(ours, key=lambda one: (one.paid_on, one.receipt)):
        named = [by_number[number] for number in numbers_in(f"{money.text} {money.payer}") if number in by_number]
        same = [] if named else by_name.get(plain_name(money.payer), [])
        chosen = named[0] if len(named) == 1 else _exact(money, same, owed)
        if chosen is not None and money.left > 0:
            owed[chosen.statement] -= money.left
            how = Found.NUMBER if named else Found.EXACT
            found.append(Proposal(money.receipt, chosen.statement, money.left, how))
    return found


def _exact(money: Money, same: Sequence[Owed], owed: dict[int, int]) -> Owed | None:
    """Of the statements of whoever bears the payer's name, the first that asks for exactly this."""
    if len({one.organisation for one in same}) != 1:
        return None
    return next((one for one in same if owed[one.statement] == money.left), None)
