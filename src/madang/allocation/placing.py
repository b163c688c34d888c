"""Places one request in the room that is left: the first alternative and the earliest start that fit, totals early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from madang.allocation.lines import Room
from madang.allocation.parts import Award, Request, asked_award
from madang.values import months_from


class Short(NamedTuple):
    """A line that was too short: how much was wanted of it, and how much was left."""

    line: int
    wanted: int
    free: int


def ways(request: Request) -> Iterator[tuple[int, int]]:
    """(alternative, months later) in the published order: alternatives as preferred, of each the earliest start."""
    for option, alternative in enumerate(request.options):
        for later in range(alternative.later + 1):
            yield option, later


def placed(room: Room, request: Request, quantities: tuple[int, ...], option: int, later: int) -> Award | None:
    """The award of `quantities` where it fits, amounts of totals as early as they can be; None where it does not."""
    level, totals = _level(room, request, quantities, option, later)
    if room.lacking(level):
        return None
    if not totals:
        return Award(quantities, option, later)
    taken = dict(level)
    spread: list[tuple[int, ...]] = [()] * len(quantities)
    for index in totals:
        amounts = _early(room, request, quantities[index], (option, later, index), taken)
        if sum(amounts) < quantities[index]:
            return None
        spread[index] = amounts
    return Award(quantities, option, later, tuple(spread))


def whole(room: Room, request: Request) -> Award | None:
    """The award of all that one alternative asks for, the first of the ways in which that fits; or None."""
    for option, later in ways(request):
        found = placed(room, request, asked_award(request, option), option, later)
        if found is not None:
            return found
    return None


def shortages(
    room: Room, request: Request, quantities: tuple[int, ...], option: int = 0, later: int = 0
) -> list[Short]:
    """The lines that were too short for `quantities`, in their order; empty where they fit.

    For a total, the first line that allowed nothing more in its last month stands for its whole window; `free` is then
    what could have been given over the window.
    """
    level, totals = _level(room, request, quantities, option, later)
    short = [Short(line, level[line], room.left[line]) for line in sorted(room.lacking(level))]
    taken = dict(level)
    for index in totals if not short else ():
        item = request.options[option].items[index]
        product = room.problem.product[item.product]
        amounts = _early(room, request, quantities[index], (option, later, index), taken)
        if sum(amounts) < quantities[index]:
            last = item.first.plus(later + item.months - 1)
            tariff = room.tariff(request, product.pool, last)
            line = min(n for n, each in tariff if room.left[n] - taken.get(n, 0) < each * product.units)
            return [Short(line, quantities[index] * product.units, sum(amounts) * product.units)]
    return short


def _level(
    room: Room, request: Request, quantities: tuple[int, ...], option: int, later: int
) -> tuple[dict[int, int], list[int]]:
    """What the items that are the same in every month draw, and which items have a total to place."""
    items = request.options[option].items
    totals = [index for index, item in enumerate(items) if item.total]
    level = tuple(0 if item.total else quantity for item, quantity in zip(items, quantities, strict=True))
    nothing = tuple((0,) * item.months if item.total else () for item in items) if totals else ()
    return room.need(request, Award(level, option, later, nothing)), totals


def _early(
    room: Room, request: Request, quantity: int, which: tuple[int, int, int], taken: dict[int, int]
) -> tuple[int, ...]:
    """As much of a total as can be given, in the earliest months; `taken` is what the award draws already."""
    option, later, index = which
    item = request.options[option].items[index]
    product = room.problem.product[item.product]
    amounts: list[int] = []
    for month in months_from(item.first.plus(later), item.months):
        tariff = room.tariff(request, product.pool, month)
        most = min((room.left[line] - taken.get(line, 0)) // (each * product.units) for line, each in tariff)
        given = max(0, min(quantity - sum(amounts), most))
        for line, each in tariff:
            taken[line] = taken.get(line, 0) + given * each * product.units
        amounts.append(given)
    return tuple(amounts)
