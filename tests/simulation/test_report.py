"""Charts put points where they belong, and a report is one whole page in either language with every figure in it."""

import dataclasses
import gzip
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.simulation import charts, sentences
from madang.simulation.answers import answers
from madang.simulation.charts import Axis, Bar, Series, axis
from madang.simulation.comparing import compare
from madang.simulation.pictures import Run, drawn
from madang.simulation.reading import Reading, read
from madang.simulation.report import About, labels, report, shown
from madang.simulation.sentences import duration, notes, refusal, round_duration
from madang.simulation.trace import Schedule, Trace, trace_of

VOID = {"meta", "br"}
SVG = "{http://www.w3.org/2000/svg}"


class Whole(HTMLParser):
    """Fails on a tag that is not closed; gathers the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def schedule_of(trace: Trace, start) -> Schedule:
    begin, none = np.array(start, np.int64), np.zeros(len(trace), np.int64)
    return Schedule(trace.job, trace.submit, begin, np.where(begin < 0, -1, begin + trace.run), none > 0, none)


def run_of(name: str, start, **columns) -> Run:
    trace = trace_of(submit=[0, 40, 50], run=[100, 100, 10], gpus=[3, 2, 1], **columns)
    schedule = schedule_of(trace, start)
    return Run(name, trace, schedule, answers(trace, schedule, 4, targets={"<b>": 0.25}), facts=(("Fact", "7 & 8"),))


CLASSES = {"share_class": [0, 1, 1], "classes": ["<b>", "plain"], "account": [0, 1, 1], "accounts": ["x&y", "z"]}


def page_of(language: str) -> str:
    runs = [run_of("first", [0, 100, 60], **CLASSES), run_of("second <i>", [0, 100, -1], **CLASSES)]
    compared = compare([[run.answers] * 3 for run in runs])
    return report(runs, About("Title <t>", [("Trace", "a & b")], ["Note 1."]), language, compared)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_report_is_one_whole_page_with_every_figure(language):
    page = page_of(language)
    parser = Whole()
    parser.feed(page)
    assert not parser.open
    text = " ".join(parser.text)
    run = run_of("first", [0, 100, 60], **CLASSES)
    named = labels(sentences.translation(language).gettext)
    for name, value in shown(run.answers, language).items():
        assert value in text
        assert named[name] in text
    for words in ("Title <t>", "a & b", "Note 1.", "second <i>", "<b>", "x&y", "7 & 8", "25.0%"):
        assert words in text
    assert bool(re.search("[가-힣]", text)) is (language == "ko")
    assert page.count("<svg") == 4


def test_waits_of_different_jobs_are_marked_as_such():
    same, fewer = run_of("a", [0, 100, 60], **CLASSES), run_of("b", [0, 100, -1], **CLASSES)
    assert "not those of the same jobs" in report([same, fewer], About("Unlike"), "en")
    assert "not those of the same jobs" not in report([same, same], About("Like"), "en")


def test_budgets_that_ran_out_are_listed_with_their_dates():
    run = run_of("tight", [0, 100, -1], **CLASSES, origin=1_772_323_200)
    page = report([dataclasses.replace(run, exhausted={"z": 90_000, "x&y": 60})], About("Budgets"), "en")
    listed = page.partition("Date (UTC)")[2]
    rows = re.findall(r'<th scope="row">([^<]*)</th><td>([^<]*)</td><td>([^<]*)</td></tr>', listed)
    assert rows[:2] == [("x&amp;y", "1 min 0 s", "2026-03-01"), ("z", "1 d 1 h", "2026-03-02")]


def test_what_the_charts_show_stands_in_a_table_too():
    runs = [run_of("first", [0, 100, 60], **CLASSES), run_of("second", [0, 100, 400], **CLASSES)]
    page = report(runs, About("Table"), "en")
    (found,) = re.findall(r"<details><summary>Use and queue over time</summary>(.*?)</details>", page, re.S)
    rows = [re.findall(r"<td>([^<]*)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", found)[1:]]
    assert len(rows) == 20
    assert rows[0] == ["75.0 %", "0", "75.0 %", "0"]
    assert [row[3] for row in rows[5:19]] == ["1"] * 14
    assert max(int(row[1]) for row in rows) == 2


def test_a_report_loads_and_runs_nothing():
    page = page_of("en")
    assert not re.search(r"<script|<link|<img|\bon\w+=|\b(?:src|href)=|url\(|@import", page)
    assert set(re.findall(r"https?://[^\"'<\s]+", page)) == {"http://www.w3.org/2000/svg"}


def test_korean_says_everything_in_korean():
    english, korean = (labels(lambda text: text), labels(sentences.translation("ko").gettext))
    assert english.keys() == korean.keys()
    assert all(re.search("[가-힣]", word) for word in korean.values())


def test_a_run_in_which_nothing_started_is_reported():
    run = run_of("none", [-1, -1, -1])
    page = report([run], About("Nothing"), "en")
    assert "–" in page
    assert len(drawn([run], [], "en")) == 2


def test_every_chart_is_well_formed_and_says_what_it_shows():
    runs = [run_of("first", [0, 100, 60]), run_of("second", [0, 100, 150])]
    for title, picture in drawn(runs, compare([[run.answers] * 2 for run in runs]), "en"):
        root = ET.fromstring(picture)
        assert root.find(f"{SVG}title").text == title
        assert root.find(f"{SVG}desc").text
        assert root.get("role") == "img"


def test_points_lie_where_their_values_are():
    across, up = Axis("x", 0, 10, []), Axis("y", 0, 100, [])
    root = ET.fromstring(charts.lines("t", "d", [Series("s", [0, 5, 10], [0, 100, 50])], across, up))
    (path,) = (one for one in root.findall(f"{SVG}path") if one.get("class") == "s1")
    floor, top = charts.HEIGHT - charts.BOTTOM, charts.TOP
    middle = charts.LEFT + (charts.WIDTH - charts.LEFT - charts.RIGHT) / 2
    right = charts.WIDTH - charts.RIGHT
    assert path.get("d") == f"M{charts.LEFT:.1f} {floor:.1f}L{middle:.1f} {top:.1f}L{right:.1f} {(floor + top) / 2:.1f}"
    stepped = charts.lines("t", "d", [Series("s", [0, 5], [0, 100])], across, up, stepped=True)
    assert f"H{middle:.1f}V{top:.1f}" in stepped


def test_an_interval_is_drawn_from_end_to_end():
    root = ET.fromstring(charts.intervals("t", "d", [Bar("b", 0.0, -5.0, 5.0)], Axis("x", -10, 10, [])))
    (path,) = (one for one in root.findall(f"{SVG}path") if one.get("class") == "s1")
    wide = charts.WIDTH - charts.LEFT - charts.RIGHT
    numbers = [float(one) for one in re.findall(r"[\d.]+", path.get("d"))]
    assert (numbers[0], numbers[2]) == (charts.LEFT + wide / 4, charts.LEFT + wide * 3 / 4)
    assert float(root.find(f"{SVG}circle").get("cx")) == charts.LEFT + wide / 2


@given(st.floats(-1e6, 1e6), st.floats(1e-2, 1e9), st.integers(2, 10))
def test_an_axis_covers_its_range_with_round_marks(low, span, marks):
    found = axis("x", low, low + span, marks=marks)
    assert found.low <= low + max(span, abs(low)) * 1e-9
    assert found.high >= low + span - max(span, abs(low)) * 1e-8
    assert 2 <= len(found.marks) <= marks + 3
    assert found.place(found.low) == 0
    assert found.place(found.high) == pytest.approx(1)


@pytest.mark.parametrize(("least", "step"), [(0.7, 1), (1, 1), (1.1, 2), (3, 5), (6, 10), (0.03, 0.05), (250, 500)])
def test_steps_are_round(least, step):
    assert charts.round_step(least) == pytest.approx(step)


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (0, "0 s", "0초"),
        (59.6, "1 min 0 s", "1분 0초"),
        (3_599, "59 min 59 s", "59분 59초"),
        (3_600, "1 h 0 min", "1시간 0분"),
        (-7_260, "-2 h 1 min", "-2시간 1분"),
        (90_000, "1 d 1 h", "1일 1시간"),
        (-0.2, "0 s", "0초"),
    ],
)
def test_lengths_of_time_are_said_in_two_units(seconds, english, korean):
    assert (duration(seconds, "en"), duration(seconds, "ko")) == (english, korean)


def test_marks_are_said_in_one_unit():
    assert [round_duration(one, "en") for one in (1, 60, 3600, 604_800)] == ["1 s", "1 min", "1 h", "7 d"]
    assert round_duration(21_600, "ko") == "6시간"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_refusal_has_its_sentence(language):
    facts = {"file": "F", "line": 7, "column": "run", "value": "-1", "job": "5", "why": "W", "missing": "M", "days": 0,
             "field": "user", "known": "a, b", "length": 2, "expected": 3, "jobs": 1, "name": "N", "zone": "Z",
             "one": "A", "other": "B", "gpus": 9, "processors": 8, "engine": "E", "seconds": 5}  # fmt: skip
    for code in sentences.REFUSALS:
        said = refusal(Refused(code, rule="x", **facts), language)
        assert "{" not in said
        assert code not in said
    for rule in sentences.RULES:
        said = refusal(Refused("trace_row", rule=rule, **facts), language)
        assert "F" in said
        assert "7" in said
        assert "{" not in said
    for rule in sentences.FAULTS:
        said = refusal(Refused("cluster_file", rule=rule, **facts), language)
        assert not said.endswith(f": {rule}.")
    assert refusal(Refused("of_another", a=1), language) == "of_another(a=1)"


def test_every_code_that_the_library_refuses_with_has_its_sentence():
    sources = Path(sentences.__file__).parent.glob("*.py")
    codes = {code for path in sources for code in re.findall(r'Refused\(\s*"(\w+)"', path.read_text(encoding="utf-8"))}
    assert codes - {"trace_row"} <= set(sentences.REFUSALS)


def test_every_rule_of_a_reader_has_its_sentences():
    source = "".join(
        (Path(sentences.__file__).parent / "formats" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("checks", "tables", "published_traces", "own_records", "slurm", "swf", "streams")
    )
    bad = set(re.findall(r'(?:bad|Bad|append)\(\(?\s*"(\w+)"', source))
    bad |= set(re.findall(r'^ {8}\*?\(+"(\w+)", (?:"|name)', source, re.M))
    other = set(re.findall(r'(?:leave_out|adjust)\(\s*"(\w+)"', source))
    assert {"negative_time", "too_large", "columns", "truncated", "out_of_order", "no_processors"} <= bad
    assert bad <= set(sentences.RULES) | set(sentences.COUNTS)
    assert set(sentences.RULES) <= set(sentences.COUNTS)
    assert other <= set(sentences.COUNTS)


def test_what_became_of_rows_is_said_with_its_first_line():
    trace = trace_of(submit=[0], run=[1])
    reading = Reading(trace, {"columns": 1200}, {"step": 3}, {"no_limit": 2}, {"columns": 9, "step": 2, "no_limit": 4})
    said = list(notes(reading, "en"))
    assert said[0] == "1,200 rows skipped: wrong number of columns (first in line 9)."
    assert [re.search(r"line (\d+)", one)[1] for one in said] == ["9", "2", "4"]


@pytest.mark.parametrize(
    ("name", "capacity", "slowdown"), [("KTH-SP2", 100, 92.6), ("SDSC-SP2", 128, 87.9), ("SDSC-BLUE", 1152, 36.5)]
)
def test_the_slowdown_of_published_schedules_is_what_its_definition_says(traces, name, capacity, slowdown):
    """The schedules are those of Gaussier et al. (SC'15), EASY; the figures are counted here a second way."""
    trace = read(traces / f"{name}.swf.gz", "swf").trace
    with gzip.open(traces / f"{name}.easy-starts.txt.gz", "rt") as stream:
        table = np.array(stream.read().split(), np.int64).reshape(-1, 2)
    assert table[:, 0].tolist() == trace.job.tolist()
    found = answers(trace, schedule_of(trace, table[:, 1]), capacity)
    assert round(found.waits.slowdown, 1) == slowdown
    times = [min(run, limit) for run, limit in zip(trace.run.tolist(), trace.estimate.tolist(), strict=True)]
    waits = (table[:, 1] - trace.submit).tolist()
    by_hand = [max(1, (wait + time) / max(time, 10)) for wait, time in zip(waits, times, strict=True)]
    assert found.waits.slowdown == pytest.approx(sum(by_hand) / len(by_hand))
