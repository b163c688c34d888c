"""Draws charts as SVG: lines over an axis, and intervals beside each other; with title, description and no script.

Text and axes take the colour of the text around them, series carry classes ``s1`` to ``s6`` that a stylesheet may
colour and dashes that tell them apart without colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 28, 28, 48
COLOURS = ("#256ef4", "#c78500", "#228738", "#d63d4a", "#063a74", "#6d7882")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4", "4 2")
_ROW = 34  # height of one interval or legend line's pair


@dataclass(frozen=True)
class Series:
    """A name and its points; `xs` ascend."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]


@dataclass(frozen=True)
class Axis:
    """A label, the range shown and the marks, each a value and its text; a logarithmic one begins above 0."""

    label: str
    low: float
    high: float
    marks: Sequence[tuple[float, str]]
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Where a value lies, 0 at the low end and 1 at the high one; values beyond an end lie on it."""
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / (high - low) if high > low else 0.0


@dataclass(frozen=True)
class Bar:
    """A mean with the interval around it, under a name."""

    name: str
    mean: float
    low: float
    high: float


def axis(label: str, low: float, high: float, *, marks: int = 5) -> Axis:
    """An axis from `low` to at least `high` with about as many round marks as asked for."""
    if not high > low:
        high = low + 1
    step = round_step((high - low) / marks)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    places = [count * step for count in range(first, last + 1)]
    digits = max(0, -math.floor(math.log10(step)))
    return Axis(label, places[0], places[-1], [(place, f"{place:,.{digits}f}") for place in places])


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next((times * power for times in (1, 2, 5) if times * power >= least * (1 - 1e-12)), 10 * power)


def lines(
    title: str, description: str, series: Sequence[Series], across: Axis, up: Axis, *, stepped: bool = False
) -> str:
    """A chart of lines, `stepped` where a value holds until the next point."""
    legend = len(series) > 1
    bottom = HEIGHT + (24 * len(series) if legend else 0)
    parts = [_opening(title, description, bottom), _frame(across, up)]
    for number, one in enumerate(series):
        parts.append(_line(one, number, across, up, stepped=stepped))
        if legend:
            parts.append(_entry(one.name, number, HEIGHT + 24 * number + 8))
    return "".join([*parts, "</svg>"])


def _opening(title: str, description: str, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="system-ui, sans-serif" font-size="13" fill="currentColor">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    )


def _across(value: float, axis_of: Axis) -> float:
    return round(LEFT + axis_of.place(value) * (WIDTH - LEFT - RIGHT), 1)


def _down(value: float, axis_of: Axis) -> float:
    return round(HEIGHT - BOTTOM - axis_of.place(value) * (HEIGHT - BOTTOM - TOP), 1)


def _frame(across: Axis, up: Axis) -> str:
    parts = []
    for value, text in up.marks:
        y = _down(value, up)
        parts.append(_rule(LEFT, y, WIDTH - RIGHT, y))
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(text)}</text>')
    floor = HEIGHT - BOTTOM
    for value, text in across.marks:
        x = _across(value, across)
        parts.append(f'<path d="M{x} {floor}v5" stroke="currentColor"/>')
        parts.append(f'<text x="{x}" y="{floor + 20}" text-anchor="middle">{escape(text)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{floor + 40}" text-anchor="middle">{escape(across.label)}</text>')
    parts.append(f'<text x="4" y="12" font-weight="600">{escape(up.label)}</text>')
    return "".join(parts)


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path class="grid" d="M{x1} {y1}L{x2} {y2}" stroke="currentColor" stroke-opacity=".2"/>'


def _style(number: int) -> str:
    place = number % len(COLOURS)
    dash = f' stroke-dasharray="{DASHES[place]}"' if DASHES[place] else ""
    return f'class="s{place + 1}" fill="none" stroke="{COLOURS[place]}" stroke-width="2"{dash}'


def _line(series: Series, number: int, across: Axis, up: Axis, *, stepped: bool) -> str:
    places = [(_across(x, across), _down(y, up)) for x, y in zip(series.xs, series.ys, strict=True)]
    if not places:
        return ""
    path = [f"M{places[0][0]} {places[0][1]}"]
    for (_, before), (x, y) in pairwise(places):
        path.append(f"H{x}V{y}" if stepped and y != before else f"L{x} {y}")
    return f'<path {_style(number)} d="{"".join(path)}"/>'


def _entry(name: str, number: int, y: float) -> str:
    return f'<path {_style(number)} d="M{LEFT} {y}h32"/><text x="{LEFT + 40}" y="{y + 4}">{escape(name)}</text>'


def intervals(title: str, description: str, bars: Sequence[Bar], across: Axis, *, first: int = 0) -> str:
    """Means with their intervals, one a line, over an axis with a mark at 0 where it holds 0.

    `first` is the number of the first bar's series, so that colours are those of other charts.
    """
    floor = TOP + _ROW * 2 * len(bars)
    parts = [_opening(title, description, floor + BOTTOM)]
    for value, text in across.marks:
        x = _across(value, across)
        parts.append(_rule(x, TOP, x, floor))
        parts.append(f'<text x="{x}" y="{floor + 16}" text-anchor="middle">{escape(text)}</text>')
    if across.low <= 0 <= across.high:
        zero = _across(0, across)
        parts.append(f'<path d="M{zero} {TOP}V{floor}" stroke="currentColor"/>')
    for number, bar in enumerate(bars):
        y = TOP + _ROW * (2 * number + 1) + 8
        low, mean, high = (_across(value, across) for value in (bar.low, bar.mean, bar.high))
        parts.append(f'<text x="{LEFT}" y="{y - 16}" font-weight="600">{escape(bar.name)}</text>')
        parts.append(f'<path {_style(first + number)} d="M{low} {y}H{high}M{low} {y - 6}v12M{high} {y - 6}v12"/>')
        parts.append(f'<circle cx="{mean}" cy="{y}" r="5"/>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{floor + 38}" text-anchor="middle">{escape(across.label)}</text>')
    return "".join([*parts, "</svg>"])
