"""Forks each job's supervisor from a process that has everything loaded: a new Python costs more than a short job.

The runner starts one nursery and asks it over a pair of sockets; when the runner dies, the nursery ends, and the
supervisors, each in a session of its own, go on without either. When the nursery dies, the runner starts another.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
from pathlib import Path

from madang.compute.local import filtering, records, sandbox
from madang.compute.local.supervisor import supervise

_MOST = 1 << 16


def serve(line: int) -> None:
    """Forks a supervisor for every message ``RESTARTS FOLDER`` until the other end is closed.

    Answers ``FOLDER PID`` when it lives and ``FOLDER -PID`` when it has ended.
    """
    ear, mouth = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    living: dict[int, str] = {}
    poll = select.poll()
    for descriptor in (line, ear):
        poll.register(descriptor, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if ear in ready:
            os.read(ear, _MOST)
            _tell_of_ended(line, living)
        if line in ready:
            asked = os.read(line, _MOST).decode()
            if not asked:
                return
            restarts, _, folder = asked.partition(" ")
            pid = os.fork()
            if pid == 0:
                _become(Path(folder), int(restarts), (line, ear, mouth))
            living[pid] = folder
            os.write(line, f"{folder} {pid}".encode())


def _tell_of_ended(line: int, living: dict[int, str]) -> None:
    while living:
        pid = os.waitpid(-1, os.WNOHANG)[0]
        if not pid:
            return
        os.write(line, f"{living.pop(pid)} -{pid}".encode())


def _become(folder: Path, restarts: int, ours: tuple[int, ...]) -> None:
    """The child: leaves everything of the nursery behind and never comes back."""
    status = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in ours:
            os.close(descriptor)
        last_words = os.open(folder / "supervisor.err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        os.dup2(last_words, 2)
        os.close(last_words)
        records.name_process("madang-job")
        supervise(folder, restarts)
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def main(line: int) -> None:
    """``python -m madang.compute.local.nursery ROOT LINE``: ROOT only tells a reader of ``ps`` whose it is."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    records.name_process("madang-nursery")
    filtering.program(os.uname().machine)  # what is the same for every job is worked out once, before the first
    sandbox.system()
    gc.collect()
    gc.freeze()  # what is loaded stays shared with the children, since no collection writes to it
    try:
        serve(line)
    except (BrokenPipeError, ConnectionResetError):
        return  # the runner died while it was being answered


if __name__ == "__main__":
    main(int(sys.argv[2]))
