"""Tests of charts: what a drawing contains, that it is safe in a page, and how pages and the worker share it."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime

import pytest

from madang.portal import charts

WORDS = {"title": "GPUs asked & given", "description": "By <kind>", "category": "Kind", "measure": "GPUs"}
BARS = charts.bars(**WORDS, rows=[("서울특별시", 1200), ("경기도", 7)])
GROUPED = charts.grouped(
    **WORDS, series=["asked", "given"], rows=[("Academia", [8600, 2624]), ("Industry", [4000, 1288])]
)
STACKED = charts.stacked(
    **WORDS, series=["a", "b"], rows=[("2026-04", [5, 6]), ("2026-05", [7, 0])], limit=[20, 30], limit_name="capacity"
)
LINES = charts.lines(**WORDS, series=["used"], rows=[("2026-04", [1]), ("2026-05", [None]), ("2026-06", [3])])

POINTS = charts.points(
    **WORDS, across="score", series=["taken", "left out"], rows=[("R-1", 80, [12, None]), ("R-2", 55, [None, 30])]
)


@pytest.mark.parametrize("chart", [BARS, GROUPED, STACKED, LINES, POINTS], ids=lambda chart: chart.shape)
def test_a_drawing_may_stand_in_a_page(chart, tmp_path):
    svg = charts.draw(chart, tmp_path)
    root = ElementTree.fromstring(svg)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not names & {"style", "script", "foreignObject", "image", "a", "use"}
    assert not [key for element in root.iter() for key in element.attrib if key == "style" or key.startswith("on")]
    assert root.attrib["role"] == "img"
    title, description = root[0], root[1]
    assert (title.text, description.text) == ("GPUs asked & given", "By <kind>")
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {description.attrib['id']}"
    assert {"width", "height"}.isdisjoint(root.attrib)
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg))
    assert colours <= {"none", "currentColor", "transparent"} | {c for c in colours if c.startswith("var(--chart-")}
    assert any(c.startswith("var(--chart-1") for c in colours)


def test_a_drawing_shows_its_labels_and_escapes_them(tmp_path):
    svg = charts.draw(charts.bars(**WORDS, rows=[("<script>alert(1)</script>", 1), ("광주", 2)]), tmp_path)
    assert "<script" not in svg
    assert {"<script>alert(1)</script>", "광주"} <= {element.text for element in ElementTree.fromstring(svg).iter()}


def test_the_limit_is_drawn_and_stands_in_the_table(tmp_path):
    assert "capacity" in charts.draw(STACKED, tmp_path)
    assert STACKED.columns == ["a", "b", "capacity"]
    assert STACKED.table == [("2026-04", ["5", "6", "20"]), ("2026-05", ["7", "0", "30"])]
    assert LINES.table[1] == ("2026-05", ["–"])
    assert BARS.table[0] == ("서울특별시", ["1,200"])


def test_each_point_stands_in_its_own_group(tmp_path):
    assert POINTS.columns == ["score", "taken", "left out"]
    assert POINTS.table == [("R-1", ["80", "12", "–"]), ("R-2", ["55", "–", "30"])]
    svg = charts.draw(POINTS, tmp_path)
    assert {"var(--chart-1", "var(--chart-2"} <= set(re.findall(r'<path [^>]*fill="(var\(--chart-\d)', svg))
    assert "score" in svg and "taken" in svg
    assert charts.drawing(POINTS, tmp_path) == svg


def test_points_are_asked_for_and_drawn_by_the_worker(tmp_path):
    charts.ask(POINTS, tmp_path)
    assert charts.draw_asked(tmp_path) == 1
    assert charts.drawing(POINTS, tmp_path) is not None


@pytest.mark.parametrize("most", [1, 2, 3, 8, 9, 40])
def test_no_number_stands_twice_on_an_axis(tmp_path, most):
    chart = charts.grouped(**WORDS, series=["a", "b"], rows=[("x", [most, 0]), ("y", [1, 1])])
    svg = charts.draw(chart, tmp_path)
    marks = [element.text for element in ElementTree.fromstring(svg).iter() if (element.text or "").isdecimal()]
    assert len(marks) == len(set(marks)) > 1


def test_a_page_asks_once_and_finds_the_drawing_when_the_worker_has_made_it(tmp_path):
    folder = tmp_path / "charts"
    assert charts.drawing(BARS, folder) is None
    charts.ask(BARS, folder)
    charts.ask(BARS, folder)
    charts.ask(STACKED, folder)
    assert charts.draw_asked(folder) == 2
    assert charts.draw_asked(folder) == 0
    assert charts.drawing(BARS, folder) == charts.draw(BARS, tmp_path)
    assert charts.drawing(STACKED, folder) is not None
    assert charts.drawing(LINES, folder) is None


def test_requests_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(charts, "ASKED_AT_MOST", 1)
    for chart in (BARS, GROUPED, LINES):
        charts.ask(chart, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_digest_follows_what_is_shown():
    same = charts.bars(**WORDS, rows=[("서울특별시", 1200), ("경기도", 7)])
    other = charts.bars(**WORDS, rows=[("서울특별시", 1201), ("경기도", 7)])
    assert BARS.digest == same.digest != other.digest


def test_old_drawings_are_forgotten(tmp_path):
    charts.draw(BARS, tmp_path)
    assert charts.forget(tmp_path, datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert charts.forget(tmp_path, datetime(2200, 1, 1, tzinfo=UTC)) == 1
    assert charts.drawing(BARS, tmp_path) is None


def test_uneven_rows_are_refused():
    with pytest.raises(ValueError, match="one value a series"):
        charts.grouped(**WORDS, series=["a", "b"], rows=[("x", [1])])
    with pytest.raises(ValueError, match="one number a row"):
        charts.stacked(**WORDS, series=["a"], rows=[("x", [1])], limit=[1, 2], limit_name="capacity")


def test_importing_charts_does_not_load_the_drawing_library():
    code = "import sys, madang.portal.charts; print(sorted({'altair', 'vl_convert'} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_a_request_that_cannot_be_drawn_does_not_stand_before_the_others(tmp_path):
    (tmp_path / "damaged.json").write_text("{}", encoding="utf-8")
    with pytest.raises(KeyError):
        charts.draw_asked(tmp_path)
    charts.ask(BARS, tmp_path)
    assert charts.draw_asked(tmp_path) == 1
