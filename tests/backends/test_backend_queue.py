"""What waits, for what, and what runs again: holds, priorities, dependencies, checkpoints, reclaimed places."""

import os
import signal

import pytest
from backends.local_site import LocalSite, ended, log_of, report_of, running, said, slices_of, until
from backends.makers import make_limit

from madang.compute import specs
from madang.compute.local import processes
from madang.compute.local.endings import seconds_left
from madang.compute.local.settings import Gpu
from madang.compute.protocol import After, ClassShares, JobState, Sharing, Steering
from madang.errors import Refused

# device nodes that every Linux machine has
GPU_NODES = {"a": "/dev/kmsg", "b": "/dev/net/tun"}
# saves when it is told to, and goes on from there when it runs again
SAVES = (
    "trap 'echo saved; echo $((n)) > step' USR1; n=$(cat step 2>/dev/null || echo 0); echo up $n $MADANG_RESTART_COUNT;"
    " while [ $n -lt 1000 ] && ! [ -e go ]; do n=$((n + 1)); sleep 0.05; done; echo done"
)


@pytest.fixture
def site(local):
    local.backend.enforce([make_limit(), make_limit("award-2")])
    local.start_runner()
    return local


def reason(backend, id, code):
    return until(lambda: (found := report_of(backend, id)).reason and found.reason.code == code and found)


def told(backend, id):
    """A job's state and what it waits for."""
    found = report_of(backend, id)
    return {str(found.state), found.reason.code if found.reason else ""}


def blocked_machine(site, make_spec):
    id = site.backend.submit(make_spec("while ! [ -e go ]; do sleep 0.05; done", cores=2))
    running(site.backend, id)
    return id


def let_go(site, id):
    (site.spool.folder(id) / "work" / "go").touch()


def test_a_held_job_waits_until_it_is_released(site, make_spec):
    assert isinstance(site.backend, Steering) and isinstance(site.backend, Sharing)
    id = site.backend.submit(make_spec(held=True))
    reason(site.backend, id, "held")
    site.backend.release(id)
    assert ended(site.backend, id).state is JobState.SUCCEEDED
    site.backend.hold(id)
    assert report_of(site.backend, id).state is JobState.SUCCEEDED


def test_priority_decides_within_an_account_and_can_be_changed(site, make_spec):
    blocker = blocked_machine(site, make_spec)
    first, second = (site.backend.submit(make_spec(cores=2)) for _ in range(2))
    site.backend.prioritise(second, 5)
    with pytest.raises(Refused, match="job_field_out_of_range"):
        site.backend.prioritise(second, 10_000)
    let_go(site, blocker)
    assert ended(site.backend, second).ended_at <= ended(site.backend, first).started_at


def test_a_job_starts_after_another_that_ended_well(site, make_spec):
    first = site.backend.submit(make_spec("while ! [ -e go ]; do sleep 0.05; done"))
    second = site.backend.submit(make_spec(after=(After(first),)))
    third = site.backend.submit(make_spec(after=(After(first, ok=False), After(second))))
    assert reason(site.backend, second, "waits_for_success").reason.facts == {"job": first}
    reason(site.backend, third, "waits_for_job")
    let_go(site, first)
    ends = [ended(site.backend, id) for id in (first, second, third)]
    assert {one.state for one in ends} == {JobState.SUCCEEDED}
    assert ends[0].ended_at <= ends[1].started_at and ends[1].ended_at <= ends[2].started_at


def test_what_waits_for_the_success_of_a_job_that_failed_is_cancelled_and_so_is_what_waits_for_that(site, make_spec):
    first = site.backend.submit(make_spec("sleep 0.3; exit 3"))
    second = site.backend.submit(make_spec(after=(After(first),)))
    third = site.backend.submit(make_spec(after=(After(second),)))
    anyway = site.backend.submit(make_spec(after=(After(first, ok=False),)))
    for id, before in ((second, first), (third, second)):
        report = ended(site.backend, id)
        assert (report.state, report.started_at) == (JobState.CANCELLED, None)
        assert report.reason == ("job_before_failed", {"job": before})
    assert ended(site.backend, anyway).state is JobState.SUCCEEDED


def test_a_job_cannot_wait_for_one_of_another_account(site, make_spec):
    other = site.backend.submit(make_spec(account="award-2"))
    with pytest.raises(Refused, match="no_such_job"):
        site.backend.submit(make_spec(after=(After(other),)))


def test_an_array_runs_each_of_its_jobs_once(site, make_spec):
    made = specs.array(make_spec('echo "$MADANG_ARRAY_INDEX of $MADANG_ARRAY_COUNT"'), 4)
    ids = [site.backend.submit(spec) for spec in made]
    assert [site.backend.submit(spec) for spec in made] == ids
    for id in ids:
        ended(site.backend, id)
    assert [log_of(site.backend, id) for id in ids] == [f"{index} of 4\n" for index in range(4)]


def test_a_job_is_told_to_save_before_its_time_limit(site, make_spec):
    id = site.backend.submit(make_spec(SAVES, wall_seconds=4, checkpoint_seconds=3))
    report = ended(site.backend, id)
    assert report.state is JobState.TIMED_OUT and log_of(site.backend, id).splitlines() == ["up 0 0", "saved"]
    assert 0 < int(site.backend.fetch(id, "step").read_text()) < 60


def assert_ran_again(site, id, *, restarts=1):
    """It ended well in a later run, every run was charged once, and no two runs overlap."""
    report = ended(site.backend, id)
    assert (report.state, report.restarts) == (JobState.SUCCEEDED, restarts)
    slices = sorted(slices_of(site.backend, id), key=lambda one: one.period.start)
    assert len(slices) == restarts + 1 and slices[-1].period.end == report.ended_at
    assert slices[-1].period.start == report.started_at > slices[-2].period.end
    assert site.sandboxed(id) == []


def test_a_class_takes_back_its_part_and_the_job_that_gave_way_runs_again(working_sandbox, tmp_path, make_spec):
    parts = {"industry": {"cores": 1}, "academia": {"cores": 1}}
    site = LocalSite(tmp_path / "spool", parts=parts, borrowing="reclaim")
    try:
        site.backend.enforce([make_limit(), make_limit("award-2")])
        site.start_runner()
        lent = site.backend.submit(make_spec(SAVES, cores=2, requeue=True, checkpoint_seconds=6))
        said(site.backend, lent, "up 0 0")
        own = site.backend.submit(
            make_spec("while ! [ -e go ]; do sleep 0.05; done", account="award-2", fair_share_class="industry")
        )
        # whoever looks seldom, on a busy machine, may find it running already
        until(lambda: {"waits_for_reclaimed", "running"} & told(site.backend, own))
        running(site.backend, own)
        report = report_of(site.backend, lent)
        assert (report.state, report.restarts, report.started_at) == (JobState.WAITING, 1, None)
        assert "saved" in log_of(site.backend, lent)
        let_go(site, own)
        ended(site.backend, own)
        until(lambda: log_of(site.backend, lent).count("up ") == 2)
        assert int(log_of(site.backend, lent).rpartition("up ")[2].split()[0]) > 0  # it went on from what it saved
        let_go(site, lent)
        assert_ran_again(site, lent)
    finally:
        site.close()


@pytest.mark.parametrize("requeue", [True, False])
def test_after_a_restart_of_the_machine_only_what_may_runs_again(site, make_spec, requeue):
    """The start record names a run of the machine that is over, as the one found after a real restart does."""
    id = site.backend.submit(make_spec(SAVES, requeue=requeue))
    said(site.backend, id, "up 0 0")
    running(site.backend, id)
    site.kill_runner()
    site.kill_supervisor(id)
    with site.spool.change() as database:
        database.execute("UPDATE job SET boot = 'an earlier one' WHERE id = ?", [id])
    site.start_runner()
    if requeue:
        said(site.backend, id, "up 0 1")
        let_go(site, id)
        assert_ran_again(site, id)
    else:
        assert ended(site.backend, id).reason.code == "machine_restarted"


def test_what_was_to_be_cancelled_does_not_run_again(site, make_spec):
    id = site.backend.submit(make_spec(SAVES, requeue=True))
    said(site.backend, id, "up 0 0")
    running(site.backend, id)
    site.kill_runner()
    site.backend.cancel(id)
    site.kill_supervisor(id)
    site.start_runner()
    assert ended(site.backend, id).state is JobState.LOST


def test_a_job_that_goes_down_with_the_machine_in_order_may_run_again(site, make_spec):
    id = site.backend.submit(make_spec(SAVES, requeue=True))
    said(site.backend, id, "up 0 0")
    os.kill(site.supervisor(id), signal.SIGTERM)
    said(site.backend, id, "up 0 1")
    let_go(site, id)
    assert_ran_again(site, id)
    assert processes.start_time(site.supervisor(id)) is None


@pytest.mark.parametrize("spent", [3_500_000, 999_500_000])
def test_all_runs_of_a_job_together_keep_to_its_time_limit(site, make_spec, spent):
    waits = "echo up $MADANG_WALL_SECONDS; while ! [ -e go ]; do sleep 0.05; done"
    id = site.backend.submit(make_spec(waits, requeue=True, wall_seconds=1000))
    said(site.backend, id, "up 1000")
    running(site.backend, id)
    site.kill_runner()
    site.kill_supervisor(id)
    with site.spool.change() as database:  # as an earlier run would have left it
        database.execute("UPDATE job SET spent = ? WHERE id = ?", [spent, id])
    site.start_runner()
    if spent > 999_000_000:  # nothing is left to run in
        assert ended(site.backend, id).reason.code == "supervisor_lost"
        return
    until(lambda: log_of(site.backend, id).count("up ") == 2)
    (row,) = site.spool.rows("SELECT spent, restarts FROM job WHERE id = ?", id)
    left = seconds_left(1000, row["spent"])
    assert row["restarts"] == 1 and row["spent"] > spent and left <= 996
    assert f"up {left}\n" in log_of(site.backend, id)
    let_go(site, id)
    assert ended(site.backend, id).state is JobState.SUCCEEDED


def test_of_a_time_limit_only_whole_seconds_are_left():
    assert [seconds_left(10, spent) for spent in (0, 1, 1_000_000, 9_000_001, 10_000_000)] == [10, 9, 9, 0, 0]


def test_shares_of_classes_change_while_the_runner_runs(site, make_spec):
    with pytest.raises(ValueError, match="borrowing"):
        site.backend.share(ClassShares(borrowing="lend"))
    shares = ClassShares({"company": 3}, {"company": {"cores": 2}}, "none")
    site.backend.share(shares)
    policy = site.backend.queue()[1]
    assert (policy.weights, policy.parts, policy.borrowing) == (shares.weights, shares.parts, "none")
    other = site.backend.submit(make_spec("true", fair_share_class="university"))
    reason(site.backend, other, "class_at_part")
    own = site.backend.submit(make_spec("true", fair_share_class="company"))
    assert ended(site.backend, own).state is JobState.SUCCEEDED
    site.backend.share(ClassShares())
    assert ended(site.backend, other).state is JobState.SUCCEEDED


def test_whoever_looks_ahead_sees_what_waits_for_what_and_what_may_run_again(site, make_spec):
    blocker = site.backend.submit(make_spec("while ! [ -e go ]; do sleep 0.05; done", cores=2, requeue=True))
    running(site.backend, blocker)
    first = site.backend.submit(make_spec(requeue=True))
    second = site.backend.submit(make_spec(after=(After(first), After(blocker, ok=False))))
    reason(site.backend, second, "waits_for_job")
    seen, _ = site.backend.queue()
    (runs,) = seen.running
    waits = {job.id: job for job in seen.waiting}
    assert (runs.stoppable, runs.again.id, runs.again.wall_seconds) == (True, blocker, make_spec().wall_seconds)
    assert (waits[first].after, waits[first].stoppable) == ((), True)
    assert (waits[second].after, waits[second].stoppable) == ((blocker, first), False)
    let_go(site, blocker)


def test_as_many_jobs_share_a_gpu_as_it_has_shares_and_several_are_different_ones(working_sandbox, tmp_path, make_spec):
    shared = [Gpu("T4-half", f"GPU-{name}", node, ("/dev/loop-control",), 2) for name, node in GPU_NODES.items()]
    site = LocalSite(tmp_path / "spool", gpus=shared)
    try:
        site.backend.enforce([make_limit(gpus=9)])
        site.start_runner()
        script = "ls /dev/loop-control; echo holds $CUDA_VISIBLE_DEVICES $MADANG_GPUS; sleep 60"
        wide = site.backend.submit(make_spec(script, gpus=2, gpu_type="T4-half"))
        said(site.backend, wide, "holds")
        site.backend.cancel(wide)
        ended(site.backend, wide)
        narrow = [site.backend.submit(make_spec(script, gpus=1, gpu_type="T4-half")) for _ in "ab"]
        for id in narrow:
            said(site.backend, id, "holds")
        held = [log_of(site.backend, id).splitlines() for id in (wide, *narrow)]
        assert held == [["/dev/loop-control", f"holds {gpus}"] for gpus in ("GPU-a,GPU-b 2", "GPU-a 1", "GPU-b 1")]
        last = site.backend.submit(make_spec(gpus=3, gpu_type="T4-half"))
        assert reason(site.backend, last, "waits_for_gpus").reason.facts["free"] == 2
        assert site.backend.capacity().gpus == {"T4-half": 4}
    finally:
        site.close()
