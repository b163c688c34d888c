"""A process that follows its parent ends when the parent is killed, gently where it was given time, or else at once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

WAITING = "import signal, threading, time; {before}from madang.portal import orphans; "
WAITING += "orphans.watch(grace={grace}, never={never}); "
WAITING += "print(__import__('os').getpid(), flush=True); time.sleep(60)"
PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', sys.argv[1]]); time.sleep(60)"


def gone(pid: int) -> bool:
    """Ended, whether or not anybody has waited for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until_gone(pid: int, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not gone(pid):
        assert time.monotonic() < deadline, "the orphan lives on"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("before", "grace", "last_words"),
    [
        ("", 0.0, b""),
        ("signal.signal(signal.SIGTERM, lambda *_: print('told', flush=True)); ", 0.3, b"told\n"),
    ],
)
def test_an_orphan_ends(before, grace, last_words):
    child = WAITING.format(before=before, grace=grace, never=None)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, child], stdout=subprocess.PIPE)
    orphan = int(parent.stdout.readline())
    assert not gone(orphan)
    parent.kill()
    parent.wait()
    until_gone(orphan)
    assert parent.stdout.read() == last_words
    parent.stdout.close()


def test_a_process_that_was_an_orphan_from_the_beginning_ends():
    """Its server may die while the process is still loading."""
    child = WAITING.format(before="", grace=0.0, never="__import__('os').getppid()")
    orphan = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE)
    assert orphan.wait(20) == 1
    orphan.stdout.close()
