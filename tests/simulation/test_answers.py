"""Answers worked out by hand for small schedules, and by brute force, second by second, for drawn ones."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.simulation.answers import Waits, answers, gini, waits, waits_by
from madang.simulation.comparing import compare, interval, student
from madang.simulation.step_functions import Steps, held, least, less, sampled, steady
from madang.simulation.trace import Schedule, Trace, trace_of


def schedule_of(trace: Trace, start, killed=None) -> Schedule:
    begin = np.array(start, np.int64)
    end = np.where(begin < 0, -1, begin + np.minimum(trace.run, trace.estimate))
    late = (trace.run > trace.estimate) & (begin >= 0)
    return Schedule(trace.job, trace.submit, begin, end, late, np.zeros(len(trace), np.int64))


def example() -> tuple[Trace, Schedule]:
    """Four GPUs; job 2 waits 60 s for job 1 while one GPU lies free, job 3 never starts."""
    trace = trace_of(
        submit=[0, 40, 50], run=[100, 100, 10], estimate=[100, 100, 10], gpus=[3, 2, 1],
        account=[0, 1, 1], accounts=["a", "b"], share_class=[0, 1, 1], classes=["start-up", "research"],
    )  # fmt: skip
    return trace, schedule_of(trace, [0, 100, -1])


def test_an_example_is_answered_as_by_hand():
    trace, schedule = example()
    found = answers(trace, schedule, 4, targets={"start-up": 0.5})
    assert (found.unit, found.begin, found.end) == ("gpus", 0, 200)
    assert (found.waits.jobs, found.waits.never, found.waits.mean) == (2, 1, 30.0)
    assert (found.waits.median, found.waits.p90, found.waits.longest) == (0, 60, 60)
    assert found.waits.slowdown == pytest.approx((1 + 1.6) / 2)
    assert (found.used, found.utilisation) == (500, 500 / 800)
    assert found.utilisation_while_arriving == 150 / 200
    # One GPU lies free over [40, 100) and job 2 wants two, job 3 one; after 100 two lie free and job 3 wants one.
    assert found.unused_wanted == 60 + 100
    assert [int(found.queue.at(time)) for time in (0, 39, 40, 50, 100, 199, 200)] == [0, 0, 1, 2, 1, 1, 0]
    assert found.shares["start-up"].given == 300 / 500
    assert found.shares["research"].asked == 210 / 510
    assert (found.shares["start-up"].target, found.shares["research"].target) == (0.5, None)
    assert found.gini_wait == pytest.approx(0.5)
    assert found.gini_given == pytest.approx(0.1)


def test_capacity_may_change():
    trace, schedule = example()
    found = answers(trace, schedule, Steps(np.array([0, 100]), np.array([4, 2])))
    assert (found.utilisation, found.unused_wanted) == (500 / 600, 60)


def test_waits_are_grouped_by_account_class_and_size():
    trace, schedule = example()
    assert {name: found.mean for name, found in waits_by(trace, schedule, "account").items()} == {"a": 0, "b": 60}
    assert list(waits_by(trace, schedule, "class")) == ["start-up", "research"]
    assert {name: found.jobs for name, found in waits_by(trace, schedule, "size").items()} == {"1": 0, "2": 1, "4": 1}


def test_without_a_single_start_nothing_is_divided():
    trace = trace_of(submit=[5], run=[10])
    found = answers(trace, schedule_of(trace, [-1]), 4)
    assert found.waits == Waits(0, 1, 0.0, 0, 0, 0, 0, 0.0)
    assert (found.utilisation, found.gini_wait) == (0.0, 0.0)
    empty = trace_of(submit=np.zeros(0, np.int64), run=np.zeros(0, np.int64))
    assert answers(empty, schedule_of(empty, []), 4).used == 0


def test_accounts_without_jobs_are_in_no_gini():
    trace = trace_of(submit=[0, 0], run=10, account=[0, 2], accounts=["a", "idle", "b"])
    found = answers(trace, schedule_of(trace, [5, 5]), 4)
    assert (found.gini_given, found.gini_wait) == (0.0, 0.0)


def test_a_job_past_its_limit_counts_as_killed():
    trace = trace_of(submit=[0], run=[100], estimate=[60])
    found = answers(trace, schedule_of(trace, [0]), 4)
    assert (found.killed, found.used) == (1, 60)


drawn = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20), st.integers(1, 4), st.integers(-3, 25)), min_size=1)


@given(drawn)
def test_integrals_are_those_of_counting_second_by_second(jobs):
    jobs.sort(key=lambda job: job[0])
    trace = trace_of(submit=[job[0] for job in jobs], run=[job[1] for job in jobs], processors=[job[2] for job in jobs])
    start = [-1 if job[3] < 0 else job[0] + job[3] for job in jobs]
    schedule = schedule_of(trace, start)
    found = answers(trace, schedule, 10)
    used = unused = 0
    for second in range(found.begin, found.end):
        busy = sum(p for (_, run, p, _), at in zip(jobs, start, strict=True) if 0 <= at <= second < at + run)
        asked = sum(p for (s, _, p, _), at in zip(jobs, start, strict=True) if s <= second and (at < 0 or second < at))
        waiting = sum(s <= second and (at < 0 or second < at) for (s, *_), at in zip(jobs, start, strict=True))
        used += busy
        unused += min(max(10 - busy, 0), asked)
        assert found.queue.at(second) == waiting
    assert (found.used, found.unused_wanted) == (used, unused)


@given(st.lists(st.integers(0, 500), min_size=1))
def test_quantiles_are_those_of_the_definition(values):
    trace = trace_of(submit=[0] * len(values), run=1)
    found = waits(schedule_of(trace, values))
    for share, quantile in ((50, found.median), (90, found.p90), (99, found.p99)):
        assert quantile == min(one for one in values if sum(v <= one for v in values) * 100 >= share * len(values))
    assert found.mean == pytest.approx(statistics.fmean(values))


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_gini_is_half_the_mean_difference_over_the_mean(values):
    pairs = [abs(one - other) for one in values for other in values]
    expected = statistics.fmean(pairs) / (2 * statistics.fmean(values)) if sum(values) else 0
    assert gini(np.array(values)) == pytest.approx(expected)


ladders = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 9)), max_size=8).map(
    lambda rows: held(*(np.array([row[n] for row in rows], np.int64) for n in (0, 0, 2)))
    if not rows
    else held(
        np.array([min(a, b) for a, b, _ in rows]), np.array([max(a, b) for a, b, _ in rows]),
        np.array([n for *_, n in rows]),
    )
)  # fmt: skip


@given(ladders, ladders, st.integers(0, 60), st.integers(0, 60))
def test_steps_are_what_they_are_at_every_second(first, second, begin, end):
    seconds = np.arange(begin, end)
    assert first.total(begin, end) == int(first.at(seconds).sum())
    assert first.peak(begin, end) == int(first.at(seconds).max(initial=0))
    every = np.arange(-2, 62)
    assert least(first, second).at(every).tolist() == np.minimum(first.at(every), second.at(every)).tolist()
    assert less(first, second).at(every).tolist() == np.maximum(first.at(every) - second.at(every), 0).tolist()


@given(ladders, st.integers(0, 60), st.integers(1, 60), st.integers(1, 20))
def test_samples_cover_all_of_it(steps, begin, length, points):
    starts, means, peaks = sampled(steps, begin, begin + length, points)
    edges = [*starts.tolist(), begin + length]
    for low, high, mean, peak in zip(edges, edges[1:], means.tolist(), peaks.tolist(), strict=False):
        inside = steps.at(np.arange(low, high))
        assert (mean, peak) == (int(inside.sum()) // (high - low), int(inside.max()))


def test_large_totals_stay_exact():
    many = Steps(np.arange(200), np.full(200, (1 << 40) + 3))
    assert many.total(0, 1 << 22) == ((1 << 40) + 3) << 22
    assert steady(1 << 45).total(0, 1 << 30) == 1 << 75


@pytest.mark.parametrize(
    ("level", "freedom", "t"),
    [
        (0.95, 1, 12.7062), (0.95, 2, 4.30265), (0.95, 3, 3.18245), (0.95, 4, 2.77645), (0.95, 9, 2.26216),
        (0.95, 30, 2.04227), (0.95, 199, 1.97196), (0.99, 5, 4.03214), (0.9, 10, 1.81246),
    ],
)  # fmt: skip
def test_students_quantiles_are_the_published_ones(level, freedom, t):
    assert student(level, freedom) == pytest.approx(t, rel=2e-6)


def test_an_interval_holds_the_true_mean_as_often_as_it_says():
    draw = np.random.default_rng(5)
    found = [interval(draw.normal(3.0, 2.0, 6).tolist()) for _ in range(2000)]
    assert 0.935 < sum(one.low < 3.0 < one.high for one in found) / 2000 < 0.965
    assert interval([4.0]).low is None
    assert (interval([1.0, 3.0]).low, interval([1.0, 3.0]).high) == pytest.approx((2 - 12.7062, 2 + 12.7062), rel=1e-5)
    assert not interval([4.0]).certain


def test_runs_are_compared_pair_by_pair():
    draw = np.random.default_rng(7)
    easy, slow = [], []
    for _ in range(8):
        start = draw.integers(0, 10_000, 5)
        trace = trace_of(submit=[0] * 5, run=100)
        easy.append(answers(trace, schedule_of(trace, start), 4))
        slow.append(answers(trace, schedule_of(trace, start + 60), 4))
    first, second = compare([easy, slow])
    assert compare([easy]) == [first]
    assert first.differences["mean_wait"].mean == 0
    assert not first.differences["mean_wait"].certain
    assert second.differences["mean_wait"].mean == pytest.approx(60)
    assert second.differences["mean_wait"].certain
    assert second.measures["mean_wait"].low < first.measures["mean_wait"].mean < second.measures["mean_wait"].high
    with pytest.raises(ValueError, match="same number"):
        compare([easy, slow[:-1]])
