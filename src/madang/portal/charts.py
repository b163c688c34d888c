"""Charts as values, drawn to SVG by the worker and kept by the digest of what they show.

A page makes a `Chart`, shows its table always and its picture when `drawing` has one; otherwise it leaves a request
with `ask`, and the worker's chore draws what was asked for with `draw_asked`. Altair and vl-convert are imported only
when a picture is drawn, so that the web process never carries them. The SVG has presentation attributes only (no style
attribute, no style element, no script), so that it stands in the page under a strict content security policy, and its
colours are the stylesheet's, so that it follows the theme.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

# digests include it: raise it when the look of drawings changes
LOOK = 2
# colours as drawn, each of which the page's stylesheet may replace
PALETTE = ("#256ef4", "#c78500", "#228738", "#d63d4a", "#063a74", "#6d7882")
INK, GRID = "#1e2125", "#cdd1d6"
FONTS = "Pretendard GOV, Noto Sans KR, Noto Sans CJK KR, NanumGothic, sans-serif"
ASKED_AT_MOST = 200
WIDTH, HEIGHT = 720, 300
# up to so many steps, every whole number is marked on an axis
FEW = 8


@dataclass(frozen=True)
class Chart:
    """What a chart shows.

    `shape` is bars, grouped, stacked, lines or points. `category` names what `rows` are labelled by, `measure` what is
    counted. Each row is a label with one whole number a name in `series`, None where nothing is known. `limit` is a
    line over the stacks (capacity), one number a row, with its name. Of points, the first of `series` is what they are
    placed by from left to right; the others are their groups, and each row has a number in one of them.
    """

    shape: str
    title: str
    description: str
    category: str
    measure: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]
    limit: tuple[int, ...] = ()
    limit_name: str = ""

    def __post_init__(self) -> None:
        if any(len(values) != len(self.series) for _, values in self.rows):
            raise ValueError("each row needs one value a series")
        if self.limit and len(self.limit) != len(self.rows):
            raise ValueError("the limit needs one number a row")

    @cached_property
    def digest(self) -> str:
        """Names the drawing: the same figures, words and look give the same digest."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return hashlib.sha256(json.dumps([LOOK, said], ensure_ascii=False).encode()).hexdigest()

    @property
    def short(self) -> str:
        """A digest short enough for an id in a page."""
        return self.digest[:12]

    @property
    def columns(self) -> list[str]:
        """The headings of the table beside the chart."""
        return [*self.series, *([self.limit_name] if self.limit else [])]

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        """The rows of that table, numbers grouped by thousands."""
        limits: list[tuple[int | None, ...]] = [(number,) for number in self.limit] or [()] * len(self.rows)
        cells = [(label, (*values, *limit)) for (label, values), limit in zip(self.rows, limits, strict=True)]
        return [(label, ["–" if value is None else f"{value:,}" for value in values]) for label, values in cells]


def bars(*, title: str, description: str, category: str, measure: str, rows: list[tuple[str, int]]) -> Chart:
    """One bar a category, longest label and all: lying bars, in the order given."""
    return Chart("bars", title, description, category, measure, (measure,), tuple((label, (n,)) for label, n in rows))


def grouped(
    *, title: str, description: str, category: str, measure: str, series: list[str], rows: list[tuple[str, list[int]]]
) -> Chart:
    """Several bars a category side by side, such as asked for and given."""
    return Chart("grouped", title, description, category, measure, tuple(series), _fixed(rows))


def stacked(
    *,
    title: str,
    description: str,
    category: str,
    measure: str,
    series: list[str],
    rows: list[tuple[str, list[int]]],
    limit: list[int] | None = None,
    limit_name: str = "",
) -> Chart:
    """One stack a month, with a line for what there is at most where `limit` is given."""
    return Chart(
        "stacked", title, description, category, measure, tuple(series), _fixed(rows), tuple(limit or ()), limit_name
    )


def lines(
    *,
    title: str,
    description: str,
    category: str,
    measure: str,
    series: list[str],
    rows: list[tuple[str, list[int | None]]],
) -> Chart:
    """One line a series over time; None leaves a gap."""
    return Chart("lines", title, description, category, measure, tuple(series), _fixed(rows))


def points(
    *,
    title: str,
    description: str,
    category: str,
    across: str,
    measure: str,
    series: list[str],
    rows: list[tuple[str, int, list[int | None]]],
) -> Chart:
    """One point a row, placed by a number `across` and one upwards, in the colour and form of its group."""
    placed = [(label, (x, *values)) for label, x, values in rows]
    return Chart("points", title, description, category, measure, (across, *series), tuple(placed))


def drawing(chart: Chart, folder: Path) -> str | None:
    """The chart's SVG where it has been drawn, ready to stand in a page; None where it has not."""
    try:
        return (folder / f"{chart.digest}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def ask(chart: Chart, folder: Path) -> None:
    """Leaves a request for the worker; asked twice is asked once, and beyond `ASKED_AT_MOST` none is added."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    request = folder / f"{chart.digest}.json"
    if not request.exists() and len(list(folder.glob("*.json"))) < ASKED_AT_MOST:
        _write(request, json.dumps(asdict(chart), ensure_ascii=False))


def draw_asked(folder: Path, at_most: int = 20) -> int:
    """Draws what pages have asked for, oldest first, and gives how many were drawn; for the worker alone.

    A request that cannot be drawn is gone all the same, so that it does not stand before the others for ever.
    """
    asked = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)[:at_most]
    for request in asked:
        try:
            draw(_read(json.loads(request.read_text(encoding="utf-8"))), folder)
        finally:
            request.unlink(missing_ok=True)
    return len(asked)


def draw(chart: Chart, folder: Path) -> str:
    """Draws a chart now, keeps it and gives its SVG. Slow at first (0.6 s, 86 MB): never in the web process."""
    import vl_convert

    svg = _finish(vl_convert.vegalite_to_svg(json.dumps(specification(chart))), chart)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / f"{chart.digest}.svg", svg)
    return svg


def forget(folder: Path, before: datetime) -> int:
    """Removes drawings made before an instant; a page that still needs one asks for it again. Gives how many."""
    old = [path for path in folder.glob("*.svg") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def specification(chart: Chart) -> dict[str, Any]:
    """The chart as a Vega-Lite specification, made with Altair."""
    import altair

    shapes = {"bars": _bars, "grouped": _grouped, "stacked": _stacked, "lines": _lines, "points": _points}
    layers = shapes[chart.shape](altair, chart)
    text = {"labelFont": FONTS, "titleFont": FONTS, "labelColor": INK, "titleColor": INK, "labelFontSize": 13}
    finished = (
        layers.configure(font=FONTS, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(**text, titleFontSize=13, gridColor=GRID, domainColor=INK, tickColor=INK, labelLimit=260)
        .configure_legend(**text, titleFontSize=13, orient="top", title=None, labelLimit=260)
    )
    specification: dict[str, Any] = finished.to_dict()
    return specification


def _fixed(rows: Any) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    return tuple((label, tuple(values)) for label, values in rows)


def _values(altair: Any, chart: Chart) -> Any:
    cells = [
        {"label": label, "series": name, "value": value, "order": place}
        for label, values in chart.rows
        for place, (name, value) in enumerate(zip(chart.series, values, strict=True))
    ]
    return altair.Data(values=cells)


def _colour(altair: Any, names: tuple[str, ...]) -> Any:
    scale = altair.Scale(domain=list(names), range=[PALETTE[i % len(PALETTE)] for i in range(len(names))])
    return altair.Color("series:N", scale=scale)


def _across(altair: Any, chart: Chart) -> Any:
    angle = -40 if len(chart.rows) > 8 or any(len(label) > 10 for label, _ in chart.rows) else 0
    return altair.X("label:N", sort=None, title=chart.category, axis=altair.Axis(labelAngle=angle, grid=False))


def _ticks(numbers: list[int]) -> dict[str, Any]:
    """Marks of an axis at whole numbers: each of them where they are few, about six where they are many."""
    low, high = min(numbers, default=0), max(numbers, default=0)
    return {"values": list(range(low, high + 1))} if high - low <= FEW else {"tickCount": 6, "tickMinStep": 1}


def _heights(chart: Chart) -> list[int]:
    """What reaches furthest up in each row, from nought."""
    rows = [[value or 0 for value in values[chart.shape == "points" :]] for _, values in chart.rows]
    return [0, *chart.limit, *(sum(row) if chart.shape == "stacked" else max(row, default=0) for row in rows)]


def _up(altair: Any, chart: Chart, **more: Any) -> Any:
    axis = altair.Axis(format=",d", **_ticks(_heights(chart)))
    return altair.Y("value:Q", title=chart.measure, axis=axis, **more)


def _bars(altair: Any, chart: Chart) -> Any:
    order = altair.Y("label:N", sort=None, title=chart.category, axis=altair.Axis(grid=False))
    length = altair.X("value:Q", title=chart.measure, axis=altair.Axis(format=",d", **_ticks(_heights(chart))))
    drawn = altair.Chart(_values(altair, chart)).mark_bar(color=PALETTE[0]).encode(x=length, y=order)
    return drawn.properties(width=WIDTH, height=altair.Step(28))


def _grouped(altair: Any, chart: Chart) -> Any:
    beside = altair.XOffset("series:N", sort=list(chart.series))
    encoded = {
        "x": _across(altair, chart),
        "y": _up(altair, chart),
        "color": _colour(altair, chart.series),
        "xOffset": beside,
    }
    return altair.Chart(_values(altair, chart)).mark_bar().encode(**encoded).properties(width=WIDTH, height=HEIGHT)


def _stacked(altair: Any, chart: Chart) -> Any:
    encoded = {
        "x": _across(altair, chart),
        "y": _up(altair, chart, stack="zero"),
        "color": _colour(altair, chart.series),
    }
    stacks = altair.Chart(_values(altair, chart)).mark_bar().encode(**encoded, order="order:Q")
    if chart.limit:
        line = [
            {"label": row[0], "value": n, "limit": chart.limit_name}
            for row, n in zip(chart.rows, chart.limit, strict=True)
        ]
        dash = altair.StrokeDash("limit:N", scale=altair.Scale(range=[[6, 4]]))
        over = altair.Chart(altair.Data(values=line)).mark_line(interpolate="step", color=INK, strokeWidth=2)
        stacks = altair.layer(stacks, over.encode(x=_across(altair, chart), y=_up(altair, chart), strokeDash=dash))
    return stacks.properties(width=WIDTH, height=HEIGHT)


def _lines(altair: Any, chart: Chart) -> Any:
    encoded = {"x": _across(altair, chart), "y": _up(altair, chart), "color": _colour(altair, chart.series)}
    dash = altair.StrokeDash("series:N", sort=list(chart.series), legend=None)
    drawn = (
        altair.Chart(_values(altair, chart)).mark_line(point=True, strokeWidth=2.5).encode(**encoded, strokeDash=dash)
    )
    return drawn.properties(width=WIDTH, height=HEIGHT)


def _points(altair: Any, chart: Chart) -> Any:
    groups = chart.series[1:]
    cells = [
        {"x": x, "series": name, "value": value}
        for _, (x, *values) in chart.rows
        for name, value in zip(groups, values, strict=True)
        if value is not None
    ]
    marks = altair.Axis(format=",d", **_ticks([values[0] or 0 for _, values in chart.rows]))
    across = altair.X("x:Q", title=chart.series[0], scale=altair.Scale(zero=False, nice=True, padding=12), axis=marks)
    form = altair.Shape("series:N", scale=altair.Scale(domain=list(groups), range=["circle", "square", "cross"]))
    drawn = altair.Chart(altair.Data(values=cells)).mark_point(filled=True, size=70, opacity=0.8)
    encoded = {"x": across, "y": _up(altair, chart), "color": _colour(altair, groups), "shape": form}
    return drawn.encode(**encoded).properties(width=WIDTH, height=HEIGHT)


def _finish(svg: str, chart: Chart) -> str:
    """Names the drawing for a screen reader, leaves its size to the page and its colours to the stylesheet."""
    svg = re.sub(r' (?:role="graphics-[a-z]+"|aria-[a-z]+="[^"]*")', "", svg)
    told = f'role="img" aria-labelledby="t-{chart.short} d-{chart.short}"'
    svg = re.sub(r'<svg ([^>]*?)width="\d+" height="\d+" ', rf"<svg {told} \1", svg, count=1)
    title, description = escape(chart.title), escape(chart.description)
    words = f'<title id="t-{chart.short}">{title}</title><desc id="d-{chart.short}">{description}</desc>'
    svg = re.sub(r"(<svg [^>]*>)", lambda opening: opening[1] + words, svg, count=1)
    for place, colour in enumerate(PALETTE, start=1):
        svg = re.sub(rf'(fill|stroke)="{colour}"', rf'\1="var(--chart-{place}, {colour})"', svg)
    svg = re.sub(rf'(fill|stroke)="{INK}"', r'\1="currentColor"', svg)
    return re.sub(rf'(fill|stroke)="{GRID}"', rf'\1="var(--chart-grid, {GRID})"', svg)


def _read(stored: dict[str, Any]) -> Chart:
    stored["series"], stored["limit"] = tuple(stored["series"]), tuple(stored["limit"])
    return Chart(**{**stored, "rows": _fixed(stored["rows"])})


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(name).replace(path)
