"""Usage as the portal's book takes it, the balances of one owner in one pool, and what a broken book looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from madang.accounting.ledger import Balances, Bucket
from madang.accounting.metering import Charge
from madang.portal.actors import Actor, Role, Via

# who may undo what stands in the book
CORRECTORS = (Role.OPERATOR, Role.PROGRAMME_MANAGER)
BUCKETS = tuple(Bucket)


class Usage(NamedTuple):
    """So many of a pool's seconds used on one day, for an owner ("award:17").

    `subject` ("job:5") names whose hold pays; (source, key) is unique for ever; `amount` is above zero; `month` is
    written 2026-05.
    """

    source: str
    key: str
    owner: str
    pool: int
    subject: str
    month: str
    day: date
    amount: int


@dataclass(frozen=True)
class Imported:
    """What an import came to: charges posted now, charges that stood there already, and those that stand otherwise.

    `changed` lists the (source, key) that came again with another amount; they are not posted, a person reverses them.
    """

    posted: int = 0
    repeated: int = 0
    changed: tuple[tuple[str, str], ...] = ()

    def plus(self, other: Imported) -> Imported:
        return Imported(self.posted + other.posted, self.repeated + other.repeated, self.changed + other.changed)


@dataclass(frozen=True)
class Fault:
    """Something in the book that does not hold: a code, where, and the two figures that differ."""

    code: str
    where: str
    expected: int
    found: int


def usage_of(charge: Charge, *, pool: int, subject: str) -> Usage:
    """A charge of the library as the portal's importer takes it; its account is the owner."""
    return Usage(charge.source, charge.key, charge.account, pool, subject, str(charge.month), charge.day, charge.amount)


def balances_from(amounts: Mapping[str, int], overrun: int = 0) -> Balances:
    """The balances of one owner and pool from the amounts of its accounts; the source's counts the other way round."""
    kept = {bucket.value: amounts.get(bucket, 0) for bucket in BUCKETS if bucket is not Bucket.SOURCE}
    return Balances(granted=-amounts.get(Bucket.SOURCE, 0), overrun=overrun, **kept)


def may_correct(by: Actor) -> bool:
    """Staff who answer for the book, and the worker."""
    return by.has(*CORRECTORS) or by.via is Via.WORKER


def differing(code: str, expected: Mapping[str, int], found: Mapping[str, int]) -> list[Fault]:
    """The places where two countings of the same thing differ; what one of them lacks is nought."""
    places: Iterable[str] = sorted(expected.keys() | found.keys())
    pairs = [(place, expected.get(place, 0), found.get(place, 0)) for place in places]
    return [Fault(code, place, one, other) for place, one, other in pairs if one != other]
