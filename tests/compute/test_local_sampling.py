"""What a job uses: counted over its processes, kept in few bins, and idleness noticed."""

import json
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.compute.local import sampling
from madang.compute.local.sampling import MOST_BINS, Bin, Sampler, Samples

LOOKS = st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 10**6), st.integers(0, 10**5)), max_size=300)


@given(LOOKS)
def test_however_long_a_job_runs_its_bins_are_few_and_lose_nothing(looks):
    samples, at = Samples(), 0
    for seconds, cpu, memory in looks:
        at += seconds
        samples.add(at, Bin(seconds, cpu, memory, seconds * 3, seconds), idle=False)
    assert len(samples.bins) <= MOST_BINS
    assert sum(one.seconds for one in samples.bins) == sum(look[0] for look in looks)
    assert sum(one.core_milliseconds for one in samples.bins) == sum(look[1] for look in looks)
    assert max((one.memory_mb for one in samples.bins), default=0) == max((look[2] for look in looks), default=0)
    assert sum(one.gpu_percent_seconds for one in samples.bins) == 3 * sum(one.gpu_seconds for one in samples.bins)
    assert len(samples.kept()) < 20_000 and sampling.read(samples.kept()) == samples


def test_bins_are_put_together_when_they_are_full():
    samples = Samples()
    for second in range(10, 10 * MOST_BINS + 20, 10):
        samples.add(second, Bin(10, second), idle=False)
    assert samples.width == 20 and len(samples.bins) == MOST_BINS // 2 + 1
    assert samples.bins[1].core_milliseconds == 20 + 30 and samples.bins[0].core_milliseconds == 10


def test_idleness_is_the_time_since_something_was_done():
    samples = Samples()
    for at, idle in ((10, True), (20, True), (30, False), (40, True), (50, True)):
        samples.add(at, Bin(10), idle=idle)
    assert samples.idle_seconds == 20


@pytest.fixture
def family():
    """A process whose child has a child that works, and another that has ended."""
    child = "import subprocess,sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"
    words = f"import subprocess,sys; subprocess.run([sys.executable, '-c', 'sum(range(10**6))']); {child}"
    process = subprocess.Popen([sys.executable, "-c", words])
    yield process
    for pid in sampling.tree(process.pid):
        os.kill(pid, 9)
    process.wait()


def test_a_job_is_measured_over_all_its_processes(family, tmp_path):
    sampler = Sampler((), tmp_path)
    give_up = time.monotonic() + 30
    while len(sampling.tree(family.pid)) < 2 or sampling.totals(sampling.tree(family.pid))[0] < 20:
        assert time.monotonic() < give_up
    before = sampling.totals(sampling.tree(family.pid))[0]
    sampler.look(family.pid, 10)
    (stretch,) = [one for one in sampler.samples.bins if one.seconds]
    assert stretch.core_milliseconds >= before * 1000 // os.sysconf("SC_CLK_TCK") >= 200
    assert 5 < stretch.memory_mb < 500
    sampler.look(family.pid, 10)
    assert sum(one.seconds for one in sampler.samples.bins) == 10


def test_of_a_process_that_is_gone_nothing_is_noted(tmp_path):
    done = subprocess.Popen(["true"])
    done.wait()
    sampler = Sampler((), tmp_path)
    sampler.look(done.pid, 10)
    assert [one for one in sampler.samples.bins if one.core_milliseconds] == []


# as a machine with two GPUs and a third that is cut by MIG answers
ANSWER = """GPU-5c9a0b5e-3f63-4d5b-8b52-0d9e2a7f1c11, 87
GPU-0f3f1f0a-77c1-4f62-9d0c-6d4c1a6a2b22, 0
GPU-b1d5c3aa-13e5-47a9-8f7d-2f1f0c9b3c33, [N/A]
"""


def test_what_the_driver_tells_of_gpus():
    busy, idle = "GPU-5c9a0b5e-3f63-4d5b-8b52-0d9e2a7f1c11", "GPU-0f3f1f0a-77c1-4f62-9d0c-6d4c1a6a2b22"
    assert sampling.gpu_answer(ANSWER) == {busy: 87, idle: 0}
    assert sampling.gpu_answer("No devices were found\n") == {}


@pytest.mark.parametrize(("percents", "idle"), [({"a": 3, "b": 4}, 10), ({"a": 90, "b": 0}, 0), ({"c": 1}, 0)])
def test_a_job_with_gpus_is_idle_when_all_of_them_are(tmp_path, percents, idle):
    (tmp_path / sampling.GPUS).write_text(json.dumps(percents))
    sampler = Sampler(("a", "b"), tmp_path)
    sampler.look(os.getppid(), 10)
    measured = sum(one.gpu_seconds for one in sampler.samples.bins)
    assert measured == (0 if "c" in percents else 10)
    assert sampler.samples.idle_seconds == idle
