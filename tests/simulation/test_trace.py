"""A trace holds what its columns promise, or is refused."""

import numpy as np
import pytest

from madang.errors import Refused
from madang.simulation.trace import MOST, trace_of


def test_jobs_are_ordered_by_submission_and_then_as_they_came():
    trace = trace_of(submit=[5, 1, 5, 0], run=[1, 2, 3, 4])
    assert trace.submit.tolist() == [0, 1, 5, 5]
    assert trace.job.tolist() == [4, 2, 1, 3]
    assert trace.estimate.tolist() == trace.run.tolist() == [4, 2, 1, 3]
    assert all(column.dtype == np.int64 for _, column in trace.columns())


def test_one_number_stands_for_a_column():
    trace = trace_of(submit=[0, 1], run=60, gpus=2, account=[1, 0], accounts=("a", "b"))
    assert (trace.run.tolist(), trace.gpus.tolist(), trace.processors.tolist()) == ([60, 60], [2, 2], [1, 1])
    assert trace.classes == ("0",)


def test_rows_are_taken_with_everything_that_is_theirs():
    trace = trace_of(submit=[0, 1, 2], run=[1, 2, 3], job=[0, 1, 2], names=["a", "b", "c"])
    kept = trace.take(trace.run != 2)
    assert ([kept.name(row) for row in range(2)], kept.run.tolist(), len(kept)) == (["a", "c"], [1, 3], 2)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("submit", -1),
        ("submit", MOST + 1),
        ("run", 0),
        ("estimate", 0),
        ("processors", 0),
        ("processors", -1),
        ("gpus", -1),
        ("memory_mb", -1),
        ("account", 1),
        ("account", -1),
        ("share_class", 1),
        ("qos", 1),
        ("gpu_type", -2),
        ("gpu_type", 0),
    ],
)
def test_what_a_trace_cannot_hold_is_refused(column, value):
    fine = {"submit": [0, 1], "run": [5, 5], "processors": [1, 1], "estimate": [5, 5]}
    names = {"accounts": ["a"], "classes": ["c"], "qoses": ["q"], "gpu_types": []}
    trace_of(**fine, **names)
    known = fine.get(column, [-1, -1] if column == "gpu_type" else [0, 0])
    with pytest.raises(Refused) as caught:
        trace_of(**{**fine, column: [known[0], value]}, **names)
    assert caught.value.facts == {"column": column, "job": "2", "value": value}


def test_columns_of_other_lengths_or_kinds_are_refused():
    with pytest.raises(Refused, match="trace_lengths"):
        trace_of(submit=[0, 1], run=[1, 2, 3])
    with pytest.raises(Refused, match="trace_column"):
        trace_of(submit=[0, 1], run=[1.5, 2])


def test_an_id_outside_its_names_is_refused():
    with pytest.raises(Refused, match="trace_column"):
        trace_of(submit=[0], run=[1], job=[3], names=["a"])


def test_a_trace_without_jobs_is_one():
    trace = trace_of(submit=np.zeros(0, np.int64), run=np.zeros(0, np.int64))
    assert len(trace) == 0
