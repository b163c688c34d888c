"""Attempts to get out of the sandbox or to look into what is not one's own; none may succeed."""

import socketserver
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from backends.local_site import LocalSite, ended, log_of, said
from backends.makers import make_limit

from madang.compute.local import sandbox
from madang.compute.local.backend import LocalBackend

SECRET = "MADANG-SECRET-7f3a"


@pytest.fixture(scope="module")
def site(working_sandbox, tmp_path_factory):
    """A site whose runner has a secret in its environment, and beside whose spool lies a secret file."""
    root = tmp_path_factory.mktemp("shut-in")
    (root / "secret").write_text(SECRET)
    (root / "secret").chmod(0o644)
    found = LocalSite(root / "spool")
    found.secret = root / "secret"
    found.backend.enforce([make_limit()])
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MADANG_DATABASE_URL", SECRET)
        found.start_runner()
    yield found
    found.close()


@pytest.fixture
def attempt(site, make_spec):
    """Runs a script shut in and gives what it said."""

    def run(script, **changes):
        id = site.backend.submit(make_spec(script, **changes))
        ended(site.backend, id)
        return log_of(site.backend, id)

    return run


def test_a_file_outside_cannot_be_read(attempt, site):
    said = attempt(f"cat {site.secret}; cat /proc/1/root{site.secret}; cat /proc/self/root{site.secret}; echo over")
    assert SECRET not in said and "over" in said


def test_the_spool_and_its_database_cannot_be_seen(attempt, site):
    root = site.spool.root
    found = attempt(f"ls -d {root} {root}/spool.sqlite3 {root}/jobs 2>/dev/null; ls /job/..; echo over")
    assert str(root) not in found and "spool" not in found and "over" in found


def test_another_jobs_folder_and_processes_cannot_be_seen(attempt, site, make_spec):
    other = site.backend.submit(make_spec(f"echo {SECRET} > mine; echo up; exec sleep 59.125"))
    said(site.backend, other, "up")
    try:
        folder = site.spool.folder(other)
        found = attempt(f"cat {folder}/work/mine; grep -r {SECRET} /job /tmp /dev/shm; cat /proc/*/cmdline; echo over")
        assert "59.125" not in found and "over" in found
        assert SECRET not in found.replace(f"grep\0-r\0{SECRET}", "").replace(f"grep -r {SECRET}", "")
    finally:
        site.backend.cancel(other)
        ended(site.backend, other)


def test_the_environment_of_the_service_cannot_be_seen(attempt):
    found = attempt("env; cat /proc/*/environ; strings /proc/1/environ; echo over")
    assert SECRET not in found and "DATABASE" not in found and "over" in found


def test_a_service_on_the_loopback_interface_cannot_be_reached(attempt):
    reached = []

    class Answer(socketserver.BaseRequestHandler):
        def handle(self):
            reached.append(self.client_address)
            self.request.sendall(b"reached")

    with socketserver.TCPServer(("127.0.0.1", 0), Answer) as server:
        port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        probe = "import socket,sys; print(socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2).recv(9))"
        control = subprocess.run([sys.executable, "-c", probe, str(port)], capture_output=True, check=True, timeout=20)
        found = attempt(f'/usr/bin/python3 -c "{probe}" {port} || bash -c "cat < /dev/tcp/127.0.0.1/{port}"; echo over')
        allowed = attempt(f'/usr/bin/python3 -c "{probe}" {port}; ls /etc', network=True)
        server.shutdown()
        thread.join()
    assert b"reached" in control.stdout and len(reached) == 2
    assert "reached" not in found and "over" in found
    # with the network that its award allows, it reaches what the machine reaches, and knows its names
    assert "reached" in allowed and ("resolv.conf" in allowed) == Path("/etc/resolv.conf").exists()


def test_there_is_no_network_at_all(attempt):
    found = attempt("cat /proc/net/route /proc/net/dev; echo over")
    interfaces = [line.split(":")[0].strip() for line in found.splitlines() if ":" in line]
    assert interfaces == ["lo"]


def test_processes_outside_cannot_be_signalled(attempt):
    outside = subprocess.Popen(["sleep", "60"])
    try:
        found = attempt(f"kill -KILL {outside.pid}; kill -TERM -1; echo over", wall_seconds=20)
        assert outside.poll() is None
        assert "over" in found or found == "" or "No such process" in found
    finally:
        outside.kill()
        outside.wait()


def test_the_system_is_read_only_and_its_devices_are_few(attempt):
    tried = ["/usr/x", "/etc/x", "/x", "/dev/x", "/proc/sys/kernel/hostname", "/usr/bin/env", "/etc/passwd"]
    found = attempt("".join(f"(echo x > {path}) && echo WROTE {path};" for path in tried) + "ls /dev; echo over")
    assert "WROTE" not in found and "over" in found
    devices = set(found.splitlines()[-30:])
    assert devices.isdisjoint({"vda", "sda", "kmsg", "mem", "kvm", "fuse", "loop-control", "nvidia0"})


def test_there_are_no_privileges_and_none_to_be_had(attempt):
    found = attempt(
        "grep -E '^(Cap|NoNewPrivs)' /proc/self/status; id -u; su root -c id; mount -t tmpfs x /tmp; echo over"
    )
    lines = dict(line.split(":\t", 1) for line in found.splitlines() if ":\t" in line)
    assert lines["CapEff"] == lines["CapPrm"] == lines["CapAmb"] == "0000000000000000"
    assert lines["NoNewPrivs"] == "1"
    assert "uid=0" not in found and "\n0\n" not in found and "over" in found


def test_variables_that_steer_the_loader_act_on_the_job_alone(attempt, site):
    """They are set after the job has its own user, so that no library of a job is ever loaded with our rights."""
    script = "id -u; cat /proc/self/status | grep CapEff"
    found = attempt(script, environment={"LD_PRELOAD": "/job/evil.so", "PYTHONPATH": "/job", "ENV": "/job/x"})
    complaint = "object '/job/evil.so' from LD_PRELOAD"
    assert found.count(complaint) == 4  # the job's shell, id, cat and grep; not setpriv before them


def test_bounds_hold(attempt):
    found = attempt(
        "ulimit -c; /usr/bin/python3 -c 'x = bytearray(600 << 20); print(\"GOT\", len(x))' 2>&1 | tail -1;"
        " ulimit -Hd; ulimit -d unlimited; head -c 300000000 /dev/zero > /tmp/large && echo FILLED; echo over",
        memory_mb=256,
    )
    assert found.startswith("0\n") and "MemoryError" in found and "GOT" not in found
    assert "FILLED" not in found and "over" in found


def test_a_fork_bomb_is_bounded(working_sandbox, tmp_path, make_spec):
    site = LocalSite(tmp_path / "spool", processes=40)
    try:
        site.backend.enforce([make_limit()])
        site.start_runner()
        bomb = "i=0; while [ $i -lt 300 ]; do sleep 30 & i=$((i + 1)); echo $i; done"
        id = site.backend.submit(make_spec(bomb, wall_seconds=20))
        ended(site.backend, id)
        started = [int(line) for line in log_of(site.backend, id).splitlines() if line.isdigit()]
        assert 5 < max(started) < 41
    finally:
        site.close()


def test_the_job_has_no_terminal_and_no_open_descriptors_of_ours(attempt):
    found = attempt("(echo x > /dev/tty) && echo TERMINAL; for f in /proc/self/fd/*; do echo $f; done; echo over")
    assert "TERMINAL" not in found
    assert {line for line in found.splitlines() if line.startswith("/proc/self/fd/")} <= {
        f"/proc/self/fd/{number}" for number in (0, 1, 2, 3, 10)
    }


def test_nothing_of_ours_can_be_imported(working_sandbox, tmp_path, make_spec):
    software = sandbox.own_python(sys.prefix, sys.base_prefix)
    site = LocalSite(tmp_path / "spool", software=software)
    try:
        site.backend.enforce([make_limit()])
        site.start_runner()
        script = (
            "python -c 'import numpy; print(numpy.arange(4).sum())'; python -c 'import madang.values'; touch /job/x"
        )
        id = site.backend.submit(make_spec(script, memory_mb=1024))
        ended(site.backend, id)
        found = log_of(site.backend, id)
        assert "6\n" in found and "ModuleNotFoundError" in found
    finally:
        site.close()


def test_software_below_tmp_can_be_run_though_tmp_is_the_jobs_own(working_sandbox, tmp_path, make_spec):
    """A checkout may itself lie below /tmp: the job's own /tmp must not cover what it may read."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        software = Path(name) / "software"
        (software / "bin").mkdir(parents=True)
        (software / "bin" / "greet").write_text("#!/bin/sh\necho hello from below tmp\n")
        for path in (Path(name), software, software / "bin", software / "bin" / "greet"):
            path.chmod(0o755)
        site = LocalSite(tmp_path / "spool", software=[software])
        try:
            site.backend.enforce([make_limit()])
            site.start_runner()
            id = site.backend.submit(make_spec("greet; echo mine > /tmp/mine && ls /tmp"))
            ended(site.backend, id)
            said = log_of(site.backend, id).split()
            assert (said[:4], set(said[4:])) == (["hello", "from", "below", "tmp"], {"mine", Path(name).name})
        finally:
            site.close()


def test_a_spool_that_jobs_could_read_is_not_accepted(tmp_path):
    with pytest.raises(ValueError, match="could read the spool"):
        LocalBackend(tmp_path / "software" / "spool", software=[_made(tmp_path / "software")])


def _made(folder):
    folder.mkdir()
    return folder


def test_only_the_owner_may_enter_the_spool(site):
    for path in (site.spool.root, site.spool.jobs):
        assert path.stat().st_mode & 0o777 == 0o700
    for path in (site.spool.database, site.spool.settings_file):
        assert path.stat().st_mode & 0o077 == 0
