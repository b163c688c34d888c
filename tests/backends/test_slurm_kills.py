"""Kills Slurm's daemons and the submitting process at every step: each job runs once and ends once, none is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from backends.local_site import ended, log_of, report_of, running, said, slices_of, until
from backends.makers import make_limit
from backends.slurm_site import SlurmSite

from madang.compute.protocol import After, JobState
from madang.errors import Refused, Unavailable

pytestmark = pytest.mark.slurm
SUBMIT = """
import json, sys
from pathlib import Path
from madang.compute.protocol import JobSpec
from madang.compute.slurm import SlurmBackend
root, settings, spec = json.loads(sys.argv[1])
backend = SlurmBackend(Path(root), **settings)
print("go", flush=True)
print(backend.submit(JobSpec(**{**spec, "argv": tuple(spec["argv"])})), flush=True)
"""
# In place of sbatch: stops before or after the real one, so that a kill meets exactly that step.
HELD = """#!/bin/sh
echo $$ > {folder}/pid
if [ -e {folder}/before ]; then touch {folder}/reached; while [ -e {folder}/before ]; do sleep 0.05; done; fi
answer=$(/usr/bin/sbatch "$@") || exit $?
if [ -e {folder}/after ]; then touch {folder}/reached; while [ -e {folder}/after ]; do sleep 0.05; done; fi
echo "$answer"
"""


@pytest.fixture(scope="module")
def site(working_slurm):
    found = SlurmSite(working_slurm)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _open_account(site):
    site.backend.enforce([make_limit()])


@pytest.fixture
def held(site, tmp_path_factory):
    """A folder whose sbatch stops where a file in it says so."""
    folder = site.folder / f"bin-{time.monotonic_ns()}"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "sbatch").write_text(HELD.format(folder=folder))
    (folder / "sbatch").chmod(0o755)
    return folder


def submitting(site, spec, **settings):
    """Another process that submits the job, in a group of its own."""
    content = {"key": spec.key, "account": spec.account, "fair_share_class": "", "name": spec.name}
    content |= {
        "argv": spec.argv,
        "user": spec.user,
        "memory_mb": spec.memory_mb,
        "wall_seconds": spec.wall_seconds,
    }
    words = json.dumps([str(site.root), {**site.settings, **settings}, content])
    process = subprocess.Popen(
        [sys.executable, "-c", SUBMIT, words], stdout=subprocess.PIPE, start_new_session=True, text=True
    )
    assert process.stdout.readline() == "go\n"
    return process


def killed(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


def plain(make_spec, script="echo ran; sleep 0.1"):
    return make_spec(script, fair_share_class="")


def number_of(site, id):
    return site.backend._row(id)["number"]


def go(site, id):
    """Lets a job go on that waits for this file."""
    (site.work / "5" / id / "work" / "go").touch()


def assert_runs_once(site, spec, id):
    """The cluster had one job for the key, and its command ran once."""
    assert ended(site.backend, id).state is JobState.SUCCEEDED
    queued = site.cluster.run("squeue", "--noheader", "--states=all", f"--name={id}", "--format=%A").split()
    assert queued == [number_of(site, id)]
    assert log_of(site.backend, id) == "ran\n"


@pytest.mark.parametrize("step", ["before", "after"])
def test_everything_is_killed_around_the_call_of_sbatch(site, held, make_spec, step):
    spec = plain(make_spec)
    (held / step).touch()
    process = submitting(site, spec, slurm_bin=str(held))
    until((held / "reached").exists)
    killed(process)
    if alive(held):
        os.kill(int((held / "pid").read_text()), signal.SIGKILL)
    assert_runs_once(site, spec, site.again().submit(spec))


def alive(held):
    return Path(f"/proc/{(held / 'pid').read_text().strip()}").exists()


@pytest.mark.parametrize("step", ["before", "after"])
def test_only_the_portal_is_killed_and_the_hand_goes_on(site, held, make_spec, step):
    """The second attempt waits for the first hand, which holds the lock, and finds what it did."""
    spec = plain(make_spec)
    (held / step).touch()
    process = submitting(site, spec, slurm_bin=str(held))
    until((held / "reached").exists)
    process.kill()
    process.wait()
    process.stdout.close()
    second = submitting(site, spec)
    (held / step).unlink()
    id = second.stdout.readline().strip()
    second.stdout.close()
    assert second.wait() == 0
    assert_runs_once(site, spec, id)


def test_the_submitter_is_killed_again_and_again(site, make_spec):
    """At ever later moments, whatever step they meet; the last attempt is left alone."""
    specs = [plain(make_spec) for _ in range(6)]
    for number, spec in enumerate(specs):
        process = submitting(site, spec)
        time.sleep(0.05 * number)  # the moment of a kill, not a wait for anything
        killed(process)
    ids = [site.again().submit(spec) for spec in specs]
    assert len(set(ids)) == len(ids)
    for spec, id in zip(specs, ids, strict=True):
        assert_runs_once(site, spec, id)


def test_a_lost_register_finds_the_jobs_again(site, make_spec):
    """A portal restored from an older back-up gives the same key over again: the cluster still has the job."""
    spec = plain(make_spec)
    id = site.backend.submit(spec)
    with site.backend._register._change() as database:
        database.execute("DELETE FROM job WHERE key = ?", [spec.key])
    assert site.again().submit(spec) == id
    assert_runs_once(site, spec, id)


def test_slurmctld_is_stopped_and_started_again(site, make_spec):
    id = site.backend.submit(make_spec("echo up; while ! [ -e go ]; do sleep 0.05; done"))
    said(site.backend, id, "up")
    spec = plain(make_spec)
    site.cluster.stop("slurmctld")  # it writes its state down; a crash would forget its last seconds
    with pytest.raises(Unavailable):
        site.again().submit(spec)
    site.cluster.start("slurmctld")
    after = until(lambda: _tried(site.backend.submit, spec))
    go(site, id)
    report = ended(site.backend, id)
    assert (report.state, report.reason.code) == (JobState.SUCCEEDED, "ended_well")
    assert_runs_once(site, spec, after)


def test_slurmd_is_killed_and_comes_back_while_a_job_runs(site, make_spec):
    id = site.backend.submit(make_spec("echo up; while ! [ -e go ]; do sleep 0.05; done; echo over"))
    said(site.backend, id, "up")
    site.cluster.stop("slurmd-h100", hard=True)
    site.cluster.start("slurmd-h100")
    go(site, id)
    report = ended(site.backend, id)
    assert (report.state, log_of(site.backend, id)) == (JobState.SUCCEEDED, "up\nover\n")


def test_a_node_that_fails_loses_its_job_and_charges_up_to_then(site, make_spec):
    id = site.backend.submit(make_spec("echo up; sleep 60"))
    said(site.backend, id, "up")
    began = running(site.backend, id).started_at
    until(lambda: time.time() > began.timestamp() + 1)
    site.cluster.stop("slurmd-h100", hard=True)
    try:
        site.cluster.run("scontrol", "update", "nodename=h100", "state=down", "reason=test")
        report = ended(site.backend, id)
        assert (report.state, report.reason.code, report.exit_code) == (JobState.LOST, "slurm_node_failed", None)
        waiting = site.backend.submit(plain(make_spec))
        until(lambda: report_of(site.backend, waiting).reason.code == "slurm_node_not_available")
    finally:
        site.cluster.start("slurmd-h100")
        site.cluster.run("scontrol", "update", "nodename=h100", "state=resume", check=False)
    (piece,) = {one.key: one for one in slices_of(site.backend, id)}.values()
    assert (piece.period.start, piece.period.end) == (report.started_at, report.ended_at)
    assert ended(site.backend, waiting).state is JobState.SUCCEEDED


def test_a_number_that_a_crashed_controller_gave_out_again_is_not_mistaken(site, make_spec):
    """The register has a job of which the controller knows nothing but that its number is another job's now."""
    forgotten, later = plain(make_spec), plain(make_spec)
    id = site.backend.submit(later)
    ended(site.backend, id)
    register, name = site.backend._register, "test-forgotten"
    register.enter(forgotten, name=name, digest="", user="games", now=datetime.now(UTC) - timedelta(hours=1))
    register.number(forgotten.key, number_of(site, id))
    report = ended(site.backend, name)
    assert (report.state, report.started_at, report.reason.code) == (JobState.LOST, None, "slurm_gone")
    assert slices_of(site.backend, name) == []


def _tried(call, *arguments):
    try:
        return call(*arguments)
    except Unavailable:
        return None


def test_a_job_that_ends_while_the_database_is_away_ends_when_it_is_back(site, make_spec):
    id = site.backend.submit(make_spec("echo up; while ! [ -e go ]; do sleep 0.05; done"))
    said(site.backend, id, "up")
    site.cluster.stop("slurmdbd", hard=True)
    try:
        go(site, id)
        until(
            lambda: (
                "COMPLETED"
                in site.cluster.run("squeue", "-h", "--states=all", f"--jobs={number_of(site, id)}", "--format=%T")
            )
        )
        assert report_of(site.backend, id).state is JobState.RUNNING
    finally:
        site.cluster.start("slurmdbd")
    assert ended(site.backend, id).state is JobState.SUCCEEDED


def test_a_job_cancelled_on_the_cluster_says_so(site, make_spec):
    id = site.backend.submit(make_spec("sleep 60"))
    running(site.backend, id)
    site.cluster.run("scancel", number_of(site, id))
    report = ended(site.backend, id)
    assert (report.state, report.reason.code) == (JobState.CANCELLED, "slurm_cancelled_outside")


def test_a_job_that_spoils_its_own_records_harms_nobody(site, make_spec):
    spoilt = "rm -f ../log ../order.json; mkdir ../log; echo '[3]' > ../result.json; chmod a-w ..; exit 4"
    report = ended(site.backend, site.backend.submit(make_spec(spoilt)))
    assert (report.state, report.exit_code) == (JobState.FAILED, 4)


@pytest.mark.parametrize(("user", "code"), [("", "no_unix_user"), ("root", "slurm_user"), ("ghost", "slurm_user")])
def test_a_person_without_a_unix_user_is_refused(site, make_spec, user, code):
    with pytest.raises(Refused) as caught:
        site.backend.submit(make_spec(user=user))
    assert caught.value.code == code


def test_a_job_waits_for_another_and_is_not_run_after_one_that_failed(site, make_spec):
    first = site.backend.submit(make_spec("while [ ! -e go ]; do sleep 0.05; done; exit 3"))
    after_any = site.backend.submit(make_spec("echo ran", after=(After(first, ok=False),)))
    after_ok = site.backend.submit(make_spec("echo ran", after=(After(first),)))
    until(lambda: report_of(site.backend, after_any).reason.code == "slurm_dependency")
    go(site, first)
    assert ended(site.backend, after_any).state is JobState.SUCCEEDED
    assert ended(site.backend, after_ok).state is JobState.CANCELLED
    with pytest.raises(Refused, match="job_before_failed"):
        site.backend.submit(make_spec(after=(After(first),)))
    with pytest.raises(Refused, match="no_such_job"):
        site.backend.submit(make_spec(after=(After("of-another"),)))


def test_the_hand_never_acts_as_root(site, tmp_path):
    words = site.settings["hand"]
    order = json.dumps({"verb": "look", "job": "a", "root": str(tmp_path), "outputs": False}) + "\n"
    done = subprocess.run(words, input=order, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["refused"] == "slurm_root"
    assert list(tmp_path.iterdir()) == []
