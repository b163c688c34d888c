"""The written list of attempts to get out, to look into what is another's, or to crowd the machine: none succeeds.

Each script says ESCAPED where it has got what it wanted and "over" when it is through. More attempts, which need
something outside to aim at, stand in test_backend_sandbox.py.
"""

import os
import subprocess
import sys

import pytest
from backends.local_site import LocalSite, ended, log_of, running, said
from backends.makers import make_limit

from madang.compute.local import filtering, outputs, records
from madang.compute.protocol import JobState

PY = "/usr/bin/python3 - <<'E' && echo ESCAPED\n{}\nE\n"
LOG_BYTES = 2 << 20
# a system call by its number on x86-64 and on 64-bit ARM; what is refused must be refused by the filter (EPERM, ENOSYS)
CALL = """import ctypes, errno, platform, sys
number = {{"x86_64": {0}, "aarch64": {1}}}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
found = libc.syscall(number, {2})
sys.exit(ctypes.get_errno() in (errno.EPERM, errno.ENOSYS) and found == -1)
"""


def call(x86, arm, arguments="0, 0, 0, 0, 0, 0"):
    return PY.format(CALL.format(x86, arm, arguments))


ATTEMPTS = {
    # files of the machine and of other tenants
    "the machine's passwords": "cat /etc/shadow && echo ESCAPED",
    "another root by the first process": "ls /proc/1/root/work /proc/1/root/root && echo ESCAPED",
    "a way up from the own folder": "cd /job/../../.. && ls jobs spool.sqlite3 root home && echo ESCAPED",
    "the folder that is bound as /job": "ls $(awk '$5 == \"/job\" {print $4}' /proc/self/mountinfo) && echo ESCAPED",
    "a symbolic link to the spool": "ln -s $SPOOL spool; ls spool/ && echo ESCAPED",
    "a hard link to a file of the system": "ln /etc/passwd mine && echo ESCAPED; ln /usr/bin/env mine && echo ESCAPED",
    "the disk itself by a node of its own": "mknod disk b 8 0 && echo ESCAPED; mknod mem c 1 1 && echo ESCAPED",
    "nodes of the disk that are there": "ls /dev/sd* /dev/vd* /dev/nvme* /dev/mem /dev/kmsg /dev/fuse && echo ESCAPED",
    "a file by its handle": call(304, 265),
    # processes outside
    "a signal to the supervisor by its number": 'kill -0 "$SUPERVISOR" && echo ESCAPED',
    "tracing another process": call(101, 117, "16, 1, 0, 0"),
    "another process's memory": call(310, 270, "1, 0, 0, 0, 0, 0") + "head -c 1 /proc/1/mem && echo ESCAPED",
    "processes outside": "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -q 'madang[.]compute' && echo ESCAPED",
    "messages and memory shared with others": "ipcs -m | grep -q 0x && echo ESCAPED",
    # more rights
    "a user namespace": "unshare -Ur true && echo ESCAPED",
    "a namespace by clone": PY.format(
        "import ctypes, platform, sys\n"
        "number = {'x86_64': 56, 'aarch64': 220}[platform.machine()]\n"
        "found = ctypes.CDLL(None).syscall(number, 0x10000000 | 17, 0, 0, 0, 0)\n"
        "sys.exit(found == -1)"
    ),
    "another's namespaces": "nsenter -t 1 -m true && echo ESCAPED; nsenter -t 1 -n true && echo ESCAPED",
    "a mount": "mount -t tmpfs none /mnt && echo ESCAPED; mount --bind / /tmp && echo ESCAPED",
    "writing to what is mounted read-only": "mount -o remount,rw / && echo ESCAPED; touch /usr/x /x && echo ESCAPED",
    "another root": "mkdir r; chroot r && echo ESCAPED; " + call(155, 41),
    "its owner's rights by a program": "for f in $(find /usr -perm -4000 2>/dev/null); do $f --version; done 2>&1"
    " | grep uid=0 && echo ESCAPED; cp /usr/bin/id i; chmod 6755 i; chown 0 i && echo ESCAPED",
    "user number nought": PY.format("import os, sys\ntry: os.setuid(0)\nexcept OSError: sys.exit(1)"),
    "capabilities": "grep -E '^Cap(Prm|Eff|Amb)' /proc/self/status | grep -qv '0000000000000000' && echo ESCAPED",
    # the kernel
    "the kernel's settings": "echo 1 > /proc/sys/kernel/core_pattern && echo ESCAPED; echo b > /proc/sysrq-trigger"
    " && echo ESCAPED",
    "the kernel's modules": call(175, 105),
    "programs within the kernel": call(321, 280),
    "counters of the whole machine": call(298, 241),
    "rings of requests to the kernel": call(425, 425),
    "faults handled by oneself": call(323, 282),
    "the kernel's key rings": call(250, 219),
    "control groups": "mkdir /sys/fs/cgroup/mine && echo ESCAPED; echo 1 > /sys/fs/cgroup/cgroup.procs && echo ESCAPED",
    # the terminal and what is open
    "words put into a terminal": PY.format(
        "import errno, fcntl, os, sys\n"
        "ours, theirs = os.openpty()\n"
        "try: fcntl.ioctl(theirs, 0x5412, b'x')\n"
        "except OSError as fault: sys.exit(fault.errno in (errno.EPERM, errno.EIO))"
    ),
    "descriptors that were left open": "for f in /proc/self/fd/*; do readlink $f; done | grep -E 'spool|jobs/|sqlite'"
    " && echo ESCAPED",
    # the network
    "a connection to the outside": PY.format(
        "import socket, sys\ntry: socket.create_connection(('192.0.2.1', 80), 1)\nexcept OSError: sys.exit(1)"
    ),
    "packets of one's own": PY.format(
        "import socket, sys\ntry: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\nexcept OSError: sys.exit(1)"
    ),
    "sockets with names of the machine": PY.format(
        "import pathlib, sys\n"
        "names = pathlib.Path('/proc/net/unix').read_text().splitlines()[1:]\n"
        "sys.exit(not [name for name in names if '@' in name or '/' in name])"
    ),
}


@pytest.fixture(scope="module")
def site(working_sandbox, tmp_path_factory):
    found = LocalSite(
        tmp_path_factory.mktemp("escapes") / "spool", folder_bytes=64 << 20, folder_files=500, log_bytes=LOG_BYTES
    )
    found.backend.enforce([make_limit()])
    found.start_runner()
    yield found
    found.close()


def test_the_list_is_long_enough():
    assert len(ATTEMPTS) >= 25


@pytest.mark.parametrize("name", ATTEMPTS)
def test_no_attempt_succeeds(site, make_spec, name):
    given = {"SPOOL": str(site.spool.root), "SUPERVISOR": str(os.getpid())}
    id = site.backend.submit(make_spec(ATTEMPTS[name] + "\necho over", environment=given, memory_mb=512))
    report = ended(site.backend, id)
    log = log_of(site.backend, id)
    assert "ESCAPED" not in log and log.endswith("over\n"), log
    assert report.state is JobState.SUCCEEDED and site.sandboxed(id) == []


def test_an_attempt_that_succeeded_would_say_so(site, make_spec):
    id = site.backend.submit(make_spec("cat /etc/passwd && echo ESCAPED\n" + PY.format("pass"), memory_mb=512))
    ended(site.backend, id)
    assert log_of(site.backend, id).count("ESCAPED") == 2


def test_the_filter_is_in_force(site, make_spec):
    id = site.backend.submit(make_spec("grep Seccomp: /proc/self/status"))
    ended(site.backend, id)
    assert log_of(site.backend, id).split() == ["Seccomp:", "2"]


def test_the_filter_is_known_for_the_machines_that_it_names():
    for machine in ("x86_64", "aarch64"):
        content = filtering.program(machine)
        assert len(content) % 8 == 0 and len(content) // 8 < 4096
    assert filtering.program("vax") is None


@pytest.mark.parametrize(
    "script",
    [
        "while :; do head -c 20000000 /dev/zero >> large || break; sleep 0.05; done",
        "mkdir many; i=0; while :; do : > many/$i; i=$((i + 1)); done",
        '/usr/bin/python3 -c "import os\n'
        "while True: os.mkdir('d' * 200); os.chdir('d' * 200); open('x', 'w').write('x' * 9000)\"",
    ],
    ids=["one large file", "many small files", "hidden deep below"],
)
def test_a_folder_that_outgrows_its_bounds_ends_its_job(site, make_spec, script):
    id = site.backend.submit(make_spec(script + "\nsleep 60", wall_seconds=50))
    report = ended(site.backend, id)
    site.backend.forget(id)  # what is left may be deeper than the tests' own clearing up can go
    assert (report.state, report.reason.code) == (JobState.FAILED, "folder_full")


def test_folders_nested_beyond_all_measure_stop_neither_supervisor_nor_runner(site, make_spec):
    deep = "import os\nfor _ in range(1800): os.mkdir('d'); os.chdir('d')\nopen('x', 'w').write('x')"
    id = site.backend.submit(make_spec(f'/usr/bin/python3 -c "{deep}"; echo y > plain'))
    report = ended(site.backend, id)
    assert report.state is JobState.SUCCEEDED and "plain" in [output.path for output in report.outputs]
    site.backend.forget(id)
    assert not any(path.name.startswith(f".{id}") for path in site.spool.jobs.iterdir())


def test_the_list_of_a_deep_folder_has_an_end(tmp_path):
    deep = "import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')"
    subprocess.run([sys.executable, "-c", deep], cwd=tmp_path, check=True)
    (tmp_path / "plain").write_text("x")
    listed, _left_out = outputs.listing(tmp_path, {}, 10)
    assert [path for path, _, _ in listed] == ["plain"]
    assert outputs.outgrown(tmp_path, 1 << 40, 1 << 40)
    records.remove(tmp_path / "d")
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


def test_a_job_that_writes_a_gigabyte_to_its_log_leaves_what_is_kept_of_it(site, make_spec):
    id = site.backend.submit(make_spec("echo first; head -c 1000000000 /dev/zero; echo last; exit 6", wall_seconds=60))
    report = ended(site.backend, id)
    assert (report.exit_code, report.log_cut) == (6, True)
    log, kept = log_of(site.backend, id), site.spool.folder(id).glob("log*")
    assert log.startswith("first\n") and log.endswith("last\n") and len(log) <= LOG_BYTES + 40
    assert sum(path.stat().st_size for path in kept) <= LOG_BYTES


def test_a_job_that_slips_away_and_closes_everything_is_found(site, make_spec):
    script = "setsid sh -c 'exec 0<&- 1>&- 2>&-; trap \"\" TERM HUP; while :; do sleep 0.1; done' & echo up; sleep 60"
    id = site.backend.submit(make_spec(script))
    said(site.backend, id, "up")
    running(site.backend, id)
    site.backend.cancel(id)
    assert ended(site.backend, id).state is JobState.CANCELLED and site.sandboxed(id) == []
