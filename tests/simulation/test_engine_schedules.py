"""The counting engines against published schedules, against the definitions, and against each other."""

import gzip
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulation import plainly

from madang.errors import Refused
from madang.simulation import compiled, progress
from madang.simulation.cluster import Cluster, Partition, of_processors
from madang.simulation.counting import conservative, deep_queues, shallow_queues
from madang.simulation.counting import engine as counting_engine
from madang.simulation.engine import Simulation
from madang.simulation.general import engine as general_engine
from madang.simulation.policy import Policy, named
from madang.simulation.reading import read
from madang.simulation.trace import trace_of

PROCESSORS = {"KTH-SP2": 100, "SDSC-SP2": 128, "SDSC-BLUE": 1152}
needs_numba = pytest.mark.skipif(not compiled.available(), reason="Numba is not installed")


@pytest.mark.parametrize("engine", ["plain", pytest.param("compiled", marks=needs_numba)])
@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("KTH-SP2", "easy"),
        ("KTH-SP2", "fcfs"),
        ("KTH-SP2", "conservative"),
        ("SDSC-SP2", "easy"),
        ("SDSC-BLUE", "easy"),
    ],
)
def test_every_job_starts_when_the_published_schedule_says(traces, name, policy, engine):
    trace = read(traces / f"{name}.swf.gz", "swf").trace
    found = Simulation(of_processors(PROCESSORS[name]), named(policy), variant="pyss", engine=engine).run(trace)
    with gzip.open(traces / f"{name}.{policy}-starts.txt.gz", "rt") as lines:
        published = dict(tuple(map(int, line.split())) for line in lines)
    assert dict(zip(trace.job.tolist(), found.schedule.start.tolist(), strict=True)) == published


drawn_jobs = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 20), st.integers(0, 15), st.integers(1, 8)), min_size=1, max_size=40
)


def jobs_of(drawn):
    rows = sorted(drawn, key=lambda row: row[0])
    return [plainly.Job(submit, run, run + more, needed) for submit, run, more, needed in rows]


def trace_from(jobs):
    columns = {name: [getattr(job, name) for job in jobs] for name in ("submit", "run", "estimate")}
    return trace_of(**columns, processors=[job.needed for job in jobs])


def starts(jobs, policy, *, capacity=8, **options):
    found = Simulation(of_processors(capacity), policy, **options).run(trace_from(jobs))
    return found.schedule.start.tolist()


@given(drawn_jobs)
def test_easy_and_first_come_keep_to_their_definitions(drawn):
    jobs = jobs_of(drawn)
    assert starts(jobs, named("easy")) == plainly.easy(jobs, 8)
    assert starts(jobs, named("fcfs")) == plainly.easy(jobs, 8, backfill=False)


@given(drawn_jobs)
def test_shortest_first_keeps_to_its_definition(drawn):
    def key(row, job):
        return job.estimate, row

    jobs = jobs_of(drawn)
    assert starts(jobs, named("sjf-easy")) == plainly.easy(jobs, 8, key=key)
    assert starts(jobs, named("sjf")) == plainly.easy(jobs, 8, key=key, backfill=False)


@given(drawn_jobs)
def test_conservative_backfill_keeps_to_its_definition(drawn):
    jobs = jobs_of(drawn)
    assert starts(jobs, named("conservative")) == plainly.conservative(jobs, 8)


@given(drawn_jobs, st.booleans(), st.booleans(), st.booleans())
def test_the_engines_that_are_compiled_give_the_same_schedule(drawn, backfill, by_event, shortest):
    """The kernels for shallow and for deep queues, here interpreted, so that they are tested where Numba is absent."""
    trace = trace_from(jobs_of(drawn))
    policy = Policy(order="shortest" if shortest else "submission", backfill="easy" if backfill else "none")
    variant = "pyss" if by_event else "madang"
    expected = Simulation(of_processors(8), policy, variant=variant, engine="plain").run(trace).schedule.start
    rows = np.arange(len(trace))
    ranked = np.lexsort((rows, trace.estimate)) if shortest else rows
    rank = np.argsort(ranked)
    arrivals = rank if by_event else rank[np.lexsort((rank, trace.submit))]
    columns = [column[ranked] for column in (trace.submit, trace.run, trace.estimate, trace.processors)]
    state = deep_queues.blocks_of(*columns, 8)
    deep_queues.play_blocks(state, arrivals, backfill, by_event)
    assert state.start[rank].tolist() == expected.tolist()
    lines = shallow_queues.rows_of(*columns, 8)
    play = shallow_queues.play_events if by_event else shallow_queues.play_instants
    assert play(lines, arrivals, 8, backfill) and lines.came[0] == len(trace)
    assert lines.start[rank].tolist() == expected.tolist()


@pytest.mark.parametrize("play", [shallow_queues.play_events, shallow_queues.play_instants])
def test_the_engine_for_shallow_queues_gives_up_where_many_wait(play, monkeypatch):
    monkeypatch.setattr(shallow_queues, "AT_FIRST", 0)
    monkeypatch.setattr(shallow_queues, "PATIENCE", 5)
    submit = np.arange(100)
    for run, found in ((1, True), (50, False)):
        lines = shallow_queues.rows_of(submit, np.full(100, run), np.full(100, run), np.full(100, 4), 8)
        assert play(lines, submit, 8, True) is found


@needs_numba
@settings(max_examples=60)
@given(drawn_jobs, st.sampled_from(["fcfs", "easy", "sjf", "sjf-easy", "conservative"]), st.booleans())
def test_compiled_engines_give_the_same_schedule(drawn, name, by_event):
    jobs, variant = jobs_of(drawn), "pyss" if by_event else "madang"
    plain = starts(jobs, named(name), variant=variant, engine="plain")
    assert starts(jobs, named(name), variant=variant, engine="compiled") == plain


@given(drawn_jobs, st.booleans())
def test_no_engine_ever_gives_out_more_than_there_is(drawn, by_event):
    trace = trace_from(jobs_of(drawn))
    for name in ("easy", "conservative", "sjf"):
        found = Simulation(of_processors(8), named(name), variant="pyss" if by_event else "madang").run(trace)
        assert found.in_use.values.max() <= 8
        assert (found.schedule.start >= found.schedule.submit).all()


def test_a_job_past_its_limit_is_killed_at_it():
    trace = trace_of(submit=[0, 0], run=[50, 50], estimate=[20, 60], processors=4)
    schedule = Simulation(of_processors(4), named("easy")).run(trace).schedule
    assert schedule.end.tolist() == [20, 70] and schedule.killed.tolist() == [True, False]


def test_pyss_takes_what_ran_as_the_estimate_of_a_job_that_outran_its_own():
    """So its processors seem held until 50, and the third job, which would run until 45, may overtake the second."""
    trace = trace_of(submit=[0, 1, 2], run=[50, 5, 40], estimate=[20, 5, 40], processors=[3, 4, 1])
    assert Simulation(of_processors(4), named("easy"), variant="pyss").run(trace).schedule.start.tolist() == [0, 42, 2]
    assert Simulation(of_processors(4), named("easy")).run(trace).schedule.start.tolist() == [0, 20, 25]


def test_a_job_that_is_larger_than_the_cluster_is_refused_or_passed_over_and_said():
    trace = trace_of(submit=[0, 1], run=[5, 5], processors=[9, 8], job=[11, 12])
    with pytest.raises(Refused) as refused:
        Simulation(of_processors(8), named("easy")).run(trace)
    assert (refused.value.code, refused.value.facts["job"]) == ("job_too_large", "11")
    found = Simulation(of_processors(8), named("easy"), oversized="skip").run(trace)
    assert found.skipped.tolist() == [True, False] and found.schedule.start.tolist() == [-1, 1]


@pytest.mark.parametrize("policy", ["easy", "conservative", "madang", "multifactor"])
def test_a_trace_without_jobs_has_an_empty_schedule(policy):
    trace = trace_of(submit=[], run=[], processors=[])
    assert len(Simulation(of_processors(8), named(policy)).run(trace).schedule) == 0


def test_progress_is_told_on_long_runs():
    told = []
    trace = trace_of(submit=np.arange(10_000), run=np.ones(10_000, dtype=int))
    Simulation(of_processors(8), named("easy"), engine="plain").run(trace, lambda done, of: told.append((done, of)))
    assert told == [(4096, 10_000), (8192, 10_000)]


@pytest.mark.parametrize("engine", ["plain", pytest.param("compiled", marks=needs_numba)])
@pytest.mark.parametrize("policy", ["easy", "conservative", "madang", "multifactor"])
def test_every_engine_counts_how_far_it_is(monkeypatch, policy, engine):
    """What is read while it runs has reached the number of jobs at the end."""
    told_at_end = []

    def play_and_keep(play, come, jobs, progress):
        found = play()
        told_at_end.append((come(), jobs))
        return found

    for module in (counting_engine, general_engine):
        monkeypatch.setattr(module, "followed", play_and_keep)
    trace = trace_of(submit=np.arange(300), run=np.full(300, 20), processors=4)
    Simulation(of_processors(8), named(policy), engine=engine).run(trace, lambda done, of: None)
    assert told_at_end == ([] if (policy, engine) == ("easy", "plain") else [(300, 300)])


def test_progress_is_told_while_an_engine_runs(monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0.001)
    told, enough = [], threading.Event()

    def hear(done, of):
        told.append((done, of))
        enough.set()

    assert progress.followed(enough.wait, lambda: 7, 9, hear) is True
    assert set(told) == {(7, 9)}
    with pytest.raises(ZeroDivisionError):
        progress.followed(lambda: 1 // 0, lambda: 7, 9, hear)


def test_the_reference_tells_how_far_it_is():
    told = []
    trace = trace_of(submit=np.arange(600), run=np.ones(600, dtype=int))
    simulation = Simulation(of_processors(8), named("madang"), engine="reference")
    simulation.run(trace, lambda done, of: told.append((done, of)))
    assert told == [(256, 600), (512, 600)]


def test_a_trace_too_long_for_the_integers_is_refused():
    trace = trace_of(submit=[0, 1 << 37], run=[1, 1])
    with pytest.raises(Refused, match="trace_too_long"):
        Simulation(of_processors(8), named("easy")).run(trace)


def test_gpus_alone_are_counted_as_processors_are():
    jobs = jobs_of([(0, 5, 3, 4), (0, 9, 1, 5), (1, 2, 0, 3), (2, 4, 4, 8)])
    columns = {name: [getattr(job, name) for job in jobs] for name in ("submit", "run", "estimate")}
    trace = trace_of(**columns, processors=0, gpus=[job.needed for job in jobs])
    cluster = Cluster((Partition("gpu", 1, 0, gpus=8),), placed=False)
    assert Simulation(cluster, named("easy")).run(trace).schedule.start.tolist() == starts(jobs, named("easy"))


def test_kernels_keep_to_steps_that_never_overlap():
    times, free = [0], [4]
    conservative.alter(times, free, 2, 5, -3)
    conservative.alter(times, free, 5, 9, -3)
    assert (times, free) == ([0, 2, 9], [4, 1, 4])
    conservative.alter(times, free, 2, 9, 3)
    assert (times, free) == ([0], [4])
