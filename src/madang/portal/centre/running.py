"""Runs a centre: web server, worker and local compute as three processes, each started again when it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from madang.errors import Refused

# glibc keeps a heap for each thread and gives little of it back; two are enough for four (15 MB less)
FEW_HEAPS = {"MALLOC_ARENA_MAX": "2"}
STOP_SECONDS = 10.0


@dataclass
class Process:
    """One part of the centre: how it is started, with what beside our own environment, and the running process."""

    name: str
    argv: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    running: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.running = subprocess.Popen([*_ending_with_us(), *self.argv], env={**os.environ, **self.environment})

    @property
    def dead(self) -> bool:
        return self.running is None or self.running.poll() is not None


def _ending_with_us() -> list[str]:
    """Lets the kernel ask a part to stop when `madang up` itself is killed; nothing where setpriv is absent."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def parts(host: str, port: int, spool: Path, *, local: bool) -> list[Process]:
    """The web server, the worker and, where jobs run on this machine, its runner."""
    python = sys.executable
    # The web server is told who started it, as it may be killed before the server can ask.
    web = [python, "-m", "madang.portal.centre.serving", host, str(port), str(os.getpid())]
    found = [Process("web", web, FEW_HEAPS), Process("worker", [python, "-m", "madang.cli.main", "work"])]
    if local:
        found.append(Process("local compute", [python, "-m", "madang.compute.local.runner", str(spool)]))
    return found


def require_free_port(host: str, port: int) -> None:
    """Refuses at once, in words, rather than letting the web server die in a loop."""
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused("port_in_use", host=host, port=str(port)) from error


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((host, port)) == 0


@dataclass
class Centre:
    """The processes of a running centre; stops them all when it is asked to."""

    processes: list[Process]
    say: Callable[[str], None]
    ready: Callable[[], None] = lambda: None
    address: tuple[str, int] = ("127.0.0.1", 8000)
    stopping: bool = False
    answered: bool = False

    def stop(self, *_: object) -> None:
        self.stopping = True

    def run(self) -> None:
        """Blocks until SIGTERM or SIGINT; a part that dies is started again, at most once a second."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        try:
            while not self.stopping:
                self.tend(time.monotonic())
                time.sleep(0.2)
        finally:
            self.end()

    def tend(self, now: float) -> None:
        """Starts what is not running; says so when it was not the first time."""
        for process in self.processes:
            if process.dead and now - process.started >= 1.0:
                if process.running is not None:
                    self.say(f"{process.name}: exit {process.running.returncode}")
                process.start()
        if not self.answered and answers(*self.address):
            self.answered = True
            self.ready()

    def end(self) -> None:
        """Asks every part to stop, waits, then kills what is left. Running jobs go on under their supervisors."""
        for process in self.processes:
            if not process.dead:
                process.running.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.processes:
            if process.running is None:
                continue
            try:
                process.running.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.running.kill()
                process.running.wait()


@contextlib.contextmanager
def only_one(home: Path):
    """Holds the centre's process file, so that two `madang up` never serve one home."""
    path = home / "centre.pid"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Refused("centre_running", process=path.read_text().strip() or "?") from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    try:
        yield
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)
