"""Control groups of real jobs, where this machine lets its tests make some."""

from pathlib import Path

import pytest
from backends.local_site import ended, log_of, said, until
from backends.makers import make_limit

from madang.compute.local import groups
from madang.compute.protocol import JobState
from madang.compute.sentences import SENTENCES


@pytest.fixture
def site(local):
    found = groups.prepare(groups.found())
    if set(found) != set(groups.CONTROLLERS):
        pytest.skip(
            f"no control groups can be made here for {set(groups.CONTROLLERS) - set(found)}: be root or delegate"
        )
    local.backend.enforce([make_limit()])
    local.start_runner()
    local.groups = lambda id: groups.of_job(found, local.spool.folder(id))
    return local


EATER = '/usr/bin/python3 -c "import time; x = bytearray(100 << 20); time.sleep(60)"'


def test_all_processes_of_a_job_together_keep_to_its_memory(site, make_spec):
    """Four of 100 MiB each stay within what each may have, 256 MiB, and outgrow what the job has."""
    id = site.backend.submit(make_spec(f"for i in 1 2 3 4; do {EATER} & done; wait", memory_mb=256))
    until(lambda: groups.killed_for_memory(site.groups(id)))
    site.backend.cancel(id)
    ended(site.backend, id)
    assert not any(Path(place).exists() for place in site.groups(id).values())


def test_a_job_that_outgrows_its_memory_says_so(site, make_spec):
    script = 'head -c 80000000 /dev/zero > /tmp/a; /usr/bin/python3 -c "x = bytearray(100 << 20)"'
    id = site.backend.submit(make_spec(script, memory_mb=160))
    report = ended(site.backend, id)
    assert (report.state, report.reason) == (JobState.FAILED, ("memory_over", {"most_mb": 160}))


def test_a_job_cannot_leave_its_cores_nor_its_groups(site, make_spec):
    script = (
        "taskset -pc 0-63 $$ > /dev/null 2>&1; echo cores $(taskset -pc $$ | sed 's/.*: //'); cat /proc/self/cgroup"
    )
    id = site.backend.submit(make_spec(script + "; echo over; sleep 60"))
    said(site.backend, id, "over")
    core = site.record(id, "order")["cores"]
    told = log_of(site.backend, id)
    assert f"cores {core[0]}\n" in told and len(core) == 1
    assert Path(site.groups(id)["pids"], "pids.max").read_text() == "1024\n"
    site.backend.cancel(id)
    ended(site.backend, id)


def test_a_supervisor_that_is_killed_leaves_no_group_behind(site, make_spec):
    id = site.backend.submit(make_spec("echo up; sleep 60"))
    said(site.backend, id, "up")
    assert all(Path(place).exists() for place in site.groups(id).values())
    site.kill_supervisor(id)
    assert ended(site.backend, id).state is JobState.LOST
    assert not any(Path(place).exists() for place in site.groups(id).values())


def test_the_bounds_that_hold_are_told_with_what_to_do_about_the_others(site):
    firm = {f"guard_{name}" for name in ("calls", *groups.CONTROLLERS)}
    assert site.backend.guards() == dict.fromkeys(firm, True)
    (site.spool.root / "groups.json").write_text('["pids"]')
    weak = {code for code, holds in site.backend.guards().items() if not holds}
    assert weak == {"guard_memory_weak", "guard_cpuset_weak"} and weak | firm <= SENTENCES.keys()
