"""Logs in the Standard Workload Format: read quickly or line by line alike, and no bad row passes in silence."""

import gzip
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.errors import Refused
from madang.simulation.cluster import of_processors
from madang.simulation.formats import streams, swf
from madang.simulation.formats.bad_rows import Tally
from madang.simulation.formats.checks import Choices
from madang.simulation.reading import Reading, read
from madang.simulation.trace import COLUMNS

HEADER = "; Computer: Example\n; UnixStartTime: 1272639895\n"
WANTED = list(swf.PLACES)


def row(job=1, submit=0, run=10, allocated=4, requested=4, limit=60, memory=-1, user=7, group=1, queue=1) -> str:
    return f"{job} {submit} -1 {run} {allocated} -1 -1 {requested} {limit} {memory} 1 {user} {group} -1 {queue} 1 -1 -1"


def log(folder: Path, *lines: str, name: str = "log.swf") -> Path:
    path = folder / name
    text = "".join(f"{line}\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def reading(path: Path, **choices) -> Reading:
    return read(path, "swf", Choices(**choices))


def refused(path: Path, **choices) -> dict[str, object]:
    with pytest.raises(Refused) as caught:
        reading(path, **choices)
    assert caught.value.facts["file"] == str(path)
    return {**caught.value.facts, "code": caught.value.code}


@pytest.mark.parametrize("name", ["log.swf", "log.swf.gz", "log.gz.txt"])
def test_a_log_is_read_whole(tmp_path, name):
    path = log(
        tmp_path, HEADER.strip(), row(), row(job=5, submit=7, run=90, requested=-1, user=3, memory=2048), name=name
    )
    trace = reading(path).trace
    assert trace.origin == 1272639895
    assert {column: values.tolist() for column, values in trace.columns()} == {
        "job": [1, 5],
        "submit": [0, 7],
        "run": [10, 90],
        "estimate": [60, 60],
        "processors": [4, 4],
        "gpus": [0, 0],
        "memory_mb": [0, 8],
        "account": [1, 0],
        "share_class": [0, 0],
        "qos": [0, 0],
        "gpu_type": [-1, -1],
    }
    assert trace.accounts == ("3", "7")
    assert trace.name(1) == "5"


def test_a_log_without_a_heading_begins_at_an_unknown_time(tmp_path):
    assert reading(log(tmp_path, row())).trace.origin == 0


def test_comments_and_empty_lines_may_stand_anywhere(tmp_path):
    found = reading(log(tmp_path, row(), ";", "; 1 2 3", "", "  ", row(job=2, submit=3), ";"))
    assert (found.trace.job.tolist(), found.skipped) == ([1, 2], {})


def test_processors_are_those_requested_else_those_allocated(tmp_path):
    path = log(tmp_path, row(allocated=9, requested=1), row(job=2, allocated=9, requested=0))
    assert reading(path).trace.processors.tolist() == [1, 9]


def test_account_and_class_are_the_columns_asked_for(tmp_path):
    path = log(tmp_path, row(group=11, queue=2), row(job=2, group=9, queue=1))
    trace = reading(path, account_field="group", class_field="queue").trace
    assert [trace.accounts[one] for one in trace.account] == ["11", "9"]
    assert [trace.classes[one] for one in trace.share_class] == ["2", "1"]
    with pytest.raises(Refused) as caught:
        reading(path, account_field="colour")
    assert caught.value.code == "trace_field"


@pytest.mark.parametrize(
    ("bad", "rule", "column"),
    [
        (row(submit=-5), "negative_time", "submit"),
        (row(submit=9, run=-1), "negative_time", "run"),
        (row(submit=9, allocated=0, requested=0), "no_processors", "processors"),
        (row(submit=9, allocated=-1, requested=-1), "no_processors", "processors"),
        (row(submit=9, requested=65), "larger_than_cluster", "processors"),
        (row(submit=3), "out_of_order", "submit"),
        (row(submit=9, run="ten"), "not_a_number", "run"),
        (row(submit=9, run="1.5"), "not_a_number", "run"),
        (row(submit=9, run="--1"), "not_a_number", "run"),
        (row(submit=9, run="9" * 13), "not_a_number", "run"),
        (row(submit=9, limit="9" * 12 + "9"), "not_a_number", "estimate"),
        (row(submit=9, run="2" + "0" * 11), "too_large", "run"),
        (row(submit=9, limit="2" + "0" * 11), "too_large", "estimate"),
        (row(submit=9) + " 5", "columns", ""),
        (row(submit=9)[:-3], "columns", ""),
    ],
)
def test_a_bad_row_is_refused_with_its_line_or_counted(tmp_path, bad, rule, column):
    path = log(tmp_path, HEADER.strip(), row(submit=5), bad, row(job=3, submit=11))
    facts = refused(path, cluster=of_processors(64))
    assert (facts["code"], facts["line"], facts["rule"], facts["column"]) == ("trace_row", 4, rule, column)
    found = reading(path, cluster=of_processors(64), skip_bad=True)
    assert found.trace.job.tolist() == [1, 3]
    assert (found.skipped, found.first) == ({rule: 1}, {rule: 4})


def test_the_first_bad_line_of_several_is_named(tmp_path):
    path = log(tmp_path, row(), row(submit=4, requested=0, allocated=0), row(submit=2), row(submit=-3))
    assert (refused(path)["line"], refused(path)["rule"]) == (2, "no_processors")
    found = reading(path, skip_bad=True)
    assert found.skipped == {"no_processors": 1, "out_of_order": 1, "negative_time": 1}
    assert len(found.trace) == 1


def test_an_unknown_account_is_refused_or_counted(tmp_path):
    path = log(tmp_path, row(user=7), row(job=2, user=8))
    assert refused(path, class_of={"7": "start-up"})["rule"] == "account_unknown"
    found = reading(path, class_of={"7": "start-up"}, skip_bad=True)
    assert found.skipped == {"account_unknown": 1}
    assert [found.trace.classes[one] for one in found.trace.share_class] == ["start-up"]
    both = reading(path, class_of={"7": "start-up", "8": "research"}).trace
    assert [both.classes[one] for one in both.share_class] == ["start-up", "research"]


def test_a_truncated_file_is_refused_at_its_line_or_counted(tmp_path):
    draw = random.Random(1)
    lines = [row(job=n, submit=n, user=draw.randrange(10**6)) for n in range(1, 3000)]
    whole = log(tmp_path, *lines, name="whole.swf.gz")
    cut = tmp_path / "cut.swf.gz"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    facts = refused(cut)
    assert facts["rule"] == "truncated"
    found = reading(cut, skip_bad=True)
    assert found.skipped == {"truncated": 1}
    assert 0 < len(found.trace) < 2999
    assert facts["line"] == len(found.trace) + 1
    users = [line.split()[11] for line in lines]
    assert [found.trace.accounts[one] for one in found.trace.account] == users[: len(found.trace)]


def test_no_cut_or_damaged_gzip_is_taken_for_a_whole_one(tmp_path):
    packed = log(tmp_path, *(row(job=n, submit=n) for n in range(1, 30)), name="whole.swf.gz").read_bytes()
    path = tmp_path / "part.swf.gz"
    for size in range(len(packed)):
        path.write_bytes(packed[:size])
        with pytest.raises(Refused):
            reading(path)
    for place in range(10, len(packed)):
        path.write_bytes(packed[:place] + bytes([packed[place] ^ 0x10]) + packed[place + 1 :])
        with pytest.raises(Refused):
            reading(path)


def test_a_gzip_of_several_members_is_one_file(tmp_path):
    path = tmp_path / "log.swf.gz"
    members = [gzip.compress(f"{row(job=n, submit=n)}\n".encode()) for n in range(1, 4)]
    path.write_bytes(b"".join(members) + b"\0" * 512)
    assert reading(path).trace.job.tolist() == [1, 2, 3]


def test_an_origin_beyond_all_clocks_is_refused_or_left_out(tmp_path):
    path = log(tmp_path, "; a log", "; UnixStartTime: 99999999999999", row())
    assert (refused(path)["line"], refused(path)["column"]) == (2, "UnixStartTime")
    assert reading(path, skip_bad=True).trace.origin == 0


def test_a_damaged_gzip_is_refused(tmp_path):
    path = log(tmp_path, row(), name="log.swf.gz")
    content = bytearray(path.read_bytes())
    content[-6] ^= 0xFF
    path.write_bytes(content)
    assert refused(path)["rule"] == "truncated"


def test_what_is_put_in_is_counted(tmp_path):
    path = log(tmp_path, row(run=0), row(job=1, submit=1, limit=-1, run=33), row(job=3, submit=2, limit=5, run=40))
    found = reading(path)
    assert found.adjusted == {"under_a_second": 1, "no_limit": 1, "id_again": 1}
    assert found.first == {"under_a_second": 1, "no_limit": 2, "id_again": 2}
    assert found.trace.run.tolist() == [1, 33, 40]
    assert found.trace.estimate.tolist() == [60, 33, 5]
    assert reading(path, limit=600).trace.estimate.tolist() == [60, 600, 5]


def test_every_id_that_comes_again_is_counted(tmp_path):
    found = reading(log(tmp_path, *(row(job=job, submit=at) for at, job in enumerate([4, 7, 4, 9, 7, 4, 1]))))
    assert (found.adjusted, found.first) == ({"id_again": 3}, {"id_again": 3})


def test_twelve_digits_are_a_number_quickly_and_line_by_line(tmp_path):
    longest = str(10**12 - 1)
    assert reading(log(tmp_path, row(user=longest))).trace.accounts == (longest,)
    assert reading(log(tmp_path, row(user=longest), ";", row(user=longest))).trace.accounts == (longest,)


def test_rows_that_never_ran_can_be_one_second_jobs(tmp_path):
    path = log(tmp_path, row(), row(job=2, run=-1), row(job=3, run=50, allocated=0, requested=0))
    found = reading(path, one_second=True)
    assert found.adjusted == {"one_second": 2}
    assert found.trace.run.tolist() == [10, 1, 1]
    assert found.trace.estimate.tolist() == [60, 1, 1]
    assert found.trace.processors.tolist() == [4, 4, 1]


def test_no_file_and_no_job_are_refused(tmp_path):
    with pytest.raises(Refused) as caught:
        reading(tmp_path / "none.swf")
    assert caught.value.code == "trace_unreadable"
    assert refused(log(tmp_path, HEADER.strip()))["code"] == "trace_empty"
    (tmp_path / "empty").touch()
    assert refused(tmp_path / "empty")["code"] == "trace_empty"


def test_the_last_line_needs_no_newline(tmp_path):
    path = tmp_path / "log.swf"
    path.write_text(row() + "\n" + row(job=2))
    assert reading(path).trace.job.tolist() == [1, 2]


words = st.one_of(
    st.integers(-1, 10**6).map(str),
    st.integers(-1, 10**6).map(str),
    st.integers(10**10, 10**14).map(str),
    st.sampled_from(["-", "--1", "1.5", "x", ";", "+3", "٣", "-0", "007"]),
)
lines_of_words = st.lists(st.lists(words, min_size=16, max_size=19).map(" ".join), max_size=3)
separators = st.sampled_from(["\n", "\n\n", "\r\n", "\n; a comment\n", " \n\t"])


@given(lines_of_words, separators)
@settings(max_examples=80)
def test_quick_and_line_by_line_agree_on_any_text(lines, separator):
    block = (separator.join(lines) + "\n").encode()
    quick = swf._quickly(block, WANTED)
    tally = Tally("x", skip=True)
    table, at = swf._line_by_line(block, 1, WANTED, tally)
    if quick is not None:
        assert quick.tolist() == table.tolist()
        assert at.tolist() == list(range(1, len(at) + 1))
        assert not tally.skipped


@given(st.lists(st.lists(st.integers(-1, 10**12 - 1), min_size=18, max_size=18), min_size=1, max_size=4))
@settings(max_examples=40)
def test_a_regular_block_is_always_read_quickly(table):
    block = "".join(" ".join(map(str, numbers)) + "\n" for numbers in table).encode()
    quick = swf._quickly(block, WANTED)
    assert quick is not None
    assert quick.T.tolist() == [[numbers[place] for place in swf.PLACES.values()] for numbers in table]


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b" ")), max_size=20), st.integers(1, 40))
def test_blocks_are_the_file_in_whole_lines(tmp_path_factory, lines, size):
    path = tmp_path_factory.getbasetemp() / "blocks.txt"
    content = b"x" + b"".join(line + b"\n" for line in lines)
    path.write_bytes(content)
    found = list(streams.blocks(path, Tally("x"), size))
    assert b"".join(block for _, block in found) == content + (b"" if content.endswith(b"\n") else b"\n")
    assert all(block.endswith(b"\n") for _, block in found)
    at = 1
    for line, block in found:
        assert line == at
        at += block.count(b"\n")


@pytest.mark.parametrize(
    ("name", "jobs", "work", "accounts"),
    [
        ("KTH-SP2.swf.gz", 28_481, 252_339_555, 214),
        ("SDSC-SP2.swf.gz", 54_006, None, None),
        ("SDSC-BLUE.swf.gz", 232_542, 980_594_629, 468),
        ("RICC-2010-2.swf.gz", 447_794, 5_305_148_436, 176),
    ],
)
def test_real_logs_are_read_whole(traces, name, jobs, work, accounts):
    found = read(traces / name, "swf")
    assert len(found.trace) == jobs
    assert not found.skipped
    if work is not None:
        assert int(found.trace.run.sum()) == work
        assert len(found.trace.accounts) == accounts


def test_a_real_log_read_line_by_line_is_the_same(traces, monkeypatch):
    quick = read(traces / "KTH-SP2.swf.gz", "swf").trace
    monkeypatch.setattr(swf, "_quickly", lambda block, wanted: None)
    slow = read(traces / "KTH-SP2.swf.gz", "swf").trace
    assert all(np.array_equal(getattr(quick, name), getattr(slow, name)) for name in COLUMNS)
