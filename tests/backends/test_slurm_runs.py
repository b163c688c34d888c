"""Jobs on several nodes of the real cluster, and jobs that it runs again: one job, each run charged once."""

import os
import signal
import time
from pathlib import Path

import pytest
from backends.local_site import ended, log_of, report_of, said, slices_of, until
from backends.makers import make_limit
from backends.slurm_site import SlurmSite

from madang.compute.protocol import JobState
from madang.errors import Refused

pytestmark = pytest.mark.slurm


@pytest.fixture(scope="module")
def site(working_slurm):
    """A centre whose jobs without GPUs run in a partition of both nodes."""
    working_slurm.run("scontrol", "create", "partitionname=pair", "nodes=h100,b200", "state=up")
    found = SlurmSite(working_slurm, mark="runs", partitions={"": "pair", "T4": "h100"})
    yield found
    found.close()
    working_slurm.run("scontrol", "delete", "partitionname=pair")


@pytest.fixture(autouse=True)
def _open_account(site):
    site.backend.enforce([make_limit()])


def number_of(site, id):
    return site.backend._row(id)["number"]


def used(site, id):
    """Core-seconds by slices, each counted once though it is told again."""
    pieces = {piece.key: piece for piece in slices_of(site.backend, id)}
    return sum(piece.cores * round(piece.period.seconds) for piece in pieces.values())


def recorded(site, id):
    """The same by Slurm's own table of jobs: allocated cores times seconds of all runs."""
    rows = site.cluster.sql(
        "SELECT time_end - time_start, tres_alloc FROM rehearsal_job_table"
        f" WHERE id_job = {number_of(site, id)} AND time_start > 0"
    )
    return [int(seconds) * int(dict(one.split("=") for one in tres.split(","))["1"]) for seconds, tres in rows]


def processes_of(site, id):
    """What runs of a job: Slurm's own keepers of its steps, and what they started."""
    number, folder = number_of(site, id), str(site.cluster.folder)
    keeper, inside = f"slurmstepd: [{number}.", {f"SLURM_JOB_ID={number}", f"SLURM_CONF={folder}/slurm.conf"}
    found = []
    for place in (one for one in Path("/proc").iterdir() if one.name.isdigit()):
        try:
            own = inside <= set((place / "environ").read_text(errors="replace").split("\0"))
            if not own and (place / "cmdline").read_text().startswith(keeper):
                own = any(str(one.readlink()).startswith(folder) for one in (place / "fd").iterdir())
        except OSError:
            continue
        found += [int(place.name)] if own else []
    return found


def run_again_now(site, id):
    """Slurm itself waits two minutes: a node starts no job that it ended within the same second."""
    until(lambda: not processes_of(site, id))
    site.cluster.run("scontrol", "update", f"jobid={number_of(site, id)}", "starttime=now+1")


def test_a_job_on_two_nodes_runs_once_reaches_both_and_is_charged_for_both(site, make_spec):
    assert site.backend.capacity().nodes == 2
    script = "echo $MADANG_NODES $MADANG_CORES; srun sh -c 'echo $SLURMD_NODENAME $SLURM_CPUS_PER_TASK' | sort; sleep 1"
    id = site.backend.submit(make_spec(script, nodes=2, cores=4))
    assert ended(site.backend, id).state is JobState.SUCCEEDED
    assert log_of(site.backend, id) == "2 4\nb200 2\nh100 2\n"
    (charged,) = recorded(site, id)
    assert used(site, id) == charged >= 4
    for changes in ({"nodes": 3, "cores": 3}, {"nodes": 2, "cores": 18}, {"nodes": 2, "gpus": 2, "gpu_type": "T4"}):
        with pytest.raises(Refused, match="larger_than_machine"):
            site.backend.submit(make_spec(**{"cores": 2, **changes}))


def test_cancelling_a_job_on_two_nodes_ends_it_on_both(site, make_spec):
    id = site.backend.submit(make_spec("srun sh -c 'echo up; sleep 77'", nodes=2, cores=2))
    until(lambda: log_of(site.backend, id) == "up\nup\n")
    site.backend.cancel(id)
    assert ended(site.backend, id).state is JobState.CANCELLED
    until(lambda: site.cluster.run("sinfo", "-h", "-o", "%T").split() == ["idle"])


def test_a_job_whose_node_fails_is_run_again_and_charged_for_both_runs(site, make_spec):
    script = "echo up $MADANG_RESTART_COUNT; test $MADANG_RESTART_COUNT = 1 || sleep 60; test -e left || exit 1"
    id = site.backend.submit(make_spec("touch left; " + script, requeue=True, nodes=2, cores=2))
    said(site.backend, id, "up 0")
    began = report_of(site.backend, id).started_at
    until(lambda: time.time() > began.timestamp() + 1)
    site.cluster.stop("slurmd-b200", hard=True)
    for pid in processes_of(site, id):  # a machine that fails takes all of it along
        os.kill(pid, signal.SIGKILL)
    site.cluster.run("scontrol", "update", "nodename=b200", "state=down", "reason=test")
    site.cluster.start("slurmd-b200")
    waits = until(lambda: (one := report_of(site.backend, id)).state is JobState.WAITING and one)
    assert (waits.restarts, waits.started_at, waits.ended_at) == (1, None, None)
    run_again_now(site, id)
    report = ended(site.backend, id)
    assert (report.state, report.restarts, report.exit_code) == (JobState.SUCCEEDED, 1, 0)
    assert report.started_at > began >= report.submitted_at
    assert log_of(site.backend, id) == "up 0\nup 1\n"
    runs = recorded(site, id)
    assert len(runs) == 2 and used(site, id) == sum(runs) > 0


def test_runs_together_keep_to_the_time_of_the_job(site, make_spec):
    """Put back by an operator: what its first run took is not given again, and its end is that of the last run."""
    script = "echo up; trap 'exit 0' USR1; while :; do sleep 0.05; done"
    spec = make_spec(script, requeue=True, wall_seconds=6, checkpoint_seconds=1, argv=("bash", "-c", script))
    id = site.backend.submit(spec)
    said(site.backend, id, "up")
    began = report_of(site.backend, id).started_at
    until(lambda: time.time() > began.timestamp() + 3)
    site.cluster.run("scontrol", "requeue", number_of(site, id))
    until(lambda: report_of(site.backend, id).state is JobState.WAITING)
    run_again_now(site, id)
    report = ended(site.backend, id)
    assert (report.state, report.restarts) == (JobState.SUCCEEDED, 1)
    assert (report.ended_at - report.started_at).total_seconds() < 5 and len(recorded(site, id)) == 2


def test_a_held_job_is_released_and_one_of_low_priority_goes_behind(site, make_spec):
    backend = site.backend
    held = backend.submit(make_spec("echo ran", held=True, priority=-7))
    told = site.cluster.run("squeue", "-h", "-j", number_of(site, held), "-o", "%r %y").split()
    assert told == ["JobHeldUser", "7"]
    backend.prioritise(held, 0)
    backend.hold(held)
    backend.release(held)
    assert ended(backend, held).state is JobState.SUCCEEDED
    for verb in (backend.hold, backend.release):
        verb(held)  # it has ended: nothing happens
    with pytest.raises(Refused) as caught:
        backend.submit(make_spec(priority=1))
    assert (caught.value.code, caught.value.facts) == ("job_option_not_here", {"field": "priority"})
