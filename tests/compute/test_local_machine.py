"""Tests of what the local backend reads from the machine and keeps in its files."""

import json
import os
import signal
import subprocess

import hypothesis
import pytest
from backends.local_site import until
from hypothesis import given
from hypothesis import strategies as st

from madang.compute.local import machine, outputs, processes, queue, records, remembered, sampling, sandbox, settings
from madang.compute.local.settings import Gpu, Settings
from madang.compute.local.spool import Spool
from madang.compute.protocol import Reason


def test_gpus_are_read_from_the_driver(tmp_path):
    for number, bus in enumerate(["0000:01:00.0", "0000:02:00.0"]):
        (tmp_path / bus).mkdir()
        (tmp_path / bus / "information").write_text(
            f"Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 17\nGPU UUID: \t GPU-{number}\nDevice Minor: \t {number}\n"
        )
    found = machine.found_gpus(tmp_path)
    assert found == tuple(Gpu("H100-80GB-HBM3", f"GPU-{n}", f"/dev/nvidia{n}") for n in range(2))
    assert machine.by_type(found) == {"H100-80GB-HBM3": 2}
    assert machine.found_gpus(tmp_path / "nothing") == ()


def test_what_is_configured_goes_before_what_is_found():
    given = Settings(cores=1, memory_mb=512, gpus=(Gpu("T4", "u", "/dev/x"),))
    assert machine.amounts(given) == {"cores": 1, "memory_mb": 512, "gpu:T4": 1}
    assert machine.amounts(Settings(gpus=()))["cores"] == len(os.sched_getaffinity(0))
    assert machine.memory_mb(Settings()) > 100


def test_gpus_and_slices_are_configured_with_their_nodes_and_shares(tmp_path):
    slice_ = {
        "type": "H100-1g.10gb",
        "uuid": "MIG-1",
        "device": "/dev/nvidia0",
        "nodes": ["/dev/nvidia-caps/nvidia-cap1"],
    }
    shared = {"type": "T4-third", "uuid": "GPU-2", "device": "/dev/nvidia1", "shares": 3}
    given = settings.made_from({"gpus": [slice_, shared]})
    assert machine.by_type(given.gpus) == {"H100-1g.10gb": 1, "T4-third": 3}
    settings.keep(given, tmp_path / "settings.json")
    assert settings.kept(tmp_path / "settings.json") == given
    with pytest.raises(ValueError, match="above zero"):
        settings.made_from({"gpus": [shared | {"shares": 0}]})


def test_settings_are_kept_as_they_were_given(tmp_path):
    given = settings.made_from(
        {"software": [tmp_path], "gpus": [Gpu("T4", "u", "/dev/x")], "weights": {"academia": 2}, "cores": 3}
    )
    settings.keep(given, tmp_path / "settings.json")
    assert settings.kept(tmp_path / "settings.json") == given
    assert settings.kept(tmp_path / "nothing.json") == Settings()


@pytest.mark.parametrize(
    ("given", "fault"),
    [({"cores": 0}, ValueError), ({"software": ["relative"]}, ValueError), ({"colour": 1}, TypeError)],
)
def test_a_bad_setting_is_refused(given, fault):
    with pytest.raises(fault):
        settings.made_from(given)


def test_a_record_is_whole_or_absent(tmp_path):
    assert records.read(tmp_path, "start", 0) is None
    records.write(tmp_path, "start", 0, {"pid": 1})
    records.write(tmp_path, "start", 0, {"pid": 2})
    assert records.read(tmp_path, "start", 0) == {"pid": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["start-0.json"]


def test_a_record_that_power_was_lost_over_is_none(tmp_path):
    (tmp_path / "start-0.json").write_bytes(b"")
    (tmp_path / "end-0.json").write_bytes(b'{"state": "succ')
    assert records.read(tmp_path, "start", 0) is None and records.read(tmp_path, "end", 0) is None


@pytest.mark.parametrize(("ahead", "told"), [(10, 10), (11, 10), (19, 10), (20, 20), (999, 900), (1000, 1000)])
def test_a_place_far_back_is_told_roughly(ahead, told):
    found = queue.banded(Reason("waits_behind", {"ahead": ahead}))
    assert found == Reason("waits_behind" if ahead <= 10 else "waits_far_behind", {"ahead": told})


def test_a_look_is_put_off_while_the_last_one_was_long():
    look = queue._Look(0, 4)
    assert look.wanted(1, 1000) and not look.put_off
    look.done(1, 1000, 20_000)
    assert not look.wanted(1, 2000) and not look.put_off  # nothing has changed
    assert not look.wanted(2, 80_999) and look.put_off
    assert look.wanted(2, 81_000)


def test_a_lock_lives_as_long_as_its_holder(tmp_path):
    path = tmp_path / "lock"
    assert not records.held(path)
    held = records.take_lock(path)
    assert records.held(path) and records.take_lock(path) is None
    os.close(held)
    assert not records.held(path)


def test_a_process_is_known_by_its_pid_and_start():
    process = subprocess.Popen(["sleep", "60"])
    try:
        started = processes.start_time(process.pid)
        assert started is not None and process.pid in processes.descendants(os.getpid())
        assert not processes.signal_exactly(process.pid, started + 1, signal.SIGKILL)
        assert process.poll() is None
        assert processes.signal_exactly(process.pid, started, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
        assert not processes.signal_exactly(process.pid, started, signal.SIGKILL)
        assert processes.start_time(process.pid) is None
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("path", ["link", "folder/up/secret", "../secret", "twice", "folder", "a//b", "", "nothing"])
def test_only_plain_files_of_the_folder_are_opened(tmp_path, path):
    work = tmp_path / "work"
    (work / "folder").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (work / "link").symlink_to(tmp_path / "secret")
    (work / "folder" / "up").symlink_to(tmp_path)
    (work / "twice").hardlink_to(tmp_path / "secret")
    (work / "plain").write_text("plain")
    os.close(outputs.open_within(work, "plain"))
    with pytest.raises((OSError, ValueError)):
        os.close(outputs.open_within(work, path))


def test_the_list_of_outputs_has_an_end(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}").write_text("x")
    listed, left_out = outputs.listing(tmp_path, {}, 3)
    assert ([path for path, _, _ in listed], left_out) == (["0", "1", "2"], 2)


def test_a_name_that_is_no_text_is_left_out(tmp_path):
    (tmp_path / os.fsdecode(b"\xff")).write_text("x")
    assert outputs.listing(tmp_path, {}, 3) == ([], 1)


def test_our_own_python_is_named_by_every_path_that_leads_to_it(tmp_path):
    (tmp_path / "python-3.13.1").mkdir()
    (tmp_path / "python").symlink_to(tmp_path / "python-3.13.1")
    named = sandbox.own_python(str(tmp_path / "venv"), str(tmp_path / "python"))
    assert named == (tmp_path / "venv", tmp_path / "python", tmp_path / "python-3.13.1")
    assert sandbox.own_python("/usr", "/usr") == ()


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_strict_mask_does_not_make_the_sandbox_look_broken(mask):
    """`madang` works under umask 077: the trial must find what it would find under the usual one."""
    usual = sandbox.trial()
    before = os.umask(mask)
    try:
        assert sandbox.trial() == usual
    finally:
        os.umask(before)


def test_the_driver_is_asked_now_and_then_and_never_waited_for(tmp_path):
    program = tmp_path / "nvidia-smi"
    program.write_text('#!/bin/sh\necho "$@" >> "$0.asked"\ncat "$0.answer"\n')
    program.chmod(0o755)
    (tmp_path / "nvidia-smi.answer").write_text("GPU-1, 87\nGPU-2, [N/A]\n")
    watch = machine.GpuWatch(tmp_path, str(program))
    watch.look(0, wanted=False)
    answer = tmp_path / sampling.GPUS
    until(lambda: watch.look(5, wanted=True) or answer.exists())
    assert json.loads(answer.read_text()) == {"GPU-1": 87}
    answer.unlink()
    watch.look(9_000_000, wanted=True)
    watch.look(9_000_000, wanted=True)
    assert not answer.exists()
    until(lambda: watch.look(10_000_010, wanted=True) or answer.exists())
    assert (tmp_path / "nvidia-smi.asked").read_text().count("--query-gpu=uuid,utilization.gpu") == 2


def memory_of(spool):
    """What a runner remembers that has looked all along, and what one finds that looks for the first time."""
    fresh = remembered.Remembered(spool)
    fresh.recall()
    return fresh


STEPS = ["new", "hold", "release", "raise", "cancel", "run", "again", "end", "after"]


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), max_size=30))
@hypothesis.settings(max_examples=30, deadline=None)
def test_what_is_remembered_is_what_a_first_look_finds(tmp_path_factory, steps):
    spool = Spool(tmp_path_factory.mktemp("spool"))
    memory = remembered.Remembered(spool)
    for what, which in steps:
        with spool.change() as database:
            _change(database, what, which)
        memory.recall()
        fresh = memory_of(spool)
        assert memory.waiting == fresh.waiting and memory.hopeless == fresh.hopeless
        assert memory.told.keys() == fresh.told.keys()


CHANGES = {
    "hold": "UPDATE job SET held = 1 WHERE number = ? AND ended IS NULL",
    "release": "UPDATE job SET held = 0 WHERE number = ? AND ended IS NULL",
    "raise": "UPDATE job SET priority = priority + 1 WHERE number = ? AND ended IS NULL",
    "cancel": "UPDATE job SET state = 'cancelled', ended = 1 WHERE number = ? AND state = 'waiting'",
    "run": "UPDATE job SET state = 'running', given = '{}', started = 1, ticks = 1, seen = 1"
    " WHERE number = ? AND state = 'waiting'",
    "again": "UPDATE job SET state = 'waiting', given = NULL, started = NULL, ticks = NULL, seen = NULL"
    " WHERE number = ? AND state = 'running'",
    "end": "UPDATE job SET state = 'succeeded', ended = 1 WHERE number = ? AND state = 'running'",
}


def _change(database, what, which):
    if what in CHANGES:
        database.execute(CHANGES[what], [which])
        return
    columns = (
        "key, digest, account, share_class, spec, gpus, gpu_type, cores, memory_mb, wall_seconds, state, submitted"
    )
    number = database.execute("SELECT count(*) + 1 FROM job").fetchone()[0]
    database.execute(
        f"INSERT INTO job (id, {columns}, code, facts)"
        " VALUES (?, ?, '', 'a', '', '{}', 0, '', 1, 64, 60, 'waiting', 0, 'not_yet_considered', '{}')",
        [f"job-{number}", f"key-{number}"],
    )
    if what == "after" and 0 < which < number:
        database.execute("INSERT INTO job_after VALUES (?, ?, ?)", [f"job-{number}", f"job-{which}", which % 2])
