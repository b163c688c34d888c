"""What a credit note takes off a line of a statement, exactly and never more than is left of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from functools import reduce

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.values import Month, divide_half_up


class NoteState(StrEnum):
    """A draft is numbered and issued by a second person, or dropped."""

    DRAFT = "draft"
    ISSUED = "issued"
    DROPPED = "dropped"


class NoteReason(StrEnum):
    """Why a statement is corrected, in the classes of the tax invoice; `WHOLE` ones take all that is left."""

    ERROR = "error"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    TWICE = "twice"


WHOLE = frozenset({NoteReason.CANCELLED, NoteReason.TWICE})
# corrections of a mistake bear the day of what they correct, the others the day on which they came about
DATED_BACK = frozenset({NoteReason.ERROR, NoteReason.TWICE})


@dataclass(frozen=True)
class Figures:
    """A quantity and won: of a line, of what is left of it, or of what is taken off it.

    Always due = list_price - discount - credit, subsidy = reference - due - credit and payable = supply + vat. What is
    taken off may have a discount or a subsidy below nought: a price that is lowered afterwards is more support.
    """

    quantity: int = 0
    reference: int = 0
    list_price: int = 0
    discount: int = 0
    credit: int = 0
    due: int = 0
    subsidy: int = 0
    supply: int = 0
    vat: int = 0
    payable: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(one + two for one, two in zip(self.won(), other.won(), strict=True)))

    def __sub__(self, other: Figures) -> Figures:
        return Figures(*(one - two for one, two in zip(self.won(), other.won(), strict=True)))

    def won(self) -> tuple[int, ...]:
        """The figures in their order."""
        return tuple(asdict(self).values())


@dataclass(frozen=True)
class Wish:
    """What is to come off one line: so much of its quantity, or so many won of what is to be paid, tax included."""

    quantity: int = 0
    won: int = 0


def figures_of(row: object) -> Figures:
    """The figures of a stored line or of an item of a note."""
    return Figures(**{name: getattr(row, name) for name in Figures.__dataclass_fields__})


def total(parts: Iterable[Figures]) -> Figures:
    """The sums, with no rounding of their own."""
    return reduce(Figures.__add__, parts, Figures())


def taken_off(left: Figures, wish: Wish) -> Figures:
    """What a wish takes off what is left of a line.

    Refused: ``credit_note_one_way`` where it names both or neither, ``credit_note_too_much`` (most).
    """
    if wish.quantity < 0 or wish.won < 0 or bool(wish.quantity) == bool(wish.won):
        raise Refused("credit_note_one_way")
    if wish.quantity > left.quantity:
        raise Refused("credit_note_too_much", most=f"{left.quantity:,}")
    if wish.won > left.payable:
        raise Refused("credit_note_too_much", most=f"₩{left.payable:,}")
    after = _less_quantity(left, wish.quantity) if wish.quantity else _less_won(left, wish.won)
    return left - after


def _less_quantity(left: Figures, quantity: int) -> Figures:
    """A line with less of its quantity: each figure in proportion, rounded once; none of it is exactly nothing."""
    rest = left.quantity - quantity

    def part(won: int) -> int:
        return divide_half_up(won * rest, left.quantity)

    return _whole(left, rest, part(left.reference), part(left.list_price), part(left.credit), part(left.due), part)


def _less_won(left: Figures, won: int) -> Figures:
    """A line with less to pay for the same quantity: what is not asked for is a discount, and so support."""
    payable = left.payable - won

    def part(figure: int) -> int:
        return divide_half_up(figure * payable, left.payable)

    due = payable if left.due == left.payable else payable - part(left.vat)
    return _whole(left, left.quantity, left.reference, left.list_price, left.credit, due, part)


def _whole(
    left: Figures,
    quantity: int,
    reference: int,
    list_price: int,
    credit: int,
    due: int,
    part: Callable[[int], int],
) -> Figures:
    vat = part(left.vat)
    # where the price holds its tax, what is due is what is paid
    supply = due - vat if left.due == left.payable else due
    return Figures(
        quantity=quantity,
        reference=reference,
        list_price=list_price,
        discount=list_price - due - credit,
        credit=credit,
        due=due,
        subsidy=reference - due - credit,
        supply=supply,
        vat=vat,
        payable=supply + vat,
    )


def items(left: Mapping[int, Figures], wishes: Mapping[int, Wish], reason: NoteReason) -> dict[int, Figures]:
    """What a note takes off each line, by the lines' row ids.

    Refused: ``credit_note_whole`` where parts are named for a reason that takes all, ``credit_note_line_unknown``,
    ``credit_note_nothing`` where nothing is taken off what is to be paid, and as `taken_off`.
    """
    if reason in WHOLE:
        if wishes:
            raise Refused("credit_note_whole")
        found = {line: figures for line, figures in left.items() if any(figures.won())}
    else:
        if not wishes.keys() <= left.keys():
            raise Refused("credit_note_line_unknown")
        found = {line: taken_off(left[line], wish) for line, wish in wishes.items()}
    if total(found.values()).payable <= 0:
        raise Refused("credit_note_nothing")
    return found


def number(year: int, place: int) -> str:
    """The number of a year's credit note: C-2026-0001."""
    return f"C-{year}-{place:04d}"


def written_on(reason: NoteReason, month: str, today: date) -> date:
    """The day that the correction bears: the last day of the statement's month for a mistake, else today."""
    if reason not in DATED_BACK:
        return today
    return last_day(month)


def last_day(month: str) -> date:
    """The last day of a month, which a statement of it bears as a tax invoice."""
    after = Month.parse(month).plus(1)
    return date.fromordinal(date(after.year, after.number, 1).toordinal() - 1)


def refuse_unless_drafting(by: Actor) -> None:
    """Credit notes are drafted by a programme manager and issued by an approver."""
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
