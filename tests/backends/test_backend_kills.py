"""Kills the runner, the supervisor and the job at every step: each job still gets one true end and is charged once."""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from itertools import pairwise

import pytest
from backends.local_site import LocalSite, ended, log_of, report_of, running, said, slices_of, until
from backends.makers import make_limit

from madang.compute.local import processes, records
from madang.compute.local.runner import Runner, run
from madang.compute.protocol import JobState
from madang.errors import Unavailable

WRITES_ONCE = "echo ran >> ran; echo up; sleep 0.4; echo down"


@pytest.fixture(autouse=True)
def _open_account(local):
    local.backend.enforce([make_limit()])


def assert_one_end(local, id, *, ran_once=True):
    """One final state that stays, slices that are exactly the time reported, and nothing left of the job."""
    report = ended(local.backend, id)
    slices = slices_of(local.backend, id)
    if report.started_at is None:
        assert slices == []
    elif report.ended_at > report.started_at:
        assert (slices[0].period.start, slices[-1].period.end) == (report.started_at, report.ended_at)
        assert len({one.key for one in slices}) == len(slices)
    if ran_once and report.state is JobState.SUCCEEDED:
        assert local.backend.fetch(id, "ran").read_text() == "ran\n"
    assert local.sandboxed(id) == []
    return report


def test_jobs_wait_without_a_runner_and_say_so(local, make_spec):
    id = local.backend.submit(make_spec(WRITES_ONCE))
    assert (report_of(local.backend, id).state, report_of(local.backend, id).reason.code) == (
        "waiting",
        "backend_stopped",
    )
    local.start_runner()
    assert assert_one_end(local, id).state is JobState.SUCCEEDED


@pytest.mark.parametrize("phase", ["received", "claimed", "start record", "log", "gone"])
def test_the_runner_is_killed(local, make_spec, phase):
    local.start_runner()
    id = local.backend.submit(make_spec(WRITES_ONCE))
    reached = {
        "received": lambda: True,
        "claimed": lambda: local.state_kept(id) != "waiting",
        "start record": lambda: local.record(id, "start"),
        "log": lambda: "up" in log_of(local.backend, id),
        "gone": lambda: local.record(id, "end"),
    }
    until(reached[phase])
    local.kill_runner()
    local.start_runner()
    assert assert_one_end(local, id).state is JobState.SUCCEEDED


def test_the_job_ends_while_no_runner_lives(local, make_spec):
    local.start_runner()
    id = local.backend.submit(make_spec(WRITES_ONCE))
    said(local.backend, id, "up")
    local.kill_runner()
    until(lambda: local.record(id, "result"))
    assert not report_of(local.backend, id).state.final
    local.start_runner()
    assert assert_one_end(local, id).state is JobState.SUCCEEDED


def test_twenty_kills_at_random_lose_nothing_and_charge_nothing_twice(local, make_spec):
    """A sample of what the soak does to a whole centre: of runner, nursery, supervisor, sandbox and command."""
    rng, killed = random.Random(20261123), Counter()
    again = {}
    local.start_runner()
    while killed.total() < 20:
        requeue = rng.random() < 0.5
        id = local.backend.submit(make_spec("echo ran >> ran; sleep 0.1", requeue=requeue))
        again[id] = requeue
        until(lambda id=id: local.state_kept(id) != "waiting")
        what = rng.choice(["runner", "runner", "nursery", "supervisor", "sandbox", "command"])
        if what == "runner":
            local.kill_runner()
            local.start_runner()
        elif pids := _parts_of(local, id, what):
            processes.signal_exactly(pids[-1], processes.start_time(pids[-1]) or 0, signal.SIGKILL)
        killed[what] += 1
    for id, requeue in again.items():
        report = ended(local.backend, id)
        slices = slices_of(local.backend, id)
        assert report.state in {JobState.SUCCEEDED, JobState.FAILED} | (set() if requeue else {JobState.LOST})
        assert len({one.key for one in slices}) == len(slices)
        assert all(one.period.end <= after.period.start for one, after in pairwise(slices))
        assert not slices or slices[-1].period.end == report.ended_at
        if report.state is JobState.SUCCEEDED:
            assert 1 <= local.backend.fetch(id, "ran").read_text().count("ran") <= 1 + report.restarts
        assert local.sandboxed(id) == []


def _parts_of(local, id, what):
    """The processes of one kind that are there just now, the innermost last."""
    if what == "nursery":
        return nurseries(local)
    start = local.record(id, "start")
    found = [start["pid"]] if start else []
    if what == "supervisor":
        return found
    below = [pid for supervisor in found for pid in processes.descendants(supervisor)]
    return below if what == "command" else [pid for pid in local.sandboxed(id) if pid in below]


def test_a_supervisor_killed_before_it_starts_the_job_is_replaced(local, make_spec):
    """The runner's own step by step: claimed and launched, then the supervisor dies before its start record."""
    id = local.backend.submit(make_spec(WRITES_ONCE))
    runner = Runner(local.spool, records.microseconds_now, records.ticks_now)
    runner.turn()
    pid = until(lambda: runner.launcher.reap() or runner.launcher.children[id])
    os.kill(pid, signal.SIGKILL)
    until(lambda: processes.start_time(pid) is None)
    if local.record(id, "start") is None:
        assert local.state_kept(id) == "claimed"
        local.start_runner()
        assert assert_one_end(local, id).state is JobState.SUCCEEDED
    else:  # it was quicker than the kill: then the job is lost, never run twice
        local.start_runner()
        assert assert_one_end(local, id).state is JobState.LOST
    runner.launcher.close()


def test_a_job_cancelled_before_its_supervisor_lives_never_runs(local, make_spec):
    id = local.backend.submit(make_spec("echo ran"))
    runner = Runner(local.spool, records.microseconds_now, records.ticks_now)
    (row,) = runner.queue.claim(records.microseconds_now(), records.ticks_now())
    records.write(local.spool.folder(id), "order", 0, runner.queue.order(row))
    local.backend.cancel(id)
    assert report_of(local.backend, id).state is JobState.WAITING
    runner.turn()
    report = assert_one_end(local, id)
    assert (report.state, report.started_at) == (JobState.CANCELLED, None)
    words = [sys.executable, "-m", "madang.compute.local.supervisor", str(local.spool.folder(id)), "0"]
    subprocess.run(words, check=True, timeout=20)  # a late one finds nothing to do
    assert log_of(local.backend, id) == "" and report_of(local.backend, id) == report


def test_two_supervisors_run_a_job_once(local, make_spec):
    id = local.backend.submit(make_spec(WRITES_ONCE))
    runner = Runner(local.spool, records.microseconds_now, records.ticks_now)
    (row,) = runner.queue.claim(records.microseconds_now(), records.ticks_now())
    order = runner.queue.order(row)
    work = local.spool.folder(id) / "work"
    if order["uid"] is not None:
        os.chown(work, order["uid"], order["uid"])
    records.write(local.spool.folder(id), "order", 0, order)
    words = [sys.executable, "-m", "madang.compute.local.supervisor", str(local.spool.folder(id)), "0"]
    racing = [subprocess.Popen(words) for _ in range(3)]
    for process in racing:
        assert process.wait(30) == 0
    local.start_runner()
    assert assert_one_end(local, id).state is JobState.SUCCEEDED


def nurseries(local):
    """The processes that fork supervisors for this spool; the supervisors themselves have the same command line."""
    words = ["-m", "madang.compute.local.nursery", str(local.spool.root)]
    marked = [pid for pid in processes._pids() if local.command(pid)[2:5] == words]
    return [pid for pid in marked if processes.name(pid) == "madang-nursery"]


def test_jobs_go_on_and_others_start_though_the_nursery_dies(local, make_spec):
    local.start_runner()
    first = local.backend.submit(make_spec("echo up; while ! [ -e go ]; do sleep 0.05; done; echo ran > ran"))
    said(local.backend, first, "up")
    (nursery,) = nurseries(local)
    os.kill(nursery, signal.SIGKILL)
    second = local.backend.submit(make_spec(WRITES_ONCE))
    assert assert_one_end(local, second).state is JobState.SUCCEEDED
    assert report_of(local.backend, first).state is JobState.RUNNING and nursery not in nurseries(local)
    (local.spool.folder(first) / "work" / "go").touch()
    assert assert_one_end(local, first).state is JobState.SUCCEEDED


def test_the_nursery_ends_with_its_runner(local, make_spec):
    local.start_runner()
    ended(local.backend, local.backend.submit(make_spec(WRITES_ONCE)))
    assert len(nurseries(local)) == 1
    local.kill_runner()
    until(lambda: nurseries(local) == [])


@pytest.mark.parametrize("with_runner", [True, False])
def test_the_supervisor_is_killed_while_the_job_runs(local, make_spec, with_runner):
    local.start_runner()
    id = local.backend.submit(make_spec("echo up; while :; do echo still >> alive; sleep 0.05; done"))
    said(local.backend, id, "up")
    running(local.backend, id)
    inside = local.sandboxed(id)
    if not with_runner:
        local.kill_runner()
    local.kill_supervisor(id)
    until(lambda: not any(processes.start_time(pid) for pid in inside))
    if not with_runner:
        local.start_runner()
    report = assert_one_end(local, id)
    assert (report.state, report.reason.code) == (JobState.LOST, "supervisor_lost")
    assert report.started_at <= report.ended_at


def test_the_supervisor_is_killed_after_the_job_before_its_result(local, make_spec):
    local.start_runner()
    id = local.backend.submit(make_spec("echo up; sleep 0.3"))
    said(local.backend, id, "up")
    supervisor = local.supervisor(id)
    os.kill(supervisor, signal.SIGSTOP)
    until(lambda: local.sandboxed(id) == [])
    assert local.record(id, "end") is None
    os.kill(supervisor, signal.SIGKILL)
    assert assert_one_end(local, id).state is JobState.LOST


def test_the_supervisor_is_killed_between_the_end_and_the_list_of_outputs(local, make_spec):
    local.start_runner()
    id = local.backend.submit(make_spec("truncate -s 800M large; echo ran > ran; exit 7"))
    end = until(lambda: local.record(id, "end"))
    local.kill_supervisor(id)
    report = assert_one_end(local, id)
    assert (report.state, report.exit_code) == (JobState.FAILED, 7)
    assert int(report.ended_at.timestamp() * 1e6) == pytest.approx(end["ended"], abs=2)
    assert [output.path for output in report.outputs] == ["large", "ran"]


def test_bubblewrap_is_killed_from_outside(local, make_spec):
    local.start_runner()
    id = local.backend.submit(make_spec("echo up; sleep 60"))
    said(local.backend, id, "up")
    for pid in local.sandboxed(id):
        os.kill(pid, signal.SIGKILL)
    report = assert_one_end(local, id)
    assert (report.state, report.signal) == (JobState.FAILED, 9)


def test_a_supervisor_that_is_told_that_the_machine_stops_says_so(local, make_spec):
    local.start_runner()
    id = local.backend.submit(make_spec("echo up; sleep 60"))
    said(local.backend, id, "up")
    os.kill(local.supervisor(id), signal.SIGTERM)
    report = assert_one_end(local, id)
    assert (report.state, report.reason.code) == (JobState.LOST, "machine_stopped")


def test_a_restart_of_the_machine_is_told_apart(local, make_spec):
    """The start record names a run of the machine that is over, as the one found after a real restart does."""
    local.start_runner()
    id = local.backend.submit(make_spec("echo up; sleep 60"))
    said(local.backend, id, "up")
    running(local.backend, id)
    local.kill_runner()
    local.kill_supervisor(id)
    with local.spool.change() as database:
        database.execute("UPDATE job SET boot = 'an earlier one' WHERE id = ?", [id])
    local.start_runner()
    report = assert_one_end(local, id)
    assert (report.state, report.reason.code) == (JobState.LOST, "machine_restarted")


def test_cancelling_works_though_the_runner_dies(local, make_spec):
    local.start_runner()
    id = local.backend.submit(make_spec("echo up; sleep 60"))
    said(local.backend, id, "up")
    local.kill_runner()
    local.backend.cancel(id)
    local.start_runner()
    assert assert_one_end(local, id).state is JobState.CANCELLED


def test_a_long_job_is_charged_in_slices_that_meet(working_sandbox, tmp_path, make_spec):
    site = LocalSite(tmp_path / "sliced", slice_seconds=1)
    try:
        site.backend.enforce([make_limit()])
        site.start_runner()
        id = site.backend.submit(make_spec("sleep 2.6"))
        first = until(lambda: slices_of(site.backend, id))
        assert not report_of(site.backend, id).state.final
        site.kill_runner()
        site.start_runner()
        report = assert_one_end(site, id, ran_once=False)
        slices = slices_of(site.backend, id)
        assert slices[: len(first)] == first and len(slices) == 3
        assert all(one.period.end == after.period.start for one, after in pairwise(slices))
        assert [one.period.seconds for one in slices[:2]] == [1, 1]
        assert sum(one.period.seconds for one in slices) == int((report.ended_at - report.started_at).total_seconds())
    finally:
        site.close()


def test_a_clock_that_is_set_back_shortens_nothing(local, make_spec):
    """A runner whose clock stands an hour early follows a job that a supervisor with the right one ran."""
    id = local.backend.submit(make_spec("sleep 0.3"))
    hour = 3_600_000_000
    runner = Runner(local.spool, lambda: records.microseconds_now() - hour, records.ticks_now)
    until(lambda: runner.turn() and local.state_kept(id) == "succeeded")
    runner.launcher.close()
    report = assert_one_end(local, id, ran_once=False)
    assert 0.3 <= (report.ended_at - report.started_at).total_seconds() < 5


def test_one_runner_at_a_time(local):
    local.start_runner()
    with pytest.raises(Unavailable):
        run(local.spool.root, threading.Event())


def test_a_final_state_cannot_be_changed_in_the_database(local, make_spec):
    local.start_runner()
    id = local.backend.submit(make_spec())
    ended(local.backend, id)
    with pytest.raises(sqlite3.IntegrityError), local.spool.change() as database:
        database.execute("UPDATE job SET state = 'running' WHERE id = ?", [id])


def test_the_end_of_a_job_is_told_once_there_is_room_to_write_it(local, make_spec):
    """Its supervisor may not write a byte, as on a full disk, from before the job ends until some time after."""
    local.start_runner()
    id = local.backend.submit(make_spec("echo up; while ! [ -e go ]; do sleep 0.02; done; echo out > out"))
    said(local.backend, id, "up")
    pid = local.supervisor(id)
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    (local.spool.folder(id) / "work" / "go").touch()
    until(lambda: not local.sandboxed(id))
    assert report_of(local.backend, id).state == "running" and local.record(id, "result") is None
    assert local.record(id, "end") is None and processes.start_time(pid) is not None
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    report = assert_one_end(local, id, ran_once=False)
    assert (report.state, [one.path for one in report.outputs]) == ("succeeded", ["go", "out"])


def test_a_job_that_closes_its_output_runs_on(local, make_spec):
    local.start_runner()
    id = local.backend.submit(
        make_spec("echo up; exec >&- 2>&-; sleep 0.5; test ! -e /proc/self/fd/1 && echo done > done")
    )
    report = assert_one_end(local, id, ran_once=False)
    assert (report.state, log_of(local.backend, id)) == ("succeeded", "up\n")
    assert [one.path for one in report.outputs] == ["done"]
