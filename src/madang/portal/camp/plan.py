"""The floor plan as shapes: rectangles in units of a drawing, each with its words; portal code draws, no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madang.portal.camp.rules import LET, SpaceState

# units of the drawing to one step, and what is left free around it
STEP, EDGE = 10, 6
LETTER, LETTER_WIDE = 12, 7


@dataclass(frozen=True)
class Shape:
    """A space as it is drawn: a rectangle, where its two lines of text stand, and what it is on the day.

    `state`: free, taken, closed or shared. `until`: the first day on which that changes, as far as it is known.
    `squeezed`: how wide its code is drawn where it would not fit into the rectangle.
    """

    row: Any
    state: str
    until: date | None
    x: int
    y: int
    width: int
    height: int
    middle: int
    upper: int
    lower: int
    squeezed: int | None = None


@dataclass(frozen=True)
class Drawing:
    """All shapes of a floor, and how wide and high the drawing is."""

    shapes: list[Shape]
    width: int
    height: int


def drawn(rows: Iterable[Any], taken_from: Mapping[int, date], ends: Mapping[int, date], day: date) -> Drawing:
    """The drawing of a floor's spaces on a day.

    `taken_from` maps spaces to the first day from `day` on that is not free, `ends` to when the tenancy of that day
    ends.
    """
    shapes = [_shape(row, taken_from.get(row.pk), ends.get(row.pk), day) for row in rows]
    width = max((shape.x + shape.width for shape in shapes), default=0) + EDGE
    height = max((shape.y + shape.height for shape in shapes), default=0) + EDGE
    return Drawing(shapes, width, height)


def _shape(row: Any, first: date | None, ends: date | None, day: date) -> Shape:
    x, y, width, height = (EDGE + row.x * STEP, EDGE + row.y * STEP, row.width * STEP, row.height * STEP)
    middle = y + height // 2
    state, until = _state(row, first, ends, day)
    squeezed = width - EDGE if len(row.code) * LETTER_WIDE > width - EDGE else None
    upper, lower = middle - LETTER // 3, middle + LETTER
    return Shape(row, state, until, x, y, width, height, x + width // 2, upper, lower, squeezed)


def _state(row: Any, first: date | None, ends: date | None, day: date) -> tuple[str, date | None]:
    if row.state == SpaceState.CLOSED:
        return "closed", None
    if row.kind not in LET:
        return "shared", None
    return ("taken", ends) if first == day else ("free", first)
