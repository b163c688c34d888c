"""The rules of the book: which movements between buckets exist, what they need, and what always balances.

A movement is one row (from, to, amount above zero), so that the book cannot fail to balance, and for every account,
unit and month: granted = used + held + returned + expired + left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from madang.accounting.metering import Charge, Unit
from madang.errors import Refused
from madang.values import Month


class Bucket(StrEnum):
    """Where an amount can lie. `SOURCE` is the centre's capacity, outside the account; the others are the account's."""

    SOURCE = "source"
    LEFT = "left"
    HELD = "held"
    USED = "used"
    RETURNED = "returned"
    EXPIRED = "expired"


class Kind(StrEnum):
    """Why an amount moves."""

    GRANT = "grant"
    HOLD = "hold"
    RELEASE = "release"
    USE = "use"
    OVERRUN = "overrun"
    GIVE_BACK = "give_back"
    EXPIRE = "expire"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    REVERSAL = "reversal"


Route = tuple[Bucket, Bucket]

_FORWARD: dict[Kind, frozenset[Route]] = {
    Kind.GRANT: frozenset({(Bucket.SOURCE, Bucket.LEFT)}),
    Kind.HOLD: frozenset({(Bucket.LEFT, Bucket.HELD)}),
    Kind.RELEASE: frozenset({(Bucket.HELD, Bucket.LEFT)}),
    Kind.USE: frozenset({(Bucket.HELD, Bucket.USED), (Bucket.LEFT, Bucket.USED)}),
    Kind.OVERRUN: frozenset({(Bucket.SOURCE, Bucket.USED)}),
    Kind.GIVE_BACK: frozenset({(Bucket.LEFT, Bucket.RETURNED)}),
    Kind.EXPIRE: frozenset({(Bucket.LEFT, Bucket.EXPIRED)}),
    Kind.TRANSFER_OUT: frozenset({(Bucket.LEFT, Bucket.RETURNED)}),
    Kind.TRANSFER_IN: frozenset({(Bucket.SOURCE, Bucket.LEFT)}),
}
ROUTES: dict[Kind, frozenset[Route]] = {
    **_FORWARD,
    Kind.REVERSAL: frozenset((to, start) for routes in _FORWARD.values() for start, to in routes),
}
"""The (from, to) that each kind may take; a reversal may take any of the others backwards."""
TRANSFERS = frozenset({Kind.TRANSFER_OUT, Kind.TRANSFER_IN})
"""The two sides of one exchange: neither is undone without the other, so neither is reversed."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of the book. (source, key) is unique in a book; `reverses` is the key that a reversal undoes.

    `month` is the month that the amount belongs to, whenever it was written.
    """

    source: str
    key: str
    account: str
    kind: Kind
    from_bucket: Bucket
    to_bucket: Bucket
    unit: Unit
    amount: int
    month: Month
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class Balances:
    """What lies where, in one unit. `granted` is what left the source, and `overrun` the part of it nobody awarded."""

    granted: int = 0
    left: int = 0
    held: int = 0
    used: int = 0
    returned: int = 0
    expired: int = 0
    overrun: int = 0


class Leg(NamedTuple):
    """A part of a posting, before it becomes a movement with source and key."""

    kind: Kind
    from_bucket: Bucket
    to_bucket: Bucket
    amount: int


Book = tuple[str, Unit, Month]


def identity(balances: Balances) -> bool:
    """Whether granted = used + held + returned + expired + left."""
    account = balances.used + balances.held + balances.returned + balances.expired + balances.left
    return balances.granted == account


def after(balances: Balances, movement: Movement) -> Balances:
    """The balances once `movement` is in the book; it checks nothing (see `refuse_if_wrong`)."""
    start, to, amount = movement.from_bucket, movement.to_bucket, movement.amount
    change: dict[str, int] = defaultdict(int)
    change[_column(start)] -= amount
    change[_column(to)] += amount
    # What leaves the source is granted: the one column that counts the other way round.
    change["granted"] = -change["granted"]
    change["overrun"] += amount * (((start, to) == _OVERRUN) - ((to, start) == _OVERRUN))
    return replace(balances, **{name: getattr(balances, name) + by for name, by in change.items()})


def fold(movements: Iterable[Movement]) -> Balances:
    """The balances after all of `movements`, in any order. They share one unit (ValueError otherwise)."""
    flows: dict[Route, int] = defaultdict(int)
    units = set()
    for movement in movements:
        flows[movement.from_bucket, movement.to_bucket] += movement.amount
        units.add(movement.unit)
    if len(units) > 1:
        raise ValueError(f"cannot add {', '.join(sorted(units))} in one balance")
    net: dict[Bucket, int] = defaultdict(int)
    for (start, to), amount in flows.items():
        net[start] -= amount
        net[to] += amount
    return Balances(
        granted=-net[Bucket.SOURCE],
        left=net[Bucket.LEFT],
        held=net[Bucket.HELD],
        used=net[Bucket.USED],
        returned=net[Bucket.RETURNED],
        expired=net[Bucket.EXPIRED],
        overrun=flows[_OVERRUN] - flows[_OVERRUN[::-1]],
    )


def fold_by_book(movements: Iterable[Movement]) -> dict[Book, Balances]:
    """The balances of every (account, unit, month), as an audit compares them with the stored balance rows."""
    books: dict[Book, list[Movement]] = defaultdict(list)
    for movement in movements:
        books[movement.account, movement.unit, movement.month].append(movement)
    return {book: fold(rows) for book, rows in books.items()}


def refuse_if_wrong(movement: Movement, balances: Balances) -> None:
    """Refuses a movement that the book's rules do not allow, given the balances of its account, unit and month.

    Refused: ``amount_not_above_zero`` (amount), ``movement_not_allowed`` (kind, from_bucket, to_bucket), or
    ``not_enough_left``, ``…_held``, ``…_used``, ``…_returned``, ``…_expired`` with asked, there and unit. The source is
    never short here: capacity is guarded where awards are made.
    """
    start = movement.from_bucket
    if movement.amount <= 0:
        raise Refused("amount_not_above_zero", amount=movement.amount)
    if (start, movement.to_bucket) not in ROUTES[movement.kind]:
        raise Refused(
            "movement_not_allowed",
            kind=movement.kind.value,
            from_bucket=start.value,
            to_bucket=movement.to_bucket.value,
        )
    there = getattr(balances, _column(start))
    if start != Bucket.SOURCE and there < movement.amount:
        raise Refused(f"not_enough_{start.value}", asked=movement.amount, there=there, unit=movement.unit.value)


def refuse_if_changed(charge: Charge, stored: Iterable[Movement]) -> None:
    """Lets a charge come again without effect, given the rows that `movements_for` once made of it.

    Refused: ``posted_differently`` (source, key, posted: what stands in the book, reported: what has come now) when
    the amount, account, unit or month is another: usage is not edited, a person reverses and posts anew.
    """
    rows = list(stored)
    posted = sum(row.amount for row in rows)
    same = all((row.account, row.unit, row.month) == (charge.account, charge.unit, charge.month) for row in rows)
    if not same or posted != charge.amount:
        raise Refused("posted_differently", source=charge.source, key=charge.key, posted=posted, reported=charge.amount)


def settle(*, hold_left: int, left: int, amount: int, final: bool = False) -> list[Leg]:
    """How `amount` of usage is posted against what its job still holds and what its account has left.

    Usage is a fact, so all of it is recorded: from the hold, then from what is left, and what neither can pay as an
    overrun out of the source, which shows up as such. With `final`, the rest of the hold is released.
    Refused: ``amount_negative``.
    """
    if min(hold_left, left, amount) < 0:
        raise Refused("amount_negative", hold_left=hold_left, left=left, amount=amount)
    from_hold = min(hold_left, amount)
    from_left = min(left, amount - from_hold)
    legs = [
        Leg(Kind.USE, Bucket.HELD, Bucket.USED, from_hold),
        Leg(Kind.USE, Bucket.LEFT, Bucket.USED, from_left),
        Leg(Kind.OVERRUN, Bucket.SOURCE, Bucket.USED, amount - from_hold - from_left),
        Leg(Kind.RELEASE, Bucket.HELD, Bucket.LEFT, hold_left - from_hold if final else 0),
    ]
    return [leg for leg in legs if leg.amount]


def movements_for(charge: Charge, *, hold_left: int, left: int) -> list[Movement]:
    """The rows that post one charge, at least one. The first bears the charge's own key, the next `key+1`, `key+2`.

    So a charge that comes a second time always meets its own first row, however the balances have moved in between.
    """
    return [
        Movement(
            source=charge.source,
            key=f"{charge.key}+{place}" if place else charge.key,
            account=charge.account,
            kind=leg.kind,
            from_bucket=leg.from_bucket,
            to_bucket=leg.to_bucket,
            unit=charge.unit,
            amount=leg.amount,
            month=charge.month,
        )
        for place, leg in enumerate(settle(hold_left=hold_left, left=left, amount=charge.amount))
    ]


def reverse(movement: Movement) -> Movement:
    """The row that undoes `movement`, in the same month, under a key that can exist only once.

    Refused: ``reversal_of_reversal``, ``reversal_of_transfer``. Undoing a use of a hold gives the amount back to the
    hold, to be released.
    """
    if movement.kind in TRANSFERS:
        raise Refused("reversal_of_transfer", source=movement.source, key=movement.key)
    if movement.kind == Kind.REVERSAL:
        raise Refused("reversal_of_reversal", source=movement.source, key=movement.key)
    return replace(
        movement,
        key=f"{movement.key}/reversal",
        kind=Kind.REVERSAL,
        from_bucket=movement.to_bucket,
        to_bucket=movement.from_bucket,
        reverses=movement.key,
    )


_OVERRUN: Route = (Bucket.SOURCE, Bucket.USED)


def _column(bucket: Bucket) -> str:
    return "granted" if bucket is Bucket.SOURCE else bucket.value
