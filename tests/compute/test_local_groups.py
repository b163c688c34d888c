"""Where control groups are found and what is written into them, on folders laid out as the kernel lays them out."""

import os

import pytest

from madang.compute.local import groups

V1 = """9:name=systemd:/
8:pids:/
4:memory:/box/one
3:cpuset:/
0::/
"""
V1_MOUNTS = """34 31 0:31 / {root}/cpuset rw,relatime - cgroup cgroup rw,cpuset
35 31 0:32 / {root}/memory rw,relatime shared:1 - cgroup cgroup rw,memory
39 31 0:36 /elsewhere {root}/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / {root}/unified rw,relatime - cgroup2 cgroup2 rw
"""


def laid_out(root, own, mounts):
    (root / "own").write_text(own)
    (root / "mounts").write_text(mounts.format(root=root))
    return {"own": root / "own", "mounts": root / "mounts"}


def test_of_version_1_each_controller_has_its_own_tree(tmp_path):
    for name in ("cpuset", "memory/box/one", "pids", "unified"):
        (tmp_path / name).mkdir(parents=True)
    found = groups.found(**laid_out(tmp_path, V1, V1_MOUNTS))
    assert found == {"memory": f"{tmp_path}/memory/box/one", "cpuset": f"{tmp_path}/cpuset"}
    assert groups.found("off", **laid_out(tmp_path, V1, V1_MOUNTS)) == {}


@pytest.mark.parametrize("inner", ["", "/main"])
def test_of_version_2_only_a_group_that_was_handed_over_is_used(tmp_path, inner):
    base = tmp_path / "madang.service"
    (base / "main").mkdir(parents=True)
    (base / "cgroup.controllers").write_text("cpu memory pids\n")
    (base / "cgroup.subtree_control").write_text("")
    given = laid_out(
        tmp_path, f"0::/madang.service{inner}\n", "30 24 0:26 / {root} rw - cgroup2 cgroup2 rw,nsdelegate\n"
    )
    assert groups.found(**given) == {}
    try:
        os.setxattr(base, "user.delegate", b"1")
    except OSError:
        assert groups.found(str(base), **given) == {"memory": f"{base}", "pids": f"{base}"}
    else:
        assert groups.found(**given) == {"memory": f"{base}", "pids": f"{base}"}


def test_bounds_are_written_as_each_version_reads_them(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    for folder, files in (
        (first, ["memory.memsw.limit_in_bytes"]),
        (second, ["cgroup.controllers", "memory.swap.max"]),
    ):
        folder.mkdir()
        for file in files:
            (folder / file).write_text("")
    (tmp_path / "cpuset.mems").write_text("0-1")
    bounds = {"memory_mb": 100, "cores": [2, 3], "processes": 7}
    groups.make(dict.fromkeys(groups.CONTROLLERS, f"{first}"), **bounds)
    groups.make(dict.fromkeys(groups.CONTROLLERS, f"{second}"), **bounds)
    size = str(100 << 20)
    written = {
        path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*.*") if path.is_file()
    }
    assert written == {
        "cpuset.mems": "0-1",
        "1/cpuset.mems": "0-1", "1/cpuset.cpus": "2,3", "1/pids.max": "7",
        "1/memory.limit_in_bytes": size, "1/memory.memsw.limit_in_bytes": size,
        "2/cgroup.controllers": "", "2/cpuset.cpus": "2,3", "2/pids.max": "7",
        "2/memory.max": size, "2/memory.oom.group": "1", "2/memory.swap.max": "0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "text", "killed"),
    [
        ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", True),
        ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", False),
        ("memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n", True),
        ("memory.events", "low 0\nhigh 0\nmax 9\noom 0\noom_kill 0\n", False),
    ],
)
def test_whether_the_kernel_ended_something_for_memory(tmp_path, file, text, killed):
    if file == "memory.events":
        (tmp_path / "cgroup.controllers").write_text("")
    (tmp_path / file).write_text(text)
    assert groups.killed_for_memory({"memory": f"{tmp_path}"}) is killed
    assert not groups.killed_for_memory({"pids": f"{tmp_path}"})


def test_jobs_of_two_spools_have_groups_of_their_own(tmp_path):
    names = [groups.of_job({"memory": "/m"}, tmp_path / spool / "jobs" / "ab")["memory"] for spool in ("one", "two")]
    assert len(set(names)) == 2 and all(name.startswith("/m/madang-") and name.endswith("-ab") for name in names)
