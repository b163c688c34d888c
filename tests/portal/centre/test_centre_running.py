"""A centre starts its parts again when they die, serves a home once, and says what is in its way."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from madang.errors import Refused
from madang.portal.centre import running
from madang.portal.centre.running import Centre, Process


def sleeper() -> Process:
    return Process("part", [sys.executable, "-c", "import time; time.sleep(60)"])


def until(condition, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


def test_a_part_that_dies_is_started_again_and_said_so():
    said: list[str] = []
    part = sleeper()
    centre = Centre([part], said.append, address=("127.0.0.1", 1))
    centre.tend(time.monotonic())
    first = part.running
    first.kill()
    first.wait()
    centre.tend(part.started + 0.5)
    assert part.running is first, "it waits a second before starting again"
    centre.tend(part.started + 1.1)
    assert part.running is not first
    assert said == ["part: exit -9"]
    centre.end()
    assert part.dead


def test_ending_kills_a_part_that_will_not_stop(monkeypatch):
    monkeypatch.setattr(running, "STOP_SECONDS", 0.3)
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    part = Process("part", [sys.executable, "-c", stubborn])
    part.running = subprocess.Popen(part.argv, stdout=subprocess.PIPE)
    assert part.running.stdout.readline() == b"deaf\n"
    Centre([part], print).end()
    part.running.stdout.close()
    assert part.running.returncode == -9


def test_ready_is_called_once_when_the_portal_answers():
    calls: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        centre = Centre([], print, ready=lambda: calls.append(1), address=server.getsockname())
        centre.tend(time.monotonic())
        centre.tend(time.monotonic())
    assert calls == [1]


def test_a_port_in_use_is_refused_by_name():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Refused, match="port_in_use") as caught:
            running.require_free_port("127.0.0.1", port)
    assert caught.value.facts["port"] == str(port)
    running.require_free_port("127.0.0.1", port)


def test_one_home_is_served_once(tmp_path):
    with running.only_one(tmp_path), pytest.raises(Refused, match="centre_running"), running.only_one(tmp_path):
        pass
    with running.only_one(tmp_path):
        pass


def test_the_parts_are_argument_vectors_with_the_runner_only_where_jobs_run_here(tmp_path):
    names = [part.name for part in running.parts("127.0.0.1", 8000, tmp_path, local=True)]
    assert names == ["web", "worker", "local compute"]
    assert len(running.parts("127.0.0.1", 8000, tmp_path, local=False)) == 2


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv: apt-get install util-linux")
def test_the_parts_end_when_the_centre_itself_is_killed():
    program = (
        "import time; from madang.portal.centre.running import Process; "
        "part = Process('part', ['sleep', '60']); part.start(); print(part.running.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    part = int(parent.stdout.readline())
    # Only once setpriv has become the part itself has it asked the kernel; before, there is nothing to test.
    until(lambda: Path(f"/proc/{part}/comm").read_text() == "sleep\n")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not running_still(part))


def running_still(process: int) -> bool:
    """A process that has ended but that nobody has waited for yet does not count."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
