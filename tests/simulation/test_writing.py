"""What is written comes back the same, and starts stand in the order of the trace."""

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.errors import Refused
from madang.simulation.reading import read
from madang.simulation.trace import COLUMNS, Schedule, Trace, trace_of
from madang.simulation.writing import write_starts, write_trace


def schedule_of(trace: Trace, start: list[int], end: list[int]) -> Schedule:
    zeros = np.zeros(len(trace), np.int64)
    return Schedule(trace.job, trace.submit, np.array(start), np.array(end), zeros > 0, zeros)


@st.composite
def traces_of(draw) -> Trace:
    length = draw(st.integers(1, 12))
    numbers = {
        name: draw(st.lists(st.integers(least, 10**9), min_size=length, max_size=length))
        for name, least in (
            ("submit", 0),
            ("run", 1),
            ("estimate", 1),
            ("processors", 1),
            ("gpus", 0),
            ("memory_mb", 0),
        )
    }
    words = st.lists(st.text("가나abc,\"' |\n;", max_size=4).map(str.strip), min_size=1, max_size=4, unique=True)
    accounts, classes, qoses, types = draw(words), draw(words), draw(words), [f"t{n}" for n in range(3)]
    index = {
        name: draw(st.lists(st.integers(least, len(known) - 1), min_size=length, max_size=length))
        for name, known, least in (
            ("account", accounts, 0), ("share_class", classes, 0), ("qos", qoses, 0), ("gpu_type", types, -1),
        )
    }  # fmt: skip
    named = draw(st.booleans())
    return trace_of(
        **numbers, **index, accounts=accounts, classes=classes, qoses=qoses, gpu_types=types,
        job=range(length) if named else None, names=[f"j{n}" for n in range(length)] if named else (),
        origin=draw(st.integers(0, 10**9)),
    )  # fmt: skip


def meant(trace: Trace) -> list[tuple[object, ...]]:
    """The jobs with names in place of indices."""
    return [
        (
            trace.name(row),
            *(int(getattr(trace, name)[row]) for name in COLUMNS[1:7]),
            trace.accounts[trace.account[row]],
            trace.classes[trace.share_class[row]],
            trace.qoses[trace.qos[row]],
            trace.gpu_types[trace.gpu_type[row]] if trace.gpu_type[row] >= 0 else None,
        )
        for row in range(len(trace))
    ]


@given(traces_of())
@settings(max_examples=60)
def test_a_trace_written_and_read_is_the_same(tmp_path_factory, trace):
    path = tmp_path_factory.getbasetemp() / "trace.csv"
    write_trace(trace, path)
    found = read(path, "madang").trace
    assert meant(found) == meant(trace)
    assert found.origin == trace.origin


def test_starts_are_written_in_seconds_of_the_trace(tmp_path):
    trace = trace_of(submit=[0, 5], run=[10, 20], job=[0, 1], names=["71_1", "71_2"])
    write_starts(trace, schedule_of(trace, [3, -1], [13, -1]), tmp_path / "starts.csv")
    assert (tmp_path / "starts.csv").read_text() == "job,submit,start,end\n71_1,0,3,13\n71_2,5,,\n"


def test_numbers_alone_are_written_as_anything_else_is(tmp_path):
    length = 70_000
    trace = trace_of(submit=range(length), run=7)
    write_starts(trace, schedule_of(trace, range(length), range(7, length + 7)), tmp_path / "quick.csv")
    named = trace_of(submit=range(length), run=7, job=range(length), names=[str(n + 1) for n in range(length)])
    write_starts(named, schedule_of(named, range(length), range(7, length + 7)), tmp_path / "slow.csv")
    assert (tmp_path / "quick.csv").read_bytes() == (tmp_path / "slow.csv").read_bytes()


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    trace = trace_of(submit=[0], run=[1])
    with pytest.raises(Refused, match="trace_unwritable"):
        write_trace(trace, tmp_path / "no" / "trace.csv")
    with pytest.raises(Refused, match="trace_unwritable"):
        write_starts(trace, schedule_of(trace, [0], [1]), tmp_path / "no" / "starts.csv")


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is not None, reason="pyarrow is installed")
def test_parquet_without_its_library_is_refused(tmp_path):
    with pytest.raises(Refused) as caught:
        write_trace(trace_of(submit=[0], run=[1]), tmp_path / "trace.parquet")
    assert caught.value.code == "parquet_missing"


def test_parquet_holds_the_same_columns(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    trace = trace_of(submit=[0, 5], run=[10, 20], account=[0, 1], accounts=["가", "b"])
    write_trace(trace, tmp_path / "trace.parquet")
    found = parquet.read_table(tmp_path / "trace.parquet").to_pydict()
    assert (found["submit"], found["run"], found["account"]) == ([0, 5], [10, 20], ["가", "b"])
